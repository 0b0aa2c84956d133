"""Two officers at a counter: reason first, masked data, one opens, another decides (features D2, G14, K8)."""

import pytest

from idp.domain.cases import counter
from idp.domain.citizens.models import Account, Citizen
from tests import factories
from tests.support import state
from tests.support.databases import sqlite_only
from tests.support.letters import delivered
from tests.support.operators import Console, an_agency, an_operator
from tests.support.race import race
from tests.support.ways_back import NIK, enrol, give_permit


@pytest.fixture
def citizen(services):
    return factories.a_citizen(services, signs_in=True)


@pytest.fixture
def agency(services):
    return an_agency(services, "dukcapil-semarang")


@pytest.fixture
def officers(services, agency):
    return [an_operator(services, name, "officer", agency) for name in ("Ani Wijaya", "Budi Hartono")]


@pytest.fixture
def desks(provider, officers):
    return [Console(provider, officer) for officer in officers]


def find(desk, reason="lost_phone", nik=NIK):
    return desk.open("/admin/counter").send("find-form", "find-submit", reason=reason, nik=nik)


def open_case(desk):
    find(desk)
    assert desk.page == "admin-counter-citizen", desk.text
    return desk.send("case-form", "case-submit", tick=("yes",), document="ktp")


def case_path(services):
    (row,) = [row for row in state.rows(services.database, "support_case") if row["state"] == "open"]
    with services.database.unit_of_work() as db:
        (case,) = [case for case in counter.listed(db, None) if case.state == "open"]
    assert row["kind"] == case.kind
    return f"/admin/counter/cases/{case.id}"


def code_of(desk):
    text = desk.answer.text
    return text.split('id="permit-code">', 1)[1].split("<", 1)[0]


def test_one_opens_another_approves_and_the_citizen_renews_with_the_printed_code(
    provider, services, citizen, desks
):
    one, other = desks
    assert open_case(one).page == "admin-counter-case"
    path = case_path(services)
    assert "decide-form" not in one.answer.forms, "nobody approves their own"
    other.open(path).send("decide-form", "case-approve")
    browser = provider.browser()
    assert enrol(browser, give_permit(browser, code_of(other)))[0].page == "new-card"
    assert "permit-code" not in other.open(path).answer.text, "the code is shown once"
    history = provider.browser().sign_in(citizen).get("/me/history").text
    assert "Ani Wijaya" in history
    assert "Budi Hartono" in history
    with services.database.unit_of_work() as db:
        assert db.get_one(Citizen, citizen.citizen_id).ial == "ial1"
    told = {letter.subject: letter.text for letter in delivered(services)}
    for subject in ("Pemulihan akun Anda dimulai di loket", "Kasus pemulihan akun Anda diputuskan"):
        assert "/not-me?token=" in told[subject], "whoever did not come locks the account from the letter"


@sqlite_only
def test_a_refusal_is_told_too(services, citizen, desks):
    open_case(desks[0])
    desks[1].open(case_path(services)).send("decide-form", "case-refuse")
    (letter,) = [
        each for each in delivered(services) if each.subject == "Kasus pemulihan akun Anda diputuskan"
    ]
    assert "menolak" in letter.text


@sqlite_only
def test_g14_without_a_reason_nothing_is_looked_up(provider, services, citizen, desks):
    with provider.recorded():
        assert find(desks[0], reason="").status == 400
    with provider.recorded("CitizenLookedUp") as events:
        find(desks[0])
    assert events[0].detail["reason"] == "lost_phone"
    assert events[0].citizen_id == citizen.citizen_id


@sqlite_only
def test_g14_who_opens_a_case_again_is_on_record_again(provider, services, citizen, desks, officers):
    open_case(desks[0])
    path = case_path(services)
    with provider.recorded("CitizenLookedUp") as events:
        assert 'id="masked-name"' in desks[1].open(path).answer.text
    assert events[0].detail["reason"] == "lost_phone"
    assert events[0].citizen_id == citizen.citizen_id
    assert events[0].actor == str(officers[1].account_id)
    super_ = Console(provider, an_operator(services, "Rina Hartati"))
    with provider.recorded():
        assert 'id="masked-name"' not in super_.open(path).answer.text


