"""Answers instead of data (features F13): over 17, lives in a regency, is a civil servant, and nothing behind it."""

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from idp.domain.citizens import profile
from idp.domain.citizens.models import Citizen
from idp.domain.exchange import agreement_steps as steps
from idp.domain.exchange.agreement_steps import Hand
from idp.domain.exchange.models import PublishedAttribute, Publisher, SourceAnswer
from idp.domain.registry import agencies
from idp.protocol.oidc.catalogue import CLAIMS, QUESTIONS, question
from idp.protocol.oidc.claims import ClaimsRequest, wanted
from idp.protocol.oidc.userinfo import citizen_claims, needed_values
from tests import factories
from tests.rp import RP
from tests.support.agreements import DIMAS, RINA, Desk

SCOPE = "openid birth address:region asn"
PURPOSE = {"purpose": {"id": "Memeriksa syarat layanan", "en": "To check who may use the service"}}
ASKED = ("age_over_17", "is_civil_servant", "lives_in_regency", "lives_in_province")
BEHIND = ("1990", "01-05", "33.74", "Semarang", "Melati", "Jawa Tengah", "PNS", "198503122010012003")


@pytest.fixture
def asker(provider):
    """A client that may ask four questions and read nothing."""
    claims = {name: {"required": False, **PURPOSE} for name in ASKED}
    return RP(provider, factories.a_client(provider.services, scope=SCOPE, claims=claims))


@pytest.fixture
def siti(provider):
    return factories.a_citizen(provider.services, signs_in=True, birthdate=date(1990, 1, 5))


def ask(**values):
    return json.dumps({"userinfo": {name: spec for name, spec in values.items()}})


def answers(rp, siti, claims):
    """Go through the consent page, everything ticked, and read UserInfo."""
    page = rp.begin_signed_in(siti, scope=SCOPE, claims=claims)
    assert page.page == "consent"
    page = rp.browser.submit(page, "consent-form", "consent-allow", ("claim",))
    tokens = rp.redeem(page.code)
    assert tokens.ok, tokens.json
    return tokens, rp.userinfo(tokens["access_token"]).json


REGENCY = ask(
    lives_in_regency={"value": "34.04"}, lives_in_province={"values": ["33", "34"]}, age_over_17=None
)


def test_f13_yes_and_no_leave_and_nothing_that_stands_behind_them(provider, asker, siti):
    with capture_logs() as logs:
        tokens, found = answers(asker, siti, REGENCY)
    origin = found.pop("claims_provenance")
    assert found.pop("claims_withheld") == {"is_civil_servant": "no_agreement"}
    assert found == {
        "sub": found["sub"],
        "age_over_17": True,
        "lives_in_regency": False,
        "lives_in_province": True,
    }
    assert origin.keys() == {"age_over_17", "lives_in_regency", "lives_in_province"}
    assert origin["lives_in_regency"]["source"] == "population_registry"
    with provider.services.database.unit_of_work() as db:
        rows = [
            str(tuple(row))
            for table in ("release", "audit_pending", "audit_log")
            for row in db.execute(text(f"SELECT * FROM {table}"))  # noqa: S608 - our own tables
        ]
    id_token, access = asker.id_token(tokens), asker.claims(tokens)
    said = [json.dumps({**found, **origin}), json.dumps(id_token), json.dumps(access), repr(logs), *rows]
    assert not [(word, line) for line in said for word in BEHIND if word in line]


def test_the_ledger_says_exactly_what_was_asked(provider, asker, siti):
    answers(asker, siti, REGENCY)
    with provider.services.database.unit_of_work() as db:
        (claims,) = db.execute(text("SELECT claims FROM release")).scalars()
    assert set(claims.split()) == {"age_over_17", "lives_in_regency:34.04", "lives_in_province:33+34"}


def test_another_place_is_another_question_that_has_to_be_allowed_again(asker, siti):
    answers(asker, siti, REGENCY)
    same = asker.authorize(scope=SCOPE, claims=REGENCY, prompt="none")
    assert same.code
    other = ask(lives_in_regency={"value": "33.74"})
    assert asker.authorize(scope=SCOPE, claims=other, prompt="none").error == "consent_required"
    assert answers(asker, siti, other)[1]["lives_in_regency"] is True


def test_a_question_is_shown_with_its_answer_before_it_leaves(asker, siti):
    page = asker.begin_signed_in(siti, scope=SCOPE, claims=REGENCY)
    assert "Tinggal di kabupaten atau kota 34.04" in page.text
    assert "Tinggal di provinsi Jawa Tengah, DI Yogyakarta" in page.text
    assert "Melati" not in page.text


@pytest.mark.parametrize(
    "spec",
    [None, {"essential": True}, {"value": "3404"}, {"value": ["34.04"]}, {"value": 34}, {"values": [None]}],
)
def test_a_question_without_a_place_is_no_question(spec):
    asked = wanted(("openid", "address:region"), ClaimsRequest.of({"userinfo": {"lives_in_regency": spec}}))
    assert not [name for name in asked.names if name.startswith("lives_in")]


def test_a_client_that_is_not_registered_for_a_question_gets_no_answer(provider, siti):
    claims = {"age_over_17": {"required": False, **PURPOSE}}
    rp = RP(provider, factories.a_client(provider.services, "other", scope=SCOPE, claims=claims))
    assert "lives_in_regency" not in answers(rp, siti, REGENCY)[1]


