"""Attacks, section 17: client registration and the console."""

import json

import pytest

from idp.domain.registry import registrations
from idp.domain.registry.models import ClientRegistration
from idp.web.cookies import SESSION
from tests import factories
from tests.rp import RP
from tests.support import state
from tests.support.operators import Console, an_operator

REGISTRY = ("agency", "client", "client_change")
NEW = {
    "client_name": "Layanan uji",
    "redirect_uris": "https://baru.example/cb",
    "token_endpoint_auth_method": "client_secret_basic",
    "grant_types": "authorization_code",
    "scope": "openid",
}
PURPOSE = {"email": {"purpose": {"id": "Mengirim bukti lapor", "en": "Send the receipt"}}}


@pytest.fixture
def tax(services):
    return factories.a_client(services, "tax")


@pytest.fixture
def health(services):
    return factories.a_client(services, "health", token_endpoint_auth_method="client_secret_basic")


@pytest.fixture
def rina(services):
    """A national administrator (`sa`)."""
    return an_operator(services)


@pytest.fixture
def agus(services, tax):
    """An administrator of the tax office (`aa`)."""
    return an_operator(services, "Agus Salim", "agency", "agency-tax")


@pytest.fixture
def wati(services):
    """Somebody who may only look (`ro`)."""
    return an_operator(services, "Wati", "readonly")


def stored(services, client_id):
    with services.database.unit_of_work() as db:
        return db.get(ClientRegistration, client_id)


def trace(console):
    return console.answer.text.split('id="error-trace">')[1].split("<")[0]


# --- O-130: members that only the registry decides ---

SMUGGLED = {
    "trusted": "true",
    "skip_consent": "true",
    "role": "super",
    "status": "approved",
    "owner": "agency-health",
    "secret_digest": "x",
    "revision": "9",
}


def test_o130_what_only_the_registry_decides_is_ignored_in_the_form(provider, services, rina, tax):
    console = Console(provider, rina)
    console.post(
        "/admin/new-client",
        **NEW,
        **SMUGGLED,
        client_id="baru",
        agency_id="agency-tax",
        environment="sandbox",
    )
    assert (console.status, console.page) == (201, "admin-secret")
    row = stored(services, "baru")
    assert (row.agency_id, row.status, row.revision, row.profile) == ("agency-tax", "approved", 1, "national")
    assert not SMUGGLED.keys() & row.client_metadata.keys()


def test_o130_a_production_client_stays_a_draft_whatever_the_form_says(provider, services, rina, tax):
    console = Console(provider, rina)
    console.post(
        "/admin/new-client",
        **NEW | {"token_endpoint_auth_method": "private_key_jwt", "client_name_en": "Test service"},
        **SMUGGLED,
        jwks=json.dumps({"keys": [tax.key.as_dict(private=False)]}),
        client_id="baru",
        agency_id="agency-tax",
        environment="production",
    )
    assert console.status == 303, console.text
    assert stored(services, "baru").status == "draft"


def test_o130_the_id_of_another_client_is_not_taken_over(provider, services, rina, tax, health):
    console = Console(provider, rina)
    with provider.unchanged(tables=REGISTRY):
        console.post(
            "/admin/new-client", **NEW, client_id="health", agency_id="agency-tax", environment="sandbox"
        )
    assert (console.status, console.page) == (409, "admin-client-new")


def test_o130_an_agency_registers_for_itself_only(provider, services, agus, health):
    console = Console(provider, agus)
    console.post(
        "/admin/new-client", **NEW, client_id="baru", agency_id="agency-health", environment="sandbox"
    )
    assert stored(services, "baru").agency_id == "agency-tax"


# --- O-131: other agencies' things, roles, citizens ---


def test_o131_an_agency_lists_its_own_clients_only(provider, agus, health):
    console = Console(provider, agus)
    assert "Layanan tax" in console.text
    for query in ("", "?q=health", "?agency=agency-health", "?before=zzz"):
        assert "Layanan health" not in console.open(f"/admin/clients{query}").text


