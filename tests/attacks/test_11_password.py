"""Attack catalogue, section 11: password sign-in, throttling, enumeration."""

import statistics
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from idp.domain.audit.models import AuditPending
from idp.domain.authenticators import passwords
from idp.domain.authenticators.hashing import Hashes
from idp.domain.authenticators.sign_in import Refusal, check_password, may_sign_in
from idp.domain.authenticators.throttle import PRODUCTION, windowed
from idp.domain.citizens import enrolment
from idp.domain.citizens.models import Account
from idp.domain.sessions.models import BrowserSession
from tests import factories
from tests.newcomer import SITI
from tests.support.race import race
from tests.visitor import Visitor, letters

WRONG = "bukan kata sandi ini"
NIK = "9933744501900001"
NIP = "198503122010012003"
HOME, ELSEWHERE = b"home".ljust(32, b"."), b"elsewhere".ljust(32, b".")


@pytest.fixture
def siti(services):
    return factories.a_citizen(services, signs_in=True, nip=NIP)


def guess(services, identifier, password=WRONG, network="192.0.2.0/24", browser=ELSEWHERE, **kwargs):
    with services.database.unit_of_work() as db:
        return check_password(
            db,
            services.tree,
            services.hasher,
            identifier,
            password,
            network,
            services.clock(),
            browser=browser,
            **kwargs,
        )


def rows(services, model):
    with services.database.unit_of_work() as db:
        return db.scalars(select(model)).all()


def at_login(provider, rp):
    return Visitor(provider, rp.browser).open(rp.authorize().location)


def signed_out(provider, rp):
    """The same browser at the same client, signed out."""
    rp.browser.http.delete_cookie("__Host-gerbang", domain="localhost")
    return rp


# --- O-090 ---


@pytest.mark.parametrize("identifier", [NIK, "siti@contoh.id", "+62 812-3456-7890", "SITI@contoh.id ", NIP])
def test_o090_every_identifier_signs_in(services, siti, identifier):
    result = guess(services, identifier, siti.password)
    assert result
    assert (result.account_id, result.citizen_id) == (siti.account_id, siti.citizen_id)


def test_o090_known_and_unknown_get_the_same_page(provider, rp, siti):
    pages = []
    for identifier in ("siti@contoh.id", "tiada@contoh.id"):
        visitor = at_login(provider, rp)
        visitor.password(identifier, WRONG)
        assert visitor.page == "login"
        text = visitor.text.replace(identifier, "X").replace(visitor.path.split("/")[2], "U")
        headers = [name for name, _value in visitor.sent.response.headers]
        pages.append((visitor.status, text, headers))
    assert [page[0] for page in pages] == [200, 200]
    assert pages[0][2] == pages[1][2]
    for line_a, line_b in zip(pages[0][1].splitlines(), pages[1][1].splitlines(), strict=True):
        assert line_a == line_b
    assert rows(provider.services, BrowserSession) == []


def test_o090_unknown_identifiers_cost_the_same_time(services, siti):
    def measured(identifier):
        started = time.perf_counter()
        guess(services, identifier, network=identifier)
        return time.perf_counter() - started

    guess(services, "pemanasan@contoh.id")
    pairs = [(measured("siti@contoh.id"), measured(f"tiada{n}@contoh.id")) for n in range(4)]
    known, unknown = (statistics.median(side) for side in zip(*pairs, strict=True))
    assert 0.5 < known / unknown < 2


def test_o090_a_refusal_is_on_record_without_names(services, siti):
    guess(services, "siti@contoh.id")
    guess(services, "tiada@contoh.id")
    found = [(row.event, row.detail) for row in rows(services, AuditPending) if row.event == "SignInRefused"]
    assert [event for event, _detail in found] == ["SignInRefused"] * 2
    assert "contoh" not in str(found)
    assert WRONG not in str(found)


# --- O-091 ---


def test_o091_registering_a_known_address_looks_like_any_other(provider, siti):
    for email in ("siti@contoh.id", "baru@contoh.id"):
        visitor = Visitor(provider).open("/register")
        visitor.press("register-submit", **SITI)
        visitor.press("register-submit", email=email)
        assert visitor.step == "code"
    assert [letter["template"] for letter in letters(provider)] == ["email_code", "email_code"]


# --- O-092 ---


