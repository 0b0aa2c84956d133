"""Attack catalogue, section 4: token endpoint and client authentication (O-038 to O-049)."""

import base64
import hmac
import itertools
import json
import re
from datetime import timedelta

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

from idp.protocol.client_auth import secret_digest
from idp.web.limits import UNKNOWN_CLIENTS
from tests import factories
from tests.rp import ASSERTION_TYPE, RP
from tests.support.certificates import SUBJECT, self_signed
from tests.support.databases import sqlite_only

pytestmark = sqlite_only

FORM = {"grant_type": "client_credentials"}
MACHINE = {"grant_types": ["client_credentials"], "scope": "openid registry:read"}
METHODS = ("client_secret_basic", "client_secret_post", "private_key_jwt", "none")
BY_MAC_OR_CERTIFICATE = ("client_secret_jwt", "tls_client_auth", "self_signed_tls_client_auth")


def basic(client_id, secret):
    return {"Authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


def machine(provider, client_id="machine", **options):
    return RP(provider, factories.a_client(provider.services, client_id, **MACHINE | options))


def with_assertion(assertion, **more):
    return FORM | {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion} | more


def test_o038_wrong_secret_unknown_client_and_nothing_look_alike(provider):
    machine(provider, token_endpoint_auth_method="client_secret_basic")
    with provider.unchanged("ClientAuthenticationFailed", "ClientAuthenticationFailed"):
        wrong = provider.post("/token", data=FORM, headers=basic("machine", "wrong"))
        unknown = provider.post("/token", data=FORM, headers=basic("nobody", "wrong"))
    with provider.unchanged():
        nothing = provider.post("/token", data=FORM)
    for answer in (wrong, unknown, nothing):
        assert answer.status == 401
        assert (
            answer.json
            == wrong.json
            == {
                "error": "invalid_client",
                "error_description": "client authentication failed",
            }
        )
    assert wrong.headers["WWW-Authenticate"] == unknown.headers["WWW-Authenticate"]
    assert wrong.headers["WWW-Authenticate"].startswith("Basic ")
    assert "WWW-Authenticate" not in nothing.headers


def unknown_clients(provider):
    text = provider.get("/metrics", environ_overrides={"REMOTE_ADDR": "127.0.0.1"}).text
    return float(re.search(r"^gerbang_unknown_client_authentications_total (\S+)$", text, re.M)[1])


def test_o038_invented_clients_do_not_fill_the_audit_log(provider):
    machine(provider, token_endpoint_auth_method="client_secret_basic")
    before, most = unknown_clients(provider), UNKNOWN_CLIENTS.amount
    with provider.recorded(*["ClientAuthenticationFailed"] * most) as rows:
        for i in range(most + 5):
            place = {"REMOTE_ADDR": f"198.51.100.{i}"}
            answer = provider.post(
                "/token", data=FORM, headers=basic(f"nobody-{i}", "wrong"), environ_overrides=place
            )
            assert (answer.status, answer.error) == (401, "invalid_client")
    assert {row.client_id for row in rows} == {None}
    assert unknown_clients(provider) == before + most + 5
    with provider.recorded("ClientAuthenticationFailed") as rows:  # of a client, each goes on record
        provider.post("/token", data=FORM, headers=basic("machine", "wrong"))
    assert rows[0].client_id == "machine"


@pytest.mark.parametrize(
    ("registered", "used"),
    [*itertools.permutations(METHODS, 2), *itertools.product(BY_MAC_OR_CERTIFICATE, METHODS)],
)
def test_o039_only_the_registered_method_counts(provider, registered, used):
    client = factories.a_client(provider.services, token_endpoint_auth_method=registered, **MACHINE)
    key = ECKey.generate_key("P-256", {"kid": "k", "alg": "ES256"})
    rp = RP(provider, factories.TestClient(client.client_id, factories.SECRET, client.key or key))
    form, headers = dict(FORM), {}
    if used == "client_secret_basic":
        headers = basic(client.client_id, factories.SECRET)
    elif used == "client_secret_post":
        form |= {"client_id": client.client_id, "client_secret": factories.SECRET}
    elif used == "private_key_jwt":
        form = with_assertion(rp.assertion())
    else:
        form |= {"client_id": client.client_id}
    with provider.unchanged("ClientAuthenticationFailed"):
        answer = provider.post("/token", data=form, headers=headers)
    assert (answer.status, answer.error) == (401, "invalid_client")


def test_o040_two_methods_at_once_are_refused(provider):
    rp = machine(provider, token_endpoint_auth_method="client_secret_basic")
    signing = machine(provider, "signing")
    both = {"client_id": "machine", "client_secret": factories.SECRET}
    headers = basic("machine", factories.SECRET)
    with provider.unchanged():
        for form, sent in (
            (FORM | both, headers),
            (with_assertion(signing.assertion()), headers),
            (with_assertion(signing.assertion()) | both, {}),
        ):
            answer = provider.post("/token", data=form, headers=sent)
            assert (answer.status, answer.error) == (400, "invalid_request")
    assert provider.post("/token", data=FORM, headers=headers).ok
    assert rp.client.secret


def test_o041_an_assertion_is_not_good_twice(provider):
    rp = machine(provider)
    form = with_assertion(rp.assertion())
    assert provider.post("/token", data=form).ok
    with provider.unchanged("ClientAuthenticationFailed"):
        answer = provider.post("/token", data=form)
    assert (answer.status, answer.error) == (401, "invalid_client")


ASSERTIONS = {
    "another server": {"aud": "https://other.example"},
    "an array of two": {"aud": [factories.ISSUER, "https://other.example"]},
    "no audience": {"aud": None},
    "exp a day ahead": {"exp": {"days": 1}},
    "iat an hour ahead": {"iat": {"hours": 1}},
    "sub is not iss": {"sub": "other"},
    "iss of another client": {"iss": "other"},
    "both of another client": {"iss": "other", "sub": "other"},
    "iss a list": {"iss": ["machine"]},
    "sub a list": {"sub": ["machine"]},
}


@pytest.mark.parametrize("name", ASSERTIONS)
def test_o042_an_assertion_that_says_something_else_is_refused(provider, name):
    rp, _other = machine(provider), machine(provider, "other")
    now = provider.services.clock()
    changes = {
        k: int((now + timedelta(**v)).timestamp()) if isinstance(v, dict) else v
        for k, v in ASSERTIONS[name].items()
    }
    recorded = [] if name == "sub a list" else ["ClientAuthenticationFailed"]
    with provider.unchanged(*recorded):
        answer = provider.post("/token", data=with_assertion(rp.assertion(**changes)))
    assert (answer.status, answer.error) == (401, "invalid_client")


@pytest.mark.parametrize(("profile", "good"), [("national", True), ("oidc_core", True), ("fapi2", False)])
def test_o042_the_token_endpoint_as_audience_by_profile(provider, profile, good):
    rp = machine(provider, profile_name=profile)
    answer = provider.post("/token", data=with_assertion(rp.assertion(aud=factories.ISSUER + "/token")))
    assert answer.ok is good


def test_o043_a_public_key_is_no_hmac_secret_and_none_is_no_signature(provider):
    rp = machine(provider)
    claims = rp.assertion().split(".")[1]
    forged = []
    for material in (rp.client.key.as_pem(private=False), rp.client.key.as_der(private=False), b""):
        header = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').rstrip(b"=").decode()
        mac = hmac.digest(material, f"{header}.{claims}".encode(), "sha256")
        forged.append(f"{header}.{claims}." + base64.urlsafe_b64encode(mac).rstrip(b"=").decode())
    for alg in ("none", "None", "NONE", ""):
        header = base64.urlsafe_b64encode(f'{{"alg":"{alg}"}}'.encode()).rstrip(b"=").decode()
        forged += [f"{header}.{claims}.", f"{header}.{claims}.x"]
    with provider.unchanged(*["ClientAuthenticationFailed"] * len(forged)):
        for assertion in forged:
            answer = provider.post("/token", data=with_assertion(assertion))
            assert (answer.status, answer.error) == (401, "invalid_client")


def test_o043_an_algorithm_that_is_not_registered_is_refused(provider):
    key = RSAKey.generate_key(2048, {"kid": "k"})
    rp = machine(provider, key=key, token_endpoint_auth_signing_alg="PS256")
    good = provider.post("/token", data=with_assertion(rp.assertion(header={"alg": "PS256"})))
    assert good.ok
    with provider.unchanged("ClientAuthenticationFailed"):
        wrong = provider.post("/token", data=with_assertion(rp.assertion(header={"alg": "RS256"})))
    assert wrong.error == "invalid_client"


@pytest.mark.parametrize(
    ("grant", "error"),
    [
        ("password", "unsupported_grant_type"),
        ("implicit", "unsupported_grant_type"),
        ("urn:x", "unsupported_grant_type"),
        ("urn:ietf:params:oauth:grant-type:jwt-bearer", "unsupported_grant_type"),
        (None, "invalid_request"),
        ("", "invalid_request"),
    ],
)
def test_o044_no_other_grant_exists(provider, rp, grant, error):
    with provider.unchanged("TokenRefused"):
        answer = rp.call("/token", grant_type=grant, username="x", password="y")
    assert (answer.status, answer.error) == (400, error)


def test_o044_a_repeated_grant_type_is_refused(provider):
    body = "grant_type=client_credentials&grant_type=authorization_code&client_id=x"
    answer = provider.post("/token", data=body, content_type="application/x-www-form-urlencoded")
    assert (answer.status, answer.error) == (400, "invalid_request")


@pytest.mark.parametrize("grant", ["authorization_code", "refresh_token", "client_credentials"])
def test_o045_a_grant_that_is_not_registered_is_unauthorized(provider, grant):
    others = [g for g in ("authorization_code", "refresh_token", "client_credentials") if g != grant]
    rp = RP(provider, factories.a_client(provider.services, grant_types=others))
    with provider.unchanged("TokenRefused"):
        answer = rp.call("/token", grant_type=grant, code="x", refresh_token="x")
    assert (answer.status, answer.error) == (400, "unauthorized_client")


def test_o046_a_public_client_has_no_credentials_to_give(provider):
    rp = machine(provider, token_endpoint_auth_method="none")
    with provider.unchanged("TokenRefused"):
        answer = rp.call("/token", grant_type="client_credentials")
    assert answer.error == "unauthorized_client"


def test_o047_parameters_in_the_address_get_or_json_issue_nothing(provider):
    rp = machine(provider)
    form = with_assertion(rp.assertion())
    with provider.unchanged():
        assert provider.post("/token", query_string=form).status == 400
        assert provider.post("/token", data=form, query_string={"x": "1"}).status == 400
        assert provider.get("/token", query_string=form).status == 405
        assert provider.post("/token", json=form).status == 400
        assert provider.post("/token", data=form, content_type="multipart/form-data").status == 400
        assert provider.post("/token", data=form, content_type="text/plain").status == 400
    assert provider.post("/token", data=form).ok, "none of them spent the assertion"


def test_o048_a_good_answer_is_kept_by_nobody_and_sets_no_cookie(rp, citizen):
    tokens = rp.tokens(citizen)
    assert tokens.headers["Cache-Control"] == "no-store"
    assert tokens.headers["Content-Type"] == "application/json;charset=UTF-8"
    assert "Set-Cookie" not in tokens.headers
    assert tokens.headers["X-Content-Type-Options"] == "nosniff"


def test_o049_guessing_is_slowed_for_one_address_and_the_client_works_on(provider):
    machine(provider, token_endpoint_auth_method="client_secret_basic")

    def guess(secret, address):
        return provider.post(
            "/token", data=FORM, headers=basic("machine", secret), environ_overrides={"REMOTE_ADDR": address}
        )

    statuses = [guess(f"wrong-{n}", "203.0.113.9").status for n in range(60)]
    assert statuses[0] == 401
    assert statuses[-1] == 429
    assert statuses.index(429) <= 40
    refused = guess(factories.SECRET, "203.0.113.9")
    assert refused.status == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert guess(factories.SECRET, "198.51.100.7").ok
    forwarded = provider.post(
        "/token",
        data=FORM,
        headers=basic("machine", "wrong") | {"X-Forwarded-For": "198.51.100.200"},
        environ_overrides={"REMOTE_ADDR": "203.0.113.9"},
    )
    assert forwarded.status == 429, "a header that nobody vouched for moves no limit"


def test_a_serialised_jws_in_json_is_no_assertion(provider):
    rp = machine(provider)
    payload = jws.extract_compact(rp.assertion().encode()).payload
    document = jws.serialize_json(
        {"protected": {"alg": "ES256"}}, payload, rp.client.key, algorithms=["ES256"]
    )
    answer = provider.post("/token", data=with_assertion(json.dumps(document)))
    assert answer.error == "invalid_client"


@pytest.mark.parametrize("method", ["tls_client_auth", "self_signed_tls_client_auth"])
def test_o093_a_certificate_in_a_header_from_outside_proves_nothing(provider, clock, method):
    """Nobody but our own front says which certificate a caller showed (RFC 9440 4)."""
    identity = self_signed(now=clock())
    names = (
        {"tls_client_auth_subject_dn": SUBJECT} if method == "tls_client_auth" else {"jwks": identity.jwks}
    )
    factories.a_client(provider.services, **MACHINE, token_endpoint_auth_method=method, **names)
    for name in ("Client-Cert", "client-cert", "Client_Cert", "X-Client-Cert", "X-SSL-Client-Cert"):
        with provider.unchanged("ClientAuthenticationFailed"):
            answer = provider.post(
                "/token", data=FORM | {"client_id": "tax"}, headers={name: identity.header}
            )
        assert (answer.status, answer.error) == (401, "invalid_client")


@pytest.mark.parametrize("alg", ["HS256", "none", "ES256"])
def test_o043_the_digest_of_a_secret_is_no_secret(provider, alg):
    """Who reads our database finds digests; a MAC with one must not authenticate, whatever the header says."""
    machine(provider, token_endpoint_auth_method="client_secret_jwt")
    now = provider.services.clock()
    claims = {"iss": "machine", "sub": "machine", "aud": factories.ISSUER, "jti": "j"}
    claims["exp"] = int((now + timedelta(seconds=60)).timestamp())
    parts = [json.dumps(part).encode() for part in ({"alg": alg}, claims)]
    text = ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
    for material in (secret_digest(factories.SECRET), secret_digest(factories.SECRET).hex().encode(), b""):
        mac = base64.urlsafe_b64encode(hmac.digest(material, text.encode(), "sha256")).rstrip(b"=").decode()
        with provider.unchanged("ClientAuthenticationFailed"):
            answer = provider.post("/token", data=with_assertion(f"{text}.{mac}"))
        assert (answer.status, answer.error) == (401, "invalid_client")
