"""Signing in by QR with another phone (features C8; RFC 10027): who shows the code gets no more than it says."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from idp.domain.sessions import cross_device
from idp.domain.sessions.models import BrowserSession, CrossDeviceRequest
from idp.protocol.oidc import acr
from idp.web.cookies import SESSION
from tests import factories
from tests.answers import Answer
from tests.visitor import Visitor, letters

FIREFOX = {"User-Agent": "Mozilla/5.0 (X11; Linux) Firefox/132"}


@pytest.fixture
def siti(services):
    return factories.a_citizen(services, signs_in=True)


@pytest.fixture
def phone(provider, siti, clock):
    """Siti's phone, signed in ten minutes ago."""
    found = Visitor(provider, provider.browser().sign_in(siti))
    clock.advance(minutes=10)
    return found


@pytest.fixture
def computer(provider, rp):
    """A computer at the code."""
    return shows_code(Visitor(provider, rp.browser), rp)


def shows_code(visitor, rp, **asked):
    visitor.open(rp.authorize(**asked).location, headers=FIREFOX)
    return visitor.open(visitor.path + "/qr", headers=FIREFOX)


def row(services):
    with services.database.unit_of_work() as db:
        return db.scalars(select(CrossDeviceRequest).order_by(CrossDeviceRequest.started_at.desc())).first()


def code(services):
    return cross_device.code_of(services.tree.vault.system("pii"), row(services))


def scan(phone, services):
    return phone.open(f"/qr/{code(services)}")


def answer(phone, button="approve-allow", tick=(), number=None):
    form = phone.answer.forms["approve-form"]
    pairs = [pair for pair in form.filled(button, tick) if pair[0] != "number"]
    return phone.send(form.action, [*pairs, *([("number", str(number))] if number else [])])


def approve(phone, services, tick=()):
    scan(phone, services)
    assert phone.page == "approve"
    return answer(phone, tick=tick, number=row(services).number)


def state(computer):
    path = re.sub(r"/qr.*", "", computer.path)
    return computer.browser.get(f"{path}/qr/state").json["state"]


def goes_on(computer):
    return computer.open(re.sub(r"/qr.*", "", computer.path) + "/qr", headers=FIREFOX)


def test_the_computer_is_signed_in_when_the_phone_approves(rp, services, siti, phone, computer, clock):
    assert computer.page == "qr"
    assert state(computer) == "waiting"
    scan(phone, services)
    assert phone.page == "approve"
    assert state(computer) == "opened"
    assert f'id="qr-number">{row(services).number}<' in goes_on(computer).text
    approve(phone, services)
    assert "/decided/approved" in phone.path
    assert state(computer) == "approved"
    assert goes_on(computer).page == "consent"
    with services.database.unit_of_work() as db:
        first, second = db.scalars(select(BrowserSession).order_by(BrowserSession.started_at)).all()
    assert (second.acr, second.amr, second.methods) == (acr.AAL2, "mca", "another_device")
    assert second.auth_time == first.auth_time
    assert second.device == "Firefox, Linux"
    assert second.expires_at <= first.expires_at
    letter = next(letter for letter in letters(rp.provider) if letter["template"] == "new_sign_in")
    assert "Firefox, Linux" in str(letter)


def test_the_phone_sees_what_where_and_for_whom(rp, services, phone, computer):
    text = scan(phone, services).text
    for shown in ("Firefox, Linux", "Siti Aminah", 'id="other-place"', "tolak"):
        assert shown in text
    assert str(services.clients.get(rp.client.client_id).name("id")) in text


def test_a_code_shown_elsewhere_says_so(provider, rp, services, phone):
    """Consent phishing: the code on a phishing page comes from the attacker's browser, in the attacker's network."""
    attacker = Visitor(provider, rp.browser)
    far = {"environ_overrides": {"REMOTE_ADDR": "203.0.113.9"}}
    attacker.open(rp.authorize().location)
    attacker.open(attacker.path + "/qr", **far)
    text = scan(phone, services).text
    assert "203.0.113.0/24" in text
    assert "Komputer itu ada di jaringan lain" in text