def test_o092_waits_grow_and_a_hundred_in_a_row_is_the_end(services, siti, clock):
    judged, waits = 0, []
    for number in range(400):
        result = guess(services, "siti@contoh.id", network=f"10.{number}.0.0/24", policy=PRODUCTION)
        if result.refusal is Refusal.THROTTLED:
            waits.append(result.wait)
            clock.advance(seconds=min(result.wait.total_seconds(), 3600))
        else:
            judged += 1
        if judged == 100:
            break
    assert waits[:3] == [timedelta(seconds=30), timedelta(seconds=60), timedelta(seconds=120)]
    assert waits == sorted(waits)
    last = guess(services, "siti@contoh.id", siti.password, network="10.9.9.0/24")
    assert last.refusal is Refusal.THROTTLED
    assert last.wait > timedelta(hours=20)
    clock.advance(days=1)
    assert guess(services, "siti@contoh.id", siti.password, network="10.9.9.0/24"), (
        "never locked out for good"
    )


def test_o092_the_count_survives_a_restart(services, siti, tmp_path, clock):
    for _ in range(5):
        guess(services, "siti@contoh.id")
    again = factories.a_deployment(str(services.database.url.render_as_string(False)), tmp_path, clock)
    assert guess(again, "siti@contoh.id", siti.password).refusal is Refusal.THROTTLED
    again.close()


def test_o092_all_identifiers_of_an_account_share_its_counter(services, siti):
    for identifier in ("siti@contoh.id", NIK, "081234567890", NIK, "siti@contoh.id"):
        guess(services, identifier)
    assert guess(services, "081234567890", siti.password).refusal is Refusal.THROTTLED


def test_o092_unknown_identifiers_are_slowed_down_alike(services):
    for _ in range(5):
        guess(services, "tiada@contoh.id")
    assert guess(services, "tiada@contoh.id").refusal is Refusal.THROTTLED


def test_o092_guesses_at_once_count_one_by_one(services, siti):
    outcomes = race([lambda: guess(services, "siti@contoh.id")] * 10)
    assert sum(outcome.refusal is Refusal.PASSWORD for outcome in outcomes) == 5


def test_o092_the_page_says_how_long(provider, rp, siti):
    visitor = at_login(provider, rp)
    for _ in range(10):
        visitor.password("siti@contoh.id", WRONG)
    visitor.password("siti@contoh.id", siti.password)
    assert visitor.status == 429
    assert int(visitor.answer.response.headers["Retry-After"]) >= 1
    assert visitor.page == "login"


def test_o092_a_success_clears_the_count(services, siti):
    for _ in range(4):
        guess(services, "siti@contoh.id")
    assert guess(services, "siti@contoh.id", siti.password)
    for _ in range(4):
        assert guess(services, "siti@contoh.id").refusal is Refusal.PASSWORD


# --- O-093 ---


def test_o093_a_forged_forwarded_address_changes_nothing(provider, rp, siti):
    visitor = at_login(provider, rp)
    for number in range(12):
        form = visitor.form
        pairs = form.filled("login-submit", identifier="siti@contoh.id", password=WRONG)
        visitor.send(form.action, pairs, headers={"X-Forwarded-For": f"203.0.{number}.7"})
    assert visitor.status == 429


# --- O-094 ---


def test_o094_the_owner_gets_in_from_a_browser_she_has_used_before(provider, rp, siti, services, clock):
    at_login(provider, rp).sign_in(siti)
    clock.advance(minutes=5)
    for _ in range(30):
        guess(services, "siti@contoh.id", policy=PRODUCTION)
    assert guess(services, "siti@contoh.id", siti.password).refusal is Refusal.THROTTLED
    visitor = at_login(provider, signed_out(provider, rp))
    assert visitor.password("siti@contoh.id", siti.password).page == "mfa"


def test_o094_a_password_alone_makes_no_browser_known(services, siti):
    assert guess(services, "siti@contoh.id", siti.password, browser=ELSEWHERE)
    for _ in range(5):
        guess(services, "siti@contoh.id", browser=HOME)
    assert guess(services, "siti@contoh.id", siti.password, browser=ELSEWHERE).refusal is Refusal.THROTTLED


# --- O-095, O-096 ---


def register_up_to_password(provider):
    visitor = Visitor(provider).open("/register")
    visitor.press("register-submit", **SITI)
    visitor.press("register-submit", phone_number="081299990000")
    assert visitor.step == "password"
    return visitor


