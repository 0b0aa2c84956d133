"""Agreements at the console: asked, agreed, approved, stopped, by those who may and by nobody else (F3, K2)."""

from datetime import timedelta

import pytest

from idp.domain.exchange import agreements
from tests.support.agreements import Desk
from tests.support.operators import Console, an_operator

TABLES = ("agreement", "agreement_step")
HOME = "/admin/agreements"
NPWP = ("npwp",)
TERMS = {
    "purpose_id": "Mengisi NPWP pada izin usaha",
    "purpose_en": "To fill in the tax number",
    "legal_basis": "law",
    "legal_reference": "PP 28/2025",
    "retention_days": "365",
    "until": "2028-11-24",
}


@pytest.fixture
def desk(services):
    return Desk(services)


@pytest.fixture
def wati(provider, services, desk):
    """Asks for the licensing agency."""
    return Console(provider, an_operator(services, "Wati Lestari", "agency", "business_licence"))


@pytest.fixture
def ayu(provider, services, desk):
    """Decides for the tax office."""
    return Console(provider, an_operator(services, "Ayu Paramita", "agency", "tax"))


def do(console, agreement_id, action, **typed):
    return console.open(f"{HOME}/{agreement_id}").send(f"act-{action}", f"do-{action}", **typed)


def buttons(console, agreement_id):
    html = console.open(f"{HOME}/{agreement_id}").answer.text
    known = ("agree", "approve", "refuse", "take_back", "suspend", "resume", "end")
    return {name for name in known if f'id="do-{name}"' in html} | (
        {"renew"} if 'id="renew"' in html else set()
    )


def test_from_the_request_to_data_that_may_flow(provider, desk, wati, ayu, console):
    assert "owner-form" in wati.open(f"{HOME}/new").answer.text
    wati.open(f"{HOME}/new?owner=tax")
    assert wati.page == "admin-agreement-form"
    assert 'value="npwp"' in wati.answer.text
    assert 'value="diploma"' not in wati.answer.text
    with provider.recorded("AgreementRequested"):
        wati.send("agreement-form", "agreement-submit", NPWP, **TERMS)
    assert (wati.status, wati.page) == (200, "admin-agreement")
    assert "Permintaan terkirim" in wati.text
    with desk.services.database.unit_of_work() as db:
        (row,) = agreements.search(db, desk.now)
        which = row.id
    assert buttons(wati, which) == {"take_back"}
    assert buttons(console, which) == {"refuse"}
    assert "Menunggu Anda" in ayu.open(HOME).text
    with provider.recorded("AgreementAgreed"):
        do(ayu, which, "agree")
    assert buttons(ayu, which) == set()
    assert desk.flows() == []
    with provider.recorded("AgreementInForce"):
        do(console, which, "approve")
    assert desk.flows() == ["npwp"]
    text = wati.open(f"{HOME}/{which}").text
    for words in (
        "Wati Lestari",
        "Ayu Paramita",
        "Rina Hartati",
        "PP 28/2025",
        "24 November 2028",
        "Berlaku",
    ):
        assert words in text
    assert buttons(wati, which) == {"renew", "end"}
    assert buttons(ayu, which) == {"suspend", "end"}


def test_stopping_needs_a_reason_and_resuming_two_people(provider, desk, ayu, console, services, budi):
    which = desk.in_force()
    with provider.unchanged(tables=TABLES):
        do(ayu, which, "suspend")
    assert ayu.status == 400
    assert 'href="#reason-suspend"' in ayu.answer.text
    do(ayu, which, "suspend", reason="Data disimpan terlalu lama")
    assert desk.flows() == []
    assert "Data disimpan terlalu lama" in console.open(f"{HOME}/{which}").text
    assert buttons(console, which) == {"renew", "end"}, "its owner stopped it, so its owner asks first"
    do(ayu, which, "resume")
    assert buttons(ayu, which) == {"end"}
    do(console, which, "resume")
    assert desk.flows() == ["npwp"]
    do(Console(provider, budi), which, "end", reason="Layanan ditutup")
    assert desk.flows() == []
    assert buttons(console, which) == set()


def test_a_refusal_is_read_by_who_asked(desk, wati, ayu):
    which = desk.ask()
    do(ayu, which, "refuse", reason="Tujuannya terlalu luas")
    assert "Tujuannya terlalu luas" in wati.open(f"{HOME}/{which}").text
    assert "Ditolak" in wati.text


