"""Conflicts (features F12) and corrections (G7): the owner answers, two people change a value, everybody is told."""

import pytest
from sqlalchemy import select

from idp import correcting
from idp.domain.cases import corrections, data_cases, telling
from idp.domain.cases.data_cases import DataCaseRefused
from idp.domain.citizens import profile
from idp.domain.citizens.models import AttributeValue
from idp.domain.events.models import Announcement
from idp.domain.exchange import disputes
from idp.domain.registry.models import ClientRegistration
from tests import factories
from tests.support import state
from tests.support.data_cases import FALSE, TRUE, ask, conflict, key_of, observe, step, the_case
from tests.support.databases import sqlite_only
from tests.support.letters import delivered
from tests.support.operators import an_agency
from tests.support.race import race


def birthdate(services, citizen):
    key = key_of(services, citizen)
    with services.database.unit_of_work() as db:
        return profile.read(db, key, citizen.citizen_id)["birthdate"].value


def provenance(services, citizen):
    with services.database.unit_of_work() as db:
        row = db.scalars(
            select(AttributeValue).where(
                AttributeValue.citizen_id == citizen.citizen_id,
                AttributeValue.name == "birthdate",
                AttributeValue.superseded_at.is_(None),
            )
        ).one()
        return row.source, row.case_number, row.case_outcome


def in_conflict(services, citizen):
    with services.database.unit_of_work() as db:
        return disputes.disputed(db, citizen.citizen_id)


def verdicts(services):
    return {row["source"]: row["verdict"] for row in state.rows(services.database, "observation")}


def test_the_owner_keeps_its_value_and_the_other_record_is_wrong(services, citizen):
    case_id = conflict(services, citizen)
    step(services, case_id, "close", "officer-1", "keep", text="Sesuai akta kelahiran.")
    case = the_case(services, case_id)
    assert (case.state, case.outcome, case.decided_by) == ("closed", "other_source_wrong", "officer-1")
    assert birthdate(services, citizen) == TRUE
    assert provenance(services, citizen) == ("population_registry", case.number, "other_source_wrong")
    assert verdicts(services) == {"tax": "wrong"}
    assert in_conflict(services, citizen) == frozenset()
    assert observe(services, citizen).standing == "settled", "the same wrong value opens no second case"
    assert observe(services, citizen, "1990-01-07").opened, "another one does"


def test_the_owner_corrects_with_two_people(services, citizen, clock):
    case_id = conflict(services, citizen)
    step(services, case_id, "propose", "officer-1", FALSE, text="Akta menyebut tanggal 6.")
    assert birthdate(services, citizen) == TRUE, "one person changes nothing"
    assert in_conflict(services, citizen) == {"birthdate"}
    with pytest.raises(DataCaseRefused, match="own"):
        step(services, case_id, "confirm", "officer-1")
    clock.advance(minutes=5)
    step(services, case_id, "confirm", "officer-2")
    case = the_case(services, case_id)
    assert (case.state, case.outcome) == ("closed", "corrected")
    assert (case.answered_by, case.decided_by) == ("officer-1", "officer-2")
    assert birthdate(services, citizen) == FALSE
    assert provenance(services, citizen) == ("population_registry", case.number, "corrected")
    assert verdicts(services) == {"tax": "right"}
    key = key_of(services, citizen)
    with services.database.unit_of_work() as db:
        earlier = profile.history(db, key, citizen.citizen_id, "birthdate")
    assert [value.value for value in earlier] == [FALSE, TRUE], "what was there is kept"


def test_a_second_officer_may_send_a_proposal_back(services, citizen):
    case_id = conflict(services, citizen)
    step(services, case_id, "propose", "officer-1", FALSE, text="")
    step(services, case_id, "send_back", "officer-2")
    case = the_case(services, case_id)
    assert (case.state, case.answered_by, case.new_value) == ("open", None, None)
    with pytest.raises(DataCaseRefused, match="gone"):
        step(services, case_id, "confirm", "officer-2")
    step(services, case_id, "close", "officer-2", "keep", text="")


@sqlite_only
def test_what_is_no_new_value_is_refused(services, citizen):
    case_id = conflict(services, citizen)
    with pytest.raises(DataCaseRefused, match="value"):
        step(services, case_id, "propose", "officer-1", TRUE, text="")
    case_id = conflict(services, citizen, attribute="nik", value="9933744501900009")
    with pytest.raises(DataCaseRefused, match="value"):
        step(services, case_id, "propose", "officer-1", "9933744501900009", text="")


