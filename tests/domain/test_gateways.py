"""SMS and WhatsApp through gateways: the documented format, the order, failover, budgets, what it costs."""

from datetime import timedelta

import pytest

from idp.channels import post_office
from idp.channels.parts import is_plain, parts
from idp.deliveries import Deliveries
from idp.domain.authenticators.throttle import windowed
from idp.domain.messages import budgets, tally
from idp.domain.messages.budgets import Allowance, Budgets, Refusal
from idp.domain.messages.numbers import NumberRefusal, Route, route
from idp.domain.messages.send import Message, queue
from tests import factories
from tests.support import state
from tests.support.databases import sqlite_only
from tests.support.gateway import MessageGateway

NUMBER = "+6281234567890"
CODE = {"code": "493 027", "valid_minutes": 10, "help_url": "https://masuk.example/help"}
NOTICE = {
    "template": "change_cancelled",
    "context": {"kind": "account_closing", "account_url": "https://masuk.example/me"},
}
SMALL = Budgets(prefix=Allowance(3, 4), everywhere=Allowance(5, 6))


@pytest.fixture
def gateways():
    """Two SMS gateways, in the operator's order."""
    found = (MessageGateway(), MessageGateway())
    yield found
    for gateway in found:
        gateway.close()


@pytest.fixture
def posting(database_url, tmp_path, clock, gateways):
    """A deployment with two SMS gateways and one for WhatsApp."""
    wired = factories.a_deployment(
        database_url,
        tmp_path,
        clock,
        sms_gateway_url=tuple(gateway.url for gateway in gateways),
        sms_gateway_key=("kunci-satu", "kunci-dua"),
        sms_cost=(350, 500),
        whatsapp_gateway_url=(gateways[1].url,),
        message_prefix_per_hour=3,
    )
    yield wired
    wired.close()


def send(services, clock, **values):
    message = Message(
        **{"to": NUMBER, "template": "sign_in_code", "context": CODE, "channel": "sms"} | values
    )
    with services.database.unit_of_work() as db:
        return queue(db, services.tree.vault.system("pii"), message, services.clock())


def counted(services):
    with services.database.unit_of_work() as db:
        return {
            (line.channel, line.gateway): (line.sent, line.delivered, line.failed, line.refused, line.cost)
            for line in tally.totals(db)
        }


def test_the_format_a_gateway_gets(posting, gateways, clock):
    until = clock() + timedelta(minutes=10)
    sent = send(posting, clock, until=until)
    Deliveries(posting).drain()
    (message,), (headers,) = gateways[0].messages, gateways[0].headers
    assert message == {
        "id": sent.hex,
        "channel": "sms",
        "from": "GERBANG",
        "to": NUMBER,
        "text": message["text"],
        "expires_at": until.isoformat(),
    }
    assert "493027" in message["text"]
    assert message["text"].splitlines()[-1] == "@masuk.example #493027"
    assert headers["authorization"] == "Bearer kunci-satu"
    assert headers["idempotency-key"] == sent.hex
    assert headers["content-type"] == "application/json"
    assert not gateways[1].messages
    assert counted(posting) == {("sms", gateways[0].name): (1, 0, 0, 0, 350)}


def test_whatsapp_has_gateways_of_its_own_and_no_origin_line(posting, gateways, clock):
    send(posting, clock, channel="whatsapp")
    Deliveries(posting).drain()
    (message,) = gateways[1].messages
    assert message["channel"] == "whatsapp"
    assert "@masuk.example" not in message["text"]
    assert not gateways[0].messages


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (503, {}),
        (429, {}),
        (401, {}),
        (400, {}),
        (200, {"status": "refused"}),
        (200, {"status": "who knows"}),
        (200, b"<html>"),
        (200, []),
        (302, {}),
    ],
)
def test_the_next_gateway_takes_over_from_one_that_refuses(posting, gateways, clock, status, answer):
    gateways[0].answers(status, answer)
    send(posting, clock)
    Deliveries(posting).drain()
    assert len(gateways[1].messages) == 1
    assert gateways[1].headers[0]["authorization"] == "Bearer kunci-dua"
    found = counted(posting)
    assert found["sms", gateways[0].name] == (0, 0, 1, 0, 0)
    assert found["sms", gateways[1].name] == (1, 0, 0, 0, 500)


