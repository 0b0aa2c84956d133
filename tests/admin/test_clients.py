"""Clients at the console: find, register, change, stop, resume, close."""

import json

import pytest
from werkzeug.datastructures import MultiDict

from idp.domain.registry.models import ClientRegistration
from tests import factories
from tests.support.operators import Console, an_agency


def stored(services, client_id):
    with services.database.unit_of_work() as db:
        return db.get(ClientRegistration, client_id)


def shown(console):
    return [part.split('"')[0] for part in console.answer.text.split('data-client="')[1:]]


# --- finding ---


@pytest.fixture
def several(services):
    factories.a_client(services, "tax")
    factories.a_client(services, "health", status="suspended")
    factories.a_client(services, "live", environment="production", **{"client_name": "100% Sehat_1"})


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["health", "live", "tax"]),
        ("q=TAX", ["tax"]),
        ("q=service+h", ["health"]),
        ("q=100%25", ["live"]),
        ("q=t_h", []),
        ("status=suspended", ["health"]),
        ("environment=production", ["live"]),
        ("agency=agency-tax&status=approved", ["tax"]),
        ("q=%00", ["health", "live", "tax"]),
        ("status=nonsense", []),
    ],
)
def test_clients_are_found_by_name_id_state_environment_and_agency(console, several, query, found):
    assert shown(console.open(f"/admin/clients?{query}")) == found


def test_a_long_list_is_read_page_by_page_and_back(console, services, tax):
    with services.database.unit_of_work() as db:
        first = db.get_one(ClientRegistration, "tax")
        for number in range(60):
            columns = {c.key: getattr(first, c.key) for c in ClientRegistration.__mapper__.column_attrs}
            db.add(ClientRegistration(**columns | {"id": f"c{number:02}"}))
    seen = shown(console.open("/admin/clients?status=approved"))
    while 'id="next-page"' in console.answer.text:
        link = console.answer.text.split('id="next-page" href="')[1].split('"')[0].replace("&amp;", "&")
        seen += shown(console.open(link))
    assert seen == [*(f"c{number:02}" for number in range(60)), "tax"]
    link = console.answer.text.split('id="previous-page" href="')[1].split('"')[0].replace("&amp;", "&")
    assert shown(console.open(link)) == seen[25:50]


def test_there_is_no_client_nobody_registered(console):
    for name in ("nobody", "%00", "a" * 300):
        assert console.open(f"/admin/clients/{name}").status == 404


# --- registering ---


def test_a_sandbox_client_stands_at_once_and_its_secret_works(provider, services, console):
    an_agency(services, "dinas-uji")
    console.open("/admin/new-client")
    with provider.recorded("ClientRegistered", "ClientSecretIssued") as found:
        console.send(
            "client-form",
            "client-submit",
            ("email", "refresh_token"),
            client_name="Layanan Uji",
            client_id="uji",
            agency_id="dinas-uji",
            redirect_uris="https://uji.example/cb\r\nhttps://uji.example/cb2\r\n",
            token_endpoint_auth_method="client_secret_basic",
            claim__1="email",
            purpose__id__1="Mengirim bukti",
        )
    assert (console.page, found[0].actor) == ("admin-secret", console.operator.actor)
    row = stored(services, "uji")
    assert (row.status, row.environment, row.agency_id) == ("approved", "sandbox", "dinas-uji")
    metadata = row.client_metadata
    assert metadata["redirect_uris"] == ["https://uji.example/cb", "https://uji.example/cb2"]
    assert set(metadata["scope"].split()) == {"openid", "profile", "email"}
    assert metadata["grant_types"] == ["authorization_code", "refresh_token"]
    assert metadata["claims"]["email"]["purpose"] == {"id": "Mengirim bukti"}
    secret = console.answer.text.split('id="client-secret">')[1].split("<")[0]
    answer = provider.post(
        "/token", data={"grant_type": "authorization_code", "code": "x"}, auth=("uji", secret)
    )
    assert answer.error == "invalid_grant"


def test_every_violation_is_shown_at_once_and_nothing_typed_is_lost(provider, services, console):
    an_agency(services, "dinas-uji")
    console.open("/admin/new-client")
    with provider.unchanged(tables=("client",)):
        console.send(
            "client-form",
            client_name="Layanan <b>Uji</b>",
            redirect_uris="http://uji.example/cb#x\nfoo",
            backchannel_logout_uri="ftp://uji.example",
            jwks="{nope",
            waivers="client_secret | kapan-kapan",
            environment="production",
            claim__1="email",
            ground__1="law",
        )
    assert (console.status, console.page) == (400, "admin-client-new")
    summary = console.answer.text.split('id="error-summary"')[1].split("</ul>")[0]
    for field in ("redirect_uris", "backchannel_logout_uri", "jwks", "waivers", "client_name", "claim-1"):
        assert f'href="#{field}"' in summary, field
    fields = dict(console.answer.forms["client-form"].fields)
    assert fields["client_name"] == "Layanan <b>Uji</b>"
    assert fields["redirect_uris"].split() == ["http://uji.example/cb#x", "foo"]
    assert (fields["jwks"], fields["claim-1"], fields["ground-1"]) == ("{nope", "email", "law")
    assert fields["waivers"].startswith("client_secret | kapan-kapan")
    assert fields["environment"] == "production"


