"""Rows nobody else has, as the list of features words them: F10 with U2, F21; F9 is in tests/cli/test_inventory.py."""

from sqlalchemy import select

from idp.domain.inventory import declared, overlap, waivers
from idp.domain.inventory.forms import Field, Form
from idp.domain.inventory.lint import Verdict, lint
from idp.domain.inventory.models import Application
from idp.domain.inventory.register import bring_in
from idp.domain.inventory.rows import read_sheet
from idp.domain.registry.models import ClientRegistration
from tests import factories
from tests.support.applications import applications, as_csv


def test_f10_u2_a_thousand_records_give_clusters_a_map_a_source_of_truth_and_a_retirement_list(services):
    sheet = read_sheet(as_csv(applications(1000)))
    now = services.clock()
    assert bring_in(services.database, sheet, by="test", now=now).added == 1000
    with services.database.reading() as db:
        ids = set(db.scalars(select(Application.id)))
        found = {each.concept: each for each in overlap.clusters(db)}
        assert found["nik"].applications == 1000  # however it was spelled
        assert len(overlap.who_asks(db, "nik", 2000)) == 1000
        assert found["nik"].truth.owner == "population_registry"
        assert all(each.truth.owner or each.truth.application for each in found.values())
        retirements = overlap.retirements(db, 1000)
        assert retirements
        assert all(each.proposal.saving == each.application.yearly_cost for each in retirements)
    again = bring_in(services.database, sheet, by="test", now=now)
    assert (again.nothing, again.same) == (True, 1000)
    with services.database.reading() as db:
        assert set(db.scalars(select(Application.id))) == ids == {row.id for row in sheet.rows}


def test_f21_an_expired_waiver_turns_the_linter_red_and_appears_on_the_public_board(
    provider, services, clock
):
    factories.a_client(services, "tax", environment="production")
    form = Form(name="spt", fields=(Field(name="npwp", label="NPWP"),))
    today = clock().date()
    with services.database.unit_of_work() as db:
        wish = waivers.Wish(
            agency_id="agency-tax",
            client_id="tax",
            form="spt",
            attribute="npwp",
            reason="Nomor cabang belum dilayani",
            starts_on=today,
            ends_on=waivers.last_day(today),
        )
        row = waivers.ask(db, wish, by="rina", now=clock())
        waivers.approve(db, row.id, by="budi", now=clock())
        declared.declare(db, "tax", form, by="rina", now=clock())

    def verdict():
        with services.database.reading() as db:
            client = db.get_one(ClientRegistration, "tax")
            given = waivers.leaves(db, client_id="tax", agency_id=client.agency_id)
            result = lint(form, given, clock().date())
            return result.red, result.findings[0].verdict

    def board():
        return provider.browser().get("/board").text

    assert verdict() == (False, Verdict.WAIVED)
    assert 'data-expired="0"' in board()
    clock.advance(days=366)
    assert verdict() == (True, Verdict.ASKED)
    assert 'data-expired="1"' in board()
    shown = board().split('id="expired-waivers"')[1].split("</table>")[0]
    assert "Dinas tax" in shown
    assert "NPWP" in shown
    assert "spt" in shown
