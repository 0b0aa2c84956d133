"""Every command explains itself with an example and says in one line what went wrong (contract section 2)."""

import json
import subprocess
import sys

import click
import pytest

from idp.cli.main import main as idp_command
from tests.cli.conftest import typing_at
from tests.support.processes import ROOT
from tools.docs import commands

COMMANDS = dict(commands(idp_command, "idp"))
PROMISED = {
    "idp serve",
    "idp worker",
    "idp sandbox",
    "idp personas",
    "idp doctor",
    "idp db upgrade",
    "idp db check",
    "idp db backup",
    "idp db restore",
    "idp clients create",
    "idp clients new",
    "idp clients list",
    "idp clients show",
    "idp clients plan",
    "idp clients apply",
    "idp clients approve",
    "idp clients suspend",
    "idp clients rotate-secret",
    "idp citizens create",
    "idp admins create",
    "idp keys list",
    "idp keys rotate",
    "idp keys retire",
    "idp audit verify",
    "idp audit export",
}
LONG_RUNNING = {"idp serve", "idp worker", "idp sandbox"}


def test_every_promised_command_is_there():
    assert COMMANDS.keys() >= PROMISED


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_a_command_shows_an_example(name):
    assert f"Example: {'' if 'create' in name else name}" in (COMMANDS[name].help or "")


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - LONG_RUNNING))
def test_a_command_answers_machines_in_json(name):
    command = COMMANDS[name]
    options = {text for option in command.params if isinstance(option, click.Option) for text in option.opts}
    assert "--json" in options


def test_a_mistake_is_one_line_on_standard_error(idp):
    for arguments in (
        ("clients", "show", "nobody"),
        ("clients", "create", "--json", "no-such-file.json"),
        ("clients", "plan", "no-such-file.toml"),
        ("clients", "rotate-secret", "nobody"),
        ("keys", "retire", "nobody"),
    ):
        done = idp(*arguments)
        assert done.status == 1, arguments
        assert done.out == ""
        assert done.err.startswith("Error: ")
        assert done.err.count("\n") == 1, done.err


def test_a_setting_nobody_knows_refuses_to_start(idp):
    done = idp("db", "check", IDP_COLOUR="blue")
    assert (done.status, done.err) == (1, "Error: unknown settings: IDP_COLOUR\n")


def test_a_database_of_other_code_is_named(new_provider, tmp_path):
    idp = typing_at(new_provider(f"sqlite:///{tmp_path / 'empty.sqlite'}"))
    assert "idp db upgrade" in idp("clients", "list").err
    assert json.loads(idp("db", "upgrade", "--json").out)["before"] is None
    assert idp("clients", "list").status == 0


def test_a_mistake_ends_the_process_with_a_status(deployment):
    done = subprocess.run(
        [sys.executable, "-m", "idp", "clients", "show", "nobody"],
        env=deployment.env,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Error: there is no client nobody\n"
