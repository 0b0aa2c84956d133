"""OpenID Connect Core 1.0: the UserInfo endpoint (5.3), standard claims (5.1), consent behind them."""

import json

import pytest
from joserfc import jwt

from idp.domain.citizens import profile
from idp.domain.citizens.models import Citizen
from tests import factories
from tests.rp import RP
from tests.support import state
from tests.support.databases import sqlite_only

ALL = "openid profile birth email phone address address:region"
SHOWN = (
    "name",
    "birthdate",
    "age_over_17",
    "age_over_60",
    "email",
    "phone_number",
    "address",
    "regency_code",
)


WITHOUT_THE_LEDGER = tuple(name for name in state.KEPT if name != "release")
"""The ledger itself has a line about each refusal."""


@pytest.fixture
def full_rp(provider):
    return RP(provider, factories.a_client(provider.services, scope=ALL))


def write(services, citizen, name, value):
    with services.database.unit_of_work() as db:
        row = db.get_one(Citizen, citizen.citizen_id)
        data_key = services.tree.vault.open(row.id, row.data_key)
        profile.write(db, data_key, row.id, name, value, source="self", level="ial0", now=services.clock())


def test_5_3_2_the_answer_has_the_sub_of_the_id_token(rp, citizen):
    tokens = rp.tokens(citizen)
    answer = rp.userinfo(tokens["access_token"])
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer["sub"] == rp.id_token(tokens)["sub"]


def test_5_1_standard_claims_have_their_types(full_rp, citizen):
    tokens = full_rp.tokens(citizen, consented=SHOWN, scope=ALL)
    claims = full_rp.userinfo(tokens["access_token"]).json
    claims.pop("claims_provenance")
    assert claims == {
        "sub": claims["sub"],
        "name": "Siti Aminah",
        "birthdate": "1990-01-05",
        "age_over_17": True,
        "age_over_60": False,
        "email": "siti@contoh.id",
        "email_verified": True,
        "phone_number": "+6281234567890",
        "phone_number_verified": False,
        "address": {
            "formatted": claims["address"]["formatted"],
            "street_address": claims["address"]["street_address"],
            "locality": "Kota Semarang",
            "region": "Jawa Tengah",
            "postal_code": "50133",
        },
        "regency_code": "33.74",
    }


def test_5_3_2_what_is_unknown_is_left_out_never_null_or_empty(full_rp, citizen, services):
    write(services, citizen, "nickname", "")
    write(services, citizen, "website", "null")
    write(services, citizen, "picture", None)
    write(services, citizen, "birthdate", "1203-01-01")
    factories.a_consent(
        services, citizen, "tax", ALL, ("nickname", "website", "picture", "birthdate", "name")
    )
    full_rp.browser.sign_in(citizen)
    tokens = full_rp.redeem(full_rp.authorize(scope=ALL).code)
    claims = full_rp.userinfo(tokens["access_token"]).json
    assert claims.keys() == {"sub", "name", "claims_provenance"}


def test_every_claim_says_where_it_comes_from(rp, citizen):
    answer = rp.userinfo(rp.tokens(citizen)["access_token"])
    assert answer["claims_provenance"]["name"]["source"] == "population_registry"
    assert answer["claims_provenance"]["email"]["source"] == "account"
    told = answer.json.keys() - {"sub", "claims_provenance"}
    assert told <= answer["claims_provenance"].keys()


def test_every_answer_is_in_the_ledger_and_on_record(provider, rp, citizen):
    tokens = rp.tokens(citizen)
    with provider.recorded("DataReleased") as events:
        rp.userinfo(tokens["access_token"])
    assert events[0].client_id == rp.client.client_id
    assert events[0].citizen_id == citizen.citizen_id
    assert set(events[0].detail["claims"]) == {"name", "email", "email_verified"}
    assert citizen.email not in str(events[0])
    assert provider.count("release") == 1


def test_5_5_claims_asked_by_name_come_when_the_citizen_ticks_them(provider, rp, citizen):
    asked = json.dumps({"userinfo": {"email": {"essential": True}, "phone_number": None, "birthdate": None}})
    page = rp.begin_signed_in(citizen, scope="openid", claims=asked)
    ticks = {value for _name, value in page.forms["consent-form"].checkboxes}
    assert ticks == {"phone_number", "birthdate"}, "an essential claim comes with the service"
    answer = rp.browser.submit(page, "consent-form", "consent-allow", tick=("birthdate",))
    claims = rp.userinfo(rp.redeem(answer.code)["access_token"]).json
    assert claims.keys() == {"sub", "email", "email_verified", "birthdate", "claims_provenance"}
    assert rp.authorize(scope="openid", claims=asked, prompt="none").code, (
        "a refused choice is not asked again"
    )


