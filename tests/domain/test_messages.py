"""Letters: out with the act, by SMTP or into the sandbox's mailbox, once to the reader's eye."""

from datetime import timedelta
from uuid import uuid4

import pytest

from idp.channels import writing
from idp.channels.smtp import Postman
from idp.deliveries import Deliveries
from idp.domain.messages import letters
from idp.domain.messages.letters import Letter
from idp.domain.messages.send import Message, queue
from tests import factories
from tests.support import state
from tests.support.smtp import text_of

CODE = {"code": "493027", "valid_minutes": 10}


@pytest.fixture
def posting(database_url, tmp_path, clock, smtp):
    """A deployment with a mail server."""
    wired = factories.a_deployment(
        database_url, tmp_path, clock, smtp_url=smtp.url, mail_from="Gerbang <surat@gerbang.example>"
    )
    yield wired
    wired.close()


def send(services, **values):
    message = Message(
        **{"to": "siti@contoh.id", "template": "email_code", "context": CODE, "language": "id"} | values
    )
    with services.database.unit_of_work() as db:
        return queue(db, services.tree.vault.system("pii"), message, services.clock())


def test_a_letter_arrives_in_text_and_html_in_the_readers_language(posting, smtp):
    sent = send(posting)
    assert Deliveries(posting).drain() == 1
    (letter,) = smtp.to("siti@contoh.id")
    assert "493027" in letter["Subject"]
    assert "493027" in text_of(letter)
    assert "<html" in letter.get_body(("html",)).get_content()
    assert letter["From"] == "Gerbang <surat@gerbang.example>"
    assert letter["Message-ID"] == f"<{sent.hex}@gerbang.example>"
    assert "Kode" in letter["Subject"]
    send(posting, language="en")
    Deliveries(posting).drain()
    assert "Your" in smtp.to("siti@contoh.id")[1]["Subject"]


def test_a_mail_server_that_is_away_or_busy_is_tried_again_with_the_same_id(posting, smtp, clock):
    send(posting)
    smtp.stop()
    assert Deliveries(posting).drain() == 1
    clock.advance(minutes=1)
    smtp.start()
    smtp.refuse("451 4.3.0 try again later")
    Deliveries(posting).drain()
    assert not smtp.messages
    smtp.refuse(None)
    clock.advance(minutes=1)
    Deliveries(posting).drain()
    assert len(smtp.messages) == 1
    (row,) = state.rows(posting.database, "outbox")
    assert row["attempts"] == 3
    assert row["done_at"] is not None


def test_a_code_that_has_expired_is_not_sent(posting, smtp, clock):
    send(posting, until=clock() + timedelta(minutes=10))
    clock.advance(minutes=10)
    Deliveries(posting).drain()
    assert not smtp.messages
    (row,) = state.rows(posting.database, "outbox")
    assert row["last_error"] == "too_late"


def test_an_address_cannot_write_a_header(posting, smtp):
    send(posting, to="siti@contoh.id\r\nBcc: semua@contoh.id")
    Deliveries(posting).drain()
    assert not smtp.messages
    (row,) = state.rows(posting.database, "outbox")
    assert row["failed_at"] is not None


def test_a_value_cannot_write_markup():
    letter = writing.render(
        Message(to="a@b.id", template="consent_withdrawn", context=_withdrawn("<b>x</b>"))
    )
    assert "<b>x</b>" not in letter.html
    assert "<b>x</b>" in letter.text


def _withdrawn(agency):
    return {"agency": agency, "at": "27 Mei 2024", "services_url": "https://masuk.example/me/services"}


def test_without_a_mail_server_the_sandbox_keeps_letters_sealed(services):
    sent = send(services)
    Deliveries(services).drain()
    seal = services.tree.vault.system("pii")
    with services.database.unit_of_work() as db:
        (kept,) = letters.latest(db, seal)
        assert kept.id == sent
        assert kept.letter.to == "siti@contoh.id"
        assert "493027" in kept.letter.subject
        assert letters.one(db, seal, uuid4()) is None
    (row,) = state.rows(services.database, "sandbox_message")
    for secret in (b"493027", b"siti@contoh.id"):
        assert secret not in row["sealed"]


def test_a_second_delivery_adds_nothing(services):
    seal, delivery = services.tree.vault.system("pii"), uuid4()
    for _ in range(2):
        with services.database.unit_of_work() as db:
            letters.keep(
                db,
                seal,
                Letter("a@b.id", "s", "t"),
                channel="email",
                delivery_id=delivery,
                now=services.clock(),
            )
    assert state.count(services.database, "sandbox_message") == 1


def test_a_password_never_goes_over_a_plain_connection(smtp, clock):
    postman = Postman(smtp.url.replace("//", "//gerbang:rahasia@"), "Gerbang <a@b.id>")
    outcome = postman.send(Letter("siti@contoh.id", "s", "t"), uuid4(), clock())
    assert not outcome.outcome.done
    assert outcome.outcome.error == "SMTPNotSupportedError"
    assert not smtp.messages
