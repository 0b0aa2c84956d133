"""The audit log at the console: found by kind, client, actor, trace and day, sealed or not."""

import pytest

from idp.domain.audit import chain
from idp.domain.audit.events import EVENTS, ClientResumed
from idp.domain.audit.record import record
from idp.web.admin import happenings
from tests import factories
from tests.support import state
from tests.support.operators import Console, an_agency, an_operator


def events(console):
    return [part.split('"')[0] for part in console.answer.text.split('data-event="')[1:]]


def test_records_are_found_sealed_or_not_the_newest_first(provider, services, console, tax):
    console.open("/admin/clients/tax").send("suspend-form", "suspend-submit", reason="security")
    chain.seal_all(services.database)
    console.open("/admin/clients/tax").send("resume-form", "resume-submit", reason="beres")
    assert events(console.open("/admin/audit?client=tax")) == ["ClientResumed", "ClientSuspended"]
    assert "belum disegel" in console.text
    assert "security" in console.text
    assert "Rina Hartati" in console.text


def test_records_are_found_by_event_actor_trace_and_day(provider, services, console, tax, clock):
    console.open("/admin/clients/tax").send("suspend-form", "suspend-submit", reason="security")
    trace = console.open("/admin/audit?event=ClientSuspended").answer.text.split("/admin/audit?trace=")[1][
        :32
    ]
    assert events(console) == ["ClientSuspended"]
    assert events(console.open(f"/admin/audit?trace={trace}")) == ["ClientSuspended"]
    assert "ClientSuspended" in events(console.open(f"/admin/audit?actor={console.operator.actor}"))
    today, tomorrow = "2026-11-24", "2026-11-25"
    assert events(console.open(f"/admin/audit?client=tax&since={today}&until={today}")) == ["ClientSuspended"]
    assert events(console.open(f"/admin/audit?client=tax&since={tomorrow}")) == []
    assert events(console.open("/admin/audit?client=tax&since=kemarin&until=9999-12-31")) == [
        "ClientSuspended"
    ]


def test_a_long_log_is_read_page_by_page_across_the_seal(provider, services, console, tax):
    for _ in range(2):
        chain.seal_all(services.database)
        with services.database.unit_of_work() as db:
            for _ in range(60):
                record(db, ClientResumed(client_id="tax"), services.clock())
    total = len(state.audit(services.database)) + provider.count("audit_log")
    seen = events(console.open("/admin/audit"))
    while 'id="next-page"' in console.answer.text:
        link = console.answer.text.split('id="next-page" href="')[1].split('"')[0].replace("&amp;", "&")
        seen += events(console.open(link))
    assert len(seen) == total > 120


@pytest.mark.parametrize("before", ["x", "p", "s9" * 40, "p1", "p1.99999999999999999", "s-1", "%00", "ş1"])
def test_a_cursor_nobody_gave_out_starts_at_the_top_or_ends(console, before):
    assert console.open(f"/admin/audit?before={before}").status == 200


def test_every_kind_of_event_has_words_of_its_own(provider):
    with provider.app.test_request_context():
        assert {event.__name__ for event in EVENTS} == happenings.texts().keys()


def test_only_national_administrators_see_which_citizen(provider, services, citizen, console):
    factories.sign_out(services, citizen)
    factories.a_session(services, citizen)
    console.open("/admin/audit?event=SignedIn")
    assert str(citizen.citizen_id) in console.text
    an_agency(services, "dinas-uji")
    agus = Console(provider, an_operator(services, "Agus Salim", "agency", "dinas-uji")).open("/admin/audit")
    assert events(agus) == []
