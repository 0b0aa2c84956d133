"""What reaches production waits for a second person, who sees what changes; agencies."""

import json

import pytest

from idp.domain.registry.models import ClientRegistration
from tests import factories
from tests.support.operators import Console, an_agency

REGISTRY = ("client", "client_change")


def stored(services, client_id):
    with services.database.unit_of_work() as db:
        return db.get(ClientRegistration, client_id)


def propose(console, client_id="live", **typed):
    """Change a production client; the change waits."""
    console.open(f"/admin/clients/{client_id}/edit").send("client-form", "client-submit", **typed)
    assert console.page == "admin-client", console.text
    return console


def see(console, client_id="live"):
    """Open the change that waits for a client."""
    link = console.open("/admin/approvals").answer.text.split(f'data-change="{client_id}"')[1]
    return console.open(link.split('href="')[1].split('"')[0])


@pytest.fixture
def second(provider, budi):
    """Budi's browser, signed in."""
    return Console(provider, budi)


def test_a_new_production_client_is_a_draft_until_somebody_else_approves(
    provider, services, console, second, tax
):
    an_agency(services, "dinas-uji")
    console.open("/admin/new-client").send(
        "client-form",
        "client-submit",
        client_name="Uji",
        client_name_en="Test",
        client_id="uji",
        agency_id="dinas-uji",
        environment="production",
        redirect_uris="https://uji.example/cb",
        jwks=json.dumps({"keys": [tax.key.as_dict(private=False)]}),
    )
    assert "menunggu orang kedua" in console.text
    assert stored(services, "uji").status == "draft"
    see(second, "uji")
    assert 'data-member="redirect_uris"' in second.answer.text
    with provider.recorded("ClientChangeDecided"):
        second.send("approval-form", "approval-approve")
    assert stored(services, "uji").status == "approved"


def test_a_change_shows_old_and_new_and_takes_effect_when_approved(provider, services, console, second, live):
    before = stored(services, "live")
    with provider.recorded("ClientChangeProposed"):
        propose(console, client_name="Nama Baru", redirect_uris="https://baru.example/cb")
    assert stored(services, "live").client_metadata == before.client_metadata
    see(second)
    row = second.answer.text.split('data-member="client_name"')[1].split("</tr>")[0]
    assert "Layanan live" in row
    assert "Nama Baru" in row
    assert "Rina Hartati" in second.text
    with provider.recorded("ClientChangeDecided", "ClientAmended") as found:
        second.send("approval-form", "approval-approve")
    assert {row.actor for row in found} == {second.operator.actor}
    assert stored(services, "live").client_metadata["redirect_uris"] == ["https://baru.example/cb"]
    assert 'id="client-change"' not in second.open("/admin/clients/live").answer.text


def test_a_refused_change_changes_nothing_and_is_no_longer_waiting(provider, services, console, second, live):
    propose(console, client_name="Nama Baru")
    see(second)
    with provider.unchanged("ClientChangeDecided", tables=("client",)):
        second.send("approval-form", "approval-refuse")
    assert "Tidak ada yang menunggu" in second.text


def test_a_change_of_something_that_changed_meanwhile_can_only_be_refused(
    provider, services, console, second, live
):
    propose(console, client_name="Nama Baru")
    with services.database.unit_of_work() as db:
        db.get_one(ClientRegistration, "live").revision += 1
    see(second)
    assert set(second.answer.forms["approval-form"].buttons) == {"approval-refuse"}
    action = second.answer.forms["approval-form"].action
    with provider.unchanged(tables=REGISTRY):
        assert second.post(action, decision="approve").status == 409


def test_a_newer_proposal_replaces_the_older_one(provider, console, second, live):
    propose(console, client_name="Nama Satu")
    with provider.recorded("ClientChangeDecided", "ClientChangeProposed"):
        propose(console, client_name="Nama Dua")
    assert second.open("/admin/approvals").answer.text.count('data-change="live"') == 1
    assert "Nama Dua" in see(second).text


def test_a_rule_broken_by_now_stops_an_approval(provider, services, console, second, clock):
    waiver = {"client_secret": {"until": "2026-12-31", "reason": "migrasi"}}
    factories.a_client(
        services,
        "lama",
        environment="production",
        status="suspended",
        token_endpoint_auth_method="client_secret_basic",
        waivers=waiver,
        claims={"email": {"purpose": {"id": "Bukti", "en": "Receipt"}}},
    )
    console.open("/admin/clients/lama").send("resume-form", "resume-submit", reason="siap lagi")
    clock.advance(days=60)
    second.sign_in(second.operator)
    see(second, "lama")
    with provider.unchanged(tables=REGISTRY):
        second.send("approval-form", "approval-approve")
    assert second.status == 409
    assert "sudah berakhir" in second.text


def test_a_suspended_production_client_resumes_after_a_second_person(
    provider, services, console, second, live
):
    console.open("/admin/clients/live").send("suspend-form", "suspend-submit", reason="agency_request")
    assert stored(services, "live").status == "suspended"
    console.send("resume-form", "resume-submit", reason="instansi sudah siap")
    assert stored(services, "live").status == "suspended"
    assert "instansi sudah siap" in see(second).text
    second.send("approval-form", "approval-approve")
    assert stored(services, "live").status == "approved"


def test_nothing_but_approve_or_refuse_decides(provider, console, second, live):
    propose(console, client_name="Nama Baru")
    action = see(second).answer.forms["approval-form"].action
    with provider.unchanged(tables=REGISTRY):
        assert second.post(action, decision="perhaps").status == 400
    assert second.open("/admin/approvals/00000000-0000-4000-8000-000000000000").status == 404
    assert second.open("/admin/approvals/no-uuid").status == 404


# --- agencies ---


def test_agencies_are_added_and_renamed_on_record(provider, services, console):
    console.open("/admin/agencies")
    with provider.recorded("AgencyRegistered"):
        console.send("agency-form", agency="dinas-baru", name_id="Dinas Baru", name_en="New Office")
    assert 'data-agency="dinas-baru"' in console.answer.text
    console.open("/admin/agencies?edit=dinas-baru")
    with provider.recorded("AgencyRenamed"):
        console.send("agency-form", "agency-submit", name_id="Dinas Terbaru")
    assert "Dinas Terbaru" in console.text


@pytest.mark.parametrize("agency", ["", "Dinas Baru", "x", "a" * 300, "dinas\x00"])
def test_an_agency_needs_an_id_of_plain_letters(provider, console, agency):
    console.open("/admin/agencies")
    with provider.unchanged(tables=("agency",)):
        console.send("agency-form", agency=agency, name_id="Dinas", name_en="Office")
    assert (console.status, console.page) == (400, "admin-agencies")
    assert dict(console.answer.forms["agency-form"].fields)["name_en"] == "Office"
