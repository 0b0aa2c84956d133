"""Codes open one door once, whoever races: authenticator, recovery card, e-mail."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from idp.domain.authenticators import one_time_codes, recovery_codes, totp
from idp.domain.authenticators.models import Factor, OneTimeCode, RecoveryCode
from idp.domain.authenticators.throttle import PRODUCTION, windowed
from tests import factories
from tests.support.race import race

RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # "12345678901234567890"
RACERS = 8


@pytest.fixture
def siti(services):
    return factories.a_citizen(services, signs_in=True)


def claim_totp(services, citizen, code):
    with services.database.unit_of_work() as db:
        seal = services.tree.vault.system("factor")
        return totp.claim(db, seal, citizen.account_id, code, services.clock())


def code_of(services, citizen, drift=0):
    return totp.code_at(citizen.totp_secret, totp.step_at(services.clock()) + drift)


# --- RFC 6238 ---


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_rfc6238_appendix_b_values(seconds, code):
    now = datetime.fromtimestamp(seconds, UTC)
    assert totp.code_at(RFC_SECRET, totp.step_at(now)) == code
    assert totp.matching_step(RFC_SECRET, code, now) == seconds // 30


def test_o098_a_code_opens_once(services, siti):
    code = code_of(services, siti)
    assert claim_totp(services, siti, code)
    assert not claim_totp(services, siti, code)


def test_o098_an_earlier_code_is_dead_after_a_later_one(services, siti):
    assert claim_totp(services, siti, code_of(services, siti, +1))
    assert not claim_totp(services, siti, code_of(services, siti))


@pytest.mark.parametrize(("drift", "right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_o099_at_most_one_step_of_drift(services, siti, drift, right):
    assert claim_totp(services, siti, code_of(services, siti, drift)) is right


@pytest.mark.parametrize("text", ["", " ", "12345", "1234567", "abcdef", "１２３４５６", "0" * 10_000])
def test_what_is_no_code_is_wrong(services, siti, text):
    assert not claim_totp(services, siti, text)


def test_a_code_may_have_a_space_in_the_middle(services, siti):
    code = code_of(services, siti)
    assert claim_totp(services, siti, f"{code[:3]} {code[3:]}")


def test_o098_many_at_once_with_one_code_open_one_door(services, siti):
    code = code_of(services, siti)
    assert race([lambda: claim_totp(services, siti, code)] * RACERS).count(True) == 1


def test_the_secret_is_sealed_at_its_place(services, siti):
    with services.database.unit_of_work() as db:
        stored = db.scalars(select(Factor.secret)).one()
    assert siti.totp_secret.encode() not in stored


def test_the_code_that_confirmed_an_enrolment_opens_nothing(services, siti, clock):
    other = factories.a_citizen(services, name="Budi Santoso", nik="9933744501900002")
    secret = totp.new_secret()
    step = totp.step_at(clock())
    with services.database.unit_of_work() as db:
        seal = services.tree.vault.system("factor")
        totp.enrol(db, seal, other.account_id, secret, clock(), confirmed_step=step)
        assert not totp.claim(db, seal, other.account_id, totp.code_at(secret, step), clock())


# --- the recovery card ---


def issue_card(services, citizen):
    codes = recovery_codes.new_codes()
    with services.database.unit_of_work() as db:
        recovery_codes.issue(db, services.tree, citizen.account_id, codes, services.clock())
    return codes


def claim_recovery(services, citizen, code):
    with services.database.unit_of_work() as db:
        return recovery_codes.claim(db, services.tree, citizen.account_id, code, services.clock())


def test_a_card_has_ten_codes_of_eighty_bits():
    codes = recovery_codes.new_codes()
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"(?:[0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}", code) for code in codes)


def test_o104_a_code_is_spent_once_and_kept_as_a_digest(services, siti):
    codes = issue_card(services, siti)
    assert claim_recovery(services, siti, codes[0])
    assert not claim_recovery(services, siti, codes[0])
    with services.database.unit_of_work() as db:
        assert recovery_codes.left(db, siti.account_id) == 9
        stored = b"".join(db.scalars(select(RecoveryCode.digest)))
    assert recovery_codes.canonical(codes[1]).encode() not in stored


def test_a_code_is_read_as_people_copy_it(services, siti):
    code = next(c for _ in range(99) for c in recovery_codes.new_codes() if "0" in c or "1" in c)
    with services.database.unit_of_work() as db:
        recovery_codes.issue(db, services.tree, siti.account_id, (code,), services.clock())
    copied = code.lower().replace("0", "o").replace("1", "l").replace("-", " ")
    assert claim_recovery(services, siti, copied)


def test_o104_a_new_card_retires_the_old(services, siti):
    old = issue_card(services, siti)
    new = issue_card(services, siti)
    assert not claim_recovery(services, siti, old[0])
    assert claim_recovery(services, siti, new[0])


def test_a_card_opens_no_other_account(services, siti):
    codes = issue_card(services, siti)
    other = factories.a_citizen(services, name="Budi Santoso", nik="9933744501900002")
    assert not claim_recovery(services, other, codes[0])


@pytest.mark.parametrize("text", ["", "----", "ABCD", "U" * 16, "X" * 10_000, "é" * 16])
def test_what_is_no_recovery_code_is_wrong(services, siti, text):
    issue_card(services, siti)
    assert not claim_recovery(services, siti, text)


def test_o104_many_at_once_with_one_line_open_one_door(services, siti):
    codes = issue_card(services, siti)
    assert race([lambda: claim_recovery(services, siti, codes[3])] * RACERS).count(True) == 1


# --- codes by e-mail ---

HOLDER = b"h" * 32


def send(services, holder=HOLDER, address="siti@contoh.id", network="192.0.2.0/24", policy=PRODUCTION):
    with services.database.unit_of_work() as db:
        return one_time_codes.issue(
            db,
            services.tree,
            "register",
            holder,
            address=address,
            network=network,
            policy=policy,
            now=services.clock(),
        )


def claim_code(services, code, holder=HOLDER, purpose="register"):
    with services.database.unit_of_work() as db:
        return one_time_codes.claim(db, services.tree, purpose, holder, code, services.clock())


def wrong(code):
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_a_sent_code_is_six_digits_and_opens_once(services):
    code = send(services).code
    assert re.fullmatch("[0-9]{6}", code)
    assert claim_code(services, code)
    assert not claim_code(services, code)
    with services.database.unit_of_work() as db:
        assert code.encode() not in db.scalars(select(OneTimeCode.digest)).one()


def test_o103_a_code_dies_after_ten_minutes(services, clock):
    code = send(services).code
    clock.advance(minutes=10)
    assert not claim_code(services, code)


def test_o103_a_newer_code_retires_the_older(services, clock):
    old = send(services).code
    clock.advance(seconds=31)
    new = send(services).code
    assert not claim_code(services, old) or old == new
    assert claim_code(services, new)


def test_five_wrong_tries_end_a_code(services):
    code = send(services).code
    for _ in range(5):
        assert not claim_code(services, wrong(code))
    assert not claim_code(services, code)


def test_a_code_is_for_its_holder_and_purpose(services):
    code = send(services).code
    assert not claim_code(services, code, holder=b"o" * 32)
    assert not claim_code(services, code, purpose="recover")
    assert claim_code(services, code)


def test_o102_twenty_codes_in_a_minute_are_too_many(services, clock):
    sent = 0
    for _ in range(20):
        sent += send(services).code is not None
        clock.advance(seconds=3)
    assert sent == 2


def test_o102_an_address_and_a_network_have_limits_of_their_own(services, clock):
    sent = [send(services, holder=bytes([n]) * 32).code for n in range(8)]
    assert sum(code is not None for code in sent) == 5
    assert send(services, address="lain@contoh.id", holder=b"x" * 32).code is not None
    refused = send(services, holder=b"y" * 32)
    assert timedelta(0) < refused.wait <= timedelta(hours=1)
    clock.advance(hours=1)
    assert send(services, holder=b"z" * 32).code is not None


def test_o094_a_network_that_is_stopped_uses_up_nothing_of_an_address(services):
    few = replace(PRODUCTION, sending_network=windowed(1, timedelta(hours=1)))
    sent = [send(services, holder=bytes([n]) * 32, policy=few).code for n in range(7)]
    assert sum(code is not None for code in sent) == 1
    assert send(services, holder=b"o" * 32, network="198.51.100.0/24", policy=few).code is not None


def test_many_at_once_with_one_code_are_one(services):
    code = send(services).code
    outcomes = race([lambda: claim_code(services, code)] * 5)
    assert outcomes.count(True) == 1


def test_guessing_at_once_has_five_tries(services):
    code = send(services).code
    race([lambda: claim_code(services, wrong(code))] * RACERS)
    with services.database.unit_of_work() as db:
        assert db.scalar(select(func.max(OneTimeCode.tries))) == 5
    assert not claim_code(services, code)
