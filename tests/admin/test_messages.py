"""Messages in the console: counts, costs, budgets, previews of every template, and a test to oneself only."""

import pytest

from idp.channels import writing
from idp.domain.messages import budgets, tally
from idp.domain.messages.budgets import Allowance, Budgets
from tests.support import state
from tests.support.operators import Console, an_agency, an_operator
from tests.visitor import letters


def test_counts_costs_and_what_is_left(console, services):
    with services.database.unit_of_work() as db:
        tally.note(db, "sms", "gateway.example", services.clock(), sent=3, failed=1, cost=1_050)
        small = Budgets(prefix=Allowance(10, 10), everywhere=Allowance(10, 10))
        budgets.spend(db, "sms", "+6281234567890", small, services.clock(), reserved=True)
    console.open("/admin/messages")
    assert "gateway.example" in console.text
    assert "1.050" in console.text
    assert "+62812" in console.text
    assert str(services.settings.message_prefix_per_hour - 1) in console.text


@pytest.mark.parametrize("name", writing.templates())
def test_every_template_can_be_looked_at_in_every_language_and_channel(console, name):
    for channel in ("email", "sms", "whatsapp"):
        for language in ("id", "en"):
            console.open(f"/admin/messages/templates/{name}?channel={channel}&language={language}")
            assert console.status == 200
            assert 'id="preview-text"' in console.answer.text


def test_a_sample_goes_to_the_operators_own_address_and_is_on_record(console, rina, provider, services):
    console.open("/admin/messages/templates/welcome?language=en")
    console.send("try-form", "try-submit", address="siti@contoh.id")
    assert console.status == 400
    assert letters(provider) == []
    console.send("try-form", "try-submit", address=rina.identifier)
    (letter,) = letters(provider)
    assert (letter["to"], letter["template"], letter["language"]) == (rina.identifier, "welcome", "en")
    (row,) = [row for row in state.audit(services.database) if row.event == "TemplateTried"]
    assert row.actor == rina.actor
    assert rina.identifier not in str(row.detail)


def test_a_template_that_is_not_there_is_not_found(console):
    assert console.open("/admin/messages/templates/nothing").status == 404


def test_messages_are_for_national_operators_and_sending_for_those_who_may_change(provider, services):
    an_agency(services, "pajak")
    ayu = Console(provider, an_operator(services, "Ayu Paramita", "agency", "pajak"))
    assert ayu.open("/admin/messages").status == 403
    assert ayu.open("/admin/messages/templates/welcome").status == 403
    reader = Console(provider, an_operator(services, "Tono Wibowo", "readonly"))
    assert reader.open("/admin/messages").status == 200
    reader.open("/admin/messages/templates/welcome")
    assert "try-form" not in reader.answer.text
    assert reader.post("/admin/messages/templates/welcome", address="tono@contoh.go.id").status == 403
    assert letters(provider) == []


def test_the_metrics_tell_what_was_sent_and_spent(provider, services):
    with services.database.unit_of_work() as db:
        tally.note(db, "sms", "gateway.example", services.clock(), sent=3, refused=2, cost=1_050)
    text = provider.get("/metrics", environ_overrides={"REMOTE_ADDR": "127.0.0.1"}).text
    sent = 'gerbang_messages_total{channel="sms",gateway="gateway.example",outcome="sent"} 3.0'
    assert sent in text
    assert 'gerbang_message_cost_rupiah_total{channel="sms",gateway="gateway.example"} 1050.0' in text
