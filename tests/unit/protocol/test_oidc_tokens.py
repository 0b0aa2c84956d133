"""What tokens say: subjects, ID Tokens, access tokens, logout tokens."""

import hashlib
import json
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from idp.protocol.oauth.errors import InsufficientScope, InvalidToken
from idp.protocol.oauth.values import Confirmation, b64url
from idp.protocol.oidc import acr
from idp.protocol.oidc.access_token import AccessToken, access_token_claims
from idp.protocol.oidc.id_token import half_hash, id_token_claims
from idp.protocol.oidc.id_token_hint import IdTokenHint
from idp.protocol.oidc.logout import logout_token_claims
from idp.protocol.oidc.sid import sid
from idp.protocol.oidc.subject import sector_of, subject
from tests.unit.protocol.samples import CITIZEN, ISSUER, NOW, a_client

SALT = b"s" * 32
IAT = int(NOW.timestamp())


# subject (OIDC Core §8)


def test_a_pairwise_sub_is_stable_in_its_sector_and_unrelated_elsewhere():
    tax, twin, health = a_client(), a_client(client_id="tax2"), a_client(sector="health.example")
    assert subject(CITIZEN, tax, SALT) == subject(CITIZEN, twin, SALT)
    assert subject(CITIZEN, tax, SALT) != subject(CITIZEN, health, SALT)
    assert subject(CITIZEN, tax, SALT) != subject(uuid4(), tax, SALT)
    assert subject(CITIZEN, tax, SALT) != subject(CITIZEN, tax, b"t" * 32)


def test_i1_a_sub_is_short_ascii_and_tells_nothing():
    sub = subject(CITIZEN, a_client(), SALT)
    assert sub.isascii()
    assert len(sub) == 43
    assert str(CITIZEN) not in sub


def test_a_public_sub_is_the_same_everywhere_and_no_sector_can_imitate_it():
    public = subject(CITIZEN, a_client(subject_type="public", sector="a"), SALT)
    assert public == subject(CITIZEN, a_client(subject_type="public", sector="b"), SALT)
    assert public != subject(CITIZEN, a_client(sector="public"), SALT)
    assert public != subject(CITIZEN, a_client(sector=""), SALT)


@pytest.mark.parametrize(
    ("redirects", "sector_uri", "sector"),
    [
        (("https://tax.example/cb",), None, "tax.example"),
        (("https://tax.example/cb", "https://tax.example:8443/x"), None, "tax.example"),
        (("https://a.example/cb", "https://b.example/cb"), None, "client:me"),
        (("https://a.example/cb", "https://b.example/cb"), "https://s.example/list.json", "s.example"),
        (("http://localhost:8101/cb",), None, "localhost:8101"),
        (("http://127.0.0.1:8102/cb",), None, "127.0.0.1:8102"),
        (("http://127.0.0.1/cb",), None, "client:me"),
        (("http://[::1]:9/cb",), None, "::1:9"),
        (("id.go.tax:/cb",), None, "client:me"),
        ((), None, "client:me"),
    ],
)
def test_13_the_sector_of_a_client(redirects, sector_uri, sector):
    assert sector_of(redirects, sector_uri, "me") == sector


def test_i5_sid_is_stable_per_session_and_client():
    session = uuid4()
    assert sid(session, "tax", SALT) == sid(session, "tax", SALT) != sid(session, "health", SALT)


# acr and amr (decision 3, RFC 8176)


@pytest.mark.parametrize(
    ("methods", "level", "references"),
    [
        ((), acr.AAL1, ()),
        (("password",), acr.AAL1, ("pwd",)),
        (("totp",), acr.AAL1, ("otp",)),
        (("password", "totp"), acr.AAL2, ("pwd", "otp", "mfa")),
        (("password", "recovery_code"), acr.AAL2, ("pwd", "otp", "mfa")),
        (("password", "message_code"), acr.AAL2, ("pwd", "sms", "mfa")),
        (("passkey",), acr.AAL2, ("swk", "user", "mfa")),
        (("security_key",), acr.AAL3, ("hwk", "user", "mfa")),
        (("password", "unheard_of"), acr.AAL1, ("pwd",)),
    ],
)
def test_levels_follow_from_what_was_done(methods, level, references):
    assert acr.achieved(methods) == level
    assert acr.amr(methods) == references


def test_levels_compare():
    assert acr.meets(acr.AAL3, acr.AAL1)
    assert not acr.meets(acr.AAL1, acr.AAL2)
    assert not acr.meets("urn:unknown", acr.AAL1)
    assert acr.highest((acr.AAL1, acr.AAL3, "x")) == acr.AAL3


# ID Token (OIDC Core §2)


def an_id_token(**overrides):
    values = {
        "issuer": ISSUER,
        "subject": "s",
        "client_id": "tax",
        "now": NOW,
        "acr": acr.AAL2,
        "amr": ("pwd",),
    }
    return id_token_claims(**(values | overrides))


