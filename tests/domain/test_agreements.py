"""Agreements between agencies (features F1, F3; UU PDP art. 20): asked, agreed, in force, and what ends them."""

from datetime import date, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from idp.domain.exchange import agreement_steps as steps, agreements
from idp.domain.exchange.agreement_models import Agreement
from idp.domain.exchange.agreement_steps import Hand
from idp.domain.exchange.agreement_terms import BadAgreement, last_day, months_later, today, until
from idp.domain.registry.changes import NotAllowed
from tests.support.agreements import DIMAS, HEALTH, LICENCE, RINA, TAX, Desk
from tests.support.race import race


@pytest.fixture
def desk(services):
    return Desk(services)


def refused(reason):
    return pytest.raises(NotAllowed, check=lambda exc: exc.reason == reason)


def test_nothing_flows_until_owner_and_platform_have_said_yes(desk):
    agreement_id = desk.ask()
    assert desk.flows() == []
    assert desk.do(steps.approve_by_owner, agreement_id, TAX) == "agreed"
    assert desk.flows() == []
    assert desk.do(steps.approve_by_platform, agreement_id, RINA) == "in_force"
    assert desk.flows() == ["npwp"]
    assert desk.flows("health") == [] == desk.flows("tax")
    assert desk.history(agreement_id) == [
        ("requested", "consumer", "operator:wati", ""),
        ("agreed", "owner", "operator:ayu", ""),
        ("in_force", "platform", "operator:rina", ""),
    ]
    assert desk.events() == ["AgreementRequested", "AgreementAgreed", "AgreementInForce"]


def test_the_sql_condition_means_the_same_as_the_function(desk, clock):
    desk.in_force()
    sql = f"SELECT count(*) AS n FROM agreement ag WHERE ag.consumer_id = :c AND {agreements.IN_FORCE}"  # noqa: S608
    for days, expected in ((0, 1), (732, 0)):
        clock.advance(days=days)
        row = desk.services.database.statements.one(sql, {"c": "business_licence", "now": desk.now})
        assert row["n"] == expected == len(desk.flows())


def test_the_last_day_ends_an_agreement_without_anybody(desk, clock):
    agreement_id = desk.in_force(expires_at=desk.now + timedelta(days=10))
    clock.advance(days=10)
    assert desk.flows() == []
    assert agreements.standing(desk.row(agreement_id), desk.now) == "expired"
    with refused("expired"):
        desk.do(steps.suspend, agreement_id, TAX, "why")


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"attributes": ()}, "attributes", "none"),
        ({"attributes": ("npwp", "shoe_size")}, "attributes", "unknown"),
        ({"attributes": ("highest_education",)}, "attributes", "other_owner"),
        ({"attributes": ("birthdate",)}, "attributes", "other_owner"),
        ({"owner_id": "business_licence", "attributes": ("org",)}, "owner", "own_data"),
        ({"owner_id": "nobody"}, "owner", "unknown_agency"),
        ({"purpose_id": " "}, "purpose_id", "words"),
        ({"purpose_en": "x" * 301}, "purpose_en", "words"),
        ({"legal_reference": "a\x00b"}, "legal_reference", "words"),
        ({"legal_basis": "because"}, "legal_basis", "ground"),
        ({"retention_days": -1}, "retention_days", "retention"),
        ({"retention_days": 4000}, "retention_days", "retention"),
    ],
)
def test_terms_that_cannot_be_are_refused_by_field(desk, changes, field, reason):
    with pytest.raises(BadAgreement) as refusal:
        desk.ask(**changes)
    assert (field, reason) in {(p.field, p.reason) for p in refusal.value.problems}
    assert desk.events() == []


def ends(desk, months, days=0):
    return until(months_later(today(desk.now), months) + timedelta(days=days))


def test_five_years_at_most_and_one_for_specific_data_unless_a_law_says_so(desk):
    desk.ask(expires_at=ends(desk, 60))
    for wrong in (desk.now, ends(desk, 60, 1)):
        with pytest.raises(BadAgreement):
            desk.ask(expires_at=wrong, purpose_id="Lain")
    bpjs = {"owner_id": "health", "attributes": ("bpjs_number",), "legal_reference": "UU 24/2011"}
    with pytest.raises(BadAgreement, match="ends by 2027"):
        desk.ask(**bpjs, legal_basis="consent")
    desk.ask(**bpjs, legal_basis="consent", expires_at=ends(desk, 12))
    desk.ask(**bpjs, legal_basis="law", purpose_id="Lain")


