"""What registration refuses, slows down, forgets, and tells nobody."""

import pytest
from sqlalchemy import select

from idp.domain.account import closing
from idp.domain.authenticators import totp
from idp.domain.citizens.models import Account, Citizen, RegistrationDraft
from idp.domain.sessions.models import BrowserSession
from tests import factories
from tests.newcomer import SITI, authenticator, contact, count, finish, identity, the
from tests.rp import Provider
from tests.support.race import race
from tests.visitor import Visitor, letters


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


def test_the_registry_cannot_be_guessed_at_without_end(provider):
    visitor = identity(provider, birth_day="1")
    for day in range(2, 6):
        visitor.open("/register?step=identity").press("register-submit", **SITI | {"birth_day": str(day)})
    visitor.open("/register?step=identity").press("register-submit", **SITI)
    assert visitor.status == 429
    assert "Terlalu banyak percobaan" in visitor.text


def test_o094_wrong_questions_from_elsewhere_keep_nobody_from_registering(provider):
    statuses = []
    for number in range(24):
        visitor = Visitor(provider).open("/register")
        pairs = visitor.form.filled("register-submit", **SITI | {"birth_day": "1"})
        far = {"REMOTE_ADDR": f"198.51.{number}.7"}
        visitor.send(visitor.form.action, pairs, environ_overrides=far)
        statuses.append(visitor.sent.status)
    assert statuses[0] == 303
    assert statuses[-1] == 429, "nobody is told any more which field was wrong"
    assert identity(provider).step == "contact"


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
    for _ in range(3):
        identity(provider)
    assert len(letters(provider)) == 2, "three a day are enough to know, whoever goes on asking"


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


def a_closed_account(services, level="ial1"):
    siti = factories.a_citizen(services, nik=SITI["nik"])
    with services.database.unit_of_work() as db:
        row = db.get_one(Citizen, siti.citizen_id)
        row.ial = level
        closing.close(db, services.tree.vault.system("pii"), row, services.clock())


def test_whoever_closed_an_account_is_told_and_may_register_again(provider, services):
    a_closed_account(services)
    visitor = identity(provider)
    assert visitor.step == "contact"
    assert "NIK ini pernah punya akun" in visitor.text
    finish(visitor, authenticator(contact(visitor)))
    with services.database.unit_of_work() as db:
        (again,) = db.scalars(select(Citizen).where(Citizen.erased_at.is_(None))).all()
    assert again.ial == "ial1"


def test_whoever_was_known_more_surely_comes_to_a_counter(provider, services):
    a_closed_account(services, "ial2")
    visitor = identity(provider)
    assert "loket dengan KTP" in visitor.text
    assert count(services, RegistrationDraft) == 0
    assert "loket" not in identity(provider, birth_day="1").text, "a wrong date says nothing about accounts"
