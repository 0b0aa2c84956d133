"""A registration is accepted whole or refused with everything that is wrong (RFC 7591; contract section 4)."""

import base64

import pytest

from idp.domain.registry.metadata import accept
from idp.domain.registry.violations import BadRedirectUri, Rule
from idp.protocol.oidc.acr import AAL1, AAL2
from tests.support.registration import (
    CALLBACK,
    JWKS,
    KEY,
    PRODUCTION,
    SANDBOX,
    a_registration,
    broken,
)

# --- defaults ---


def test_what_a_national_client_left_open_is_filled_by_national_rules():
    stored = accept(a_registration(), SANDBOX)
    assert stored["profile"] == "national"
    assert stored["grant_types"] == ["authorization_code"]
    assert stored["response_types"] == ["code"]
    assert stored["subject_type"] == "pairwise"
    assert stored["id_token_signed_response_alg"] == "ES256"
    assert stored["min_acr"] == AAL2
    assert stored["scope"] == "openid"


def test_an_oidc_core_client_gets_rs256_and_one_factor():
    stored = accept(a_registration(profile="oidc_core"), SANDBOX)
    assert (stored["id_token_signed_response_alg"], stored["min_acr"]) == ("RS256", AAL1)


def test_without_keys_the_method_is_the_default_of_rfc_7591():
    stored = accept({"redirect_uris": [CALLBACK]}, SANDBOX)
    assert stored["token_endpoint_auth_method"] == "client_secret_basic"


def test_members_nobody_knows_and_members_only_the_registry_decides_are_ignored():
    stored = accept(
        a_registration(
            trusted=True,
            skip_consent=True,
            role="super",
            status="approved",
            owner="agency-x",
            client_id="A",
            client_secret="chosen",
        ),
        SANDBOX,
    )
    assert not stored.keys() & {
        "trusted",
        "skip_consent",
        "role",
        "status",
        "owner",
        "client_id",
        "client_secret",
    }


def test_names_by_language_may_come_as_an_object():
    given = a_registration(**{"client_name": {"id": "Pajak", "en": "Tax"}, "client_name#en": None})
    stored = accept(given, SANDBOX)
    assert (stored["client_name"], stored["client_name#en"]) == ("Pajak", "Tax")


def test_null_means_absent():
    assert "client_uri" not in accept({**a_registration(), "client_uri": None}, SANDBOX)


# --- redirect URIs (RFC 9700 section 2.1; attacks O-129) ---


@pytest.mark.parametrize(
    ("uri", "rule"),
    [
        ("http://rp.example/cb", Rule.NOT_HTTPS),
        ("https://*.rp.example/cb", Rule.NO_WILDCARD),
        ("javascript:alert(1)", Rule.WEB_SCHEME),
        ("data:text/html,x", Rule.WEB_SCHEME),
        ("https://rp.example/#f", Rule.NO_FRAGMENT),
        ("https://rp.example/#", Rule.NO_FRAGMENT),
        ("https://rp@evil.example/", Rule.NO_CREDENTIALS),
        ("https://", Rule.NOT_A_URI),
        ("/callback", Rule.NOT_A_URI),
        ("https://rp.example\\@evil.example/", Rule.NOT_A_URI),
        ("https://rp.example/a b", Rule.NOT_A_URI),
        ("https://rp.example:99999/", Rule.NOT_A_URI),
        ("https://contóh.example/cb", Rule.NOT_A_URI),
        ("go.id.contoh.app:/cb", Rule.WEB_SCHEME),
    ],
)
def test_an_unusable_redirect_uri_is_refused(uri, rule):
    with pytest.raises(BadRedirectUri) as refused:
        accept(a_registration(redirect_uris=[CALLBACK, uri]), SANDBOX)
    assert refused.value.code == "invalid_redirect_uri"
    assert ("redirect_uris", rule) in {(v.member, v.rule) for v in refused.value.violations}


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_plain_http_on_loopback_is_for_the_sandbox(host):
    given = a_registration(redirect_uris=[f"http://{host}:5000/cb"])
    assert accept(given, SANDBOX)
    assert ("redirect_uris", Rule.NOT_HTTPS) in broken(given, PRODUCTION)


@pytest.mark.parametrize("uri", ["go.id.contoh.app:/cb", "http://127.0.0.1/cb", "https://app.example/cb"])
def test_a_native_application_may_use_its_own_scheme_or_loopback(uri):
    native = a_registration(
        application_type="native", token_endpoint_auth_method="none", jwks=None, redirect_uris=[uri]
    )
    assert accept(native, PRODUCTION)["redirect_uris"] == [uri]