def test_months_end_where_the_calendar_does_and_days_end_in_jakarta():
    assert months_later(date(2028, 2, 29), 12) == date(2029, 2, 28)
    assert months_later(date(2026, 10, 31), 4) == date(2027, 2, 28)
    assert months_later(date(2026, 11, 24), 60) == date(2031, 11, 24)
    assert until(date(2026, 12, 31)).isoformat() == "2026-12-31T17:00:00+00:00"
    assert last_day(until(date(2026, 12, 31))) == date(2026, 12, 31)


def test_each_side_does_its_own_step_and_nobody_two(desk):
    with refused("not_yours"):
        desk.ask(by=TAX)
    agreement_id = desk.ask()
    for stranger in (HEALTH, Hand("operator:x")):
        with refused("unknown_agreement"):
            desk.do(steps.approve_by_owner, agreement_id, stranger)
    for other in (LICENCE, RINA):
        with refused("not_yours"):
            desk.do(steps.approve_by_owner, agreement_id, other)
    with refused("wrong_status"):
        desk.do(steps.approve_by_platform, agreement_id, RINA)
    desk.do(steps.approve_by_owner, agreement_id, TAX)
    for other in (LICENCE, TAX):
        with refused("not_yours"):
            desk.do(steps.approve_by_platform, agreement_id, other)
    assert desk.row(agreement_id).status == "agreed"


def test_o133_who_asked_for_the_consumer_never_puts_it_into_force(desk):
    agreement_id = desk.agreed(by=RINA)
    with refused("same_person"):
        desk.do(steps.approve_by_platform, agreement_id, RINA)
    assert desk.do(steps.approve_by_platform, agreement_id, DIMAS) == "in_force"


def test_one_person_with_two_hats_is_still_one_person(desk):
    both = [Hand("cli:budi", platform=True), Hand("cli:budi", agency_id="tax")]
    agreement_id = desk.ask(by=both[0])
    with refused("same_person"):
        desk.do(steps.approve_by_owner, agreement_id, both[1])
    other = desk.ask(purpose_id="Lain")
    desk.do(steps.approve_by_owner, other, both[1])
    with refused("same_person"):
        desk.do(steps.approve_by_platform, other, both[0])


def test_a_refusal_needs_a_reason_and_is_final(desk):
    agreement_id = desk.ask()
    with refused("no_reason"):
        desk.do(steps.refuse, agreement_id, TAX, "  ")
    with refused("not_yours"):
        desk.do(steps.refuse, agreement_id, LICENCE, "we changed our mind")
    assert desk.do(steps.refuse, agreement_id, TAX, "the purpose is too wide") == "refused"
    for step, by in ((steps.approve_by_owner, TAX), (steps.approve_by_platform, RINA)):
        with refused("wrong_status"):
            desk.do(step, agreement_id, by)
    assert desk.history(agreement_id)[-1] == ("refused", "owner", "operator:ayu", "the purpose is too wide")
    agreed = desk.agreed()
    with refused("wrong_status"):
        desk.do(steps.refuse, agreed, TAX, "too late to refuse what we agreed to")
    assert desk.do(steps.refuse, agreed, RINA, "no legal basis") == "refused"


def test_what_is_suspended_flows_again_only_by_two_people(desk):
    agreement_id = desk.in_force()
    with refused("not_yours"):
        desk.do(steps.suspend, agreement_id, LICENCE, "no")
    assert desk.do(steps.suspend, agreement_id, RINA, "a leak is looked into") == "suspended"
    assert desk.flows() == []
    assert desk.do(steps.resume, agreement_id, RINA) == "suspended"
    assert desk.flows() == []
    with refused("same_person"):
        desk.do(steps.resume, agreement_id, RINA)
    with refused("not_yours"):
        desk.do(steps.resume, agreement_id, TAX)
    assert desk.do(steps.resume, agreement_id, DIMAS) == "in_force"
    assert desk.flows() == ["npwp"]
    assert desk.events()[-3:] == ["AgreementSuspended", "AgreementResumeAsked", "AgreementResumed"]


def test_what_its_owner_stopped_only_its_owner_asks_to_resume(desk):
    agreement_id = desk.in_force()
    desk.do(steps.suspend, agreement_id, TAX, "the consumer kept the data too long")
    with refused("owner_first"):
        desk.do(steps.resume, agreement_id, RINA)
    desk.do(steps.resume, agreement_id, TAX)
    assert desk.do(steps.resume, agreement_id, RINA) == "in_force"


