"""What national policy asks of a registration beyond RFC 7591 (contract section 4; decisions 3, 12)."""

from datetime import date

import pytest
from joserfc.jwk import RSAKey

from idp.domain.registry.metadata import accept
from idp.domain.registry.policy import Policy
from idp.domain.registry.violations import Rule
from idp.protocol.decoupled.ciba import CIBA_GRANT
from idp.protocol.decoupled.request import DEVICE_GRANT
from idp.protocol.oidc.acr import AAL1
from tests.support.registration import JWKS, PRODUCTION, PURPOSE, SANDBOX, a_registration, broken

# --- profiles (contract section 4; decisions 3, 12) ---


def test_a_national_client_may_have_a_secret_in_the_sandbox_only():
    given = a_registration(token_endpoint_auth_method="client_secret_basic", jwks=None)
    assert accept(given, SANDBOX)
    assert ("token_endpoint_auth_method", Rule.SECRET_NOT_ALLOWED) in broken(given, PRODUCTION)


def test_a_waiver_allows_a_secret_in_production_until_its_end():
    def waived(until, reason="perangkat lunak lama"):
        return a_registration(
            token_endpoint_auth_method="client_secret_basic",
            jwks=None,
            waivers={"client_secret": {"until": until, "reason": reason}},
        )

    assert accept(waived("2026-11-24"), PRODUCTION)
    assert ("waivers", Rule.WAIVER_OVER) in broken(waived("2026-11-23"), PRODUCTION)
    assert ("waivers", Rule.WAIVER_SHAPE) in broken(waived("soon"), PRODUCTION)
    assert ("waivers", Rule.WAIVER_SHAPE) in broken(waived("2027-01-01", ""), PRODUCTION)


def test_oidc_core_in_production_needs_a_waiver():
    assert ("profile", Rule.WAIVER) in broken(a_registration(profile="oidc_core"), PRODUCTION)


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post", "client_secret_jwt", "none"])
def test_a_fapi_client_proves_itself_with_a_key(method):
    given = a_registration(profile="fapi2", token_endpoint_auth_method=method)
    assert ("token_endpoint_auth_method", Rule.KEY_OR_CERTIFICATE) in broken(given)


def test_a_fapi_client_never_uses_rs256():
    given = a_registration(profile="fapi2", id_token_signed_response_alg="RS256")
    assert ("id_token_signed_response_alg", Rule.ALGORITHM) in broken(given)


@pytest.mark.parametrize("profile", ["national", "fapi2"])
def test_any_client_may_have_its_tokens_bound_to_a_key(profile):
    given = a_registration(profile=profile, dpop_bound_access_tokens=True)
    assert accept(given, SANDBOX)["dpop_bound_access_tokens"] is True
    assert ("dpop_bound_access_tokens", Rule.TYPE) in broken(given | {"dpop_bound_access_tokens": "yes"})


@pytest.mark.parametrize("profile", ["national", "fapi2", "fapi2_message_signing"])
def test_national_profiles_have_pairwise_subjects(profile):
    assert ("subject_type", Rule.PAIRWISE) in broken(a_registration(profile=profile, subject_type="public"))


def test_a_production_client_asks_for_two_factors():
    assert ("min_acr", Rule.ASSURANCE) in broken(a_registration(min_acr=AAL1), PRODUCTION)


def test_reading_specific_data_in_production_needs_a_fapi_profile():
    given = a_registration(claims={"bpjs_number": {"purpose": PURPOSE, "legal_basis": "law"}})
    assert accept(given, SANDBOX)
    assert ("profile", Rule.SPECIFIC) in broken(given, PRODUCTION)
    assert accept({**given, "profile": "fapi2"}, PRODUCTION)


# --- why data is read (UU PDP art. 20, 21) ---


def test_a_production_client_says_why_it_reads_each_item():
    assert ("claims", Rule.CLAIMS) in broken(a_registration(scope="openid email"), PRODUCTION)


def test_a_purpose_is_written_in_both_languages():
    given = a_registration(claims={"name": {"purpose": {"id": "Surat"}, "legal_basis": "law"}})
    assert accept(given, SANDBOX)
    assert ("claims", Rule.PURPOSE) in broken(given, PRODUCTION)