@pytest.mark.parametrize("given", ["password", "kuda123", "SitiAminah17", "x" * 257, ""])
def test_o095_a_weak_password_is_refused_with_its_reason(provider, given):
    visitor = register_up_to_password(provider).press("register-submit", password=given)
    assert (visitor.status, visitor.step) == (400, "password")
    assert 'id="password-error"' in visitor.text


@pytest.mark.parametrize("given", ["  empat kuda makan rumput ", "z7Qp" * 16, "🐎 kuda hujan 🌧️ durian"])
def test_o095_long_ones_spaces_and_pictures_pass(provider, given):
    assert register_up_to_password(provider).press("register-submit", password=given).step == "authenticator"


def test_o096_a_megabyte_is_refused_before_hashing(provider, rp, siti):
    visitor = at_login(provider, rp)
    started = time.process_time()
    visitor.password("siti@contoh.id", "x" * 1_000_000)
    assert time.process_time() - started < 1
    assert visitor.status in (400, 413)


@pytest.mark.parametrize("given", ["x" * 257, "kata\x00sandi"])
def test_o096_what_cannot_be_a_password_is_never_hashed(provider, rp, siti, given):
    visitor = at_login(provider, rp).password("siti@contoh.id", given)
    assert visitor.status == 400
    assert rows(provider.services, BrowserSession) == []


# --- O-097 ---


FEW = replace(PRODUCTION, network=windowed(3, timedelta(minutes=15)))


def test_o094_a_network_that_is_stopped_holds_nothing_against_those_in_it(services, siti):
    for n in range(3):
        guess(services, f"orang{n}@contoh.id", policy=FEW)
    for _ in range(6):
        assert guess(services, "siti@contoh.id", siti.password, policy=FEW).refusal is Refusal.THROTTLED
    assert guess(services, "siti@contoh.id", siti.password, policy=FEW, network="198.51.100.0/24")


def test_o097_a_network_that_sprays_is_stopped(services, siti):
    reasons = [guess(services, f"orang{n}@contoh.id", policy=FEW).refusal for n in range(5)]
    assert reasons == [Refusal.UNKNOWN] * 3 + [Refusal.THROTTLED] * 2
    assert (
        guess(services, "orang9@contoh.id", policy=FEW, network="198.51.100.0/24").refusal is Refusal.UNKNOWN
    )


# --- one eligibility question ---


@pytest.mark.parametrize("status", ["locked", "closed"])
def test_a_locked_account_is_told_so_only_to_who_knows_its_password(services, siti, status):
    with services.database.unit_of_work() as db:
        db.get_one(Account, siti.account_id).status = status
    assert guess(services, "siti@contoh.id").refusal is Refusal.PASSWORD
    assert guess(services, "siti@contoh.id", siti.password).refusal is Refusal.LOCKED


def test_citizens_and_operators_have_doors_of_their_own(services, siti):
    with services.database.unit_of_work() as db:
        operator = enrolment.create_operator(
            db,
            services.tree,
            display_name="Admin",
            role="super",
            agency_id=None,
            identifier="siti@contoh.id",
            password_hash=passwords.hashed(services.hasher, "kata sandi pengelola"),
            now=services.clock(),
        )
    assert guess(services, "siti@contoh.id", "kata sandi pengelola").refusal is Refusal.PASSWORD
    assert guess(services, "siti@contoh.id", siti.password, kind="operator").refusal is Refusal.PASSWORD
    signed_in = guess(services, "siti@contoh.id", "kata sandi pengelola", kind="operator")
    assert (signed_in.account_id, signed_in.citizen_id) == (operator, None)
    with services.database.unit_of_work() as db:
        assert may_sign_in(db.get_one(Account, operator), "citizen") is Refusal.UNKNOWN


def test_an_outdated_hash_is_made_anew(services, siti, monkeypatch):
    before = next(a.password_hash for a in rows(services, Account) if a.id == siti.account_id)
    monkeypatch.setattr(Hashes, "outdated", lambda _self, _stored: True)
    assert guess(services, "siti@contoh.id", siti.password)
    after = next(a.password_hash for a in rows(services, Account) if a.id == siti.account_id)
    assert after != before
    with services.hasher.place() as hashes:
        assert passwords.is_right(hashes, after, siti.password)
