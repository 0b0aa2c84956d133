"""Closing an account: a day to think, then the key of the data is destroyed (features G8; ADR 0024)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from idp import changes as waiting_changes
from idp.domain.account import closing
from idp.domain.authenticators.models import Factor, RecoveryCode
from idp.domain.citizens import identifiers
from idp.domain.citizens.identifiers import Kind
from idp.domain.citizens.models import Account, Citizen, Contact, Identifier
from idp.domain.events.models import Outbox
from tests import factories
from tests.rp import RP
from tests.visitor import Visitor, letters

ADDRESS = "/me/close"


@pytest.fixture
def siti(services):
    return factories.a_citizen(services, signs_in=True)


@pytest.fixture
def page(provider, siti):
    return Visitor(provider).open(ADDRESS).sign_in(siti)


def ask(page):
    form = page.answer.forms["close-form"]
    return page.send(form.action, form.filled("close-submit", tick=("yes",)))


def rows(services, model, **where):
    with services.database.unit_of_work() as db:
        return db.scalars(select(model).filter_by(**where)).all()


def closed(services, clock, page):
    ask(page)
    clock.advance(hours=24, minutes=1)
    assert waiting_changes.apply_due(services) == 1


def test_it_is_explained_and_needs_the_tick(provider, page):
    assert page.page == "account-close"
    form = page.answer.forms["close-form"]
    with provider.unchanged():
        page.send(form.action, form.filled("close-submit"))
    assert page.status == 400
    assert 'id="understood-error"' in page.text


def test_it_waits_a_day_and_is_called_off_by_the_link(provider, services, siti, page, clock):
    letters(provider)
    assert ask(page).page == "account"
    asked = letters(provider)
    assert {letter["template"] for letter in asked} == {"change_asked"}
    assert page.open(ADDRESS).page == "account-close"
    assert "close-form" not in page.answer.forms, "it is not asked for twice"
    link = asked[0]["context"]["cancel_url"].removeprefix(services.settings.issuer)
    stranger = Visitor(provider).open(link)
    form = next(iter(stranger.answer.forms.values()))
    stranger.send(form.action, form.filled(next(iter(form.buttons), None)))
    clock.advance(days=2)
    assert waiting_changes.apply_due(services) == 0
    assert rows(services, Account, id=siti.account_id)[0].status == "active"


def test_then_everything_ends(provider, services, siti, page, clock):
    told = factories.a_client(services, "told", backchannel_logout_uri="https://agency.example/bc")
    rp = RP(provider, told)
    tokens = rp.tokens(siti, scope="openid email offline_access")
    letters(provider)
    closed(services, clock, page)
    citizen = rows(services, Citizen, id=siti.citizen_id)[0]
    account = rows(services, Account, id=siti.account_id)[0]
    assert (citizen.data_key, account.password_hash, account.status) == (None, None, "closed")
    assert citizen.erased_at is not None
    assert rows(services, Contact, citizen_id=siti.citizen_id) == []
    assert rows(services, RecoveryCode, account_id=siti.account_id) == []
    assert all(f.removed_at and not f.secret for f in rows(services, Factor, account_id=siti.account_id))
    assert rp.refresh(tokens["refresh_token"]).error == "invalid_grant"
    assert page.browser.get("/me").location == "/signin?next=/me"
    assert Visitor(provider).open("/me").password(siti.email, siti.password).page == "login"
    sent = letters(provider)
    assert "account_closed" in {letter["template"] for letter in sent}


def test_agencies_hear_of_the_end_of_the_session(provider, services, siti, clock):
    client = factories.a_client(services, "told", backchannel_logout_uri="https://agency.example/bc")
    rp = RP(provider, client)
    rp.tokens(siti)
    with services.database.unit_of_work() as db:
        closing.close(
            db, services.tree.vault.system("pii"), db.get_one(Citizen, siti.citizen_id), services.clock()
        )
    with services.database.unit_of_work() as db:
        kinds = set(db.scalars(select(Outbox.kind)))
    assert "logout" in kinds


def test_what_stays_is_a_tombstone_that_signs_nobody_in(services, siti, page, clock):
    closed(services, clock, page)
    left = rows(services, Identifier, account_id=siti.account_id)
    assert [(each.kind, each.login) for each in left] == [("nik", False)]
    digest = identifiers.digest(services.tree.blind_index, Kind.NIK, "9933744501900001")
    with services.database.unit_of_work() as db:
        assert closing.level_before(db, digest) == "ial1"
    again = factories.a_citizen(services, signs_in=True)
    assert again.account_id != siti.account_id
    with services.database.unit_of_work() as db:
        assert identifiers.account_of(db, Kind.NIK, digest) == again.account_id


def test_the_address_is_free_for_others(services, siti, bob, page, clock):
    closed(services, clock, page)
    digest = identifiers.digest(services.tree.blind_index, Kind.EMAIL, "siti@contoh.id")
    with services.database.unit_of_work() as db:
        assert identifiers.account_of(db, Kind.EMAIL, digest) is None


def test_not_without_a_fresh_sign_in(provider, page, clock):
    pairs = page.answer.forms["close-form"].filled("close-submit", tick=("yes",))
    clock.advance(minutes=6)
    with provider.unchanged():
        assert page.browser.post(ADDRESS, data=dict(pairs)).location == f"/signin?next={ADDRESS}&fresh=1"