@pytest.mark.parametrize("seconds", [61, 1200])
def test_a_code_lasts_a_minute(services, phone, computer, clock, seconds):
    text = code(services)
    clock.advance(seconds=seconds)
    assert phone.open(f"/qr/{text}").status == 400
    goes_on(computer)
    assert code(services) != text


def test_a_code_stays_the_same_while_it_is_shown(services, computer, clock):
    text = code(services)
    clock.advance(seconds=30)
    goes_on(computer)
    assert code(services) == text


def test_who_opened_it_has_two_minutes_to_read(services, phone, computer, clock):
    clock.advance(seconds=50)
    scan(phone, services)
    clock.advance(seconds=110)
    scan(phone, services)  # reading again gains no time
    clock.advance(seconds=20)
    assert answer(phone, number=row(services).number).status == 400
    assert row(services).decision is None


def test_only_its_digest_and_a_sealed_text_are_kept(services, computer):
    text = code(services).encode()
    for value in vars(row(services)).values():
        assert not isinstance(value, bytes) or text not in value


@pytest.mark.parametrize("offset", [1, 2])
def test_a_wrong_number_ends_it(services, phone, computer, offset):
    scan(phone, services)
    numbers = [int(number) for number in row(services).choices.split()]
    assert len(set(numbers)) == 3
    wrong = numbers[(numbers.index(row(services).number) + offset) % 3]
    answer(phone, number=wrong)
    assert "/decided/denied" in phone.path
    assert state(computer) == "denied"
    assert "qr-again" in goes_on(computer).text


def test_without_a_number_nothing_is_decided(services, phone, computer):
    scan(phone, services)
    assert answer(phone).status == 400
    assert row(services).decision is None


def test_denied(services, phone, computer, provider):
    scan(phone, services)
    with provider.recorded("CrossDeviceDenied"):
        answer(phone, "approve-deny")
    assert goes_on(computer).browser.cookie(SESSION) is None


def test_another_browser_gets_nothing(provider, rp, services, phone, computer):
    other = shows_code(Visitor(provider), rp)
    stolen = Visitor(provider).open(re.sub(r"/qr.*", "/qr", computer.path))
    assert stolen.status == 400
    mine = computer
    with services.database.unit_of_work() as db:
        digest = db.scalars(select(CrossDeviceRequest.digest)).first()
    assert digest
    del other
    assert mine.browser.cookie(SESSION) is None


def test_an_approval_is_collected_once(provider, services, phone, computer):
    approve(phone, services)
    assert goes_on(computer).page == "consent"
    computer.browser.sign_out()
    path = re.sub(r"/qr.*", "", computer.path)
    assert computer.open(f"{path}/qr").page == "qr"
    assert computer.browser.cookie(SESSION) is None


def test_an_approval_waits_two_minutes_at_most(services, phone, computer, clock):
    approve(phone, services)
    clock.advance(minutes=3)
    assert goes_on(computer).page == "qr"
    assert computer.browser.cookie(SESSION) is None


def test_the_second_account_that_scans_is_too_late(provider, services, phone, computer):
    budi = factories.a_citizen(services, name="Budi Santoso", nik="9933744501900002", signs_in=True)
    scan(phone, services)
    other = Visitor(provider, provider.browser().sign_in(budi))
    assert scan(other, services).status == 400


@pytest.mark.parametrize("end", ["ended", "locked"])
def test_an_approval_falls_with_the_session_or_the_account(services, siti, phone, computer, end):
    approve(phone, services)
    if end == "locked":
        factories.lock(services, siti)
    else:
        factories.sign_out(services, siti)
    goes_on(computer)
    assert computer.browser.cookie(SESSION) is None


@pytest.mark.parametrize("methods", [("password",), ("password", "remembered_device"), ("another_device",)])
def test_a_phone_that_proved_less_proves_more_first(provider, services, siti, phone, computer, methods):
    with services.database.unit_of_work() as db:
        session = db.scalars(select(BrowserSession)).one()
        session.methods, session.acr = " ".join(methods), acr.achieved(methods)
    scan(phone, services)
    assert phone.page in ("login", "mfa")
    assert row(services).opened_at is None