def test_an_item_must_be_in_the_catalogue_and_have_a_ground():
    found = broken(a_registration(claims={"wealth": {"purpose": PURPOSE}}))
    assert ("claims", Rule.UNKNOWN) in found
    found = broken(a_registration(claims={"name": {"purpose": PURPOSE, "legal_basis": "curiosity"}}))
    assert ("claims", Rule.GROUND) in found


def test_a_production_client_has_a_name_in_both_languages():
    assert ("client_name", Rule.NAME) in broken(a_registration(**{"client_name#en": None}), PRODUCTION)


# --- addresses we call (RFC 9700 section 4.15) ---


@pytest.mark.parametrize("member", ["backchannel_logout_uri", "security_events_uri", "jwks_uri"])
@pytest.mark.parametrize("uri", ["https://10.0.0.7/x", "https://169.254.169.254/latest", "https://[::1]/x"])
def test_an_inner_address_is_never_registered_in_production(member, uri):
    given = a_registration(jwks=None if member == "jwks_uri" else JWKS, **{member: uri})
    assert (member, Rule.NOT_REACHABLE) in broken(given, PRODUCTION)


def test_a_sandbox_client_is_told_of_logout_on_loopback():
    given = a_registration(backchannel_logout_uri="http://127.0.0.1:8101/backchannel-logout")
    assert accept(given, SANDBOX)
    assert ("backchannel_logout_uri", Rule.NOT_HTTPS) in broken(given, PRODUCTION)


def test_the_sector_document_lists_every_redirect_uri():
    sector = "https://sector.example/uris.json"
    given = a_registration(sector_identifier_uri=sector)

    def judged(document):
        return Policy(today=date(2026, 11, 24), fetch=lambda _url: document)

    assert accept(given, judged(b'["https://agency.example/callback", "https://other.example/cb"]'))
    for document in (b"[]", b"{}", b"nonsense"):
        assert ("sector_identifier_uri", Rule.SECTOR) in broken(given, judged(document))


# --- deployments (decision 1) ---


def test_a_production_deployment_holds_no_sandbox_clients():
    found = broken(a_registration(), Policy(production=True, environment="sandbox"))
    assert ("environment", Rule.ENVIRONMENT) in found


def test_an_environment_nobody_knows_is_refused():
    assert ("environment", Rule.CHOICE) in broken(a_registration(), Policy(environment="staging"))


# --- resources served (RFC 8707 §2) ---

OURS = Policy(today=date(2026, 11, 24), issuer="https://masuk.example")


def test_a_resource_is_an_https_address_without_fragment():
    given = a_registration(resource_uris=["https://api.agency.example/v1", "http://localhost:5001/api"])
    assert accept(given, SANDBOX)
    assert broken(given, PRODUCTION) >= {("resource_uris", Rule.NOT_HTTPS)}
    for uri, rule in (
        ("https://api.agency.example/#part", Rule.NO_FRAGMENT),
        ("http://api.agency.example", Rule.NOT_HTTPS),
        ("/v1", Rule.NOT_A_URI),
        ("https://*.agency.example", Rule.NO_WILDCARD),
        ("https://api.agency.example/" + "x" * 500, Rule.TOO_LONG),
    ):
        assert ("resource_uris", rule) in broken(a_registration(resource_uris=[uri]))


@pytest.mark.parametrize(
    "uri", ["https://masuk.example", "https://masuk.example/", "https://masuk.example/userinfo"]
)
def test_an_address_of_the_provider_is_nobodys_resource(uri):
    assert ("resource_uris", Rule.OURS) in broken(a_registration(resource_uris=[uri]), OURS)
    assert accept(a_registration(resource_uris=["https://masuk.example.elsewhere.example"]), OURS)


def test_types_of_authorization_details_are_those_on_offer():
    assert accept(a_registration(authorization_details_types=["once_only"]), SANDBOX)
    given = a_registration(authorization_details_types=["payment_initiation"])
    assert ("authorization_details_types", Rule.UNKNOWN) in broken(given)


