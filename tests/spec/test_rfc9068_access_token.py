"""RFC 9068: JSON Web Token Profile for OAuth 2.0 Access Tokens."""

from datetime import timedelta

import pytest
from joserfc import jwt

from idp.domain.grants.models import Family
from keys import compact
from tests import factories
from tests.support.databases import sqlite_only

pytestmark = sqlite_only


def test_2_1_the_header_says_at_jwt_and_names_a_published_key(provider, rp, citizen):
    tokens = rp.tokens(citizen)
    header = rp.header(tokens, "access_token")
    assert header["typ"] == "at+jwt"
    assert header["alg"] == "ES256"
    assert header["kid"] in {key["kid"] for key in provider.get("/jwks")["keys"]}
    assert jwt.decode(tokens["access_token"], provider.keys(), algorithms=["ES256"])


def test_2_2_the_claims_are_those_of_the_profile(rp, citizen, clock, services):
    tokens = rp.tokens(citizen)
    claims = rp.claims(tokens)
    with services.database.unit_of_work() as db:
        family = db.query(Family).one()
    assert claims == {
        "iss": factories.ISSUER,
        "sub": rp.id_token(tokens)["sub"],
        "aud": factories.ISSUER,
        "client_id": rp.client.client_id,
        "scope": "openid profile email",
        "jti": claims["jti"],
        "iat": int(clock().timestamp()),
        "exp": int((clock() + timedelta(minutes=10)).timestamp()),
        "fid": str(family.id),
        "acr": "urn:gerbang:acr:aal2",
        "amr": ["pwd", "otp", "mfa"],
        "auth_time": int(clock().timestamp()),
    }


def test_2_2_every_token_has_a_jti_of_its_own(rp, citizen):
    tokens = rp.tokens(citizen)
    fresh = rp.refresh(tokens["refresh_token"])
    assert rp.claims(tokens)["jti"] != rp.claims(fresh)["jti"]


def test_2_2_3_nothing_of_the_citizen_is_in_it_but_the_pairwise_subject(rp, citizen):
    claims = rp.claims(rp.tokens(citizen, scope="openid profile email phone address birth"))
    text = str(claims)
    for value in (
        citizen.name,
        citizen.email,
        "9933744501900001",
        str(citizen.citizen_id),
        str(citizen.account_id),
    ):
        assert value not in text


@pytest.mark.parametrize("typ", ["JWT", "logout+jwt", None])
def test_4_another_kind_of_jwt_of_ours_is_no_access_token(rp, citizen, services, typ):
    claims = rp.claims(rp.tokens(citizen))
    signer = services.keyring.signer("ES256")
    assert rp.userinfo(compact(signer, claims, "at+jwt")).ok
    assert rp.userinfo(compact(signer, claims, typ or "jwt")).error == "invalid_token"


@pytest.mark.parametrize(
    "change", [{"iss": "https://elsewhere.example"}, {"aud": "https://api.example"}, {"exp": 1}]
)
def test_4_issuer_audience_and_time_must_be_ours(rp, citizen, services, change):
    claims = rp.claims(rp.tokens(citizen)) | change
    token = compact(services.keyring.signer("ES256"), claims, "at+jwt")
    answer = rp.userinfo(token)
    assert answer.status == 401
    assert answer.error == "invalid_token"
