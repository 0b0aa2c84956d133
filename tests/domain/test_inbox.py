"""Telling a citizen: on every confirmed contact or the preferred one, and always in their own inbox (T1, T2)."""

import pytest
from sqlalchemy import select

from idp.domain.messages import inbox
from idp.domain.messages.models import InboxMessage
from idp.domain.proofing import contact
from tests import factories
from tests.visitor import Visitor, letters

SESSIONS = "https://masuk.example/me/sessions"
NEW = {
    "device": "Chrome di Android",
    "place": "",
    "at": "24 November 2026, 12.00 WIB",
    "sessions_url": SESSIONS,
}


@pytest.fixture
def siti(services):
    return factories.a_citizen(services, signs_in=True, phone_confirmed=True)


def write(services, citizen, template="new_sign_in", context=NEW):
    with services.database.unit_of_work() as db:
        return contact.write(
            db,
            services.tree,
            citizen.citizen_id,
            template,
            context,
            services.clock(),
            help_url="https://masuk.example/help",
        )


def test_what_guards_the_account_goes_to_every_confirmed_contact(provider, services, siti):
    assert write(services, siti)
    assert [(each["channel"], each["to"]) for each in letters(provider)] == [
        ("email", siti.email),
        ("sms", "+6281234567890"),
    ]


def test_the_rest_goes_to_the_preferred_one(provider, services, siti):
    write(services, siti, "welcome", {"account_url": "https://masuk.example/me"})
    assert [each["channel"] for each in letters(provider)] == ["email"]


def test_without_a_confirmed_contact_it_waits_in_the_inbox(provider, services):
    budi = factories.a_citizen(services, "Budi", "9933744501850002", email_confirmed=False)
    assert not write(services, budi)
    assert letters(provider) == []
    with services.database.unit_of_work() as db:
        assert inbox.unread(db, budi.citizen_id) == 1


def test_the_inbox_is_sealed(services, siti):
    write(services, siti)
    with services.database.unit_of_work() as db:
        (row,) = db.scalars(select(InboxMessage))
    assert b"Android" not in row.sealed


def test_the_citizen_reads_it_and_nobody_else(provider, services, siti):
    write(services, siti)
    visitor = Visitor(provider, provider.browser().sign_in(siti)).open("/me")
    assert 'id="unread"' in visitor.text
    visitor.open("/me/inbox")
    assert "Ada yang masuk dari perangkat baru" in visitor.text
    with services.database.unit_of_work() as db:
        notice = db.scalars(select(InboxMessage)).one()
    visitor.open(f"/me/inbox/{notice.id}")
    assert "Chrome di Android" in visitor.text
    assert f'href="{SESSIONS}"' in visitor.text
    assert 'id="unread"' not in visitor.open("/me").text
    budi = factories.a_citizen(services, "Budi", "9933744501850002", signs_in=True)
    other = Visitor(provider, provider.browser().sign_in(budi)).open(f"/me/inbox/{notice.id}")
    assert other.status == 404


def test_all_of_it_is_marked_read_at_once(provider, services, siti):
    for _ in range(3):
        write(services, siti)
    visitor = Visitor(provider, provider.browser().sign_in(siti)).open("/me/inbox")
    page = visitor.answer.forms["inbox-form"]
    visitor.send(page.action, page.filled("inbox-read"))
    with services.database.unit_of_work() as db:
        assert inbox.unread(db, siti.citizen_id) == 0


def test_who_writes_in_our_name_is_public(provider):
    visitor = Visitor(provider).open("/senders")
    assert "GERBANG" in visitor.text
    assert "no-reply@localhost" in visitor.text