@pytest.mark.parametrize("uri", ["javascript:alert(1)", "myapp:/cb", "file:///etc/passwd"])
def test_a_native_scheme_belongs_to_a_domain(uri):
    native = a_registration(
        application_type="native", token_endpoint_auth_method="none", jwks=None, redirect_uris=[uri]
    )
    assert ("redirect_uris", Rule.NATIVE_SCHEME) in broken(native)


def test_the_code_grant_needs_a_redirect_uri_and_other_grants_do_not():
    assert ("redirect_uris", Rule.REQUIRED) in broken(a_registration(redirect_uris=None))
    machine = a_registration(redirect_uris=None, grant_types=["client_credentials"])
    assert accept(machine, SANDBOX)["response_types"] == []


def test_every_violation_is_listed_at_once():
    found = broken(
        a_registration(
            redirect_uris=["http://rp.example"],
            post_logout_redirect_uris=["https://*.rp.example"],
            scope="openid money",
            id_token_signed_response_alg="none",
            min_acr="gold",
            jwks=None,
            client_uri="http://rp.example",
        )
    )
    assert {member for member, _rule in found} == {
        "redirect_uris",
        "post_logout_redirect_uris",
        "scope",
        "id_token_signed_response_alg",
        "min_acr",
        "jwks",
        "client_uri",
    }


# --- shapes ---


@pytest.mark.parametrize(
    "members",
    [
        {"redirect_uris": CALLBACK},
        {"redirect_uris": [7]},
        {"client_name": "a\r\nb"},
        {"client_name": ["x"]},
        {"require_auth_time": "yes"},
        {"default_max_age": -1},
        {"default_max_age": True},
        {"claims": ["name"]},
        {"jwks": "x"},
        {"scope": ["openid"]},
        {"contacts": [{}]},
    ],
)
def test_a_member_of_the_wrong_type_is_named(members):
    (member,) = members
    assert (member, Rule.TYPE) in broken(a_registration(**members))


def test_lists_and_texts_have_an_end():
    many = [f"https://rp.example/{n}" for n in range(51)]
    assert ("redirect_uris", Rule.TOO_LONG) in broken(a_registration(redirect_uris=many))
    assert ("client_name", Rule.TOO_LONG) in broken(a_registration(client_name="x" * 2001))


# --- keys (decision 23) ---


def test_keys_come_from_one_place():
    assert ("jwks", Rule.ONE_KEY_SOURCE) in broken(a_registration(jwks_uri="https://agency.example/jwks"))
    assert ("jwks", Rule.KEYS_NEEDED) in broken(a_registration(jwks=None))


def test_a_private_key_is_refused():
    assert ("jwks", Rule.KEY_PRIVATE) in broken(a_registration(jwks={"keys": [KEY.as_dict(private=True)]}))
    secret = {"kty": "oct", "k": "c2VjcmV0", "kid": "s"}
    assert ("jwks", Rule.KEY_PRIVATE) in broken(a_registration(jwks={"keys": [secret]}))


def test_a_short_rsa_key_is_refused():
    modulus = base64.urlsafe_b64encode(b"\xc1" + bytes(126) + b"\x01").rstrip(b"=").decode()
    short = {"kty": "RSA", "kid": "short", "use": "sig", "e": "AQAB", "n": modulus}
    assert ("jwks", Rule.KEY_UNUSABLE) in broken(a_registration(jwks={"keys": [short]}))


@pytest.mark.parametrize(
    "key",
    [
        {"kty": "EC", "crv": "P-521", "x": "AA", "y": "AA"},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": "RSA"},
        {"kty": "unknown"},
        {},
    ],
)
def test_an_unusable_key_is_refused(key):
    assert ("jwks", Rule.KEY_UNUSABLE) in broken(a_registration(jwks={"keys": [key]}))


def test_a_key_id_names_one_key():
    twice = {"keys": [*JWKS["keys"], *JWKS["keys"]]}
    assert ("jwks", Rule.KEY_REPEATED) in broken(a_registration(jwks=twice))


def test_the_registered_algorithm_needs_a_key():
    found = broken(a_registration(token_endpoint_auth_signing_alg="RS256"))
    assert ("jwks", Rule.KEYS_UNFIT) in found