def test_the_next_gateway_takes_over_from_one_that_is_away(posting, gateways, clock):
    gateways[0].close()
    deliveries = Deliveries(posting)
    for number in range(2):
        send(posting, clock, to=f"+628574567890{number}")
    deliveries.drain()
    assert len(gateways[1].messages) == 2
    assert counted(posting)["sms", gateways[0].name] == (0, 0, 1, 0, 0), "asked once, then left alone a while"


def test_with_every_gateway_away_the_message_waits(posting, gateways, clock):
    for gateway in gateways:
        gateway.answers(503, {})
    sent = send(posting, clock)
    deliveries = Deliveries(posting)
    deliveries.drain()
    for gateway in gateways:
        gateway.answers(202, None)
    clock.advance(minutes=1)
    deliveries.drain()
    assert [message["id"] for message in gateways[0].messages] == [sent.hex]
    (row,) = (row for row in state.rows(posting.database, "outbox") if row["kind"] == "message")
    assert row["done_at"] is not None


def test_refused_by_all_is_given_up(posting, gateways, clock):
    for gateway in gateways:
        gateway.answers(200, {"status": "refused", "reason": "unknown subscriber"})
    send(posting, clock)
    Deliveries(posting).drain()
    (row,) = state.rows(posting.database, "outbox")
    assert row["failed_at"] is not None
    assert row["last_error"] == "gateway_refused"


def test_a_price_in_the_answer_is_believed_when_it_is_sane(posting, gateways, clock):
    gateways[0].answers(200, {"status": "delivered", "cost": 275})
    send(posting, clock)
    gateways[1].answers(200, {"status": "delivered", "cost": -5})
    send(posting, clock, channel="whatsapp")
    Deliveries(posting).drain()
    found = counted(posting)
    assert found["sms", gateways[0].name][4] == 275
    assert found["whatsapp", gateways[1].name][4] == 300


def test_a_report_of_delivery_is_counted(posting, gateways, clock):
    sent = send(posting, clock)
    deliveries = Deliveries(posting)
    deliveries.drain()
    gateways[0].reports[f"msg-{sent.hex[:8]}"] = "delivered"
    clock.advance(seconds=20)
    deliveries.drain()
    assert counted(posting)["sms", gateways[0].name] == (1, 1, 0, 0, 350)


def test_a_message_that_did_not_arrive_goes_out_by_another_gateway(posting, gateways, clock):
    sent = send(posting, clock, until=clock() + timedelta(minutes=10))
    deliveries = Deliveries(posting)
    deliveries.drain()
    gateways[0].reports[f"msg-{sent.hex[:8]}"] = "failed"
    clock.advance(seconds=20)
    deliveries.drain()
    assert [message["text"] for message in gateways[1].messages] == [gateways[0].messages[0]["text"]]
    assert len(gateways[0].messages) == 1


def test_a_code_that_ran_out_meanwhile_is_not_sent_again(posting, gateways, clock):
    sent = send(posting, clock, until=clock() + timedelta(minutes=1))
    deliveries = Deliveries(posting)
    deliveries.drain()
    gateways[0].reports[f"msg-{sent.hex[:8]}"] = "failed"
    clock.advance(minutes=2)
    deliveries.drain()
    assert not gateways[1].messages


def test_a_gateway_without_reports_is_asked_a_few_times_and_let_be(posting, gateways, clock):
    send(posting, clock)
    gateways[0].report_status = 404
    deliveries = Deliveries(posting)
    for _ in range(14):
        deliveries.drain()
        clock.advance(minutes=15)
    assert not [row for row in state.rows(posting.database, "outbox") if row["done_at"] is None]