def test_in_the_id_token_a_question_has_its_plain_name_too(asker, siti):
    claims = json.dumps({"id_token": {"lives_in_province": {"value": "33"}}})
    tokens, _ = answers(asker, siti, claims)
    assert asker.id_token(tokens)["lives_in_province"] is True


def test_the_exchange_endpoint_knows_a_question_by_its_plain_name(provider, asker, siti):
    tokens, _ = answers(asker, siti, REGENCY)
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    found = provider.get("/attributes?claims=lives_in_regency", headers=headers).json
    assert found["lives_in_regency"] is False
    assert "lives_in_province" not in found


def agreed_for_the_answer_only(services):
    """The civil service lets the agency of the client have the yes or no, not the number."""
    desk = Desk(services)
    with services.database.unit_of_work() as db:
        agencies.put(db, "civil_service", "BKN", "BKN", by="tests", now=desk.now)
    parties = {"consumer_id": "agency-aid", "owner_id": "civil_service", "attributes": ("is_civil_servant",)}
    which = desk.ask(by=RINA, **parties)
    desk.do(steps.approve_by_owner, which, Hand("operator:intan", agency_id="civil_service"))
    desk.do(steps.approve_by_platform, which, DIMAS)


@pytest.fixture
def aid(provider, services):
    """A client that may ask whether somebody is a civil servant."""
    claims = {"is_civil_servant": {"required": False, **PURPOSE}}
    client = factories.a_client(services, "aid", scope=SCOPE, claims=claims)
    agreed_for_the_answer_only(services)
    return RP(provider, client)


def employed(services, siti, **more):
    with services.database.unit_of_work() as db:
        row = db.get_one(Citizen, siti.citizen_id)
        key, now = services.tree.vault.open(row.id, row.data_key), services.clock()
        origin = {"source": "civil_service", "level": "ial2", "verified_at": now, "now": now}
        for name, value in (("employment_kind", "PNS"), ("nip", "198503122010012003")):
            profile.write(db, key, row.id, name, value, **origin, **more)


def test_a_civil_servant_is_known_by_a_yes_only(services, aid, siti):
    employed(services, siti)
    _, found = answers(aid, siti, ask(is_civil_servant=None))
    assert found.pop("claims_provenance").keys() == {"is_civil_servant"}
    assert found == {"sub": found["sub"], "is_civil_servant": True}


def test_who_is_one_no_more_is_answered_with_no(services, aid, siti, clock):
    employed(services, siti, valid_until=services.clock() + timedelta(minutes=10))
    tokens, _ = answers(aid, siti, ask(is_civil_servant=None))
    clock.advance(minutes=11)
    tokens = aid.refresh(tokens["refresh_token"])
    found = aid.userinfo(tokens["access_token"]).json
    assert found["is_civil_servant"] is False
    assert "claims_withheld" not in found


def test_whom_the_civil_service_does_not_know_is_no_civil_servant(services, aid, siti):
    now = services.clock()
    factories.a_client(services, "bkn")
    with services.database.unit_of_work() as db:
        db.add(
            Publisher(
                agency_id="civil_service",
                client_id="bkn",
                endpoint="https://bkn.example/attributes",
                subject="nik",
                proposed_by="tests",
                created_at=now,
                updated_at=now,
            )
        )
        db.flush()
        db.add(PublishedAttribute(attribute="employment_kind", agency_id="civil_service", max_age=86400))
        db.add(
            SourceAnswer(
                citizen_id=siti.citizen_id,
                attribute="employment_kind",
                agency_id="civil_service",
                outcome="unknown",
                asked_at=now,
                again_at=now + timedelta(hours=12),
            )
        )
    _, found = answers(aid, siti, ask(is_civil_servant=None))
    assert found == {"sub": found["sub"], "is_civil_servant": False}


def test_questions_are_found_in_the_catalogue_and_listed_nowhere():
    assert CLAIMS["lives_in_regency:34.04"].label_en == "Lives in the regency or city 34.04 (DI Yogyakarta)"
    assert CLAIMS["lives_in_province:33+34"].label_id == "Tinggal di provinsi Jawa Tengah, DI Yogyakarta"
    assert CLAIMS["lives_in_province:00"].label_id == "Tinggal di provinsi 00"
    assert "lives_in_regency:34.04" in CLAIMS
    assert "lives_in_regency:34.04" not in set(CLAIMS)
    for wrong in (
        "lives_in_regency:",
        "lives_in_regency:x",
        "lives_in_regency:34.04+33.74",
        "name:Siti",
        "x:34",
    ):
        assert wrong not in CLAIMS
        assert CLAIMS.get(wrong) is None
    assert question("lives_in_regency", ["34.04", "33.74", "34.04", 3]) == "lives_in_regency:33.74+34.04"
    assert QUESTIONS.keys() <= CLAIMS.keys()


def test_an_answer_needs_the_address_and_is_no_guess_without_it():
    asked = ("lives_in_regency:34.04",)
    assert "id_address" in needed_values(asked)
    assert citizen_claims(asked, {}) == {}
    assert citizen_claims(asked, {"id_address": {"regency_code": "34.04"}}) == {asked[0]: True}
    assert citizen_claims(asked, {"id_address": {"province_code": "34"}}) == {}