@pytest.mark.parametrize(("answer", "outcome"), [("keep", "kept"), ("reject", "rejected")])
def test_a_request_for_correction_can_be_answered_with_no(services, citizen, answer, outcome):
    case_id = ask(services, citizen)
    step(services, case_id, "close", "officer-1", answer, text="Akta yang Anda sebut tidak ditemukan.")
    case = the_case(services, case_id)
    assert (case.state, case.outcome) == ("closed", outcome)
    assert data_cases.words(key_of(services, citizen), case).answer == "Akta yang Anda sebut tidak ditemukan."
    assert birthdate(services, citizen) == TRUE
    with pytest.raises(DataCaseRefused, match="gone"):
        step(services, case_id, "close", "officer-2", answer, text="")


def test_what_the_citizen_proposes_replaces_nothing(services, citizen):
    case_id = ask(services, citizen)
    assert birthdate(services, citizen) == TRUE
    assert in_conflict(services, citizen) == frozenset(), "a request alone stops no release"
    case = the_case(services, case_id)
    assert (case.kind, case.owner_id, case.state) == ("correction", "population_registry", "open")
    assert (case.due_at - case.opened_at).total_seconds() == 72 * 3600
    words = data_cases.words(key_of(services, citizen), case)
    assert words.proposed == {"claim": "birthdate", "value": FALSE}
    assert (words.said, words.document) == ({"text": "Di akta tertulis lain"}, "AKTA-77")
    for column in (case.said, case.proposed, case.document):
        assert b"akta" not in column.lower()
        assert b"1990" not in column


def test_one_request_waits_at_a_time(services, citizen):
    case_id = ask(services, citizen)
    with pytest.raises(DataCaseRefused, match="open") as refused:
        ask(services, citizen)
    assert refused.value.case_id == case_id


@sqlite_only
@pytest.mark.parametrize("attribute", ["nickname", "email", "npwp", "shoe_size"])
def test_nobody_else_answers_for_what_one_says_of_oneself(services, citizen, attribute):
    with pytest.raises(DataCaseRefused, match="owner"):
        ask(services, citizen, attribute=attribute)


def test_a_request_can_be_called_off_by_its_citizen_only(services, citizen, bob):
    case_id = ask(services, citizen)
    now = services.clock()
    with services.database.unit_of_work() as db:
        assert not corrections.withdraw(db, bob.citizen_id, case_id, now)
        assert corrections.withdraw(db, citizen.citizen_id, case_id, now)
        assert not corrections.withdraw(db, citizen.citizen_id, case_id, now)
    assert the_case(services, case_id).outcome == "withdrawn"
    case_id = conflict(services, citizen)
    with services.database.unit_of_work() as db:
        assert not corrections.withdraw(db, citizen.citizen_id, case_id, now), (
            "a conflict is not theirs to end"
        )


def test_the_citizen_may_say_which_side_is_right_and_decides_nothing(services, citizen, bob):
    case_id = conflict(services, citizen)
    key = key_of(services, citizen)
    with services.database.unit_of_work() as db:
        assert corrections.say(db, key, citizen.citizen_id, case_id, right="tax", text="Salah ketik")
        assert not corrections.say(db, key, bob.citizen_id, case_id, right="tax", text="")
    case = the_case(services, case_id)
    assert data_cases.words(key, case).said == {"right": "tax", "text": "Salah ketik"}
    assert case.state == "open"


def a_client_of(services, citizen, agency_id):
    """A client of an agency that the citizen uses; it is named like the agency."""
    factories.a_client(services, agency_id)
    an_agency(services, agency_id)
    with services.database.unit_of_work() as db:
        db.get_one(ClientRegistration, agency_id).agency_id = agency_id
    factories.a_consent(services, citizen, agency_id, "openid", ())
    return agency_id


def test_f12_both_agencies_are_told_when_it_opens_and_when_it_is_answered(services, citizen):
    tax, health = (a_client_of(services, citizen, name) for name in ("tax", "health"))
    factories.a_client(services, "stranger")
    key, now = key_of(services, citizen), services.clock()
    with services.database.unit_of_work() as db:
        profile.write(
            db,
            key,
            citizen.citizen_id,
            "npwp",
            "0925429434070000",
            source="tax",
            level="ial1",
            verified_at=now,
            now=now,
        )
    case_id = conflict(services, citizen, value="0925429434070001", attribute="npwp", source="health")
    assert correcting.tell(services) == 1
    assert correcting.tell(services) == 0
    assert told(services) == {("attribute-disputed", tax, False), ("attribute-disputed", health, False)}
    step(services, case_id, "close", "officer-1", "keep", text="")
    with services.database.unit_of_work() as db:
        telling.answered(db, services.tree, data_cases.find(db, case_id, "tax"), now, issuer=factories.ISSUER)
    assert told(services) >= {("attribute-corrected", tax, False), ("attribute-corrected", health, True)}
    payloads = "".join(repr(row) for row in state.rows(services.database, "announcement"))
    assert "09254294340" not in payloads
    subjects = [letter.subject for letter in delivered(services)]
    assert subjects == ["Dua instansi menyimpan data yang berbeda tentang Anda", "Kasus data Anda dijawab"]