def test_a_shared_phone_approves_nothing(services, phone, computer):
    with services.database.unit_of_work() as db:
        db.scalars(select(BrowserSession)).one().shared = True
    assert scan(phone, services).page == "login"


def test_a_phone_that_is_not_signed_in_signs_in_first(provider, services, computer):
    assert scan(Visitor(provider), services).page == "login"


def test_a_shared_computer_is_treated_as_one(services, phone, computer):
    approve(phone, services, tick=("shared",))
    goes_on(computer)
    with services.database.unit_of_work() as db:
        assert db.scalars(select(BrowserSession.shared).order_by(BrowserSession.started_at)).all() == [
            False,
            True,
        ]


@pytest.mark.parametrize(
    "asked",
    [{"acr_values": acr.AAL3}, {"prompt": "login"}, {"max_age": 60}],
    ids=["aal3", "login", "max_age"],
)
def test_it_is_not_offered_where_it_would_not_be_enough(provider, rp, services, siti, asked):
    visitor = Visitor(provider, rp.browser).open(rp.authorize(**asked).location)
    assert visitor.page == "login"
    assert 'id="login-phone"' not in visitor.text
    assert visitor.open(visitor.path + "/qr").page == "login"
    assert row(services) is None


def test_a_service_that_keeps_apart_is_not_opened_by_it(provider, rp, services):
    factories.amend(services, rp.client.client_id, isolated_sso=True)
    visitor = Visitor(provider, rp.browser).open(rp.authorize().location)
    assert 'id="login-phone"' not in visitor.text


def test_grave_acts_of_the_account_ask_again(provider, services, siti, phone):
    """ASVS 7.5.1: a sign-in that another screen approved changes no factors."""
    computer = Visitor(provider).open("/signin")
    computer.open(computer.path + "/qr")
    approve(phone, services)
    assert goes_on(computer).page == "account"
    computer.open("/me/security/password")
    assert computer.page == "login"
    assert 'id="login-phone"' not in computer.text


def test_o113_the_decision_needs_the_form_of_this_browser(services, phone, computer):
    scan(phone, services)
    pairs = [("number", str(row(services).number)), ("action", "allow")]
    assert phone.send(f"/qr/{code(services)}", pairs).status == 403
    form = phone.open(f"/qr/{code(services)}").answer.forms["approve-form"]
    pairs = [*form.filled("approve-allow"), ("number", str(row(services).number))]
    assert phone.send(form.action, pairs, headers={"Origin": "https://evil.example"}).status == 403
    assert row(services).decision is None


def test_one_account_opens_only_so_many(provider, services, phone, computer):
    for _ in range(20):
        assert scan(phone, services).page == "approve"
    assert scan(phone, services).status == 400


@pytest.mark.parametrize("text", ["x", "q20781aa." + "A" * 43, "s20781aa." + "A" * 43])
def test_codes_nobody_shows(phone, text):
    assert phone.open(f"/qr/{text}").status == 400


def test_parallel_decisions_leave_one(services, phone, computer, siti):
    scan(phone, services)
    text, right = code(services), row(services).number
    with services.database.unit_of_work() as db:
        session = db.scalars(select(BrowserSession)).one()
        db.expunge(session)

    def decide(number):
        with services.database.unit_of_work() as db:
            return cross_device.decide(db, text, session, number, services.clock())

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(decide, [right, None] * 8))
    assert len([outcome for outcome in outcomes if outcome]) == 1


def test_parallel_collections_sign_in_once(services, phone, computer):
    approve(phone, services)
    waiting = row(services)

    def collect(_):
        with services.database.unit_of_work() as db:
            return cross_device.collect(db, waiting.interaction, waiting.browser, services.clock())

    with ThreadPoolExecutor(8) as pool:
        taken = [found for found in pool.map(collect, range(16)) if found]
    assert len(taken) == 1


def test_the_state_is_told_to_nobody_else(provider, computer):
    path = re.sub(r"/qr.*", "", computer.path)
    found: Answer = provider.browser().get(f"{path}/qr/state")
    assert found.status == 400