@pytest.mark.parametrize("path", ["/admin/clients/health", "/admin/clients/health/edit"])
def test_o131_another_agencys_client_does_not_exist(provider, agus, health, path):
    console = Console(provider, agus)
    with provider.unchanged("AccessRefused", tables=REGISTRY):
        console.open(path)
    assert (console.status, console.page) == (404, "error")
    refused = console.text.replace(trace(console), "")
    assert console.open(path.replace("health", "nobody")).status == 404
    assert console.text.replace(trace(console), "") == refused


@pytest.mark.parametrize("act", ["edit", "suspend", "resume", "retire", "secret"])
def test_o131_another_agencys_client_is_not_changed(provider, agus, health, act):
    console = Console(provider, agus)
    with provider.unchanged("AccessRefused", tables=REGISTRY):
        console.post(f"/admin/clients/health/{act}", reason="security", confirm="health", revision="1", **NEW)
    assert console.status == 404


def test_o131_the_refusal_names_who_and_what(provider, services, agus, health):
    console = Console(provider, agus)
    with provider.recorded("AccessRefused") as found:
        console.open("/admin/clients/health")
    assert (found[0].actor, found[0].client_id, found[0].detail) == (
        agus.actor,
        "health",
        {"what": "client"},
    )


def test_o131_another_agencys_changes_do_not_exist(provider, services, rina, agus, health):
    factories.suspend(services, "health")
    change_id = waiting_resume(services, "health", rina.actor)
    console = Console(provider, agus)
    assert "Layanan health" not in console.open("/admin/approvals").text
    with provider.unchanged("AccessRefused", tables=REGISTRY):
        assert console.open(f"/admin/approvals/{change_id}").status == 404
    with provider.unchanged("AccessRefused", tables=REGISTRY):
        assert console.post(f"/admin/approvals/{change_id}", decision="approve").status == 404


def test_o131_an_agency_adds_no_agencies_and_decides_nothing(provider, services, rina, agus):
    change_id = waiting_resume(services, "tax", rina.actor)
    console = Console(provider, agus)
    with provider.unchanged("AccessRefused", tables=REGISTRY):
        console.post("/admin/agencies", agency="baru", name_id="Baru", name_en="New")
    assert console.status == 403
    with provider.unchanged("AccessRefused", tables=REGISTRY):
        assert console.post(f"/admin/approvals/{change_id}", decision="approve").status == 403


def test_o131_an_agency_reads_no_records_about_people_or_others(provider, citizen, agus, tax, health):
    for client in (tax, health):
        RP(provider, client).redeem("no-such-code")
    console = Console(provider, agus).open("/admin/audit")
    assert 'data-event="TokenRefused"' in console.answer.text
    assert "health" not in console.text
    assert 'data-event="SignedIn"' not in console.answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/admin/new-client",
        "/admin/clients/tax/edit",
        "/admin/clients/tax/suspend",
        "/admin/clients/tax/resume",
        "/admin/clients/tax/retire",
        "/admin/clients/tax/secret",
        "/admin/agencies",
        "/admin/approvals/00000000-0000-4000-8000-000000000000",
    ],
)
def test_o131_whoever_may_only_look_changes_nothing(provider, wati, tax, path):
    console = Console(provider, wati)
    with provider.unchanged("AccessRefused", tables=REGISTRY):
        console.post(path, reason="security", confirm="tax", revision="1", agency="x-y", name_id="a", **NEW)
    assert (console.status, console.page) == (403, "error")


def test_o131_whoever_may_only_look_is_offered_nothing_to_change(provider, wati, tax):
    console = Console(provider, wati)
    for path in ("/admin/clients", "/admin/clients/tax", "/admin/agencies", "/admin/audit"):
        console.open(path)
        assert set(console.answer.forms) <= {"sign-out-form", "filter-form"}


def test_o131_a_citizen_who_opens_the_console_is_refused(provider, citizen):
    browser = provider.browser().sign_in(citizen)
    with provider.unchanged("AccessRefused", tables=REGISTRY):
        answer = browser.get("/admin/clients")
    assert (answer.status, answer.page) == (403, "error")


