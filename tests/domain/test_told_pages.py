"""What citizens and operators see of notices to services: told, confirmed, late (F11, G5); and asking again (F11)."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

from clients.population_registry.__main__ import main as move
from idp import late
from idp.domain.citizens import profile
from idp.domain.citizens.models import Citizen
from idp.domain.events.announcements import CLOCK
from idp.domain.proofing import checks
from idp.domain.proofing.population import Claims, PopulationRegistry
from tests import factories
from tests.rp import Provider
from tests.support import registry_simulator, state
from tests.support.operators import Console, an_operator
from tests.support.subscriber import Subscriber, announce, deliver

SITI = Claims("9974115705940001", "Siti Aminah", date(1994, 5, 17))
BANTUL = "9902122108680001"
SCOPE = "openid profile email address address:region offline_access"


def subscribe(provider, *names):
    return [
        Subscriber(provider, name, redirect_uris=[f"https://{name}.example/callback"], scope=SCOPE)
        for name in names
    ]


@pytest.fixture
def subscribers(provider):
    found = subscribe(provider, "tax", "health", "education")
    yield found
    for each in found:
        each.close()


def see(provider, citizen, path):
    return provider.browser().sign_in(citizen).get(path).text


# --- the citizen ---


def test_f11_the_citizens_page_shows_two_done_and_one_late(provider, services, citizen, subscribers, clock):
    act = uuid4()
    for each in subscribers:
        announce(provider, each.rp.client.client_id, citizen, act=act, answer_by=clock() + CLOCK)
    deliver(provider)
    for each in subscribers[:2]:
        assert each.confirm(each.events()[0]["jti"]).status == 204
    assert see(provider, citizen, "/me/told").count('data-state="told"') == 1
    clock.advance(hours=72)
    late.note_late(services)
    html = see(provider, citizen, "/me/told")
    assert 'data-page="account-told"' in html
    assert 'data-confirmed="2" data-late="1"' in html
    assert html.count('data-state="confirmed"') == 2
    assert html.count('data-state="late"') == 1


def test_each_act_is_apart_and_another_citizens_are_not_there(provider, citizen, bob, subscribers):
    announce(provider, "tax", citizen)
    announce(provider, "tax", citizen, kind="consent-withdrawn")
    announce(provider, "health", bob)
    html = see(provider, citizen, "/me/told")
    assert html.count("data-act") == 2
    assert "health" not in html


def test_what_reached_nobody_is_said_too(provider, citizen, clock):
    factories.a_client(provider.services, "mute")
    announce(provider, "mute", citizen, answer_by=clock() + CLOCK)
    assert 'data-state="waiting"' in see(provider, citizen, "/me/told")
    deliver(provider)
    assert 'data-state="no_address"' in see(provider, citizen, "/me/told")


def test_g5_the_services_page_shows_whether_a_withdrawal_was_confirmed(provider, citizen, subscribers, clock):
    tax = subscribers[0]
    tax.rp.tokens(citizen)
    browser = provider.browser().sign_in(citizen)
    browser.submit(browser.get("/me/services/tax"), "withdraw-form", "withdraw-submit")
    assert 'data-state="waiting"' in see(provider, citizen, "/me/services")
    deliver(provider)
    assert 'data-state="told"' in see(provider, citizen, "/me/services")
    clock.advance(hours=73)
    assert 'data-state="late"' in see(provider, citizen, "/me/services")
    tax.confirm(tax.events()[-1]["jti"])
    assert 'data-state="confirmed"' in see(provider, citizen, "/me/services")


# --- the operators ---


def test_the_console_lists_who_is_late_and_what_reached_nobody(
    provider, services, citizen, subscribers, clock
):
    factories.a_client(services, "mute")
    for client_id in ("tax", "mute"):
        announce(provider, client_id, citizen, kind="consent-withdrawn", answer_by=clock() + CLOCK)
    deliver(provider)
    html = Console(provider, an_operator(services)).open("/admin/late").answer.text
    assert 'id="late"' not in html
    assert html.count("data-jti") == 3, "both are due, one reached nobody"
    clock.advance(hours=72)
    late.note_late(services)
    html = Console(provider, an_operator(services, "Budi Wicaksono")).open("/admin/late").answer.text
    assert 'id="late"' in html
    assert "Layanan tax" in html
    assert "Siti" not in html


def test_an_agencys_operator_sees_only_that_agencys_services(provider, services, citizen, subscribers, clock):
    for client_id in ("tax", "health"):
        announce(provider, client_id, citizen, kind="consent-withdrawn", answer_by=clock() + CLOCK)
    clock.advance(hours=73)
    theirs = Console(provider, an_operator(services, "Wayan Sudarma", "agency", "agency-tax"))
    html = theirs.open("/admin/late").answer.text
    assert "Layanan tax" in html
    assert "Layanan health" not in html


# --- asking the population registry again ---


@pytest.fixture
def simulator():
    with registry_simulator.running() as running:
        yield running


@pytest.fixture
def town(database_url, tmp_path, clock, simulator):
    """A deployment with a population registry, Siti in it, and three services that read her address."""
    folder = tmp_path / "town"
    folder.mkdir(mode=0o700)
    services = factories.a_deployment(
        database_url,
        folder,
        clock,
        population_registry_url=simulator.url,
        population_registry_key=simulator.key,
    )
    provider = Provider(services)
    siti = factories.a_citizen(services, SITI.name, SITI.nik, birthdate=SITI.birthdate)
    registry = PopulationRegistry(services.outbound, simulator.url, simulator.key)
    record = registry.record(registry.verify(SITI).reference)
    with services.database.unit_of_work() as db:
        row = db.get_one(Citizen, siti.citizen_id)
        checks.apply_record(db, row, services.tree.vault.open(row.id, row.data_key), record, services.clock())
    found = subscribe(provider, "tax", "health", "education")
    for each in found:
        factories.a_consent(
            services,
            siti,
            each.rp.client.client_id,
            "openid address address:region",
            ("address", "regency_code"),
        )
    yield provider, siti, found
    for each in found:
        each.close()
    services.close()


def recheck(provider, citizen):
    browser = provider.browser().sign_in(citizen)
    return browser.submit(browser.get("/me/data"), "recheck-form", "recheck-submit").text


def regency(services, citizen):
    with services.database.unit_of_work() as db:
        row = db.get_one(Citizen, citizen.citizen_id)
        data_key = services.tree.vault.open(row.id, row.data_key)
        return profile.read(db, data_key, row.id)["id_address"].value["regency"]


def test_f11_who_moved_says_it_once_and_three_services_are_told(town, simulator, capsys):
    provider, siti, subscribers = town
    assert move(["move", SITI.nik, "--near", BANTUL, "--url", simulator.url]) == 0
    assert "Kabupaten Bantul" in capsys.readouterr().out
    html = recheck(provider, siti)
    assert "Data Anda sudah diperbarui" in html
    assert regency(provider.services, siti) == "Kabupaten Bantul"
    deliver(provider)
    for each in subscribers:
        (event,) = each.events()
        (body,) = event["events"].values()
        assert body["claims"] == ["address", "regency_code"]
        assert "Bantul" not in str(event)
    assert 'data-confirmed="0"' in see(provider, siti, "/me/told")
    tokens = subscribers[0].rp.tokens(siti, scope="openid address:region", consented=("regency_code",))
    told = subscribers[0].rp.userinfo(tokens["access_token"])
    assert told.json["regency_code"] == "34.02"


def test_who_did_not_move_is_told_so_and_nobody_else(town):
    provider, siti, _ = town
    assert "masih sama" in recheck(provider, siti)
    assert provider.count("announcement") == 0


def test_while_the_registry_is_away_nothing_changes(town, simulator):
    provider, siti, _ = town
    simulator.faults(outage=True)
    before = state.rows(provider.database, "attribute_value")
    assert "tidak menjawab" in recheck(provider, siti)
    assert state.rows(provider.database, "attribute_value") == before
    assert provider.count("announcement") == 0


def test_where_the_registry_does_not_agree_nothing_changes_but_it_is_on_record(town):
    provider, _, _ = town
    services = provider.services
    other = factories.a_citizen(services, "Hartini Lestari", BANTUL)
    assert "tidak lagi cocok" in recheck(provider, other)
    assert "IdentityMismatched" in {row.event for row in state.audit(services.database)}
    with services.database.unit_of_work() as db:
        assert db.get_one(Citizen, other.citizen_id).ial == "ial1", "a level that was reached stays"


def test_asking_again_is_bounded(town):
    provider, siti, _ = town
    answers = [recheck(provider, siti) for _ in range(21)]
    assert "masih sama" in answers[0]
    assert "beberapa kali" in answers[-1]


def test_without_a_registry_nothing_is_offered(provider, citizen):
    assert "recheck-form" not in see(provider, citizen, "/me/data")
    assert provider.browser().sign_in(citizen).post("/me/data/recheck").status == 403, "no CSRF token"
