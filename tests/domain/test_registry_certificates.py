"""Registering clients that authenticate with certificates (RFC 8705 2.1.2, 2.2.2, 3.4; policy of contract 4)."""

from datetime import date

import pytest

from idp.domain.registry.metadata import accept
from idp.domain.registry.policy import Policy
from idp.domain.registry.violations import BadMetadata
from tests.support.certificates import self_signed
from tests.support.registration import JWKS

MINE, OTHER = self_signed(), self_signed()
POLICY = Policy(environment="sandbox", today=date(2026, 11, 24))
PKI = {"token_endpoint_auth_method": "tls_client_auth"}
OWN = {"token_endpoint_auth_method": "self_signed_tls_client_auth"}
GOOD = {
    "tls_client_auth_subject_dn": "CN=pajak,O=Kantor Pajak,C=ID",
    "tls_client_auth_san_dns": "api.pajak.go.id",
    "tls_client_auth_san_uri": "spiffe://pajak.go.id/api",
    "tls_client_auth_san_ip": "2001:db8::7",
    "tls_client_auth_san_email": "ti@pajak.go.id",
}
BAD = [
    ("tls_client_auth_subject_dn", "pajak"),
    ("tls_client_auth_subject_dn", "CN=pajak, O=Kantor"),
    ("tls_client_auth_subject_dn", "CN=#0C0161"),
    ("tls_client_auth_subject_dn", "C=Indonesia"),
    ("tls_client_auth_san_dns", "https://api.pajak.go.id"),
    ("tls_client_auth_san_dns", "*.pajak.go.id"),
    ("tls_client_auth_san_uri", "pajak"),
    ("tls_client_auth_san_ip", "10.0.0.0/8"),
    ("tls_client_auth_san_ip", "api.pajak.go.id"),
    ("tls_client_auth_san_email", "pajak.go.id"),
]


def register(**members):
    given = {"client_name": "Pajak", "redirect_uris": ["https://pajak.go.id/cb"], **members}
    return accept(given, POLICY)


def refused(member, match, **members):
    with pytest.raises(BadMetadata, match=match) as caught:
        register(**members)
    assert member in {violation.member for violation in caught.value.violations}


@pytest.mark.parametrize("profile", ["national", "fapi2", "fapi2_message_signing", "oidc_core"])
@pytest.mark.parametrize("member", GOOD)
def test_2_1_2_one_name_is_registered_in_every_profile(profile, member):
    signs = {"jwks": JWKS} if profile == "fapi2_message_signing" else {}  # its requests are signed objects
    accepted = register(profile=profile, **PKI, **signs, **{member: GOOD[member]})
    assert accepted[member] == GOOD[member]


def test_2_1_2_no_name_and_two_names_are_refused():
    refused("token_endpoint_auth_method", "exactly one", **PKI)
    two = dict(list(GOOD.items())[:2])
    refused("token_endpoint_auth_method", "exactly one", **PKI, **two)


@pytest.mark.parametrize(("member", "value"), BAD)
def test_2_1_2_what_is_no_such_name_is_refused(member, value):
    refused(member, "must be", **PKI, **{member: value})


@pytest.mark.parametrize("profile", ["national", "fapi2", "oidc_core"])
def test_2_2_2_a_certificate_is_registered_in_a_key_set(profile):
    assert register(profile=profile, **OWN, jwks=MINE.jwks)["jwks"] == MINE.jwks
    assert register(profile=profile, **OWN, jwks={"keys": [MINE.jwk]})


def test_2_2_2_a_key_set_is_needed():
    refused("jwks", "self_signed_tls_client_auth needs jwks", **OWN)


@pytest.mark.parametrize("chain", [[], "text", [1], ["%%%"], OTHER.jwks["keys"][0]["x5c"]])
def test_2_2_2_a_certificate_must_be_of_its_key(chain):
    keys = {"keys": [{**MINE.jwk, "kid": "tls-1", "x5c": chain}]}
    refused("jwks", "jwks: ", **OWN, jwks=keys)


def test_3_4_tokens_are_bound_to_one_thing():
    bound = {"tls_client_certificate_bound_access_tokens": True}
    assert register(**OWN, jwks=MINE.jwks, **bound)["tls_client_certificate_bound_access_tokens"] is True
    refused(
        "dpop_bound_access_tokens",
        "not to both",
        **OWN,
        jwks=MINE.jwks,
        **bound,
        dpop_bound_access_tokens=True,
    )


def test_a_mac_needs_a_mac_algorithm_and_a_signature_one_of_its_own():
    mac = {"token_endpoint_auth_method": "client_secret_jwt"}
    assert register(**mac, token_endpoint_auth_signing_alg="HS384")
    refused("token_endpoint_auth_signing_alg", "HS256", **mac, token_endpoint_auth_signing_alg="ES256")
    refused(
        "token_endpoint_auth_signing_alg",
        "ES256",
        token_endpoint_auth_method="private_key_jwt",
        jwks={"keys": [MINE.jwk]},
        token_endpoint_auth_signing_alg="HS256",
    )


def test_a_mac_is_a_secret_in_the_national_profile():
    given = {
        "client_name": "Pajak",
        "client_name#en": "Tax",
        "redirect_uris": ["https://pajak.go.id/cb"],
        "token_endpoint_auth_method": "client_secret_jwt",
    }
    production = Policy(environment="production", today=date(2026, 11, 24))
    with pytest.raises(BadMetadata, match="only in the sandbox or with a waiver"):
        accept(given, production)
    waiver = {"client_secret": {"until": "2027-01-31", "reason": "pindah ke kunci"}}
    assert accept({**given, "waivers": waiver}, production)
