"""Attack catalogue, section 11: what a network that guesses a lot pays for each try (O-097; features M4, M5)."""

from __future__ import annotations

import dataclasses
import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import orjson
import pytest
from sqlalchemy import select

from idp.domain.audit.models import AuditPending
from idp.domain.authenticators import browser_use, challenges, throttle
from idp.domain.authenticators.models import Attempts, BrowserUse
from idp.web.frontchannel import signed_in
from tests import factories
from tests.newcomer import identity
from tests.support.race import race
from tests.visitor import Visitor, letters

NETWORK = ""  # the test client has no address
BROWSER = b"b" * 32


@pytest.fixture
def siti(services):
    return factories.a_citizen(services, signs_in=True)


@pytest.fixture
def busy(services):
    """Make the network of the tests one that guesses a lot."""
    limit = signed_in.SANDBOX.network.limit
    with services.database.unit_of_work() as db:
        db.add(
            Attempts(
                kind="password.network",
                key=throttle.key(services.tree, NETWORK.encode()),
                failures=int(limit * signed_in.SANDBOX.calm_share),
                window_started_at=services.clock(),
            )
        )


def crowd(services, counter):
    """Let many forms have come from the network of the tests."""
    policy = signed_in.SANDBOX
    with services.database.unit_of_work() as db:
        db.add(
            Attempts(
                kind=counter,
                key=throttle.key(services.tree, NETWORK.encode()),
                failures=int(policy.sending_network.limit * policy.calm_share),
                window_started_at=services.clock(),
            )
        )


def csrf_of(visitor):
    return re.search(r'name="csrf_token" value="([^"]+)"', visitor.text)[1]


def solve(challenge: str) -> str:
    bits = challenges.bits_of(challenge)
    return next(str(n) for n in range(10**7) if challenges.solves(challenge, str(n), bits))


def challenge_of(visitor):
    found = re.search(r'name="challenge" value="([^"]+)"', visitor.text)
    return found[1] if found else None


def guesses(services):
    with services.database.unit_of_work() as db:
        return sum(db.scalars(select(Attempts.failures).where(Attempts.kind == "password")))


def try_password(visitor, password, **more):
    return visitor.press("login-submit", identifier="siti@contoh.id", password=password, **more)


def test_o097_a_calm_network_pays_nothing(provider, siti):
    visitor = Visitor(provider).open("/me")
    assert challenge_of(visitor) is None
    assert visitor.sign_in(siti).page == "account"


def test_o097_a_busy_one_pays_before_anything_is_judged(provider, services, siti, busy):
    visitor = Visitor(provider).open("/me")
    assert challenge_of(visitor)
    try_password(visitor, siti.password)
    assert (visitor.page, visitor.status) == ("login", 429)
    assert int(visitor.answer.response.headers["Retry-After"]) > 0
    assert guesses(services) == 0
    assert "siti@contoh.id" in visitor.text


def test_o097_a_solved_challenge_opens_one_form(provider, services, siti, busy):
    visitor = Visitor(provider).open("/me")
    challenge = challenge_of(visitor)
    proof = solve(challenge)
    try_password(visitor, "salah sama sekali", challenge_proof=proof)
    assert guesses(services) == 1
    fresh = challenge_of(visitor)
    assert fresh not in (None, challenge)
    try_password(visitor, siti.password, challenge=challenge, challenge_proof=proof)
    assert visitor.page == "login"
    assert guesses(services) == 1
    visitor.press(
        "login-submit",
        identifier="siti@contoh.id",
        password=siti.password,
        challenge_proof=solve(challenge_of(visitor)),
    )
    assert visitor.page == "mfa"


def test_o097_without_script_a_wait_does(provider, siti, busy, clock):
    visitor = Visitor(provider).open("/me")
    first = challenge_of(visitor)
    clock.advance(seconds=5)
    try_password(visitor, siti.password)
    assert challenge_of(visitor) == first, "the wait goes on, it does not begin again"
    assert 'data-countdown="15"' in visitor.text
    clock.advance(seconds=15)
    assert try_password(visitor, siti.password).page == "mfa"


def test_o097_cancelling_costs_nothing(provider, rp, busy):
    visitor = Visitor(provider, rp.browser).open(rp.authorize().location)
    answer = visitor.press("login-cancel").answer
    assert "error=access_denied" in answer.location


def test_o102_asking_for_codes_costs_too_where_many_are_asked_for(provider, services):
    crowd(services, "send.network")
    visitor = identity(provider)
    challenge = challenge_of(visitor)
    visitor.press("register-submit", email="baru@contoh.id")
    assert (visitor.status, visitor.step) == (429, "contact")
    assert letters(provider) == []
    visitor.press("register-submit", email="baru@contoh.id", challenge_proof=solve(challenge_of(visitor)))
    assert visitor.step == "code"
    assert challenge_of(visitor) != challenge


