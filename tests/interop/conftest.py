"""A provider as an operator runs it, and a citizen who signs in through its pages."""

import json
from collections.abc import Callable, Iterator

import pyotp
import pytest

from tests.conftest import NewProvider
from tests.support.person import Credentials, Person
from tests.support.provider import Provider

CITIZEN = {
    "nik": "9933744501900001",
    "name": "Siti Aminah",
    "birthdate": "1990-01-05",
    "email": "siti@contoh.id",
    "phone_number": "+6281234567890",
    "password": "Jeruk-Purut-27-Layang",
    "ial": "ial1",
}


@pytest.fixture
def provider(new_provider: NewProvider, sqlite_url: str) -> Provider:
    """A running sandbox of one worker process."""
    deployment = new_provider(sqlite_url)
    deployment.serve()
    return deployment


@pytest.fixture
def person(provider: Provider) -> Iterator[Person]:
    """A citizen with an authenticator, made by the command."""
    secret = pyotp.random_base32(32)
    text = json.dumps({**CITIZEN, "totp_secret": secret})
    made = json.loads(provider.run("citizens", "create", "--json", "-", text=text))
    with Person(Credentials(made["identifier"], CITIZEN["password"], secret)) as somebody:
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
