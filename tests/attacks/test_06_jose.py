"""Attack catalogue, section 6: JOSE and the ID Token (O-056 to O-063)."""

import base64
import json
import time
import tracemalloc
import zlib
from contextlib import contextmanager

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from joserfc import jwt
from joserfc.jwk import ECKey

from keys import compact
from tests import factories
from tests.rp import ASSERTION_TYPE, RP
from tests.support import state
from tests.support.databases import sqlite_only

pytestmark = sqlite_only

QUICK_SECONDS = 0.5  # 50 ms on a quiet machine
LITTLE_BYTES = 10 * 1024 * 1024


def part(value):
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@pytest.fixture
def machine(provider):
    client = factories.a_client(
        provider.services, "machine", grant_types=["client_credentials"], scope="openid registry:read"
    )
    return RP(provider, client)


def authenticate(rp, assertion):
    form = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}
    return rp.provider.post("/token", data={"grant_type": "client_credentials", **form})


@pytest.fixture
def everywhere(provider, rp, citizen, machine):
    """Every place that takes a JWT of somebody: what each answers to a token."""
    rp.sign_in(citizen)

    def present(token):
        return {
            "request": rp.browser.get(f"/authorize?client_id={rp.client.client_id}&request={token}"),
            "pushed": rp.call("/par", request=token),
            "hint": rp.authorize(prompt="none", id_token_hint=token),
            "assertion": authenticate(machine, token),
            "userinfo": rp.userinfo(token),
            "introspection": rp.introspect(token),
        }

    return present


@contextmanager
def state_unchanged(provider):
    """Nothing is given or taken; what is refused may be on record."""
    before = {name: state.rows(provider.database, name) for name in state.KEPT}
    yield
    assert {name: state.rows(provider.database, name) for name in state.KEPT} == before


def assert_refused(answers):
    assert answers["hint"].error in ("invalid_request", "login_required")
    assert "code" not in answers["hint"].params
    assert answers["assertion"].status == 413 or answers["assertion"].error in (
        "invalid_client",
        "invalid_request",
    )
    assert answers["userinfo"].status in (400, 401)
    assert answers["introspection"].json == {"active": False} or answers["introspection"].status in (400, 413)
    for answer in answers.values():
        assert answer.status != 500


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", "", "HS256", None, 7])
def test_o056_an_unsigned_token_is_worth_nothing_anywhere(provider, rp, citizen, everywhere, alg):
    tokens = rp.redeem(rp.authorize().code)
    for kind in ("id_token", "access_token"):
        header, payload, signature = tokens[kind].split(".")
        known = json.loads(base64.urlsafe_b64decode(header + "=="))
        forged = part(known | {"alg": alg})
        for token in (f"{forged}.{payload}.", f"{forged}.{payload}.{signature}"):
            with state_unchanged(provider):
                answers = everywhere(token)
            assert_refused(answers)


@pytest.mark.parametrize("member", ["jwk", "jku", "x5u", "x5c"])
def test_o057_a_key_that_comes_with_the_token_is_no_key(provider, rp, everywhere, machine, member):
    attacker = ECKey.generate_key("P-256", {"kid": "mine", "alg": "ES256"})
    value = {
        "jwk": attacker.as_dict(private=False),
        "jku": "https://evil.example/jwks",
        "x5u": "https://evil.example/cert",
        "x5c": ["MIIB"],
    }[member]
    tokens = rp.redeem(rp.authorize().code)
    for claims in (rp.claims(tokens, "id_token"), rp.claims(tokens)):
        for kid in ("mine", rp.header(tokens)["kid"]):
            token = jwt.encode(
                {"alg": "ES256", "kid": kid, member: value}, claims, attacker, algorithms=["ES256"]
            )
            assert_refused(everywhere(token))
    assertion = machine.assertion(header={member: value}, key=attacker)
    assert authenticate(machine, assertion).error == "invalid_client"


@pytest.mark.parametrize(
    "kid", ["../../etc/passwd", "' OR 1=1--", "k" * 100_000, ["k"], {"a": 1}, 7, None, "", "\x00", "\ud800"]
)
def test_o058_a_strange_kid_is_refused_without_a_trace(rp, everywhere, machine, kid):
    tokens = rp.redeem(rp.authorize().code)
    header, payload, signature = tokens["access_token"].split(".")
    known = json.loads(base64.urlsafe_b64decode(header + "=="))
    assert_refused(everywhere(f"{part(known | {'kid': kid})}.{payload}.{signature}"))
    _header, payload, signature = machine.assertion().split(".")
    answer = authenticate(machine, f"{part({'alg': 'ES256', 'kid': kid})}.{payload}.{signature}")
    assert answer.status == 413 or answer.error in ("invalid_client", "invalid_request")
    for word in ("Traceback", "sqlite", "psycopg", "/etc/"):
        assert word not in answer.text