@sqlite_only
def test_k8_what_an_officer_sees_is_masked(citizen, desks):
    text = find(desks[0]).answer.text
    assert "Aminah" not in text
    assert NIK not in text
    assert citizen.email not in text
    assert "S•" in text


@sqlite_only
def test_whom_nobody_found_opens_no_case(provider, services, citizen, desks):
    with provider.recorded("CitizenLookedUp"):
        assert find(desks[0], nik="9933744501909999").status == 404
    assert desks[0].post("/admin/counter/cases", found="00", document="ktp", checked="yes").status == 400
    assert state.count(services.database, "support_case") == 0


@sqlite_only
def test_what_one_officer_found_opens_no_case_for_another(services, citizen, desks):
    form = find(desks[0]).answer.forms["case-form"]
    found = dict(form.filled("case-submit"))["found"]
    assert desks[1].post("/admin/counter/cases", found=found, document="ktp", checked="yes").status == 400
    assert state.count(services.database, "support_case") == 0


@sqlite_only
def test_the_document_has_to_be_checked(services, citizen, desks):
    assert find(desks[0]).send("case-form", "case-submit", document="ktp").status == 400
    assert state.count(services.database, "support_case") == 0


def test_nobody_decides_their_own_case(services, citizen, desks):
    open_case(desks[0])
    path = case_path(services)
    assert desks[0].post(path, decision="approved").status == 409
    assert state.count(services.database, "enrolment_permit") == 0


@sqlite_only
def test_the_officer_of_a_suspended_account_decides_nothing(services, citizen, officers, desks):
    open_case(desks[0])
    path = case_path(services)
    with services.database.unit_of_work() as db:
        db.get_one(Account, officers[1].account_id).status = "locked"
    assert desks[1].post(path, decision="approved").status == 303
    assert state.count(services.database, "enrolment_permit") == 0


@sqlite_only
def test_officers_of_another_agency_see_nothing_of_it(provider, services, citizen, desks):
    open_case(desks[0])
    path = case_path(services)
    stranger = Console(provider, an_operator(services, "Cici", "officer", an_agency(services, "elsewhere")))
    assert stranger.open(path).status == 404
    assert stranger.post(path, decision="approved").status == 404
    assert path not in stranger.open("/admin/counter").answer.text


@sqlite_only
def test_a_national_administrator_sees_the_list_and_decides_nothing(provider, services, citizen, desks):
    open_case(desks[0])
    path = case_path(services)
    super_ = Console(provider, an_operator(services, "Rina Hartati"))
    assert super_.open(path).page == "admin-counter-case"
    assert "masked-name" not in super_.answer.text
    assert super_.post(path, decision="approved").status == 403


@sqlite_only
@pytest.mark.parametrize("path", ["/admin/clients", "/admin/audit", "/admin/agencies", "/admin/approvals"])
def test_an_officer_sees_nothing_but_the_counter(desks, path):
    assert desks[0].open(path).page == "admin-counter"


@sqlite_only
def test_a_case_waits_a_working_day(services, citizen, desks, clock):
    open_case(desks[0])
    path = case_path(services)
    with services.database.unit_of_work() as db:
        case = counter.listed(db, None)[0]
        with pytest.raises(counter.CaseRefused, match="gone"):
            counter.decide(
                db,
                services.tree,
                case.id,
                "approved",
                officer="somebody",
                agency_id=case.agency_id,
                now=clock() + counter.LIFETIME,
            )
    assert path


@sqlite_only
def test_a_refused_case_gives_no_code(services, citizen, desks):
    open_case(desks[0])
    desks[1].open(case_path(services)).send("decide-form", "case-refuse")
    assert "permit-code" not in desks[1].answer.text
    assert state.count(services.database, "enrolment_permit") == 0


def test_two_approvals_at_once_give_one_code(provider, services, agency, citizen, desks):
    open_case(desks[0])
    path = case_path(services)
    third = Console(provider, an_operator(services, "Dewi Lestari", "officer", agency))
    answers = race([lambda d=d: d.post(path, decision="approved") for d in (desks[1], third)])
    assert sorted(desk.status for desk in answers) == [200, 409]
    assert state.count(services.database, "enrolment_permit") == 1