def test_terms_that_cannot_be_are_said_beside_their_fields(provider, desk, wati):
    wrong = TERMS | {"until": "2040-01-01", "retention_days": "x", "purpose_en": "", "legal_basis": ""}
    with provider.unchanged(tables=TABLES):
        wati.open(f"{HOME}/new?owner=tax").send("agreement-form", "agreement-submit", NPWP, **wrong)
    assert wati.status == 400
    for field in ("until", "retention_days", "purpose_en", "legal_basis"):
        assert f'href="#{field}"' in wati.answer.text
    assert TERMS["purpose_id"] in wati.answer.text, "what was typed is kept"


def test_a_renewal_starts_with_the_terms_of_the_old_one(desk, wati):
    old = desk.in_force(expires_at=desk.now + timedelta(days=20))
    assert "1 perjanjian berakhir dalam 30 hari" in wati.open(HOME).text
    assert str(old) in wati.open(f"{HOME}?soon=1").answer.text
    wati.open(f"{HOME}/new?renews={old}")
    assert "PP 28/2025" in wati.answer.text
    wati.send("agreement-form", "agreement-submit", until="2027-11-24")
    assert (wati.status, wati.page) == (200, "admin-agreement")
    assert f"{HOME}/{old}" in wati.answer.text
    assert desk.row(old).status == "in_force"


def test_the_list_is_searched_and_narrowed(desk, console):
    tax = desk.in_force()
    school = desk.ask(owner_id="education", attributes=("diploma",), purpose_en="Work permits")
    for query, found in (
        ("", {tax, school}),
        ("?q=diploma", {school}),
        ("?status=in_force", {tax}),
        ("?agency=education", {school}),
        ("?q=nothing", set()),
    ):
        html = console.open(f"{HOME}{query}").answer.text
        assert {each for each in (tax, school) if str(each) in html} == found


def test_o131_another_agency_s_agreements_do_not_exist(provider, services, desk):
    which = desk.in_force()
    sri = Console(provider, an_operator(services, "Sri Handayani", "agency", "health"))
    assert str(which) not in sri.open(HOME).answer.text
    with provider.unchanged("AccessRefused", "AccessRefused", tables=TABLES):
        assert sri.open(f"{HOME}/{which}").status == 404
        assert sri.post(f"{HOME}/{which}", action="end", reason="x").status == 404
    with provider.unchanged("AccessRefused", tables=TABLES):
        assert sri.open(f"{HOME}/new?renews={which}").status == 404


def test_o131_who_may_only_look_decides_nothing(provider, services, desk):
    which = desk.ask()
    look = Console(provider, an_operator(services, "Lukman", "readonly"))
    assert look.open(f"{HOME}/{which}").status == 200
    assert "act-" not in look.answer.text
    assert "agreement-new" not in look.open(HOME).answer.text
    with provider.unchanged("AccessRefused", "AccessRefused", tables=TABLES):
        assert look.post(f"{HOME}/{which}", action="agree").status == 403
        assert look.post(f"{HOME}/new", owner="tax", attributes="npwp", **TERMS).status == 403


def test_o133_a_side_takes_no_step_of_another(provider, desk, wati, ayu, console):
    which = desk.ask()
    with provider.unchanged("AccessRefused", "AccessRefused", "AccessRefused", tables=TABLES):
        assert wati.post(f"{HOME}/{which}", action="agree").status == 403
        assert console.post(f"{HOME}/{which}", action="agree").status == 403
        assert ayu.post(f"{HOME}/{which}", action="approve").status == 403
    with provider.unchanged(tables=TABLES):
        assert ayu.post(f"{HOME}/{which}", action="jump").status == 400
        assert console.post(f"{HOME}/{which}", action="approve").status == 409


def test_o133_who_asked_for_an_agency_does_not_put_it_into_force(provider, desk, ayu, console, budi):
    console.open(f"{HOME}/new?owner=tax&consumer=business_licence")
    console.send("agreement-form", "agreement-submit", NPWP, consumer="business_licence", **TERMS)
    which = console.answer.text.split(f'action="{HOME}/')[1].split('"')[0]
    do(ayu, which, "agree")
    assert "approve" not in buttons(console, which)
    with provider.unchanged(tables=TABLES):
        assert console.post(f"{HOME}/{which}", action="approve").status == 409
    do(Console(provider, budi), which, "approve")
    assert desk.flows() == ["npwp"]


def test_an_agency_asks_for_itself_whatever_is_sent(desk, wati):
    wati.post(f"{HOME}/new", owner="tax", consumer="health", attributes="npwp", **TERMS)
    assert wati.status == 303
    with desk.services.database.unit_of_work() as db:
        assert [row.consumer_id for row in agreements.search(db, desk.now)] == ["business_licence"]
