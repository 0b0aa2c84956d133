"""The owner's desk (features F12, G7, G14): due first, opened with a reason, answered by two, never another's."""

import pytest

from idp.domain.citizens import profile
from tests import factories
from tests.support import state
from tests.support.data_cases import FALSE, TRUE, ask, conflict, key_of, the_case
from tests.support.databases import sqlite_only
from tests.support.letters import delivered
from tests.support.operators import Console, an_agency, an_operator

LIST = "/admin/cases"


@pytest.fixture
def citizen(services):
    return factories.a_citizen(services, signs_in=True)


@pytest.fixture
def desks(provider, services):
    """Two national operators: they answer for the population registry."""
    people = [an_operator(services, name) for name in ("Rina Hartati", "Tono Sutrisno")]
    return [Console(provider, person) for person in people]


@pytest.fixture
def tax_desks(provider, services):
    agency = an_agency(services, "tax", "Direktorat Jenderal Pajak")
    people = [an_operator(services, name, "agency", agency) for name in ("Ani Wijaya", "Budi Hartono")]
    return [Console(provider, person) for person in people]


def opened(desk, case_id, reason="answering"):
    return desk.open(f"{LIST}/{case_id}").send("open-form", "open-submit", reason=reason)


def answered(desk, case_id, answer, **typed):
    opened(desk, case_id)
    assert desk.page == "admin-case-open", desk.text
    fields = {"text": "Sudah kami periksa.", **typed}
    return desk.send("answer-form", "answer-submit", tick=(answer,), **fields)


def birthdate(services, citizen):
    key = key_of(services, citizen)
    with services.database.unit_of_work() as db:
        return profile.read(db, key, citizen.citizen_id)["birthdate"].value


def test_f12_the_owner_keeps_its_value(provider, services, citizen, desks):
    case_id = conflict(services, citizen)
    page = answered(desks[0], case_id, "keep")
    assert "Jawaban terkirim" in page.text
    assert the_case(services, case_id).outcome == "other_source_wrong"
    assert birthdate(services, citizen) == TRUE
    assert [letter.subject for letter in delivered(services)] == ["Kasus data Anda dijawab"]


def test_f12_a_new_value_takes_two_people_of_the_owner(provider, services, citizen, desks):
    one, other = desks
    case_id = conflict(services, citizen)
    page = answered(one, case_id, "correct", value=FALSE)
    assert "Usulan tersimpan" in page.text
    assert birthdate(services, citizen) == TRUE
    assert "second-form" not in opened(one, case_id).answer.forms, "nobody confirms their own"
    page = opened(other, case_id, "confirming")
    assert "6 Januari 1990" in page.text
    page.send("second-form", "case-confirm")
    assert the_case(services, case_id).outcome == "corrected"
    assert birthdate(services, citizen) == FALSE
    history = provider.browser().sign_in(citizen).get("/me/history").text
    assert "Rina Hartati" in history
    assert "Tono Sutrisno" in history


@sqlite_only
def test_the_first_officer_cannot_force_the_second_step(services, citizen, desks):
    case_id = conflict(services, citizen)
    answered(desks[0], case_id, "correct", value=FALSE)
    token = dict(hidden(opened(desks[0], case_id)))
    page = desks[0].post(f"{LIST}/{case_id}", answer="confirm", **token)
    assert page.status in (400, 409)
    assert birthdate(services, citizen) == TRUE


def hidden(desk):
    found = desk.answer.text.split('name="opened" value="', 1)
    return {"opened": found[1].split('"', 1)[0]} if len(found) > 1 else {}


def test_a_second_officer_sends_a_proposal_back(services, citizen, desks):
    case_id = conflict(services, citizen)
    answered(desks[0], case_id, "correct", value=FALSE)
    opened(desks[1], case_id, "confirming").send("second-form", "case-return")
    assert the_case(services, case_id).state == "open"
    assert birthdate(services, citizen) == TRUE


@sqlite_only
def test_g14_without_a_reason_nothing_shows_and_with_one_it_is_in_the_history(
    provider, services, citizen, desks
):
    case_id = ask(services, citizen)
    closed = desks[0].open(f"{LIST}/{case_id}").answer.text
    with provider.recorded():
        refused = desks[0].send("open-form", "open-submit", reason="")
    assert refused.status == 400
    for text in (closed, refused.answer.text, desks[0].open(LIST).answer.text):
        for secret in ("Aminah", "Januari 1990", "AKTA-77", "Di akta tertulis lain", "9933744501900001"):
            assert secret not in text
    with provider.recorded("DataCaseViewed") as events:
        shown = opened(desks[0], case_id).text
    assert (events[0].detail["reason"], events[0].citizen_id) == ("answering", citizen.citizen_id)
    for part in ("Siti Aminah", "5 Januari 1990", "6 Januari 1990", "AKTA-77", "Di akta tertulis lain"):
        assert part in shown
    history = provider.browser().sign_in(citizen).get("/me/history").text
    assert "Petugas membuka kasus data Anda" in history
    assert "Rina Hartati" in history
    assert "Menjawab kasus ini" in history


@sqlite_only
def test_nobody_answers_what_they_have_not_just_opened(services, citizen, desks, clock):
    case_id = ask(services, citizen)
    assert desks[0].post(f"{LIST}/{case_id}", answer="keep", text="x").status == 400
    token = hidden(opened(desks[0], case_id))
    assert desks[1].post(f"{LIST}/{case_id}", answer="keep", text="x", **token).status == 400
    clock.advance(minutes=14)
    desks[0].open(LIST)
    clock.advance(minutes=14)
    desks[0].open(LIST)
    clock.advance(minutes=3)
    assert desks[0].post(f"{LIST}/{case_id}", answer="keep", text="x", **token).status == 400
    assert the_case(services, case_id).state == "open"