@pytest.mark.parametrize("crit", [["exp"], ["http://example/unknown"], [], "b64", ["b64"]])
def test_o059_an_unknown_critical_header_is_refused(provider, rp, machine, services, crit):
    header = {"alg": "ES256", "kid": machine.client.key.kid, "crit": crit, "b64": True, "exp": 1}
    claims = json.loads(base64.urlsafe_b64decode(machine.assertion().split(".")[1] + "=="))
    signed = _signed(machine.client.key, header, claims)
    with provider.unchanged("ClientAuthenticationFailed"):
        assert authenticate(machine, signed).error == "invalid_client"


def _signed(key, header, claims):
    """Sign whatever header a library would refuse to write."""
    text = f"{part(header)}.{part(claims)}"
    r, s = utils.decode_dss_signature(key.private_key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{text}.{part(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def bombs():
    deflated = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = deflated.compress(b"\x00" * 8_000_000) + deflated.flush()
    yield (
        "a bomb",
        ".".join(
            (
                part({"alg": "dir", "enc": "A128GCM", "zip": "DEF"}),
                "",
                part(b"i" * 12),
                part(body),
                part(b"t" * 16),
            )
        ),
    )
    for alg in ("RSA-OAEP-256", "ECDH-ES"):
        header = part({"alg": alg, "enc": "A128GCM", "zip": "DEF"})
        yield f"a bomb by {alg}", ".".join((header, "", part(b"i" * 12), part(body), part(b"t" * 16)))
    yield "a long header", part(b'{"alg":"ES256","kid":"' + b"k" * 1_000_000 + b'"}') + ".e30.c2ln"
    yield "a long signature", part({"alg": "ES256"}) + ".e30." + "A" * 1_000_000
    yield "deep JSON", part(b"[" * 10_000) + ".e30.c2ln"


@pytest.mark.parametrize("name", [name for name, _ in bombs()])
def test_o060_bombs_are_refused_quickly_and_with_little_memory(everywhere, name):
    token = dict(bombs())[name]
    tracemalloc.start()
    began = time.perf_counter()
    try:
        answers = everywhere(token)
        taken = time.perf_counter() - began
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert taken < 6 * QUICK_SECONDS * 4, "six requests, traced"
    assert most < 6 * LITTLE_BYTES
    for answer in answers.values():
        assert answer.status != 500
        assert "code" not in answer.params


@pytest.mark.parametrize("alg", ["PBES2-HS256+A128KW", "RSA1_5", "RSA-OAEP", "dir", "ECDH-ES"])
def test_o061_an_encrypted_token_is_refused_before_any_work_with_keys(everywhere, alg):
    header = {"alg": alg, "enc": "A128GCM", "p2c": 2_000_000_000, "p2s": "c2FsdHNhbHQ"}
    token = ".".join((part(header), part(b"k" * 256), part(b"i" * 12), part(b"x" * 64), part(b"t" * 16)))
    began = time.perf_counter()
    assert_refused(everywhere(token))
    assert time.perf_counter() - began < 6 * QUICK_SECONDS * 4


def test_o062_an_id_token_is_exact_short_and_holds_no_unasked_data(rp, citizen, clock):
    tokens = rp.tokens(
        citizen, nonce="n \u00e9 '", scope="openid profile email phone address birth", max_age=9
    )
    claims = rp.id_token(tokens)
    assert claims["iss"] == factories.ISSUER
    assert claims["aud"] == rp.client.client_id
    assert claims["exp"] - claims["iat"] <= 600
    assert claims["iat"] == claims["auth_time"] == int(clock().timestamp())
    assert claims["nonce"] == "n \u00e9 '"
    assert (claims["acr"], claims["amr"]) == ("urn:gerbang:acr:aal2", ["pwd", "otp", "mfa"])
    assert claims.keys() == {
        "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash",
    }  # fmt: skip
    for value in (citizen.name, citizen.email, str(citizen.account_id), str(citizen.citizen_id)):
        assert value not in json.dumps(claims)


def test_o063_one_kind_of_token_is_never_taken_for_another(provider, rp, citizen, services):
    tokens = rp.tokens(citizen)
    with provider.unchanged():
        answer = rp.userinfo(tokens["id_token"])
    assert (answer.status, answer.error) == (401, "invalid_token")
    with provider.unchanged("AuthorizationRefused"):
        assert rp.authorize(prompt="none", id_token_hint=tokens["access_token"]).error == "invalid_request"
    assert rp.introspect(tokens["id_token"]).json == {"active": False}
    claims = rp.claims(tokens, "id_token")
    logout = compact(services.keyring.signer("ES256"), claims | {"events": {}}, "logout+jwt")
    assert rp.authorize(prompt="none", id_token_hint=logout).error == "invalid_request"
    assert rp.userinfo(compact(services.keyring.signer("ES256"), claims, "at+jwt")).error == "invalid_token"