def test_o062_the_claims_of_an_id_token():
    claims = an_id_token(nonce="n", sid="x", at_hash="h", auth_time=NOW - timedelta(minutes=1))
    assert claims == {
        "iss": ISSUER,
        "sub": "s",
        "aud": "tax",
        "iat": IAT,
        "exp": IAT + 300,
        "auth_time": IAT - 60,
        "acr": acr.AAL2,
        "amr": ["pwd"],
        "nonce": "n",
        "sid": "x",
        "at_hash": "h",
    }
    json.dumps(claims)


def test_what_was_not_asked_is_absent():
    assert not {"nonce", "auth_time", "sid", "at_hash", "azp"} & an_id_token().keys()


def test_no_citizen_value_replaces_a_protocol_claim():
    claims = an_id_token(extra={"sub": "evil", "aud": "evil", "acr": "evil", "events": {}, "name": "Siti"})
    assert (claims["sub"], claims["aud"], claims["acr"], claims["name"]) == ("s", "tax", acr.AAL2, "Siti")
    assert "events" not in claims


def test_at_hash_of_the_specification():
    token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"
    assert half_hash(token, "RS256") == "77QmUPtjPfzWtF2AnpK9RQ"


@pytest.mark.parametrize(("alg", "name"), [("ES256", "sha256"), ("EdDSA", "sha512"), ("Ed25519", "sha512")])
def test_a24_at_hash_by_algorithm(alg, name):
    digest = hashlib.new(name, b"token").digest()
    assert half_hash("token", alg) == b64url(digest[: len(digest) // 2])


# access token (RFC 9068)

FAMILY = UUID("6f2f5f5e-93f8-4c1e-9f4c-0b8f8f6f2a10")


def an_access_token(**overrides):
    values = {
        "issuer": ISSUER,
        "subject": "s",
        "client_id": "tax",
        "scope": ("openid", "email"),
        "jti": "j",
        "now": NOW,
        "family_id": FAMILY,
        "acr": acr.AAL2,
        "amr": ("pwd", "otp"),
        "auth_time": NOW,
    }
    return access_token_claims(**(values | overrides))


def test_v3_the_claims_of_an_access_token():
    claims = an_access_token(confirmation=Confirmation(jkt="t"))
    assert claims["aud"] == claims["iss"] == ISSUER
    assert claims["scope"] == "openid email"
    assert claims["fid"] == str(FAMILY)
    assert claims["cnf"] == {"jkt": "t"}
    assert {"exp", "iat", "jti", "sub", "client_id", "acr", "amr", "auth_time"} <= claims.keys()
    json.dumps(claims)


def test_an_access_token_reads_back():
    token = AccessToken.of(an_access_token(), issuer=ISSUER, now=NOW)
    assert (token.subject, token.client_id, token.family_id) == ("s", "tax", FAMILY)
    assert (token.scope, token.audience) == (("openid", "email"), (ISSUER,))
    assert token.confirmation is None
    token.require_audience(ISSUER)
    token.require_scope("openid")
    with pytest.raises(InvalidToken):
        token.require_audience("https://health.example")
    with pytest.raises(InsufficientScope):
        token.require_scope("profile")


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "https://other"},
        {"exp": IAT},
        {"exp": "x"},
        {"exp": None},
        {"aud": None},
        {"aud": 1},
        {"fid": "x"},
    ],
)
def test_a_foreign_expired_or_broken_token_is_invalid(change):
    with pytest.raises(InvalidToken):
        AccessToken.of(an_access_token() | change, issuer=ISSUER, now=NOW)


def test_a_token_ends_at_its_second():
    claims = an_access_token(lifetime=timedelta(seconds=1))
    AccessToken.of(claims, issuer=ISSUER, now=NOW)
    with pytest.raises(InvalidToken):
        AccessToken.of(claims, issuer=ISSUER, now=NOW + timedelta(seconds=1))


# hints and logout tokens


def test_o063_only_an_id_token_of_ours_is_a_hint():
    assert IdTokenHint.of(an_id_token(sid="x"), ISSUER) == IdTokenHint("s", "tax", "x")
    assert IdTokenHint.of(an_access_token(), ISSUER) is None
    logout = logout_token_claims(issuer=ISSUER, client_id="tax", now=NOW, jti="j", subject="s")
    assert IdTokenHint.of(logout, ISSUER) is None
    assert IdTokenHint.of(an_id_token(), "https://other") is None
    assert IdTokenHint.of(an_id_token() | {"aud": ["tax", "x"]}, ISSUER) is None


def test_o083_a_logout_token():
    claims = logout_token_claims(issuer=ISSUER, client_id="tax", now=NOW, jti="j", subject="s", sid="x")
    assert claims == {
        "iss": ISSUER,
        "aud": "tax",
        "iat": IAT,
        "exp": IAT + 120,
        "jti": "j",
        "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        "sub": "s",
        "sid": "x",
    }


def test_a_logout_token_needs_sub_or_sid():
    with pytest.raises(ValueError, match="sub or sid"):
        logout_token_claims(issuer=ISSUER, client_id="tax", now=NOW, jti="j")
