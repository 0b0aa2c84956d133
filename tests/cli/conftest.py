"""A deployment of its own, and a way to type commands at it."""

import subprocess
from dataclasses import dataclass

import pytest

from tests.support.processes import ROOT
from tests.support.provider import COMMAND


@dataclass
class Outcome:
    """What a command answered."""

    status: int
    out: str
    err: str


@pytest.fixture
def deployment(new_provider, database_url):
    """A deployment on SQLite and on PostgreSQL."""
    return new_provider(database_url)


@pytest.fixture
def idp(deployment):
    """Type a command: `idp("clients", "list", text="…")`."""
    return typing_at(deployment)


def typing_at(deployment):
    def run(*arguments, text="", **settings):
        done = subprocess.run(
            [*COMMAND, *map(str, arguments)],
            input=text,
            env={**deployment.env, **settings},
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    return run
