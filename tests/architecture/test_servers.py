"""The servers that tests stand on are real ones."""

import smtplib
import socket
from email.message import EmailMessage

import psycopg
import pytest
from playwright.sync_api import Page
from redis import Redis

from tests.support.network import NetworkClosed
from tests.support.postgres import Cluster
from tests.support.smtp import Mailbox, text_of


def test_the_network_is_closed_except_this_machine():
    with pytest.raises(NetworkClosed), socket.socket() as outside:
        outside.connect(("192.0.2.1", 80))
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("example.org", 443)


def test_a_durable_cluster_keeps_what_it_acknowledged_through_a_crash(durable_cluster: Cluster):
    with durable_cluster.connect() as connection:
        connection.execute("CREATE TABLE kept (id int)")
        connection.execute("INSERT INTO kept VALUES (1)")
    durable_cluster.restart("immediate")
    with durable_cluster.connect() as connection:
        assert connection.execute("SELECT id FROM kept").fetchall() == [(1,)]
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)


def test_a_stopped_cluster_refuses_connections(durable_cluster: Cluster):
    durable_cluster.stop()
    with pytest.raises(psycopg.OperationalError):
        durable_cluster.connect()


def test_redis_starts_empty(redis_url: str):
    with Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0


def test_a_letter_arrives_and_a_refused_one_does_not(smtp: Mailbox):
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "gerbang@example.id", "sari@example.id", "Kode"
    letter.set_content("Kode Anda 123456.")
    with smtplib.SMTP("127.0.0.1", smtp.port) as client:
        client.send_message(letter)
        smtp.refuse()
        with pytest.raises(smtplib.SMTPDataError):
            client.send_message(letter)
    assert "123456" in text_of(smtp.wait_for("sari@example.id"))
    assert smtp.code_for("sari@example.id") == "123456"
    assert len(smtp.messages) == 1


def test_chromium_shows_a_page_with_and_without_script(page: Page, page_without_script: Page):
    html = "<title>awal</title><script>document.title = 'akhir'</script>"
    for shown, title in ((page, "akhir"), (page_without_script, "awal")):
        shown.set_content(html)
        assert shown.title() == title