@sqlite_only
def test_5_5_a_value_that_the_citizen_does_not_have_is_no_error(rp, citizen):
    asked = json.dumps({"userinfo": {"email": {"value": "other@contoh.id"}, "nickname": {"essential": True}}})
    assert rp.userinfo(rp.tokens(citizen, claims=asked)["access_token"]).ok


@sqlite_only
def test_a_client_gets_nothing_it_is_not_registered_for(rp, citizen):
    asked = json.dumps({"userinfo": {"nik": {"essential": True}, "family_card_number": None}})
    page = rp.begin_signed_in(citizen, scope="openid email nik", claims=asked)
    assert "9933744501900001" not in page.text
    answer = rp.browser.submit(page, "consent-form", "consent-allow")
    assert "nik" not in rp.userinfo(rp.redeem(answer.code)["access_token"]).json


@sqlite_only
def test_registered_claims_decide_what_is_required_and_what_is_a_choice(provider, citizen):
    uses = {
        "nik": {"required": True, "purpose": {"id": "Mencocokkan wajib pajak"}},
        "email": {"required": False},
    }
    client = factories.a_client(provider.services, scope="openid nik email", claims=uses)
    rp = RP(provider, client)
    page = rp.begin_signed_in(citizen, scope="openid nik email")
    assert "Mencocokkan wajib pajak" in page.text
    assert {value for _name, value in page.forms["consent-form"].checkboxes} == {"email"}
    code = rp.browser.submit(page, "consent-form", "consent-allow").code
    claims = rp.userinfo(rp.redeem(code)["access_token"]).json
    assert claims["nik"] == "9933744501900001"
    assert "email" not in claims


@pytest.mark.parametrize("alg", ["RS256", "ES256", "PS256", "EdDSA"])
@sqlite_only
def test_5_3_2_a_signed_answer_names_issuer_and_audience(provider, citizen, alg):
    rp = RP(provider, factories.a_client(provider.services, userinfo_signed_response_alg=alg))
    tokens = rp.tokens(citizen)
    answer = rp.userinfo(tokens["access_token"])
    assert answer.headers["Content-Type"] == "application/jwt"
    token = jwt.decode(answer.text, provider.keys(), algorithms=[alg])
    assert token.header["kid"] in {key["kid"] for key in provider.get("/jwks")["keys"]}
    assert token.claims["iss"] == factories.ISSUER
    assert token.claims["aud"] == rp.client.client_id
    assert token.claims["sub"] == rp.id_token(tokens)["sub"]
    assert token.claims["name"] == citizen.name
    assert not {"nonce", "exp"} & token.claims.keys()


@sqlite_only
@pytest.mark.parametrize(
    "accept", ["application/json;charset=utf-8", "*/*", "text/html, application/json;q=0.5"]
)
def test_rfc9110_json_is_served_whatever_is_accepted(provider, rp, citizen, accept):
    headers = {"Authorization": f"Bearer {rp.tokens(citizen)['access_token']}", "Accept": accept}
    assert provider.get("/userinfo", headers=headers)["sub"]


@pytest.mark.parametrize("event", ["session", "withdrawal", "account", "client", "erasure", "code"])
def test_a_token_is_worth_nothing_once_what_it_rests_on_is_gone(provider, rp, citizen, services, event):
    code = rp.sign_in(citizen).code
    tokens = rp.redeem(code)
    assert rp.userinfo(tokens["access_token"]).ok
    match event:
        case "session":
            factories.sign_out(services, citizen)
        case "withdrawal":
            factories.withdraw(services, citizen, rp.client.client_id)
        case "account":
            factories.lock(services, citizen)
        case "client":
            factories.suspend(services, rp.client.client_id)
        case "erasure":
            factories.erase(services, citizen)
        case "code":
            rp.redeem(code)
    with provider.unchanged("ReleaseRefused", tables=WITHOUT_THE_LEDGER):
        answer = rp.userinfo(tokens["access_token"])
    assert answer.status == 401
    assert answer.error == "invalid_token"
    assert rp.introspect(tokens["access_token"]).json == {"active": False}
    assert rp.refresh(tokens["refresh_token"]).error == "invalid_grant"


def test_a_client_in_service_again_finds_its_tokens_as_they_were(rp, citizen, services):
    tokens = rp.tokens(citizen)
    factories.suspend(services, rp.client.client_id)
    assert rp.userinfo(tokens["access_token"]).status == 401
    factories.suspend(services, rp.client.client_id, "approved")
    assert rp.userinfo(tokens["access_token"]).ok