def told(services):
    with services.database.unit_of_work() as db:
        return {(a.kind, a.client_id, a.answer_by is not None) for a in db.scalars(select(Announcement))}


def test_who_does_not_answer_in_three_days_is_late_once(services, citizen, clock):
    ask(services, citizen)
    correcting.tell(services)
    clock.advance(hours=71, minutes=59)
    assert correcting.tell(services) == 0
    clock.advance(minutes=1)
    with state.recorded(services.database, "DataCaseLate") as events:
        assert correcting.tell(services) == 1
        assert correcting.tell(services) == 0
    assert events[0].detail["owner"] == "population_registry"
    subjects = [letter.subject for letter in delivered(services)]
    assert subjects == [
        "Permintaan Anda membetulkan data sudah kami teruskan",
        "Kasus data Anda belum dijawab pada waktunya",
    ]
    with services.database.unit_of_work() as db:
        assert data_cases.late_count(db, None, clock()) == data_cases.late_count(
            db, "population_registry", clock()
        )
        assert data_cases.late_count(db, "tax", clock()) == 0


def test_what_was_answered_in_time_is_never_late(services, citizen, clock):
    case_id = ask(services, citizen)
    step(services, case_id, "close", "officer-1", "keep", text="")
    correcting.tell(services)
    clock.advance(days=4)
    assert correcting.tell(services) == 0
    assert not data_cases.is_late(the_case(services, case_id), clock())


def test_what_waits_first_is_on_top(services, citizen, bob, clock):
    first = ask(services, citizen)
    clock.advance(hours=1)
    second = ask(services, bob)
    with services.database.unit_of_work() as db:
        assert [case.id for case in data_cases.at_desk(db, "population_registry")] == [first, second]
        assert data_cases.at_desk(db, "tax") == []
        assert data_cases.find(db, first, "tax") is None
    factories.erase(services, citizen)
    with services.database.unit_of_work() as db:
        assert [case.id for case in data_cases.at_desk(db, None)] == [second], (
            "nobody answers for the forgotten"
        )


def test_the_same_report_twice_at_once_is_one_case(services, citizen):
    def report():
        return observe(services, citizen)

    seen = race([report] * 4)
    assert sorted(each.opened for each in seen) == [False, False, False, True]
    assert state.count(services.database, "data_case") == state.count(services.database, "observation") == 1


def test_two_requests_at_once_are_one_case(services, citizen):
    answers = race([lambda: ask(services, citizen)] * 4)
    assert sum(not isinstance(each, Exception) for each in answers) == 1
    assert state.count(services.database, "data_case") == 1


def test_of_two_officers_who_answer_at_once_one_wins(services, citizen):
    case_id = conflict(services, citizen)
    answers = race(
        [
            lambda: step(services, case_id, "close", "officer-1", "keep", text="a"),
            lambda: step(services, case_id, "close", "officer-2", "keep", text="b"),
            lambda: step(services, case_id, "propose", "officer-3", FALSE, text="c"),
        ]
    )
    assert sum(not isinstance(each, Exception) for each in answers) == 1
    refused = [each for each in answers if isinstance(each, Exception)]
    assert all(isinstance(each, DataCaseRefused) and each.reason == "gone" for each in refused)


def test_of_two_who_confirm_at_once_one_wins_and_the_value_is_written_once(services, citizen):
    case_id = conflict(services, citizen)
    step(services, case_id, "propose", "officer-1", FALSE, text="")
    answers = race([lambda: step(services, case_id, "confirm", "officer-2")] * 3)
    assert sum(not isinstance(each, Exception) for each in answers) == 1
    rows = [row for row in state.rows(services.database, "attribute_value") if row["name"] == "birthdate"]
    assert len(rows) == 2


def test_a_case_is_told_of_once_by_several_workers(services, citizen):
    conflict(services, citizen)
    assert sum(race([lambda: correcting.tell(services)] * 3)) == 1