def test_a_new_suspension_voids_an_earlier_wish_to_resume(desk):
    agreement_id = desk.in_force()
    desk.do(steps.suspend, agreement_id, RINA, "one")
    desk.do(steps.resume, agreement_id, RINA)
    desk.do(steps.resume, agreement_id, DIMAS)
    desk.do(steps.suspend, agreement_id, RINA, "two")
    assert desk.do(steps.resume, agreement_id, DIMAS) == "suspended"


@pytest.mark.parametrize("by", [LICENCE, TAX, RINA])
def test_either_side_or_the_platform_ends_it_for_good(desk, by):
    agreement_id = desk.in_force()
    assert desk.do(steps.end, agreement_id, by, "the service is closed") == "ended"
    assert desk.flows() == []
    with refused("wrong_status"):
        desk.do(steps.resume, agreement_id, RINA)
    with refused("wrong_status"):
        desk.do(steps.end, agreement_id, by, "again")


def test_a_consumer_takes_back_what_it_asked_and_may_ask_again(desk):
    agreement_id = desk.ask()
    with refused("asked_already"):
        desk.ask()
    with refused("wrong_status"):
        desk.do(steps.end, agreement_id, RINA, "not for the platform: it refuses")
    assert desk.do(steps.end, agreement_id, LICENCE, "a typing mistake") == "ended"
    desk.ask()


def renewal(desk, old, **changes):
    with desk.services.database.unit_of_work() as db:
        wanted = desk.wanted(supersedes_id=old, expires_at=ends(desk, 36), **changes)
        return steps.renew(db, agreements.find(db, old), wanted, LICENCE, desk.now).id


def test_a_renewal_takes_over_the_moment_it_is_in_force(desk, clock):
    old = desk.in_force(expires_at=desk.now + timedelta(days=20))
    new = renewal(desk, old)
    with refused("asked_already"):
        renewal(desk, old)
    desk.do(steps.approve_by_owner, new, TAX)
    assert desk.row(old).status == "in_force"
    desk.do(steps.approve_by_platform, new, RINA)
    assert (desk.row(old).status, desk.row(new).status) == ("ended", "in_force")
    assert desk.history(old)[-1][:2] == ("superseded", "platform")
    assert desk.flows() == ["npwp"]
    clock.advance(days=21)
    assert desk.flows() == ["npwp"]


def test_only_what_was_in_force_is_renewed_and_between_the_same_two(desk):
    asked = desk.ask()
    with refused("wrong_status"):
        renewal(desk, asked)
    old = desk.in_force(purpose_id="Lain")
    with refused("other_parties"):
        renewal(desk, old, owner_id="education", attributes=("diploma",))


def test_an_agreement_is_found_by_agency_words_and_standing(desk, clock):
    first = desk.in_force(expires_at=desk.now + timedelta(days=20))
    second = desk.ask(
        owner_id="education", attributes=("diploma", "highest_education"), purpose_en="Work permits"
    )
    with desk.services.database.unit_of_work() as db:

        def found(**wanted):
            return {row.id for row in agreements.search(db, desk.now, **wanted)}

        assert found() == {first, second} == found(agency_id="business_licence")
        assert found(agency_id="tax") == {first}
        assert found(agency_id="health") == set()
        assert found(text="DIPLOMA permits") == {second}
        assert found(text="100%_") == set()
        assert found(standings=("requested",)) == {second}
        assert found(standings=("in_force", "expired")) == {first}
        assert [row.id for row in agreements.expiring(db, desk.now)] == [first]
        assert [row.id for row in agreements.expiring(db, desk.now, "education")] == []
        assert [row.id for row in agreements.readers(db, "npwp", desk.now)] == [first]
        assert agreements.readers(db, "diploma", desk.now) == []
    clock.advance(days=21)
    with desk.services.database.unit_of_work() as db:
        assert {row.id for row in agreements.search(db, desk.now, standings=("expired",))} == {first}
        assert agreements.expiring(db, desk.now) == []


def test_two_owners_decide_at_once_and_one_of_them_is_first(desk):
    agreement_id = desk.ask()
    second = Hand("operator:eko", agency_id="tax")

    def agree():
        return desk.do(steps.approve_by_owner, agreement_id, TAX)

    def say_no():
        return desk.do(steps.refuse, agreement_id, second, "no")

    outcomes = race([agree, say_no])
    won = [each for each in outcomes if not isinstance(each, Exception)]
    assert len(won) == 1
    assert desk.row(agreement_id).status == won[0]
    assert len(desk.history(agreement_id)) == 2


def test_the_database_itself_refuses_one_person_for_two(desk):
    agreement_id = desk.agreed()
    with pytest.raises(IntegrityError), desk.services.database.unit_of_work() as db:
        row = db.get_one(Agreement, agreement_id)
        row.approved_by = row.requested_by
