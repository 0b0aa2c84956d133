"""Taking away really at the same time, in several browsers: the last way in and the last contact stay (O-109)."""

import pytest

from idp.domain.authenticators import factors, passkeys, totp, ways_in
from idp.domain.authenticators.models import RecoveryCode
from idp.domain.citizens import contacts
from idp.domain.citizens.models import Account, Citizen
from idp.domain.messages.channels import Channel
from idp.protocol.oauth.values import b64url
from tests import factories
from tests.support import passkeys as ceremony
from tests.support.race import race
from tests.support.telephones import switch_on
from tests.visitor import Visitor, letters

ROUNDS = 4
AUTHENTICATORS = "/me/security/authenticator"


def secret_of(browser):
    browser.get("/me")
    secret = browser.cookie("__Host-gerbang-browser")
    assert secret is not None
    return b64url(browser.provider.services.tree.mac("csrf", secret.encode()))


def post(provider, citizen, path, **fields):
    """A browser of its own, signed in, with a form that is ready to be sent."""
    browser = provider.browser().sign_in(citizen)
    pairs = {"csrf_token": secret_of(browser), **fields}
    return lambda: browser.post(path, data=pairs).status


def standing(services, citizen):
    with services.database.unit_of_work() as db:
        return ways_in.read(db, citizen.account_id)


def known(services, citizen):
    with services.database.unit_of_work() as db:
        row = db.get_one(Citizen, citizen.citizen_id)
        return contacts.of(db, services.tree.vault.open(row.id, row.data_key), row.id)


def test_of_two_applications_removed_at_once_one_stays(provider, services):
    for number in range(ROUNDS):
        citizen = factories.a_citizen(services, "Siti", f"993374450190001{number}", signs_in=True)
        with services.database.unit_of_work() as db:
            seal = services.tree.vault.system("factor")
            totp.enrol(db, seal, citizen.account_id, totp.new_secret(), services.clock(), name="dua")
        with services.database.unit_of_work() as db:
            ids = [each.id for each in factors.of(db, citizen.account_id, totp.KIND)]
        answers = race([post(provider, citizen, AUTHENTICATORS, remove=str(each)) for each in ids])
        assert sorted(answers) == [303, 409]
        assert standing(services, citizen).factors == ("totp",)


def test_of_two_passkeys_without_a_password_removed_at_once_one_stays(provider, services):
    citizen = factories.a_citizen(services, signs_in=True, authenticator=False)
    for name in ("satu", "dua"):
        ceremony.add(services, citizen, name=name)
    with services.database.unit_of_work() as db:
        db.get_one(Account, citizen.account_id).password_hash = None
        db.add(RecoveryCode(account_id=citizen.account_id, digest=bytes(32), created_at=services.clock()))
        ids = [each.id for each in passkeys.of_account(db, citizen.account_id)]
    paths = [f"/me/security/passkeys/{each}" for each in ids]
    answers = race([post(provider, citizen, path, action="remove") for path in paths])
    assert sorted(answers) == [303, 409]
    assert standing(services, citizen).enough


def test_a_passkey_and_the_password_given_up_at_once_leave_a_way_in(provider, services):
    citizen = factories.a_citizen(services, signs_in=True, authenticator=False)
    for name in ("satu", "dua"):
        ceremony.add(services, citizen, name=name)
    with services.database.unit_of_work() as db:
        (first, _second) = passkeys.of_account(db, citizen.account_id)
    answers = race(
        [
            post(provider, citizen, f"/me/security/passkeys/{first.id}", action="remove"),
            post(provider, citizen, "/me/security/passkeys/password"),
        ]
    )
    assert sorted(answers) == [303, 409]
    assert standing(services, citizen).enough


def confirmed_removal(provider, citizen, contact):
    """A browser at the last step of a removal: the code of the contact itself is typed."""
    browser = provider.browser().sign_in(citizen)
    visitor = Visitor(provider, browser).open(f"/me/contacts/{contact.id}")
    form = visitor.answer.forms["remove-form"]
    visitor.send(form.action, form.filled("contact-remove"))
    visitor.press("hold-code")
    code = next(each for each in reversed(letters(provider)) if "code" in each["context"])["context"]["code"]
    pairs = dict(visitor.form.filled("contact-submit", code=code))
    action = visitor.form.action
    return lambda: browser.post(action, data=pairs).status


def test_of_two_contacts_removed_at_once_one_stays(provider, services):
    for number in range(ROUNDS):
        citizen = factories.a_citizen(
            services,
            "Siti",
            f"993374450190001{number}",
            signs_in=True,
            email=f"siti{number}@contoh.id",
            phone_number=f"08123456789{number}",
            phone_confirmed=True,
        )
        both = known(services, citizen)
        answers = race([confirmed_removal(provider, citizen, each) for each in both])
        assert sorted(answers) in ([303, 409], [303, 404]), answers
        assert len(known(services, citizen)) == 1


def test_the_number_of_the_codes_and_the_application_removed_at_once_leave_a_factor(provider, services):
    for number in range(ROUNDS):
        citizen = factories.a_citizen(
            services,
            "Siti",
            f"993374450190001{number}",
            signs_in=True,
            email=f"siti{number}@contoh.id",
            phone_number=f"08123456789{number}",
            phone_confirmed=True,
        )
        switch_on(services, citizen, Channel.SMS)
        phone = next(each for each in known(services, citizen) if each.kind == "phone")
        with services.database.unit_of_work() as db:
            (application,) = factors.of(db, citizen.account_id, totp.KIND)
        answers = race(
            [
                confirmed_removal(provider, citizen, phone),
                post(provider, citizen, AUTHENTICATORS, remove=str(application.id)),
            ]
        )
        assert sorted(answers) == [303, 409]
        assert standing(services, citizen).enough


@pytest.fixture(autouse=True)
def quiet(provider):
    """Nothing waits in the outbox from before."""
    letters(provider)
