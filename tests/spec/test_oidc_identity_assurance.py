"""OpenID Connect for Identity Assurance 1.0: `verified_claims` asked in the claims parameter, answered truthfully."""

import json

import pytest

from idp.protocol.oidc.catalogue import CLAIMS
from tests.support import exchange

NAMES = ("name", "birthdate", "email")
WHO = {"trust_framework": None}


@pytest.fixture
def reader(provider):
    uses = {
        name: {"required": True, "purpose": {"id": "uji", "en": "test"}, "legal_basis": "law"}
        for name in NAMES
    }
    return exchange.a_reader(provider, scope="openid profile birth email", claims=uses)


def ask(reader, citizen, document, place="userinfo", **beside):
    asked = json.dumps({place: {"verified_claims": document, **beside}})
    tokens = reader.tokens(citizen, scope="openid", claims=asked, consented=NAMES)
    return reader.userinfo(tokens["access_token"]) if place == "userinfo" else reader.id_token(tokens)


@pytest.mark.parametrize("place", ["userinfo", "id_token"])
@pytest.mark.parametrize("spec", [None, {}, {"essential": False}, {"essential": True}], ids=repr)
def test_5_and_6_a_claim_is_wanted_in_every_form_and_place(reader, citizen, place, spec):
    answer = ask(reader, citizen, {"verification": WHO, "claims": {"name": spec}}, place)
    said = answer["verified_claims"]
    assert said == {"verification": {"trust_framework": "id_gerbang"}, "claims": {"name": citizen.name}}


def test_5_7_nothing_stands_where_it_was_not_asked(reader, citizen):
    answer = ask(reader, citizen, {"verification": WHO, "claims": {"name": None}}, birthdate=None)
    assert "name" not in answer.json
    assert answer["birthdate"] == "1990-01-05"
    assert answer["verified_claims"]["claims"] == {"name": citizen.name}
    assert answer["claims_provenance"].keys() == {"birthdate"}


@pytest.mark.parametrize("essential", [True, False])
def test_5_7_unknown_claims_are_left_out_without_an_error(reader, citizen, essential):
    odd = {"name": None, "https://x.example/#å ": {"essential": essential}, "shoe_size": None}
    answer = ask(reader, citizen, {"verification": WHO, "claims": odd})
    assert answer["verified_claims"]["claims"] == {"name": citizen.name}


@pytest.mark.parametrize(
    "document",
    [
        {"verification": WHO, "claims": {"shoe_size": None}},
        {"verification": {"trust_framework": {"value": "eidas"}}, "claims": {"name": None}},
        {"verification": {"trust_framework": {"values": ["eidas", "de_aml"]}}, "claims": {"name": None}},
        {"verification": {**WHO, "assurance_level": {"value": "ial3"}}, "claims": {"name": None}},
        {"verification": WHO, "claims": {"name": {"value": "Somebody Else"}}},
        {"verification": {**WHO, "evidence": [{"type": {"value": "document"}}]}, "claims": {"name": None}},
    ],
    ids=["unknown claim", "framework", "frameworks", "level", "value", "evidence"],
)
def test_6_5_what_cannot_be_met_is_left_out_whole_and_never_empty(reader, citizen, document):
    answer = ask(reader, citizen, document)
    assert answer.ok
    assert "verified_claims" not in answer.json


def test_6_5_values_that_are_met_are_answered(reader, citizen):
    verification = {
        "trust_framework": {"values": ["eidas", "id_gerbang"]},
        "assurance_level": {"values": ["ial1"]},
    }
    answer = ask(reader, citizen, {"verification": verification, "claims": {"name": {"value": citizen.name}}})
    assert answer["verified_claims"] == {
        "verification": {"trust_framework": "id_gerbang", "assurance_level": "ial1"},
        "claims": {"name": citizen.name},
    }


def test_7_what_nobody_vouches_for_never_stands_under_verified_claims(reader, citizen, services):
    exchange.in_vault(services, citizen, "birthdate", "1990-01-06", "self", level="ial0")
    document = {"verification": WHO, "claims": {"name": None, "email": None, "birthdate": None}}
    answer = ask(reader, citizen, document)
    assert answer["verified_claims"]["claims"] == {"name": citizen.name}