def test_over_its_budget_only_a_notice_that_is_of_use_later_goes_out_later(posting, gateways, clock):
    for _ in range(5):
        send(posting, clock, until=clock() + timedelta(minutes=10))
    send(posting, clock, **NOTICE)
    Deliveries(posting).drain()
    assert len(gateways[0].messages) == 3
    assert counted(posting)["sms", "-"] == (0, 0, 0, 3, 0)
    clock.advance(hours=1)
    send(posting, clock)
    Deliveries(posting).drain()
    assert sorted("493027" in message["text"] for message in gateways[0].messages[3:]) == [False, True]


def test_without_a_gateway_production_would_skip_and_a_sandbox_keeps(services, clock):
    send(services, clock)
    Deliveries(services).drain()
    assert state.count(services.database, "sandbox_message") == 1
    assert counted(services) == {("sms", "outbox"): (1, 0, 0, 0, 350)}


def test_budgets_hold_by_prefix_and_by_all_in_an_hour_and_a_day(services, clock):
    def spend(number, channel="sms"):
        with services.database.unit_of_work() as db:
            refused = budgets.spend(db, channel, number, SMALL, services.clock(), reserved=True)
        return refused.scope if refused is not None else None

    assert [spend("+6281234567890") for _ in range(4)] == [None, None, None, "sms:62812"]
    assert spend("+6281234567890", "whatsapp") is None, "each channel has its own"
    assert [spend("+6285712345678") for _ in range(3)] == [None, None, "sms:all"]
    clock.advance(hours=1)
    assert [spend("+6281234567890") for _ in range(2)] == [None, "sms:62812"], "the day has four"
    with services.database.unit_of_work() as db:
        left = budgets.left(db, SMALL, services.clock())
    assert {(each.scope, each.used, each.limit) for each in left} >= {("62812", 4, 4), ("all", 6, 6)}
    clock.advance(days=1)
    assert spend("+6281234567890") is None


@sqlite_only
def test_o102_one_telephone_is_told_only_so_much_in_a_day(services, clock, monkeypatch):
    monkeypatch.setattr(post_office, "NOTICES", windowed(2, timedelta(days=1)))
    for _ in range(4):
        send(services, clock, **NOTICE)
    send(services, clock, to="+6281234567891", **NOTICE)
    send(services, clock, counted=True)
    Deliveries(services).drain()
    assert state.count(services.database, "sandbox_message") == 4, "two, a neighbour's, and a code"


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("+6281234567890", Route("62", "62812")),
        ("+6289912345678", Route("62", "62899")),
        ("+628091234567", NumberRefusal.NOT_MOBILE),
        ("+622112345678", NumberRefusal.NOT_MOBILE),
        ("+19005551234", NumberRefusal.COUNTRY),
        ("+8821312345678", NumberRefusal.COUNTRY),
        ("+447400123456", NumberRefusal.COUNTRY),
        ("+99", NumberRefusal.MALFORMED),
        ("siti@contoh.id", NumberRefusal.MALFORMED),
    ],
)
def test_which_numbers_get_messages(number, expected):
    assert route(number) == expected


def test_premium_numbers_of_an_allowed_country_get_none():
    allowed = ("62", "1", "44")
    assert route("+447400123456", allowed) == Route("44", "44")
    assert route("+19005551234", allowed) is NumberRefusal.NOT_MOBILE
    assert route("+447012345678", allowed) is NumberRefusal.NOT_MOBILE
    assert budgets.judge("sms", "+19005551234", SMALL).refusal is Refusal.NUMBER
    assert budgets.judge("email", "siti@contoh.id", SMALL) is None


@pytest.mark.parametrize(
    ("text", "plain", "count"),
    [
        ("a" * 160, True, 1),
        ("a" * 161, True, 2),
        ("€" * 80, True, 1),
        ("€" * 81, True, 2),
        ("•" + "a" * 69, False, 1),
        ("•" + "a" * 70, False, 2),
    ],
)
def test_how_many_parts_a_text_has(text, plain, count):
    assert (is_plain(text), parts(text)) == (plain, count)
