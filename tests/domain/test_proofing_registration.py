"""Registration through its pages, against the registry as it is and as it fails."""

import re

import pytest
from sqlalchemy import func, select

from idp.domain.audit.models import AuditPending
from idp.domain.authenticators import recovery_codes, totp
from idp.domain.citizens import profile
from idp.domain.citizens.models import Account, Citizen, RegistrationDraft
from idp.domain.events.models import Outbox
from idp.domain.sessions.models import BrowserSession
from idp.protocol.oidc import acr
from tests import factories
from tests.rp import RP, Provider
from tests.support import registry_simulator
from tests.support.race import race
from tests.visitor import Visitor, letters

SITI = {
    "nik": "9974115705940001",
    "name": "Siti Aminah",
    "birth_day": "17",
    "birth_month": "5",
    "birth_year": "1994",
}
PASSWORD = "empat kuda makan rumput"


@pytest.fixture(scope="module")
def running_simulator():
    with registry_simulator.running() as running:
        yield running


@pytest.fixture
def simulator(running_simulator):
    running_simulator.faults()
    yield running_simulator
    running_simulator.faults()


@pytest.fixture
def services(database_url, tmp_path, clock, simulator):
    wired = factories.a_deployment(
        database_url,
        tmp_path,
        clock,
        population_registry_url=simulator.url,
        population_registry_key=simulator.key,
    )
    yield wired
    wired.close()


@pytest.fixture
def provider(services):
    return Provider(services)


def identity(provider, path="/register", **overrides):
    return Visitor(provider).open(path).press("register-submit", **SITI | overrides)


def contact(visitor, email="siti@contoh.id", **more):
    visitor.press("register-submit", email=email, **more)
    if email:
        assert visitor.step == "code"
        code = next(le for le in reversed(letters(visitor.provider)) if le["template"] == "email_code")
        visitor.press("register-submit", code=code["context"]["code"])
    assert visitor.step == "password"
    return visitor


def authenticator(visitor):
    visitor.press("register-submit", password=PASSWORD)
    assert visitor.step == "authenticator"
    return re.search(r'id="totp-secret">([^<]+)<', visitor.text)[1].replace(" ", "")


def finish(visitor, secret):
    code = totp.code_at(secret, totp.step_at(visitor.provider.services.clock()))
    visitor.press("register-submit", otp=code)
    assert visitor.step == "recovery"
    return re.findall(r"<li>((?:[0-9A-Z]{4}-){3}[0-9A-Z]{4})", visitor.text)


def the(services, model):
    with services.database.unit_of_work() as db:
        return db.scalars(select(model)).one()


def count(services, model):
    with services.database.unit_of_work() as db:
        return db.scalar(select(func.count()).select_from(model))


def test_from_an_agency_to_a_checked_account_and_back(provider, services):
    rp = RP(provider, factories.a_client(services))
    start = Visitor(provider, rp.browser).open(rp.authorize().location)
    uid = start.path.rsplit("/", 1)[1]
    visitor = Visitor(provider, rp.browser).open(f"/register?uid={uid}")
    assert "Layanan tax" in visitor.text
    visitor.press("register-submit", **SITI)
    secret = authenticator(contact(visitor, phone_number="0812 3456 7890"))
    assert count(services, Account) == 0, "nothing exists before the last proof"
    codes = finish(visitor, secret)
    assert len(set(codes)) == 10
    row = the(services, Citizen)
    assert (row.ial, row.proofing, row.locale) == ("ial1", "verified", "id")
    session = the(services, BrowserSession)
    assert (session.acr, session.amr) == (acr.AAL2, "pwd otp mfa")
    with services.database.unit_of_work() as db:
        values = profile.read(db, services.tree.vault.open(row.id, row.data_key), row.id)
        assert recovery_codes.left(db, row.account_id) == 10
        names = set(db.scalars(select(AuditPending.event)))
    assert values["id_address"].value["rt"] == "004"
    assert values["email"].verified_at is not None
    assert values["phone_number"].verified_at is None
    assert {
        "AccountRegistered",
        "IdentityVerified",
        "FactorEnrolled",
        "RecoveryCardIssued",
        "SignedIn",
    } <= names
    visitor.press("register-submit")
    assert visitor.status == 400, "the card must be kept first"
    visitor.press("register-submit", tick=("yes",))
    assert "Akun Anda siap, Siti Aminah" in visitor.text
    assert f'href="/interaction/{uid}"' in visitor.text
    assert visitor.open(f"/interaction/{uid}").page == "consent"
    assert visitor.open("/register").step == "identity", "the card is never shown again"
    assert the(services, RegistrationDraft).sealed == b""
    assert [letter["template"] for letter in letters(provider)] == ["welcome"]


