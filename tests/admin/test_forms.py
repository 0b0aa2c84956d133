"""Declared forms and waivers in the console, and the gate in front of production (F9, F21)."""

import io
import json
from datetime import timedelta

import pytest

from tests import factories
from tests.admin.test_approvals import see
from tests.support.databases import sqlite_only
from tests.support.operators import Console, an_operator

FORM = {
    "name": "spt",
    "title": "SPT Tahunan",
    "fields": [{"name": "npwp", "label": "NPWP"}, {"name": "x", "label": "Catatan"}],
}
PAGE = "/admin/clients/live/forms"


@pytest.fixture
def second(provider, budi):
    return Console(provider, budi)


def declare(console, content, path=PAGE):
    """Send a file as the form of the page does."""
    console.open(path)
    fields = dict(console.answer.forms["declare-form"].fields)
    data = {**fields, "file": (io.BytesIO(content), "form.json")}
    console.answer = console.browser.follow(
        console.browser.post(path, data=data, content_type="multipart/form-data")
    )
    return console


def ask(console, clock, **typed):
    members = {
        "reason": "Nomor cabang belum dilayani",
        "ends": (clock() + timedelta(days=90)).date().isoformat(),
    }
    return console.open(PAGE).send("waiver-form-1", "waiver-submit-1", **members | typed)


def test_a_declared_form_is_linted_on_the_page(provider, console, live):
    assert "Belum ada formulir" in console.open(PAGE).text
    with provider.recorded("FormDeclared"):
        declare(console, json.dumps(FORM).encode())
    assert "Meminta yang sudah diketahui" in console.text
    assert 'data-attribute="npwp"' in console.answer.text
    assert "Jangan tanyakan: scope tax, claim npwp." in console.text
    assert "Direktorat Jenderal Pajak" in console.text
    with provider.recorded("FormWithdrawn"):
        console.send("withdraw-1")
    assert "Belum ada formulir" in console.text


@sqlite_only
@pytest.mark.parametrize(
    "content", [b"", b"{", b"<p>x</p>", b"<form>" + b"<div>" * 1000 + b"<input name=nik>"]
)
def test_a_bad_file_is_said_beside_the_field_and_changes_nothing(provider, console, live, content):
    console.open(PAGE)
    with provider.unchanged(tables=("declared_form",)):
        declare(console, content)
    assert (console.status, console.page) == (400, "admin-client-forms")
    assert 'id="file-error"' in console.answer.text


def test_a_waiver_is_asked_by_one_and_approved_by_another(provider, console, second, live, clock):
    declare(console, json.dumps(FORM).encode())
    with provider.recorded("WaiverAsked"):
        ask(console, clock)
    assert "Dispensasi diminta" in console.text
    assert "Meminta yang sudah diketahui" in console.open(PAGE).text
    console.open("/admin/waivers")
    form = next(name for name in console.answer.forms if name.startswith("waiver-"))
    action = console.answer.forms[form].action
    with provider.unchanged(tables=("waiver",)):
        assert console.post(action, decision="approve").status == 403
    with provider.recorded("WaiverApproved"):
        second.open("/admin/waivers").send(form, form.replace("waiver-", "approve-"))
    assert "Rina Hartati" in second.text
    assert "Budi Wicaksono" in second.text
    assert "Bersih" in console.open(PAGE).text
    with provider.recorded("WaiverEnded"):
        console.open("/admin/waivers").send(form, form.replace("waiver-", "end-"))
    assert second.post(action, decision="approve").status == 409
    assert second.post(action, decision="perhaps").status == 400


@sqlite_only
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"reason": "x"}, "Tulis alasannya"),
        ({"ends": ""}, "Tulis tanggal"),
        ({"ends": "2030-01-01"}, "dua belas bulan"),
        ({"starts": "2025-01-01", "ends": "2025-06-01"}, "sudah lewat"),
    ],
)
def test_what_no_waiver_can_be_is_said(provider, console, live, clock, typed, said):
    declare(console, json.dumps(FORM).encode())
    with provider.unchanged(tables=("waiver",)):
        ask(console, clock, **typed)
    assert console.status == 400
    assert said in console.text


def test_agencies_see_and_change_their_own_only(provider, services, console, live, clock):
    factories.a_client(services, "other")
    declare(console, json.dumps(FORM).encode())
    ask(console, clock)
    sri = Console(provider, an_operator(services, "Sri", "agency", "agency-other"))
    assert sri.open(PAGE).status == 404
    assert "Belum ada dispensasi" in sri.open("/admin/waivers").text
    console.open("/admin/waivers")
    action = next(form.action for name, form in console.answer.forms.items() if name.startswith("waiver-"))
    with provider.unchanged("AccessRefused", tables=("waiver",)):
        assert sri.post(action, decision="end").status == 404
    assert declare(sri, json.dumps(FORM).encode(), "/admin/clients/other/forms").status == 200


def test_an_operator_who_only_looks_declares_nothing(provider, services, live):
    tono = Console(provider, an_operator(services, "Tono", "readonly"))
    assert "declare-form" not in tono.open(PAGE).answer.forms
    with provider.unchanged("AccessRefused", "AccessRefused", tables=("declared_form", "waiver")):
        assert tono.post(PAGE, form="spt").status == 403
        assert tono.post("/admin/clients/live/waivers", form="spt").status == 403


def test_a_production_client_is_not_approved_while_its_form_asks_what_is_known(
    provider, services, console, second, live, clock
):
    factories.suspend(services, "live")
    declare(console, json.dumps(FORM).encode())
    console.open("/admin/clients/live").send("resume-form", "resume-submit", reason="siap lagi")
    see(second)
    with provider.unchanged("GoLiveRefused", tables=("client", "client_change")):
        second.send("approval-form", "approval-approve")
    assert second.status == 409
    assert "Formulir SPT Tahunan meminta yang sudah diketahui negara, tanpa dispensasi: NPWP." in second.text
    ask(console, clock)
    second.open("/admin/waivers")
    form = next(name for name in second.answer.forms if name.startswith("waiver-"))
    second.send(form, form.replace("waiver-", "approve-"))
    see(second)
    with provider.recorded("ClientChangeDecided", "ClientResumed"):
        second.send("approval-form", "approval-approve")
    assert second.page == "admin-approvals"
