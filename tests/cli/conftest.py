"""A deployment of its own, and a way to type commands at it."""

import sys
from dataclasses import dataclass

import pytest
import structlog
from click.testing import CliRunner

from idp.cli.main import main
from idp.clock import system_clock
from tests.support import keys


@dataclass
class Outcome:
    """What a command answered."""

    status: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def own_logs():
    """Let no later test write to the standard error of a command that has ended."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] in ("idp", "keys"):
            log = getattr(module, "log", None)
            if isinstance(log, structlog._config.BoundLoggerLazyProxy):
                vars(log).pop("bind", None)  # what the first use kept


@pytest.fixture
def deployment(new_provider, sqlite_url):
    """A deployment on SQLite; test_database.py takes both databases."""
    return prepared(new_provider, sqlite_url)


def prepared(new_provider, url):
    """Give a deployment the keys of this test process, so that no command searches for primes."""
    keys.give(url, system_clock())
    return new_provider(url, master_key=keys.ROOT_KEY)


@pytest.fixture
def idp(deployment):
    """Type a command: `idp("clients", "list", text="…")`."""
    return typing_at(deployment)


def typing_at(deployment):
    """Run commands in this process, which spares each of them the import of everything."""

    def run(*arguments, text="", **settings):
        done = CliRunner().invoke(
            main,
            [*map(str, arguments)],
            input=text,
            env={**deployment.env, **settings},
            prog_name="idp",
            catch_exceptions=False,
        )
        return Outcome(done.exit_code, done.stdout, done.stderr)

    return run