def test_the_new_account_signs_in_with_what_was_chosen(provider, services, clock):
    visitor = identity(provider)
    secret = authenticator(contact(visitor))
    codes = finish(visitor, secret)
    clock.advance(minutes=1)
    rp = RP(provider, factories.a_client(services))
    other = Visitor(provider, rp.browser).open(rp.authorize().location).password("siti@contoh.id", PASSWORD)
    other.press("mfa-other").press("mfa-submit", recovery_code=codes[4])
    assert other.page == "consent"


def test_o1_one_name_is_enough(provider):
    visitor = identity(
        provider, nik="9976020606690001", name="Slamet", birth_day="6", birth_month="6", birth_year="1969"
    )
    assert visitor.step == "contact"


def test_titles_are_no_hindrance(provider):
    assert identity(provider, name="Hj. Siti Aminah, S.Pd.").step == "contact"


def test_e3_an_odd_number_is_no_ground_for_refusal(provider):
    visitor = identity(
        provider,
        nik="9977025002780001",
        name="Joko Purnomo",
        birth_day="10",
        birth_month="2",
        birth_year="1978",
    )
    assert visitor.step == "contact" or "Tidak cocok" in visitor.text
    assert visitor.status == 200


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"nik": "123"}, "nik"),
        ({"nik": "99741157059400xx"}, "nik"),
        ({"name": ""}, "name"),
        ({"name": "Siti 2"}, "name"),
        ({"birth_day": "31", "birth_month": "2"}, "birthdate"),
        ({"birth_year": "2090"}, "birthdate"),
        ({"birth_year": "abcd"}, "birthdate"),
        ({"birth_year": "9" * 30}, "birthdate"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_kept(provider, services, wrong, field):
    visitor = identity(provider, **wrong)
    assert (visitor.status, visitor.step) == (400, "identity")
    assert f'id="{field}-error"' in visitor.text
    assert 'value="17"' in visitor.text or "birth_day" in wrong
    assert count(services, RegistrationDraft) == 0


def test_e2_a_mismatch_is_shown_per_field_with_a_way_on(provider):
    visitor = identity(provider, name="Siti Aminahh", birth_day="18")
    assert 'data-match="mismatch"' in visitor.text
    assert visitor.text.count('data-match="match"') >= 1
    assert "18 Mei 1994" in visitor.text
    assert "1994-05-17" not in visitor.text
    again = visitor.open("/register?step=identity")
    assert again.step == "identity"
    assert again.press("register-submit", **SITI).step == "contact"


def test_the_registry_cannot_be_guessed_at_without_end(provider):
    visitor = identity(provider, birth_day="1")
    for day in range(2, 6):
        visitor.open("/register?step=identity").press("register-submit", **SITI | {"birth_day": str(day)})
    visitor.open("/register?step=identity").press("register-submit", **SITI)
    assert visitor.status == 429
    assert "Terlalu banyak percobaan" in visitor.text


def test_an_inactive_number_ends_with_ways_on(provider, services):
    visitor = identity(
        provider,
        nik="9973014505910001",
        name="Lina Marlina",
        birth_day="5",
        birth_month="5",
        birth_year="1991",
    )
    assert "tidak aktif" in visitor.text
    assert "/help#contact" in visitor.text
    assert count(services, Account) == 0


@pytest.mark.parametrize("fault", [{"outage": True}, {"latency_ms": 2500}, {"quota": 0}])
def test_e7_with_the_registry_away_registration_goes_on_and_the_check_is_queued(
    provider, services, simulator, fault
):
    simulator.faults(**fault)
    visitor = identity(provider)
    assert visitor.step == "later"
    visitor.press("register-submit")
    finish(visitor, authenticator(contact(visitor)))
    visitor.press("register-submit", tick=("yes",))
    assert "belum diperiksa" in visitor.text
    row = the(services, Citizen)
    assert (row.ial, row.proofing) == ("ial0", "pending")
    with services.database.unit_of_work() as db:
        assert db.scalars(select(Outbox.kind).where(Outbox.kind == "proofing")).all() == ["proofing"]


def test_someone_without_email_registers_with_a_phone(provider, services):
    visitor = identity(provider)
    visitor.press("register-submit", email="", phone_number="")
    assert visitor.status == 400
    finish(visitor, authenticator(contact(visitor, email="", phone_number="081234567890")))
    assert count(services, Account) == 1


def test_a_wrong_code_by_mail_goes_no_further(provider):
    visitor = identity(provider).press("register-submit", email="siti@contoh.id")
    right = letters(provider)[0]["context"]["code"].replace(" ", "")
    for _ in range(5):
        visitor.press("register-submit", code=f"{(int(right) + 1) % 1000000:06d}")
        assert visitor.step == "code"
    assert visitor.press("register-submit", code=right).step == "code"


def test_changing_the_address_asks_for_a_new_code(provider, clock):
    visitor = identity(provider).press("register-submit", email="siti@contoh.id")
    old = letters(provider)[0]["context"]["code"]
    visitor.open("/register?step=contact").press("register-submit", email="lain@contoh.id")
    assert visitor.step == "code"
    assert "lain@contoh.id" in visitor.text
    new = letters(provider)[0]
    assert new["to"] == "lain@contoh.id"
    if old != new["context"]["code"]:
        assert visitor.press("register-submit", code=old).step == "code"


def test_d8_a_number_with_an_account_stops_neutrally_and_its_owner_is_told(provider, services):
    factories.a_citizen(services, nik=SITI["nik"])
    visitor = identity(provider)
    assert "Pendaftaran tidak bisa dilanjutkan di sini" in visitor.text
    told = letters(provider)
    assert [(letter["template"], letter["to"]) for letter in told] == [
        ("registration_attempt", "siti@contoh.id")
    ]
    assert count(services, Account) == 1
    assert identity(provider, birth_day="18").page == "register", "a wrong date says nothing about accounts"


def test_d8_two_registrations_of_one_number_at_once_make_one_account(provider, services):
    visitors, secrets = [], []
    for n in range(2):
        visitor = identity(provider)
        secrets.append(authenticator(contact(visitor, email=f"siti{n}@contoh.id")))
        visitors.append(visitor)
    step = totp.step_at(services.clock())
    race(
        [
            lambda v=v, s=s: v.press("register-submit", otp=totp.code_at(s, step))
            for v, s in zip(visitors, secrets, strict=True)
        ]
    )
    assert sorted(visitor.step for visitor in visitors) == ["", "recovery"]
    assert count(services, Account) == 1
    assert count(services, BrowserSession) == 1


def test_the_language_of_registration_is_the_account_s(provider, services):
    visitor = Visitor(provider).open("/register?ui_locales=en")
    assert "Who are you?" in visitor.text
    visitor.press("register-submit", **SITI)
    visitor.press("register-submit", email="siti@contoh.id")
    letter = letters(provider)[0]
    assert letter["language"] == "en"
    visitor.press("register-submit", code=letter["context"]["code"])
    finish(visitor, authenticator(visitor))
    assert the(services, Citizen).locale == "en"


def test_the_card_is_shown_to_nobody_who_is_not_signed_in(provider):
    visitor = identity(provider)
    codes = finish(visitor, authenticator(contact(visitor)))
    visitor.browser.http.delete_cookie("__Host-gerbang", domain="localhost")
    visitor.open("/register")
    assert codes[0] not in visitor.text
    assert visitor.step == "identity"


def test_a_draft_expires_and_its_cookie_is_worth_nothing(provider, clock):
    visitor = identity(provider)
    clock.advance(hours=25)
    assert visitor.open("/register").step == "identity"
    assert SITI["nik"] not in visitor.text


def test_cancelling_forgets_what_was_typed(provider, services):
    visitor = identity(provider)
    visitor.open("/register/cancel")
    assert the(services, RegistrationDraft).sealed == b""
    assert visitor.open("/register").step == "identity"


def test_production_refuses_synthetic_numbers(database_url, tmp_path, clock, simulator, monkeypatch):
    settings = {
        "mode": "production",
        "issuer": "https://masuk.example",
        "smtp_url": "smtp://127.0.0.1:25",
        "master_key": "A" * 43,
    }
    wired = factories.a_deployment(database_url, tmp_path, clock, **settings)
    monkeypatch.setattr(factories, "ISSUER", "https://localhost")
    visitor = Visitor(Provider(wired)).open("/register")
    visitor.press("register-submit", **SITI)
    assert visitor.status == 400
    assert "uji coba" in visitor.text
    wired.close()
