"""Registration through its pages, against the registry as it is and as it fails."""

import pytest
from sqlalchemy import select

from idp.domain.audit.models import AuditPending
from idp.domain.authenticators import recovery_codes
from idp.domain.citizens import profile
from idp.domain.citizens.models import Account, Citizen, RegistrationDraft
from idp.domain.events.models import Outbox
from idp.domain.sessions.models import BrowserSession
from idp.protocol.oidc import acr
from tests import factories
from tests.newcomer import PASSWORD, SITI, authenticator, contact, count, finish, identity, the
from tests.rp import RP
from tests.visitor import Visitor, letters


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
    assert other.page == "outcome"
    assert other.open(other.path.removesuffix("/new-factor")).page == "consent"


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


def test_e2_a_mismatch_is_shown_per_field_with_a_way_on(provider):
    visitor = identity(provider, name="Siti Aminahh", birth_day="18")
    assert 'data-match="mismatch"' in visitor.text
    assert visitor.text.count('data-match="match"') >= 1
    assert "18 Mei 1994" in visitor.text
    assert "1994-05-17" not in visitor.text
    assert "Tanggal di NIK berbeda" in visitor.text, "a reason, not a refusal (features E3)"
    again = visitor.open("/register?step=identity")
    assert again.step == "identity"
    assert again.press("register-submit", **SITI).step == "contact"


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
