"""Attacks, section 13: passkeys, against the ceremonies themselves; both databases."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from sqlalchemy import select

from idp.domain.authenticators import passkeys
from idp.domain.authenticators.passkey_answers import Refused
from idp.domain.authenticators.passkey_challenges import Purpose
from idp.domain.authenticators.passkey_models import PasskeyChallenge
from idp.domain.authenticators.passkeys import LastWayIn
from idp.domain.authenticators.sign_in import Refusal
from idp.protocol.oidc import acr
from idp.protocol.webauthn.relying_party import Trust
from tests import factories
from tests.support import state
from tests.support.authenticator import BE, BS, UP, UV, Authenticator, Maker, b64
from tests.support.passkeys import add, check, creation, request


def refused(services, posted, asking, **more):
    with state.recorded(services.database, "PasskeyRefused"):
        result = check(services, posted, asking, **more)
    assert result.refusal is Refusal.PASSKEY and result.account_id is None
    return result


def test_a_passkey_signs_its_owner_in(services, citizen):
    key = add(services, citizen)
    options, asking = request(services)
    assert options["userVerification"] == "required" and not options["allowCredentials"]
    result = check(services, key.get(options), asking)
    assert result and result.account_id == citizen.account_id and result.method == "passkey"
    assert result.citizen_id == citizen.citizen_id and result.new_browser


BENT_ASSERTIONS = {
    "origin of another site": {"origin": "https://gerbang.example"},
    "origin that only begins alike": {"origin": f"{factories.ISSUER}.evil.example"},
    "rpIdHash of another": {"rp_id": "evil.example"},
    "type of a registration": {"type": "webauthn.create"},
    "framed by another site": {"cross_origin": True},
    "top origin of another site": {"client_data": {"topOrigin": "https://evil.example"}},
    "signed by another key": {"key": Authenticator().key},
    "handle of somebody else": {"user_handle": bytes(64)},
    "no handle": {"user_handle": None},
    "may be backed up, all of a sudden": {"flags": UP | UV},
    "backed up what cannot be": {"flags": UP | UV | BS},
}


@pytest.mark.parametrize("bent", BENT_ASSERTIONS.values(), ids=BENT_ASSERTIONS)
def test_o106_a_bent_assertion_is_refused_and_its_challenge_is_spent(services, citizen, bent):
    """WebAuthn L3 §7.2; ASVS 6.7.2: one try."""
    key = add(services, citizen)
    options, asking = request(services)
    refused(services, key.get(options, **bent), asking)
    refused(services, key.get(options), asking)  # right, but the challenge had its try


def test_o106_a_challenge_opens_one_door_once(services, citizen):
    key = add(services, citizen)
    options, asking = request(services)
    answer = key.get(options)
    assert check(services, answer, asking)
    refused(services, answer, asking)


def test_o106_a_stale_challenge_is_refused(services, clock, citizen):
    key = add(services, citizen)
    options, asking = request(services)
    clock.advance(minutes=5, seconds=1)
    refused(services, key.get(options), asking)


def test_o106_a_challenge_of_ones_own_is_refused(services, citizen):
    key = add(services, citizen)
    options, asking = request(services)
    refused(services, key.get(options, challenge=b64(bytes(32))), asking)
    assert check(services, key.get(options), asking)


def test_o106_a_challenge_of_another_browser_is_refused(services, citizen):
    key = add(services, citizen)
    options, _asking = request(services, browser=b"x" * 32)
    _options, asking = request(services)
    refused(services, key.get(options), asking)


@pytest.mark.parametrize("purpose", [p for p in Purpose if p is not Purpose.SIGN_IN])
def test_o106_a_challenge_for_another_purpose_is_refused(services, citizen, purpose):
    key = add(services, citizen)
    options, _asking = request(services, purpose=purpose)
    _options, asking = request(services)
    refused(services, key.get(options), asking)


@pytest.mark.parametrize(
    "posted",
    [
        "",
        "{}",
        "[]",
        "null",
        "\ud800",
        '{"response": 7}',
        '{"rawId": "AA", "response": {"clientDataJSON": "!!!"}}',
        json.dumps({"rawId": "AA", "response": {"clientDataJSON": b64(b'"text"')}}),
        json.dumps({"rawId": "AA", "response": {"clientDataJSON": b64(b'{"challenge": 7}')}}),
        "[" * 9000,
        "x" * 20_000,
    ],
)
def test_o106_nonsense_is_refused(services, citizen, posted):
    add(services, citizen)
    _options, asking = request(services)
    refused(services, posted, asking)


@pytest.mark.parametrize("member", ["authenticatorData", "signature", "clientDataJSON"])
def test_o106_broken_parts_are_refused(services, citizen, member):
    key = add(services, citizen)
    options, asking = request(services)
    answer = json.loads(key.get(options))
    answer["response"][member] = b64(b"\x00" * 10)
    refused(services, json.dumps(answer), asking)


def test_o106_a_counter_that_goes_back_is_refused_and_told(services, citizen):
    """WebAuthn L3 §6.1.1: a copy of the key may be about."""
    key = add(services, citizen, Authenticator(synced=False, counts=True))
    options, asking = request(services)
    assert check(services, key.get(options), asking)
    for count in (0, 1):
        options, asking = request(services)
        with state.recorded(services.database, "PasskeyCopied", "PasskeyRefused"):
            assert not check(services, key.get(options, sign_count=count), asking)
    options, asking = request(services)
    assert check(services, key.get(options), asking)


def test_o106_a_forged_counter_accuses_nobody(services, citizen):
    key = add(services, citizen, Authenticator(synced=False, counts=True))
    options, asking = request(services)
    check(services, key.get(options), asking)
    options, asking = request(services)
    refused(services, key.get(options, sign_count=0, key=Authenticator().key), asking)


@pytest.mark.parametrize("flags", [UP | BE | BS, UV | BE | BS, BE | BS], ids=["no UV", "no UP", "neither"])
def test_o107_an_assertion_without_presence_or_verification_is_refused(services, citizen, flags):
    """WebAuthn L3 §7.2."""
    key = add(services, citizen)
    options, asking = request(services)
    refused(services, key.get(options, flags=flags), asking)


@pytest.mark.parametrize("flags", [UP | BE | BS, UV | BE | BS], ids=["no UV", "no UP"])
def test_o107_a_registration_without_presence_or_verification_is_refused(services, citizen, flags):
    """WebAuthn L3 §7.1."""
    with pytest.raises(Refused):
        add(services, citizen, flags=flags)
    assert state.count(services.database, "passkey") == 0


@pytest.mark.parametrize(
    "bent",
    [
        {"origin": "https://gerbang.example"},
        {"rp_id": "evil.example"},
        {"type": "webauthn.get"},
        {"cross_origin": True},
        {"challenge": b64(bytes(32))},
    ],
)
def test_o106_a_bent_registration_is_refused(services, citizen, bent):
    """WebAuthn L3 §7.1."""
    with pytest.raises(Refused):
        add(services, citizen, **bent)
    assert state.count(services.database, "passkey") == 0


def test_o108_the_credential_of_another_citizen_is_refused(services, citizen, bob):
    """WebAuthn L3 §7.1 step 27."""
    key = add(services, citizen)
    with pytest.raises(Refused, match="taken"):
        add(services, bob, Authenticator(credential_id=key.credential_id))
    with pytest.raises(Refused, match="taken"):
        add(services, citizen, Authenticator(credential_id=key.credential_id))
    options, asking = request(services)
    assert check(services, key.get(options), asking).account_id == citizen.account_id


def test_o108_a_passkey_that_is_here_is_excluded(services, citizen):
    key = add(services, citizen)
    options, _asking = creation(services, citizen.account_id)
    assert [each["id"] for each in options["excludeCredentials"]] == [b64(key.credential_id)]
    chosen = options["authenticatorSelection"]
    assert chosen["residentKey"] == "required" and chosen["userVerification"] == "required"
    assert options["attestation"] == "none"


def test_o108_a_second_factor_is_its_account_holders(services, citizen, bob):
    key = add(services, citizen)
    add(services, bob)
    holder = bob.account_id.bytes
    options, asking = request(services, purpose=Purpose.SECOND_FACTOR, holder=holder)
    refused(services, key.get(options), asking, account_id=bob.account_id)


def test_o109_the_last_factor_stays(services):
    """ASVS 7.5.1: nobody locks themselves out."""
    citizen = factories.a_citizen(services, signs_in=True, authenticator=False)
    add(services, citizen)
    with services.database.unit_of_work() as db:
        (kept,) = passkeys.of_account(db, citizen.account_id)
        with pytest.raises(LastWayIn):
            passkeys.remove(db, citizen.account_id, kept.id, services.clock())
    add(services, citizen)
    with services.database.unit_of_work() as db:
        assert passkeys.remove(db, citizen.account_id, kept.id, services.clock())
        assert not passkeys.remove(db, citizen.account_id, kept.id, services.clock())
        assert len(passkeys.of_account(db, citizen.account_id)) == 1


def test_o109_a_passkey_of_somebody_else_is_not_there(services, citizen, bob):
    add(services, bob)
    with services.database.unit_of_work() as db:
        (kept,) = passkeys.of_account(db, bob.account_id)
        assert not passkeys.remove(db, citizen.account_id, kept.id, services.clock())
        assert not passkeys.rename(db, citizen.account_id, kept.id, "Milik saya")
        assert passkeys.of_account(db, bob.account_id) == (kept,)


def test_a_removed_passkey_opens_nothing(services, citizen):
    key = add(services, citizen)
    add(services, citizen)
    with services.database.unit_of_work() as db:
        assert passkeys.remove_all(db, citizen.account_id, services.clock()) == 2
    options, asking = request(services)
    refused(services, key.get(options), asking)


def test_a_locked_account_stays_closed(services, citizen):
    key = add(services, citizen)
    factories.lock(services, citizen)
    options, asking = request(services)
    with state.recorded(services.database, "PasskeyRefused"):
        assert check(services, key.get(options), asking).refusal is Refusal.LOCKED


def test_a_citizens_passkey_is_no_operators(services, citizen):
    key = add(services, citizen)
    options, asking = request(services)
    assert not check(services, key.get(options), asking, kind="operator")


# --- hardware (features C7) ---


def kind_of(services, citizen):
    with services.database.unit_of_work() as db:
        return passkeys.of_account(db, citizen.account_id)[-1].kind


def test_a_certified_key_that_stays_in_its_device_is_a_security_key(services, citizen):
    key = add(services, citizen, Authenticator(synced=False, maker=Maker(), counts=True))
    assert kind_of(services, citizen) == "security_key"
    options, asking = request(services)
    result = check(services, key.get(options), asking)
    assert result.method == "security_key"
    assert acr.achieved((result.method,)) == acr.AAL3
    assert acr.amr((result.method,)) == ("hwk", "user", "mfa")


def test_nothing_else_is(services, citizen):
    maker, other = Maker(), Maker()
    trust = Trust((maker.root_pem,))
    add(services, citizen, Authenticator(synced=False), trust=trust)  # attested by nobody
    assert kind_of(services, citizen) == "passkey"
    add(services, citizen, Authenticator(synced=True, maker=maker), trust=trust)  # may be copied
    assert kind_of(services, citizen) == "passkey"
    add(services, citizen, Authenticator(synced=False, maker=other), trust=trust)  # made by a stranger
    assert kind_of(services, citizen) == "passkey"
    add(services, citizen, Authenticator(synced=False, maker=maker), trust=Trust())  # nobody is trusted
    assert kind_of(services, citizen) == "passkey"
    models = Trust((maker.root_pem,), frozenset({"00000000-0000-4000-8000-000000000000"}))
    add(services, citizen, Authenticator(synced=False, maker=maker), trust=models)  # not a model we know
    assert kind_of(services, citizen) == "passkey"
    borrowed = Maker()
    borrowed.root, borrowed.key, borrowed.certificate = maker.root, maker.key, maker.certificate
    borrowed.model = UUID(int=7)  # another model by this certificate
    add(services, citizen, Authenticator(synced=False, maker=borrowed), trust=trust)
    assert kind_of(services, citizen) == "passkey"


def test_a_false_attestation_is_refused(services, citizen):
    maker = Maker()
    liar = Maker()
    liar.certificate = maker.certificate  # a certificate whose key one does not have
    with pytest.raises(Refused):
        add(services, citizen, Authenticator(synced=False, maker=maker), attested_by=liar)


# --- accounts without a password (features C3) ---


def test_a_password_goes_when_two_passkeys_stand(services):
    citizen = factories.a_citizen(services, signs_in=True)
    add(services, citizen)
    with services.database.unit_of_work() as db, pytest.raises(LastWayIn):
        passkeys.remove_password(db, citizen.account_id, services.clock())
    add(services, citizen)
    with services.database.unit_of_work() as db:
        assert passkeys.remove_password(db, citizen.account_id, services.clock())
        assert not passkeys.remove_password(db, citizen.account_id, services.clock())
        first, _second = passkeys.of_account(db, citizen.account_id)
        with pytest.raises(LastWayIn):
            passkeys.remove(db, citizen.account_id, first.id, services.clock())


def test_the_database_keeps_no_challenge(services, citizen):
    key = add(services, citizen)
    options, _asking = request(services)
    with services.database.unit_of_work() as db:
        digests = db.scalars(select(PasskeyChallenge.digest)).all()
    assert options["challenge"] not in {b64(digest) for digest in digests}
    assert key.user_handle and len(key.user_handle) == 64