# --- sign-in on another screen (CIBA Core 4; RFC 8628) ---


def a_desk(**changes):
    given = {
        "grant_types": [CIBA_GRANT],
        "response_types": [],
        "redirect_uris": None,
        "backchannel_token_delivery_mode": "poll",
    }
    return a_registration(**given | changes)


def test_a_client_without_a_browser_needs_no_redirect_uri():
    assert accept(a_desk(), SANDBOX)
    assert accept(a_desk(grant_types=[DEVICE_GRANT], backchannel_token_delivery_mode=None), SANDBOX)


@pytest.mark.parametrize(
    ("changes", "violation"),
    [
        ({"backchannel_token_delivery_mode": "push"}, ("backchannel_token_delivery_mode", Rule.CHOICE)),
        ({"backchannel_token_delivery_mode": None}, ("backchannel_token_delivery_mode", Rule.CHOICE)),
        (
            {"backchannel_token_delivery_mode": "ping"},
            ("backchannel_client_notification_endpoint", Rule.REQUIRED),
        ),
        (
            {
                "backchannel_token_delivery_mode": "ping",
                "backchannel_client_notification_endpoint": "http://agency.example/ping",
            },
            ("backchannel_client_notification_endpoint", Rule.NOT_REACHABLE),
        ),
        ({"backchannel_user_code_parameter": True}, ("backchannel_user_code_parameter", Rule.CHOICE)),
        (
            {"backchannel_authentication_request_signing_alg": "RS256"},
            ("backchannel_authentication_request_signing_alg", Rule.CHOICE),
        ),
        ({"token_endpoint_auth_method": "none", "jwks": None}, ("grant_types", Rule.PUBLIC_CIBA)),
    ],
)
def test_a_client_that_asks_citizens_says_how_it_is_answered(changes, violation):
    assert violation in broken(a_desk(**changes))


def test_a_ping_goes_to_an_https_address():
    given = a_desk(
        backchannel_token_delivery_mode="ping",
        backchannel_client_notification_endpoint="https://agency.example/ping",
    )
    assert accept(given, SANDBOX)["backchannel_token_delivery_mode"] == "ping"


RSA_ENC = RSAKey.generate_key(2048, {"kid": "enc", "use": "enc"}).as_dict(private=False)


@pytest.mark.parametrize("answer", ["id_token", "userinfo", "authorization", "introspection"])
def test_who_wants_answers_encrypted_names_an_algorithm_and_has_a_key(answer):
    alg, enc = f"{answer}_encrypted_response_alg", f"{answer}_encrypted_response_enc"
    keyed = {"keys": [*JWKS["keys"], RSA_ENC]}
    assert accept(a_registration(**{alg: "RSA-OAEP-256", enc: "A256GCM", "jwks": keyed}), SANDBOX)
    assert ("jwks", Rule.KEYS_UNFIT) in broken(a_registration(**{alg: "RSA-OAEP-256"}))
    assert (enc, Rule.ENCODING_ALONE) in broken(a_registration(**{enc: "A256GCM", "jwks": keyed}))
    for refused in ("RSA1_5", "dir", "PBES2-HS256+A128KW"):
        assert (alg, Rule.CHOICE) in broken(a_registration(**{alg: refused, "jwks": keyed}))
    assert (enc, Rule.CHOICE) in broken(
        a_registration(**{alg: "RSA-OAEP-256", enc: "A192GCM", "jwks": keyed})
    )


@pytest.mark.parametrize("member", ["authorization", "introspection", "userinfo", "id_token"])
def test_answers_are_signed_with_keys_of_ours_only(member):
    for refused in ("none", "HS256"):
        assert (f"{member}_signed_response_alg", Rule.ALGORITHM) in broken(
            a_registration(**{f"{member}_signed_response_alg": refused})
        )


def test_an_encryption_key_is_checked_like_any_other():
    unknown = {"kty": "EC", "crv": "secp256k1", "use": "enc", "x": "AA", "y": "AA"}
    keyed = {"keys": [*JWKS["keys"], unknown]}
    assert ("jwks", Rule.KEY_UNUSABLE) in broken(a_registration(jwks=keyed))