def test_o091_forgotten_passwords_cost_too(provider, services, siti):
    crowd(services, "recover.network")
    visitor = Visitor(provider).open("/recover")
    form = [("csrf_token", csrf_of(visitor)), ("identifier", "siti@contoh.id")]
    challenge = challenge_of(visitor)
    assert visitor.send("/recover", form).status == 429
    visitor.send("/recover", [*form, ("challenge", challenge), ("challenge_proof", solve(challenge))])
    assert visitor.page == "recover-sent"


def test_a_challenge_rises_with_the_guessing(services, provider, busy):
    calm = int(signed_in.SANDBOX.network.limit * signed_in.SANDBOX.calm_share)
    with services.database.unit_of_work() as db:
        db.scalars(select(Attempts)).one().failures = calm * 2 - 1
    low = challenges.bits_of(challenge_of(Visitor(provider).open("/me")))
    with services.database.unit_of_work() as db:
        db.scalars(select(Attempts)).one().failures = calm * 2
    assert challenges.bits_of(challenge_of(Visitor(provider).open("/me"))) == low + 1


NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def judged(services, challenge, proof="", browser=BROWSER, now=NOW):
    with services.database.unit_of_work() as db:
        return challenges.answer(db, services.tree, browser, challenge, proof, now)


def test_a_challenge_belongs_to_one_browser(services):
    challenge = challenges.make(services.tree, BROWSER, NOW)
    assert not judged(services, challenge, solve(challenge), browser=b"c" * 32).met
    assert judged(services, challenge, solve(challenge)).met


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace(".13.", ".0."),
        lambda text: text[:-1] + ("0" if text[-1] != "0" else "1"),
        lambda text: text.replace(".", ""),
        lambda _text: "",
        lambda text: text * 10,
        lambda text: text + "\u0660",
    ],
    ids=["easier", "mac", "dots", "nothing", "long", "digits"],
)
def test_a_challenge_that_is_not_ours_is_worth_nothing(services, spoil):
    challenge = spoil(challenges.make(services.tree, BROWSER, NOW))
    assert judged(services, challenge, "1", now=NOW + timedelta(minutes=1)) == challenges.Answer(met=False)


@pytest.mark.parametrize("proof", ["", "-1", "x", "1e5", "1" * 13, "\u0661"])
def test_a_wrong_proof_is_none(services, proof):
    challenge = challenges.make(services.tree, BROWSER, NOW)
    answer = judged(services, challenge, proof)
    assert dataclasses.astuple(answer) == (False, challenges.WAIT)


@pytest.mark.parametrize("later", [timedelta(minutes=10), timedelta(seconds=-2)])
def test_a_challenge_has_its_time(services, later):
    challenge = challenges.make(services.tree, BROWSER, NOW)
    assert not judged(services, challenge, solve(challenge), now=NOW + later).met


def test_of_many_at_once_one_form_is_opened(services):
    challenge = challenges.make(services.tree, BROWSER, NOW)
    proof = solve(challenge)
    answers = race([lambda: judged(services, challenge, proof)] * 8)
    assert sorted(answer.met for answer in answers) == [False] * 7 + [True]


def test_m5_a_browser_that_many_sign_in_from_is_told_of_once(services, clock):
    people = [uuid4() for _person in range(7)]
    for account_id in (*people, *people):
        with services.database.unit_of_work() as db:
            browser_use.note(db, services.tree, BROWSER, account_id, "Chrome, Android", clock())
    with services.database.unit_of_work() as db:
        found = db.scalars(select(AuditPending).where(AuditPending.event == "ManyAccountsInOneBrowser")).all()
    assert [orjson.loads(each.detail)["accounts"] for each in found] == [6]
    assert not any(account_id.hex in str(found[0].detail) for account_id in people)


def test_m5_a_family_over_months_is_nothing_to_tell(services, clock):
    for _person in range(12):
        clock.advance(days=7)
        with services.database.unit_of_work() as db:
            browser_use.note(db, services.tree, BROWSER, uuid4(), "Chrome, Android", clock())
    with services.database.unit_of_work() as db:
        assert not db.scalars(
            select(AuditPending).where(AuditPending.event == "ManyAccountsInOneBrowser")
        ).all()


def test_m5_signing_in_is_noted(provider, services, siti):
    Visitor(provider).open("/me").sign_in(siti)
    with services.database.unit_of_work() as db:
        assert len(db.scalars(select(BrowserUse)).all()) == 1
