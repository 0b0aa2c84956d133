"""An administrator's day (issue 2): register, approve by a second person, change, stop; all of it on record."""

import json

import pytest
from joserfc.jwk import ECKey
from playwright.sync_api import expect

from tests.journeys.conftest import Begin
from tests.journeys.town import Town
from tests.journeys.walk import DESKTOP, PHONE, Walk

RINA, DIMAS, AYU = "rina@gerbang.contoh.id", "dimas@gerbang.contoh.id", "ayu@pajak.contoh.id"


def enter(walk: Walk, town: Town, who: str) -> None:
    """Sign in to the console with password and code."""
    account = town.operator(who)
    walk.page.goto(f"{town.issuer}/admin")
    walk.at("admin-login", "admin-login")
    walk.write(identifier=account.identifier, password=account.password)
    walk.press("#login-submit")
    walk.at("admin-mfa", "admin-mfa")
    walk.write(otp=account.authenticator.code())
    walk.press("#mfa-submit")
    walk.at("admin-clients", "admin-clients")


def public_keys() -> str:
    """A key set as an agency hands it over: public keys only."""
    key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, private=True)
    key.ensure_kid()
    return json.dumps({"keys": [key.as_dict(private=False)]})


def fill_registration(walk: Walk, client_id: str, environment: str) -> None:
    """Fill what every registration needs."""
    walk.press("#client-new")
    walk.at("admin-client-new", "admin-client-new")
    walk.find("[name=agency_id]").select_option("education")
    walk.find("[name=environment]").select_option(environment)
    walk.write(
        client_id=client_id,
        client_name="Beasiswa Nusantara",
        client_name_en="Nusantara Scholarships",
        redirect_uris="https://beasiswa.contoh.go.id/callback",
    )
    walk.find("[name=claim-1]").select_option("name")
    walk.find("[name=ground-1]").select_option("public_duty")
    walk.write(
        **{"purpose-id-1": "Menulis nama pada surat beasiswa", "purpose-en-1": "To write the award letter"}
    )


def look_up(walk: Walk, client_id: str) -> None:
    """Find a client by its id and open it."""
    walk.press("nav a[href='/admin/clients']")
    walk.at("admin-clients")
    walk.find("#q").fill(client_id)
    walk.press("#filter-submit")
    walk.at("admin-clients")
    assert walk.find("#clients tbody tr").count() == 1
    walk.press(f"tr[data-client='{client_id}'] a")
    walk.at("admin-client")


def recorded(walk: Walk, client_id: str) -> list[str]:
    """Search the audit log for a client; the names of what happened, oldest first."""
    walk.press("nav a[href='/admin/audit']")
    walk.at("admin-audit")
    walk.find("#client").fill(client_id)
    walk.press("#filter-submit")
    walk.at("admin-audit", "admin-audit")
    return [item.get_attribute("data-event") or "" for item in walk.find("[data-event]").all()][::-1]


@pytest.mark.parametrize(("language", "script", "size"), [("id", True, DESKTOP), ("en", False, PHONE)])
def test_an_administrators_day(
    language: str, script: bool, size: dict[str, int], town: Town, begin: Begin
) -> None:
    client_id = f"beasiswa-{language}"
    rina, dimas = (begin(language, script=script, size=size) for _ in range(2))

    enter(rina, town, RINA)
    fill_registration(rina, client_id, "production")
    rina.press("#client-submit")
    rina.at("admin-client-new", "admin-client-violations")
    expect(rina.find("#error-summary a[href='#jwks']")).to_have_count(1)  # production needs a key
    rina.write(jwks=public_keys())
    rina.press("#client-submit")
    rina.at("admin-client", "admin-client-draft")
    expect(rina.find("#client-id")).to_have_text(client_id)
    rina.press("#client-change")
    rina.at("admin-approval")
    expect(rina.find("#approval-approve")).to_have_count(0)  # nobody approves their own

    enter(dimas, town, DIMAS)
    dimas.press("nav a[href='/admin/approvals']")
    dimas.at("admin-approvals", "admin-approvals")
    dimas.press(f"[data-change='{client_id}'] a")
    dimas.at("admin-approval", "admin-approval")
    expect(dimas.find("#diff [data-member=redirect_uris]")).to_contain_text("beasiswa.contoh.go.id")
    dimas.press("#approval-approve")
    dimas.at("admin-approvals")

    look_up(dimas, client_id)
    dimas.press("#client-edit")
    dimas.at("admin-client-edit", "admin-client-edit")
    dimas.write(client_name="Beasiswa Garuda")
    dimas.press("#client-submit")
    dimas.at("admin-client")
    expect(dimas.find("#client-change")).to_be_visible()  # it waits again

    look_up(rina, client_id)
    rina.press("#client-change")
    rina.at("admin-approval", "admin-approval-change")
    expect(rina.find("#diff tbody tr")).to_have_count(1)
    rina.press("#approval-approve")
    rina.at("admin-approvals")
    look_up(rina, client_id)
    if language == "id":
        expect(rina.find("h1")).to_contain_text("Beasiswa Garuda")

    rina.find("details:has(#suspend-form) summary").click()
    rina.find("#suspend-form select").select_option("agency_request")
    rina.press("#suspend-submit")
    rina.at("admin-client", "admin-client-suspended")
    expect(rina.find("#resume-form")).to_have_count(1)

    happened = recorded(rina, client_id)
    assert len(happened) >= 6, happened
    assert happened[-1] == "ClientSuspended", happened
    rina.press("#sign-out")
    rina.page.goto(f"{town.issuer}/admin/clients")
    rina.at("admin-login")


def test_a_secret_is_shown_once_and_can_be_replaced(town: Town, begin: Begin) -> None:
    walk = begin("id", size=DESKTOP)
    enter(walk, town, RINA)
    fill_registration(walk, "beasiswa-rahasia", "sandbox")
    walk.find("[name=token_endpoint_auth_method]").select_option("client_secret_basic")
    walk.press("#client-submit")
    walk.at("admin-secret", "admin-secret")
    first = walk.find("#client-secret").inner_text()
    walk.press("#secret-done")
    walk.at("admin-client")
    assert first not in walk.page.content()
    walk.find("details:has(#secret-form) summary").click()
    walk.press("#secret-submit")
    walk.at("admin-secret")
    second = walk.find("#client-secret").inner_text()
    assert len(second) >= 40 and second != first
    walk.press("#secret-done")
    walk.at("admin-client")
    assert second not in walk.page.content()


def test_an_agencys_administrator_sees_only_that_agency(town: Town, begin: Begin) -> None:
    walk = begin("id")
    enter(walk, town, AYU)
    rows = walk.find("#clients tbody tr")
    assert [row.get_attribute("data-client") for row in rows.all()] == ["tax-demo"]
    walk.page.goto(f"{town.issuer}/admin/clients/education-demo")
    walk.at("error", "admin-not-yours")
    assert walk.find(".ways a").count() >= 1


def test_a_citizen_is_no_administrator(town: Town, begin: Begin) -> None:
    walk, citizen = begin("id"), town.persona("kepala-desa")
    walk.page.goto(f"{town.issuer}/admin")
    walk.at("admin-login")
    walk.write(identifier=citizen.identifier, password=citizen.password)
    walk.press("#login-submit")
    walk.at("admin-login", "admin-login-wrong")
    assert walk.find("#error-summary").inner_text().strip()
