"""A resource is served by one client (RFC 8707 §2)."""

from functools import partial

import pytest

from idp.domain.registry import agencies, registrations
from idp.domain.registry.violations import BadMetadata
from tests.support.race import race
from tests.support.registration import a_registration

API = "https://api.example/v1"
ANA, BUDI = "operator:ana", "operator:budi"


@pytest.fixture
def do(services):
    """Do something in the registry in a transaction of its own, as Ana unless told otherwise."""
    with services.database.unit_of_work() as db:
        agencies.put(db, "office", "Kantor", "Office", by=ANA, now=services.clock())

    def act(name, *arguments, by=ANA, **options):
        with services.database.unit_of_work() as db:
            return getattr(registrations, name)(db, *arguments, by=by, now=services.clock(), **options)

    return act


@pytest.fixture
def register(services, do):
    """Register a client that may serve the resource."""

    def register(client_id, environment="sandbox", serves=True):
        metadata = a_registration(**({"resource_uris": [API]} if serves else {}))
        return do(
            "register",
            metadata,
            agency_id="office",
            environment=environment,
            client_id=client_id,
            seal=services.secret_seal,
        )

    return register


def taken():
    return pytest.raises(BadMetadata, match="is served by another client already")


def amended(do, revision=1, **members):
    return do("amend", "tax", a_registration(resource_uris=[API], **members), base_revision=revision)


def test_a_resource_is_served_by_one_client(do, register):
    register("health")
    for environment in ("sandbox", "production"):
        with taken():
            register("other", environment)
    register("tax", serves=False)
    with taken():
        amended(do)
    do("retire", "health")
    amended(do)
    amended(do, revision=2, client_uri="https://pajak.example")


def test_a_change_that_waited_too_long_does_not_take_a_resource_away(do, register):
    do("approve", register("tax", "production", serves=False).change.id, by=BUDI)
    waiting = amended(do)
    register("health")
    with taken():
        do("approve", waiting.id, by=BUDI)


def test_of_those_who_register_a_resource_at_once_one_gets_it(register):
    outcomes = race([partial(register, f"client-{number}") for number in range(4)])
    assert sum(isinstance(outcome, BadMetadata) for outcome in outcomes) == 3
