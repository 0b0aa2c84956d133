"""Agreements as text (features F3, J14): asked for once, anew when terms change, in force in a fresh sandbox."""

from datetime import date
from pathlib import Path

import pytest

from idp.domain.exchange import agreement_manifests, agreement_steps, agreements
from idp.domain.exchange.agreement_terms import BadAgreement, last_day
from idp.domain.registry.manifests import BadManifest
from idp.sandbox import agreements as sandbox_agreements, seed
from idp.sandbox.runner import AGENCIES
from tests.support.agreements import DIMAS, RINA, TAX, Desk

ROOT = Path(__file__).resolve().parents[2]
TEXT = """
[agency]
id = "business_licence"

[[agreement]]
owner = "tax"
attributes = ["npwp"]
purpose.id = "Mengisi NPWP pada izin usaha"
purpose.en = "To fill in the tax number on the licence"
legal_basis = "law"
legal_reference = "PP 28/2025"
retention_days = 365
months = 24
"""


class Manifests(Desk):
    """Applies manifests, as somebody of the platform."""

    folder: Path

    def read(self, text=TEXT):
        file = self.folder / "client.toml"
        file.write_text(text)
        return agreement_manifests.read(file)

    def apply(self, text=TEXT):
        with self.services.database.unit_of_work() as db:
            planned = agreement_manifests.plan(db, self.read(text), self.now)
            done = agreement_manifests.apply(db, self.read(text), RINA, self.now)
        assert [each.action for each in planned] == [each.action for each in done]
        return done[0]


@pytest.fixture
def desk(services, tmp_path):
    made = Manifests(services)
    made.folder = tmp_path
    return made


def test_applying_twice_asks_once(desk):
    first = desk.apply()
    assert (first.action, first.standing) == ("create", "requested")
    again = desk.apply()
    assert (again.action, again.standing, again.id) == ("same", "requested", first.id)
    row = desk.row(first.id)
    assert (row.attributes, row.legal_reference, row.requested_by) == ("npwp", "PP 28/2025", "operator:rina")
    assert last_day(row.expires_at) == date(2028, 11, desk.now.day)


def test_other_terms_take_the_place_of_what_nobody_has_decided_yet(desk):
    first = desk.apply()
    second = desk.apply(TEXT.replace("365", "30"))
    assert (second.action, second.standing) == ("change", "requested")
    assert desk.row(first.id).status == "ended"
    assert desk.row(second.id).retention_days == 30
    assert desk.apply(TEXT.replace("365", "30")).action == "same"


def test_other_terms_of_what_is_in_force_are_a_renewal_that_waits(desk):
    first = desk.apply()
    desk.do(agreement_steps.approve_by_owner, first.id, TAX)
    with desk.services.database.unit_of_work() as db:
        hand = agreement_steps.Hand("operator:dimas", platform=True)
        agreement_steps.approve_by_platform(db, first.id, hand, desk.now)
    second = desk.apply(TEXT.replace('"PP 28/2025"', '"UU 6/2023"'))
    assert second.action == "change"
    assert desk.row(second.id).supersedes_id == first.id
    assert desk.row(first.id).status == "in_force"


def test_what_was_refused_is_not_asked_again_until_the_terms_change(desk):
    first = desk.apply()
    desk.do(agreement_steps.refuse, first.id, TAX, "too wide")
    assert (desk.apply().action, desk.apply().standing) == ("same", "refused")
    assert desk.apply(TEXT.replace("months = 24", "expires = 2027-12-31")).action == "create"


def test_what_has_run_out_is_asked_anew(desk, clock):
    first = desk.in_force()
    clock.advance(days=740)
    second = desk.apply()
    assert (second.action, desk.row(second.id).supersedes_id) == ("change", first)


def test_the_end_is_asked_of_what_the_manifest_names_no_more_and_it_stands_until_then(desk):
    by_hand = desk.in_force(attributes=("npwp_branch",))
    first = desk.apply()
    desk.do(agreement_steps.approve_by_owner, first.id, TAX)
    desk.do(agreement_steps.approve_by_platform, first.id, DIMAS)
    alone = TEXT.partition("[[agreement]]")[0]
    gone = [desk.apply(alone) for _ in range(2)]
    assert [(each.action, each.standing, each.id) for each in gone] == [("dropped", "in_force", first.id)] * 2
    assert desk.history(first.id)[-1] == (
        "end_asked",
        "platform",
        "operator:rina",
        "the manifest asks for it no more",
    )
    assert desk.events().count("AgreementEndAsked") == 1
    assert desk.flows() == ["npwp", "npwp_branch"], "people end it; what they asked for is theirs"
    assert desk.history(by_hand)[-1][0] == "in_force"
    assert desk.apply().action == "same"


def test_an_owner_that_has_not_joined_is_asked_later(desk):
    text = TEXT.replace('"tax"', '"civil_service"').replace('"npwp"', '"nip"')
    assert desk.apply(text).action == "later"
    assert desk.events() == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("months = 24", "", "either when it expires"),
        ("months = 24", "months = 24\nexpires = 2027-01-01", "either when it expires"),
        ("months = 24", "months = 61", "months is 1 to 60"),
        ("months = 24", 'expires = "soon"', "expires is a date"),
        ('["npwp"]', '"npwp"', "attributes is a list"),
        ("retention_days = 365", "", "'retention_days' is missing"),
        ("months = 24", "months = 24\nfee = 1000", "fee is not known here"),
        ('owner = "tax"', "owner = 7", "are strings"),
    ],
)
def test_a_manifest_that_cannot_be_read_says_what_to_change(desk, old, new, says):
    with pytest.raises(BadManifest, match=says):
        desk.read(TEXT.replace(old, new))


def test_terms_that_cannot_be_are_refused_when_planned(desk):
    with pytest.raises(BadAgreement, match="not in the catalogue"):
        desk.apply(TEXT.replace('"npwp"', '"shoe_size"'))


def test_the_agreements_of_the_demo_agencies_are_in_force_after_seeding_twice(services, clock):
    desk = Desk(services)
    with services.database.unit_of_work() as db:
        from idp.domain.registry import agencies

        agencies.put(db, "civil_service", "BKN", "BKN", by="tests", now=desk.now)
    seed.seed_operators(services)
    files = [ROOT / "clients" / name / "client.toml" for name in AGENCIES]
    assert sandbox_agreements.seed(services, files) == 7
    assert sandbox_agreements.seed(services, files) == 0
    assert desk.flows("business_licence") == ["highest_education", "npwp"]
    assert desk.flows("health") == ["agency", "employment_kind"]
    assert desk.flows("tax") == ["org"]
    assert desk.flows("civil_service") == ["diploma", "highest_education", "npwp"]
    assert desk.flows("education") == ["bpjs_number"]
    with services.database.unit_of_work() as db:
        for row in agreements.search(db, desk.now):
            assert len({row.requested_by, row.agreed_by, row.approved_by}) == 3
    clock.advance(days=366)
    assert desk.flows("education") == []
    assert sandbox_agreements.seed(services, files) == 1
    assert desk.flows("education") == ["bpjs_number"]