@sqlite_only
@pytest.mark.parametrize(
    ("answer", "typed"),
    [
        ("", {}),
        ("keep", {"text": ""}),
        ("correct", {"value": "besok"}),
        ("correct", {"value": "2999-01-01"}),
        ("correct", {"value": TRUE}),
    ],
)
def test_an_answer_that_makes_no_sense_changes_nothing(services, citizen, desks, answer, typed):
    case_id = ask(services, citizen)
    opened(desks[0], case_id)
    token = hidden(desks[0])
    page = desks[0].post(f"{LIST}/{case_id}", **{"answer": answer, "text": "x", **typed, **token})
    assert page.status in (400, 409)
    assert page.page == "admin-case-open"
    assert the_case(services, case_id).state == "open"


def test_another_agencys_case_does_not_exist(services, citizen, tax_desks):
    case_id = ask(services, citizen)
    desk = tax_desks[0]
    assert desk.open(f"{LIST}/{case_id}").status == 404
    assert desk.post(f"{LIST}/{case_id}/open", reason="answering").status == 404
    assert desk.post(f"{LIST}/{case_id}", answer="keep", text="x").status == 404
    assert the_case(services, case_id).number not in desk.open(LIST).answer.text
    assert the_case(services, case_id).state == "open"


def test_an_agency_answers_for_its_own_data_and_nobody_else_does(services, citizen, desks, tax_desks):
    key, now = key_of(services, citizen), services.clock()
    with services.database.unit_of_work() as db:
        profile.write(
            db, key, citizen.citizen_id, "npwp", "0925429434070000", source="tax", level="ial1", now=now
        )
    case_id = ask(services, citizen, "0925429434070001", attribute="npwp")
    seen = opened(desks[0], case_id)
    assert "0925" in seen.text
    assert "answer-form" not in seen.answer.forms, "national operators look, the owner answers"
    assert desks[0].post(f"{LIST}/{case_id}", answer="keep", text="x", **hidden(desks[0])).status == 403
    answered(tax_desks[0], case_id, "correct", value="0925429434070001")
    opened(tax_desks[1], case_id).send("second-form", "case-confirm")
    assert the_case(services, case_id).outcome == "corrected"


@sqlite_only
def test_those_who_only_look_open_nothing(provider, services, citizen):
    case_id = ask(services, citizen)
    desk = Console(provider, an_operator(services, "Sari", "readonly"))
    assert the_case(services, case_id).number in desk.open(LIST).answer.text
    assert "open-form" not in desk.open(f"{LIST}/{case_id}").answer.forms
    assert desk.post(f"{LIST}/{case_id}/open", reason="asked").status == 403


@sqlite_only
def test_what_is_late_is_on_top_red_and_counted(provider, services, citizen, bob, desks, clock):
    first = ask(services, citizen)
    clock.advance(hours=71)
    second = ask(services, bob)
    clock.advance(hours=2)
    desk = Console(provider, desks[0].operator)
    text = desk.open(LIST).answer.text
    assert text.index(the_case(services, first).number) < text.index(the_case(services, second).number)
    assert text.count('class="late"') == 1
    assert "1 kasus terlambat" in desk.text
    assert 'class="badge bad">1<' in desk.open("/admin/clients").answer.text, "the count is on every page"
    answered(desk, first, "keep")
    assert "kasus terlambat" not in desk.open(LIST).text
    assert the_case(services, first).number in desk.open(f"{LIST}?show=decided").answer.text


@sqlite_only
def test_an_address_is_corrected_part_by_part(services, citizen, desks):
    case_id = conflict(
        services,
        citizen,
        attribute="id_address",
        value={**factories.ADDRESS, "rt": "004", "street_address": "Jalan Kenanga 1"},
    )
    opened(desks[0], case_id)
    assert 'value="004"' in desks[0].answer.text, "what the other source holds is filled in"
    fields = dict(desks[0].answer.forms["answer-form"].filled("answer-submit"))
    fields |= {"answer": "correct", "text": "Pindah RT.", "value.street_address": "Jalan Melati 7"}
    desks[0].post(f"{LIST}/{case_id}", **{k: v for k, v in fields.items() if k != "csrf_token"})
    opened(desks[1], case_id).send("second-form", "case-confirm")
    key = key_of(services, citizen)
    with services.database.unit_of_work() as db:
        value = profile.read(db, key, citizen.citizen_id)["id_address"].value
    assert value == {**factories.ADDRESS, "rt": "004"}


@sqlite_only
def test_a_number_people_are_found_by_is_not_changed_here(services, citizen, desks):
    case_id = ask(services, citizen, "9933744501900009", attribute="nik")
    text = opened(desks[0], case_id).answer.text
    assert 'value="correct"' not in text
    assert "Isi yang dibetulkan" not in text


@sqlite_only
def test_officers_of_a_counter_have_no_part_in_this(provider, services, citizen):
    case_id = ask(services, citizen)
    agency = an_agency(services, "dukcapil")
    desk = Console(provider)
    desk.sign_in(an_operator(services, "Cici", "officer", agency), at="/admin/counter")
    assert desk.open(LIST).page == "admin-counter"
    assert desk.post(f"{LIST}/{case_id}/open", reason="asked").status == 403


@sqlite_only
def test_nothing_of_it_is_in_the_audit_log(services, citizen, desks):
    case_id = ask(services, citizen, document="AKTA-77")
    answered(desks[0], case_id, "correct", value=FALSE)
    opened(desks[1], case_id).send("second-form", "case-confirm")
    written = repr(state.audit(services.database))
    for value in (TRUE, FALSE, "AKTA-77", "Di akta", "Sudah kami periksa"):
        assert value not in written
