"""RFC 7523: JWT client authentication (private_key_jwt, OpenID Connect Core 9; decisions 12)."""

from datetime import timedelta

import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey

from tests import factories
from tests.rp import ASSERTION_TYPE, RP
from tests.support.databases import sqlite_only

TOKEN_ENDPOINT = factories.ISSUER + "/token"
MACHINE = {"grant_types": ["client_credentials"], "scope": "openid registry:read"}


def machine(provider, client_id="machine", **options):
    return RP(provider, factories.a_client(provider.services, client_id, **MACHINE, **options))


def ask(rp, assertion):
    form = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}
    rp.provider.secrets.add(assertion)
    return rp.provider.post("/token", data={"grant_type": "client_credentials", **form})


def at(rp, **ahead):
    return int((rp.provider.services.clock() + timedelta(**ahead)).timestamp())


def test_3_an_assertion_is_good_once(provider):
    rp = machine(provider)
    assertion = rp.assertion()
    assert ask(rp, assertion).ok
    with provider.unchanged("ClientAuthenticationFailed"):
        answer = ask(rp, assertion)
    assert (answer.status, answer.error) == (401, "invalid_client")


def test_3_one_jti_of_two_clients_is_two_marks(provider):
    one, two = machine(provider), machine(provider, "other")
    assert ask(one, one.assertion(jti="same")).ok
    assert ask(two, two.assertion(jti="same")).ok
    assert provider.count("jti_mark") == 2


def test_3_a_broken_assertion_leaves_no_mark(provider):
    rp = machine(provider)
    stranger = ECKey.generate_key("P-256", {"kid": rp.client.key.kid, "alg": "ES256"})
    assert ask(rp, rp.assertion(jti="mine", key=stranger)).error == "invalid_client"
    assert provider.count("jti_mark") == 0
    assert ask(rp, rp.assertion(jti="mine")).ok


@sqlite_only
@pytest.mark.parametrize("missing", ["iss", "sub", "aud", "exp", "jti"])
def test_3_every_claim_is_needed(provider, missing):
    rp = machine(provider)
    with provider.unchanged(*([] if missing == "sub" else ["ClientAuthenticationFailed"])):
        assert ask(rp, rp.assertion(**{missing: None})).error == "invalid_client"


@sqlite_only
@pytest.mark.parametrize("aud", [factories.ISSUER, TOKEN_ENDPOINT])
@pytest.mark.parametrize("profile", ["national", "oidc_core"])
def test_3_issuer_and_token_endpoint_are_audiences(provider, profile, aud):
    rp = machine(provider, profile_name=profile)
    assert ask(rp, rp.assertion(aud=aud)).ok


@sqlite_only
@pytest.mark.parametrize(
    ("profile", "aud"),
    [
        ("national", [factories.ISSUER, "https://other.example"]),
        ("national", [factories.ISSUER]),
        ("national", "https://other.example"),
        ("national", factories.ISSUER + "/"),
        ("fapi2", TOKEN_ENDPOINT),
        ("fapi2", [factories.ISSUER]),
        ("oidc_core", ["https://other.example"]),
        ("oidc_core", []),
    ],
)
def test_3_other_audiences_are_refused(provider, profile, aud):
    rp = machine(provider, profile_name=profile)
    assert ask(rp, rp.assertion(aud=aud)).error == "invalid_client"


@sqlite_only
def test_3_ready_made_software_may_send_an_array(provider):
    rp = machine(provider, profile_name="oidc_core")
    assert ask(rp, rp.assertion(aud=["https://other.example", TOKEN_ENDPOINT])).ok


@sqlite_only
@pytest.mark.parametrize(
    ("name", "ahead", "good"),
    [
        ("exp", {"seconds": 1}, True),
        ("exp", {"minutes": -5}, False),
        ("exp", {"days": 1}, False),
        ("iat", {"seconds": 10}, True),
        ("iat", {"seconds": 61}, False),
        ("iat", {"hours": 1}, False),
        ("nbf", {"seconds": 10}, True),
        ("nbf", {"seconds": 61}, False),
    ],
)
def test_3_times_allow_a_little_skew_and_no_more(provider, name, ahead, good):
    rp = machine(provider)
    answer = ask(rp, rp.assertion(**{name: at(rp, **ahead)}))
    assert answer.ok is good
    assert good or answer.error == "invalid_client"


@sqlite_only
@pytest.mark.parametrize("exp", ["tomorrow", True, 1e300, -1, None, [1]])
def test_3_times_are_numbers(provider, exp):
    rp = machine(provider)
    assert ask(rp, rp.assertion(exp=exp)).error == "invalid_client"


KEYS = {
    "ES256": lambda: ECKey.generate_key("P-256", {"kid": "k", "alg": "ES256"}),
    "PS256": lambda: RSAKey.generate_key(2048, {"kid": "k", "alg": "PS256"}),
    "RS256": lambda: RSAKey.generate_key(2048, {"kid": "k", "alg": "RS256"}),
    "EdDSA": lambda: OKPKey.generate_key("Ed25519", {"kid": "k", "alg": "EdDSA"}),
}


@sqlite_only
@pytest.mark.parametrize("alg", KEYS)
def test_core_9_asymmetric_algorithms_are_accepted_rs256_not_for_fapi(provider, alg):
    key = KEYS[alg]()
    national, fapi = machine(provider, key=key), machine(provider, "strict", key=key, profile_name="fapi2")
    assert ask(national, national.assertion()).ok
    known = (
        ask(fapi, fapi.assertion()).error == "invalid_dpop_proof"
    )  # its token would have to be bound to a key
    assert known is (alg != "RS256")


@sqlite_only
def test_registration_2_only_the_registered_algorithm_counts(provider):
    rp = machine(provider, token_endpoint_auth_signing_alg="PS256")
    assert ask(rp, rp.assertion()).error == "invalid_client"


@sqlite_only
def test_2_2_assertion_and_type_come_together(provider):
    rp = machine(provider)
    for form in (
        {"client_assertion": rp.assertion()},
        {"client_assertion_type": ASSERTION_TYPE},
        {"client_assertion": rp.assertion(), "client_assertion_type": "urn:x"},
    ):
        assert (
            provider.post("/token", data={"grant_type": "client_credentials", **form}).error
            == "invalid_client"
        )