def test_sending_a_new_client_twice_registers_it_once(provider, services, console):
    an_agency(services, "dinas-uji")
    form = console.open("/admin/new-client").answer.forms["client-form"]
    pairs = form.filled(
        "client-submit",
        client_name="Uji",
        redirect_uris="https://uji.example/cb",
        token_endpoint_auth_method="client_secret_basic",
    )
    first, second = (console.browser.post(form.action, data=MultiDict(pairs)) for _ in range(2))
    assert (first.status, second.status) == (201, 409)
    assert provider.count("client") == 1


def test_a_client_that_proves_itself_by_key_has_no_secret(services, console, tax):
    an_agency(services, "dinas-uji")
    console.open("/admin/new-client").send(
        "client-form",
        client_name="Uji",
        client_id="uji",
        redirect_uris="https://uji.example/cb",
        jwks=json.dumps({"keys": [tax.key.as_dict(private=False)]}),
    )
    assert console.page == "admin-client", console.text
    assert "secret-form" not in console.answer.forms


# --- changing ---


def test_a_sandbox_client_changes_at_once_and_keeps_what_the_form_does_not_show(
    provider, services, console, tax
):
    console.open("/admin/clients/tax/edit")
    with provider.recorded("ClientAmended") as found:
        console.send("client-form", "client-submit", client_name="Pajak Baru")
    assert console.page == "admin-client"
    assert found[0].detail["members"].count("client_name") == 1
    metadata = stored(services, "tax").client_metadata
    assert (metadata["client_name"], metadata["software_id"]) == ("Pajak Baru", "spt-9")
    assert metadata["jwks"]["keys"][0]["kid"] == "tax-1"
    assert metadata["claims"]["email"]["purpose"]["en"] == "Send the receipt"
    assert metadata["redirect_uris"] == [tax.redirect_uri]


def test_two_who_edit_at_once_do_not_overwrite_each_other(provider, services, console, budi, tax):
    other = Console(provider, budi).open("/admin/clients/tax/edit")
    console.open("/admin/clients/tax/edit").send("client-form", client_name="Yang pertama")
    with provider.unchanged(tables=("client",)):
        other.send("client-form", client_name="Yang kedua")
    assert (other.status, other.page) == (409, "admin-client-edit")
    assert "sudah berubah" in other.text


def test_saving_without_a_change_says_so(console, tax, services):
    console.open("/admin/clients/tax/edit").send("client-form", client_name="Sekali")
    console.open("/admin/clients/tax/edit").send("client-form")
    assert console.status == 409
    assert "Tidak ada yang berubah" in console.text


# --- standing ---


def test_suspending_needs_a_reason_and_works_at_once(provider, services, console, tax):
    console.open("/admin/clients/tax")
    with provider.unchanged(tables=("client",)):
        assert console.send("suspend-form", "suspend-submit").status == 409
    assert "Pilih alasannya" in console.text
    with provider.recorded("ClientSuspended") as found:
        console.send("suspend-form", "suspend-submit", reason="security")
    assert (console.page, found[0].detail) == ("admin-client", {"reason": "security"})
    assert stored(services, "tax").status == "suspended"
    assert "suspend-form" not in console.answer.forms


def test_a_sandbox_client_resumes_at_once(provider, services, console, tax):
    factories.suspend(services, "tax")
    console.open("/admin/clients/tax").send("resume-form", "resume-submit", reason=" ")
    assert console.status == 400
    with provider.recorded("ClientResumed"):
        console.send("resume-form", "resume-submit", reason="sudah diperbaiki")
    assert stored(services, "tax").status == "approved"


def test_closing_needs_the_id_typed_again_and_is_for_good(provider, services, console, tax):
    console.open("/admin/clients/tax")
    with provider.unchanged(tables=("client",)):
        assert console.send("retire-form", "retire-submit", confirm="tex").status == 400
    with provider.recorded("ClientRetired"):
        console.send("retire-form", "retire-submit", confirm="tax")
    assert stored(services, "tax").status == "retired"
    assert set(console.answer.forms) == {"sign-out-form"}
    assert console.open("/admin/clients/tax/edit").page == "admin-client"
    with provider.unchanged(tables=("client",)):
        console.post("/admin/clients/tax/edit", revision="1", client_name="Lagi")
    assert console.status >= 400


def test_the_console_speaks_english(console, tax):
    console.open("/admin/clients/tax?ui_locales=en")
    assert '<html lang="en">' in console.answer.text
    assert "Stop this client" in console.text
    assert "Send the receipt" in console.text