def test_5_4_elements_stand_there_when_asked_and_evidence_is_filtered(reader, citizen, services):
    verification = {
        **WHO,
        "assurance_level": None,
        "time": None,
        "txn": None,
        "evidence": [{"type": {"value": "electronic_record"}, "record": {"source": None}}],
    }
    exchange.in_vault(services, citizen, "name", citizen.name, "population_registry")
    answer = ask(reader, citizen, {"verification": verification, "claims": {"name": None}})
    said = answer["verified_claims"]["verification"]
    assert said.pop("txn") == str(exchange.ledger(services)[-1].id)
    assert said == {
        "trust_framework": "id_gerbang",
        "assurance_level": "ial1",
        "time": services.clock().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "evidence": [
            {
                "type": "electronic_record",
                "record": {"type": "population_registry", "source": {"name": "population_registry"}},
            }
        ],
    }


def test_6_5_2_max_age_of_time_leaves_older_values_out(reader, citizen, services, clock):
    exchange.in_vault(services, citizen, "name", citizen.name, "population_registry")
    clock.advance(days=2)
    asked = {"verification": {**WHO, "time": {"max_age": 86_400}}, "claims": {"name": None}}
    assert "verified_claims" not in ask(reader, citizen, asked).json
    wide = {"verification": {**WHO, "time": {"max_age": "259200"}}, "claims": {"name": None}}
    assert ask(reader, citizen, wide)["verified_claims"]["claims"] == {"name": citizen.name}


def test_5_several_elements_are_answered_in_an_array(reader, citizen):
    one = {"verification": WHO, "claims": {"name": None}}
    other = {"verification": {**WHO, "assurance_level": None}, "claims": {"birthdate": None}}
    never = {"verification": {"trust_framework": {"value": "eidas"}}, "claims": {"name": None}}
    said = ask(reader, citizen, [one, never, other])["verified_claims"]
    assert [element["claims"] for element in said] == [{"name": citizen.name}, {"birthdate": "1990-01-05"}]


@pytest.mark.parametrize(
    "document",
    [
        7,
        [],
        {"claims": {"name": None}},
        {"verification": {}, "claims": {"name": None}},
        {"verification": WHO},
        {"verification": WHO, "claims": {}},
        [{"verification": WHO, "claims": {"name": None}}] * 6,
    ],
    ids=["number", "empty array", "no verification", "no framework", "no claims", "empty claims", "too many"],
)
def test_6_another_shape_is_refused(reader, document):
    asked = json.dumps({"userinfo": {"verified_claims": document}})
    assert reader.authorize(scope="openid", claims=asked).error == "invalid_request"


def test_5_a_citizen_is_asked_about_claims_that_are_wanted_verified(reader, citizen, provider):
    asked = json.dumps(
        {"userinfo": {"verified_claims": {"verification": WHO, "claims": {"birthdate": None}}}}
    )
    page = reader.begin_signed_in(citizen, scope="openid", claims=asked)
    assert page.page == "consent"
    assert "Tanggal lahir" in page.text


def test_5_what_was_not_granted_is_not_answered_verified_either(provider, citizen):
    uses = {name: {"required": False, "purpose": {"id": "uji"}, "legal_basis": "consent"} for name in NAMES}
    reader = exchange.a_reader(provider, scope="openid birth", claims=uses)
    document = {"verification": WHO, "claims": {"birthdate": None, "name": None}}
    asked = json.dumps({"userinfo": {"verified_claims": document}})
    tokens = reader.tokens(citizen, scope="openid birth", claims=asked, consented=("name",))
    answer = reader.userinfo(tokens["access_token"])
    assert answer["verified_claims"]["claims"].keys() == {"name"}
    assert "1990" not in answer.text


def test_8_the_metadata_says_what_can_be_asked(provider):
    document = provider.get("/.well-known/openid-configuration").json
    assert document["verified_claims_supported"] is True
    assert document["trust_frameworks_supported"] == ["id_gerbang"]
    assert document["evidence_supported"] == ["electronic_record"]
    assert "population_registry" in document["electronic_records_supported"]
    named = document["claims_in_verified_claims_supported"]
    assert "name" in named
    assert "email" not in named
    assert set(named) <= CLAIMS.keys()
