"""Passkeys under races: a challenge opens one door, and of the last two factors one stays; both databases."""

from __future__ import annotations

from idp.domain.authenticators import passkeys
from idp.domain.authenticators.passkeys import LastWayIn
from tests import factories
from tests.support.authenticator import Authenticator
from tests.support.passkeys import add, check, request
from tests.support.race import race


def test_o106_one_challenge_opens_one_door_whoever_races(services, citizen):
    key = add(services, citizen)
    options, asking = request(services)
    posted = key.get(options)
    results = race([lambda: check(services, posted, asking)] * 6)
    assert all(not isinstance(result, Exception) for result in results)
    assert sum(bool(result) for result in results) == 1


def test_o106_a_counter_moves_once_for_a_value(services, citizen):
    key = add(services, citizen, Authenticator(synced=False, counts=True))
    asked = [request(services) for _ in range(4)]
    posted = [(key.get(options, sign_count=9), asking) for options, asking in asked]
    results = race([lambda pair=pair: check(services, *pair) for pair in posted])
    assert sum(bool(result) for result in results) == 1


def test_o108_a_credential_has_one_owner_whoever_races(services, citizen, bob):
    shared = Authenticator().credential_id
    people = [citizen, bob] * 2
    results = race([lambda p=p: add(services, p, Authenticator(credential_id=shared)) for p in people])
    assert sum(not isinstance(result, Exception) for result in results) == 1


def test_o109_of_the_last_two_factors_one_stays(services):
    citizen = factories.a_citizen(services, signs_in=True, authenticator=False)
    add(services, citizen)
    add(services, citizen)
    with services.database.unit_of_work() as db:
        kept = passkeys.of_account(db, citizen.account_id)

    def remove(factor_id):
        with services.database.unit_of_work() as db:
            return passkeys.remove(db, citizen.account_id, factor_id, services.clock())

    results = race([lambda each=each: remove(each.id) for each in kept])
    assert sum(result is True for result in results) == 1
    assert sum(isinstance(result, LastWayIn) for result in results) == 1
    with services.database.unit_of_work() as db:
        assert len(passkeys.of_account(db, citizen.account_id)) == 1
