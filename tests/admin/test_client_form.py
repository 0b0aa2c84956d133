"""The folded part of the client form: everything it shows is kept, changed, taken away, and named when wrong."""

import pytest
from werkzeug.datastructures import MultiDict

from idp.domain.registry.models import ClientRegistration
from tests import factories
from tests.support.databases import sqlite_only
from tests.support.operators import an_agency

pytestmark = sqlite_only

FOLDED = '<details class="sheet group">'
OPEN = '<details class="sheet group" open>'
NEW = {
    "client_name": "Layanan Uji",
    "client_id": "uji",
    "agency_id": "dinas-uji",
    "redirect_uris": "https://uji.example/cb",
    "token_endpoint_auth_method": "client_secret_basic",
}


def stored(services, client_id):
    with services.database.unit_of_work() as db:
        return dict(db.get_one(ClientRegistration, client_id).client_metadata)


def test_a_plain_client_is_registered_without_unfolding(services, console):
    an_agency(services, "dinas-uji")
    assert FOLDED in console.open("/admin/new-client").answer.text
    console.send("client-form", **NEW)
    assert console.page == "admin-secret"
    assert (
        not {"dpop_bound_access_tokens", "resource_uris", "request_object_signing_alg"}
        & stored(services, "uji").keys()
    )


def test_every_member_of_it_is_registered(services, console):
    an_agency(services, "dinas-uji")
    console.open("/admin/new-client")
    console.send(
        "client-form",
        "client-submit",
        (
            "dpop_bound_access_tokens",
            "require_pushed_authorization_requests",
            "frontchannel_logout_session_required",
            "once_only",
        ),
        **NEW,
        frontchannel_logout_uri="https://uji.example/leave",
        resource_uris="https://api.uji.example/v1\r\nhttps://api.uji.example/v2",
        request_object_signing_alg="",
        backchannel_token_delivery_mode="",
    )
    assert console.page == "admin-secret", console.answer.text
    found = stored(services, "uji")
    assert found["dpop_bound_access_tokens"] is True
    assert found["require_pushed_authorization_requests"] is True
    assert found["frontchannel_logout_session_required"] is True
    assert found["frontchannel_logout_uri"] == "https://uji.example/leave"
    assert found["resource_uris"] == ["https://api.uji.example/v1", "https://api.uji.example/v2"]
    assert found["authorization_details_types"] == ["once_only"]
    assert OPEN in console.open("/admin/clients/uji/edit").answer.text


CERTIFIED = {
    "token_endpoint_auth_method": "tls_client_auth",
    "tls_client_auth_subject_dn": "CN=tax,O=Dinas Pajak,C=ID",
    "tls_client_certificate_bound_access_tokens": True,
    "require_signed_request_object": False,
    "request_object_signing_alg": "ES256",
}


@pytest.fixture
def certified(services):
    key = factories.a_client(services, "other").key
    return factories.a_client(
        services, "tax", key=key, jwks={"keys": [key.as_dict(private=False)]}, **CERTIFIED
    )


def test_what_is_registered_is_shown_and_survives_a_change_elsewhere(services, console, certified):
    before = stored(services, "tax")
    console.open("/admin/clients/tax/edit")
    assert OPEN in console.answer.text
    console.send("client-form", client_name="Pajak Baru")
    assert console.page == "admin-client", console.answer.text
    changed = stored(services, "tax")
    assert changed["client_name"] == "Pajak Baru"
    for name, value in CERTIFIED.items():
        assert changed[name] == value == before[name]


def test_a_member_is_taken_away_by_emptying_it(services, console, certified):
    form = console.open("/admin/clients/tax/edit").answer.forms["client-form"]
    pairs = form.filled("client-submit", request_object_signing_alg="")
    boxes = "tls_client_certificate_bound_access_tokens"
    kept = MultiDict(pair for pair in pairs if pair != ("protection", boxes))
    console.browser.post(form.action, data=kept)
    left = stored(services, "tax")
    assert "request_object_signing_alg" not in left
    assert boxes not in left


@pytest.mark.parametrize(
    ("typed", "ticked", "field"),
    [
        ({"resource_uris": "http://api.uji.example"}, (), "resource_uris"),
        ({"frontchannel_logout_uri": "https://else.example/x"}, (), "frontchannel_logout_uri"),
        ({"token_endpoint_auth_method": "tls_client_auth"}, (), "token_endpoint_auth_method"),
        ({}, ("dpop_bound_access_tokens", "tls_client_certificate_bound_access_tokens"), "protection"),
        ({"request_object_signing_alg": "none"}, (), "request_object_signing_alg"),
        ({}, ("CIBA",), "backchannel_token_delivery_mode"),
        ({"consent_lifetime": "soon"}, (), "consent_lifetime"),
        ({"consent_lifetime": "731"}, (), "consent_lifetime"),
    ],
)
def test_a_violation_unfolds_it_and_is_linked_to_its_field(services, console, typed, ticked, field):
    an_agency(services, "dinas-uji")
    console.open("/admin/new-client")
    ticked = tuple("urn:openid:params:grant-type:ciba" if name == "CIBA" else name for name in ticked)
    console.send("client-form", "client-submit", ticked, **NEW | typed)
    assert console.status == 400
    summary = console.answer.text.split('id="error-summary"')[1].split("</ul>")[0]
    assert f'href="#{field}"' in summary, summary
    assert f'id="{field}"' in console.answer.text
    assert OPEN in console.answer.text or field == "token_endpoint_auth_method"


def test_consent_stands_for_as_many_days_as_typed(services, console):
    an_agency(services, "dinas-uji")
    console.open("/admin/new-client").send("client-form", **NEW, consent_lifetime="180")
    assert stored(services, "uji")["consent_lifetime"] == 180 * 24 * 3600
    assert "180 hari" in console.open("/admin/clients/uji").answer.text
    console.open("/admin/clients/uji/edit").send("client-form", "client-submit", consent_lifetime="")
    assert "consent_lifetime" not in stored(services, "uji")


def test_a_lifetime_in_seconds_survives_an_edit_of_something_else(services, console):
    factories.a_client(services, "tax", consent_lifetime=90_000)
    console.open("/admin/clients/tax/edit").send("client-form", "client-submit", client_name="Pajak")
    assert stored(services, "tax")["consent_lifetime"] == 90_000
