"""A provider as an operator runs it, and citizens who sign in through its pages."""

import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pyotp
import pytest

from idp.clock import system_clock
from tests.cli.conftest import own_logs as own_logs, typing_at
from tests.conftest import note
from tests.support import keys, schema
from tests.support.person import Credentials, Person
from tests.support.provider import Provider

CITIZEN = {
    "name": "Siti Aminah",
    "birthdate": "1990-01-05",
    "password": "Jeruk-Purut-27-Layang",
    "ial": "ial1",
}
NUMBERS = itertools.count(1)


class Sandbox(Provider):
    """A deployment at which commands are typed in this process: each costs a tenth of a process of its own."""

    def run(self, *arguments: str, text: str = "", seconds: float = 60) -> str:
        """Run one command of `idp` and give what it printed."""
        done = typing_at(self)(*arguments, text=text)
        assert done.status == 0, f"idp {' '.join(arguments)}: {done.out}{done.err}"
        return str(done.out)


@pytest.fixture(scope="session")
def deployment(sqlite_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    """A running sandbox of one worker process; every test brings its own citizen and its own client."""
    folder = tmp_path_factory.mktemp("interop")
    url = schema.sqlite_copy(sqlite_folder, folder / "gerbang.sqlite")
    keys.give(url, system_clock())
    running = Sandbox(folder, url, master_key=keys.ROOT_KEY)
    try:
        running.serve()
        yield running
    finally:
        running.stop()


@pytest.fixture
def provider(request: pytest.FixtureRequest, deployment: Provider) -> Provider:
    """The running sandbox."""
    note(request, "on SQLite")
    return deployment


@pytest.fixture
def email() -> str:
    """An address of a citizen nobody else has."""
    return f"siti{next(NUMBERS)}@contoh.id"


@pytest.fixture
def credentials(provider: Provider, email: str) -> Credentials:
    """A citizen with an authenticator, made by the command."""
    secret = pyotp.random_base32(32)
    number = int(email.partition("@")[0].removeprefix("siti"))
    citizen = {
        **CITIZEN,
        "nik": f"993374450190{number:04}",
        "email": email,
        "phone_number": f"+62812345{number:05}",
        "totp_secret": secret,
    }
    made = json.loads(provider.run("citizens", "create", "--json", "-", text=json.dumps(citizen)))
    return Credentials(made["identifier"], CITIZEN["password"], secret)


@pytest.fixture
def person(credentials: Credentials) -> Iterator[Person]:
    """The citizen at a browser without scripts."""
    with Person(credentials) as somebody:
        yield somebody


@pytest.fixture
def register(provider: Provider) -> Callable[..., dict[str, object]]:
    """Register a client by the command and give the RFC 7591 response."""

    def create(**metadata: object) -> dict[str, object]:
        answer: dict[str, object] = json.loads(
            provider.run("clients", "create", "--json", "-", text=json.dumps(metadata))
        )
        return answer

    return create