def test_o131_a_citizens_session_is_no_operators_session(provider, citizen):
    browser = provider.browser().sign_in(citizen)
    console = Console(provider)
    console.set_cookie(browser.cookie(SESSION))
    with provider.unchanged("AccessRefused", tables=REGISTRY):
        assert console.open("/admin/clients").status == 403


def test_o131_an_operators_session_is_no_citizens_session(provider, rp, rina):
    console = Console(provider, rina)
    rp.browser.http.set_cookie(SESSION, console.cookie, domain="localhost")
    answer = rp.browser.follow(rp.authorize())
    assert answer.page == "login"


def test_o131_a_citizens_password_opens_no_console(provider, services):
    citizen = factories.a_citizen(services, signs_in=True)
    console = Console(provider).open("/admin/clients")
    with provider.unchanged("SignInRefused"):
        console.send("login-form", identifier=citizen.email, password=citizen.password)
    assert console.page == "admin-login"
    assert console.cookie is None


def test_o131_an_operators_password_opens_no_citizens_page(provider, rp, rina):
    login = rp.browser.follow(rp.authorize())
    with provider.unchanged("SignInRefused", tables=("browser_session",)):
        answer = rp.browser.submit(
            login, "login-form", "login-submit", identifier=rina.identifier, password=rina.password
        )
    assert answer.page == "login"


# --- O-133: four eyes ---


def waiting_resume(services, client_id, by):
    """A change of a production client that somebody proposed."""
    with services.database.unit_of_work() as db:
        row = db.get_one(ClientRegistration, client_id)
        row.environment, row.status = "production", "suspended"
        row.client_metadata = {**row.client_metadata, "claims": PURPOSE}
        db.flush()
        change = registrations.resume(db, client_id, "diperbaiki", by=by, now=services.clock())
        assert change is not None
        return change.id


def test_o133_nobody_approves_their_own_change(provider, services, rina, tax):
    change_id = waiting_resume(services, "tax", rina.actor)
    console = Console(provider, rina).open(f"/admin/approvals/{change_id}")
    assert "approval-form" not in console.answer.forms
    with provider.unchanged("AccessRefused", tables=REGISTRY):
        console.post(f"/admin/approvals/{change_id}", decision="approve")
    assert (console.status, console.page) == (403, "admin-approval")


def test_o133_a_second_person_approves_once(provider, services, rina, tax):
    change_id = waiting_resume(services, "tax", rina.actor)
    second = Console(provider, an_operator(services, "Budi Wicaksono"))
    second.open(f"/admin/approvals/{change_id}")
    with provider.recorded("ClientChangeDecided", "ClientResumed"):
        second.send("approval-form", "approval-approve")
    assert second.page == "admin-approvals"
    assert stored(services, "tax").status == "approved"
    with provider.unchanged(tables=REGISTRY):
        assert second.post(f"/admin/approvals/{change_id}", decision="approve").status == 409


# --- O-134: a secret is shown once ---


def test_o134_a_secret_is_shown_once_and_only_rotated(provider, services, rina, health):
    console = Console(provider, rina).open("/admin/clients/health")
    with provider.recorded("ClientSecretIssued"):
        console.send("secret-form", "secret-submit")
    assert (console.page, console.answer.headers["Cache-Control"]) == ("admin-secret", "no-store")
    secret = console.answer.text.split('id="client-secret">')[1].split("<")[0]
    provider.secrets.add(secret)
    for path in ("/admin/clients/health", "/admin/clients/health/edit", "/admin/audit", "/admin/clients"):
        assert secret not in console.open(path).answer.text
    assert console.open("/admin/clients/health/secret").status == 405
    held = "".join(
        repr(row) for name in ("client", "audit_pending") for row in state.rows(services.database, name)
    )
    assert secret not in held


def test_o134_sending_the_rotation_again_does_not_void_what_was_shown(provider, services, rina, health):
    console = Console(provider, rina).open("/admin/clients/health")
    form = console.answer.forms["secret-form"]
    console.send("secret-form", "secret-submit")
    with provider.unchanged(tables=REGISTRY):
        again = console.browser.post(form.action, data=dict(form.filled("secret-submit")))
    assert again.status == 303
