"""National policy for registrations: profiles, environments, waivers, purposes (contract 4; decision 12)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from idp.domain.registry.addresses import (
    check_called,
    check_page,
    check_public,
    check_redirects,
    check_resources,
)
from idp.domain.registry.certificates import check_certificates
from idp.domain.registry.ciba import check_ciba
from idp.domain.registry.encryption import check_encryption
from idp.domain.registry.keysets import check_jwks
from idp.domain.registry.violations import Report, Rule
from idp.outbound import Guard, OutboundFailed, OutboundRefused
from idp.protocol.authorize import request_object
from idp.protocol.client_auth import TLS_METHODS, assertion
from idp.protocol.client_auth.tls import SELF_SIGNED
from idp.protocol.decoupled.ciba import CIBA_GRANT
from idp.protocol.decoupled.request import DEVICE_GRANT
from idp.protocol.oauth import jose
from idp.protocol.oauth.client import Environment, Profile
from idp.protocol.oauth.token_exchange import TOKEN_EXCHANGE
from idp.protocol.oidc.acr import AAL1, AAL2, LEVELS, rank
from idp.protocol.oidc.catalogue import BY_SCOPE, CLAIMS, SCOPES, Sensitivity
from idp.protocol.oidc.consent_lifetime import most
from idp.protocol.oidc.once_only import TYPES
from idp.protocol.oidc.session_state import origin_of
from idp.protocol.oidc.subject import SUBJECT_TYPES

GROUNDS = ("consent", "contract", "law", "vital_interest", "public_duty", "legitimate_interest")
"""The grounds for processing of UU PDP article 20."""
DIGEST_METHODS = ("client_secret_basic", "client_secret_post")
MAC_METHOD = "client_secret_jwt"
SECRET_METHODS = (*DIGEST_METHODS, MAC_METHOD)
AUTH_METHODS = (*SECRET_METHODS, "private_key_jwt", *TLS_METHODS, "none")
FAPI_METHODS = ("private_key_jwt", *TLS_METHODS)
GRANT_TYPES = (
    "authorization_code",
    "refresh_token",
    "client_credentials",
    DEVICE_GRANT,
    CIBA_GRANT,
    TOKEN_EXCHANGE,
)
RESPONSE_TYPES = ("code",)
SIGNING_ALGS = ("ES256", "RS256", "PS256", "EdDSA", "Ed25519")
FAPI_ALGS = ("PS256", "ES256", "EdDSA", "Ed25519")
WAIVABLE = ("client_secret", "oidc_core")
PAGES = ("client_uri", "logo_uri", "policy_uri", "tos_uri", "cancel_uri", "initiate_login_uri")
MOST_REQUEST_URIS = 10
CALLED = (
    "backchannel_logout_uri",
    "jwks_uri",
    "sector_identifier_uri",
    "security_events_uri",
    "backchannel_client_notification_endpoint",
)
PLAIN_SCOPES = frozenset({"openid", "profile", "offline_access"})
FAPI = (Profile.FAPI2, Profile.FAPI2_MESSAGE_SIGNING)
_SLUG = re.compile(r"[a-z][a-z0-9_]{0,60}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The circumstances a registration is judged in."""

    environment: str = Environment.SANDBOX
    production: bool = False
    """Whether this deployment serves real people; such a one holds no sandbox clients (decision 1)."""
    issuer: str = ""
    """Nobody else may register its addresses as a protected resource (RFC 8707 §2)."""
    today: date = date.min
    check_url: Callable[[str], None] = Guard((), loopback=True).check_url
    fetch: Callable[[str], bytes] | None = None
    """Reads the sector document (OIDC Registration §5); without it the address alone is checked."""

    @property
    def strict(self) -> bool:
        """Tell whether the rules for real people apply to this client."""
        return self.environment == Environment.PRODUCTION


def check_policy(metadata: Mapping[str, Any], policy: Policy, report: Report) -> None:
    """Report everything national policy has against a registration."""
    if policy.environment not in tuple(Environment):
        report.add("environment", Rule.CHOICE, ", ".join(Environment))
    elif policy.production and not policy.strict:
        report.add("environment", Rule.ENVIRONMENT)
    _choices(metadata, report)
    if report.about("profile"):
        return
    profile = Profile(metadata["profile"])
    _addresses(metadata, policy, report)
    _grants(metadata, report)
    _waivers(metadata, policy, report)
    _authentication(metadata, profile, policy, report)
    _algorithms(metadata, profile, report)
    _requests(metadata, profile, policy, report)
    check_encryption(metadata, report)
    _subject(metadata, profile, policy, report)
    _reading(metadata, profile, policy, report)


def claims_read(metadata: Mapping[str, Any]) -> frozenset[str]:
    """Return every catalogue claim a registration gives access to, by scope or by name."""
    by_scope = {
        claim for scope in str(metadata.get("scope", "")).split() for claim in BY_SCOPE.get(scope, ())
    }
    return frozenset(by_scope | (set(metadata.get("claims", {})) & CLAIMS.keys()))


def _choices(metadata: Mapping[str, Any], report: Report) -> None:
    for member, allowed in (
        ("profile", tuple(Profile)),
        ("token_endpoint_auth_method", AUTH_METHODS),
        ("subject_type", SUBJECT_TYPES),
        ("min_acr", LEVELS),
        ("application_type", ("web", "native")),
    ):
        if metadata[member] not in allowed:
            report.add(member, Rule.CHOICE, ", ".join(allowed))
    for member, catalogue in (
        ("grant_types", GRANT_TYPES),
        ("response_types", RESPONSE_TYPES),
        ("default_acr_values", LEVELS),
        ("authorization_details_types", TYPES),
    ):
        _within(report, member, metadata.get(member, ()), catalogue)
    _within(report, "scope", metadata["scope"].split(), SCOPES)
    role = metadata.get("required_role")
    if role is not None and not _SLUG.fullmatch(role):
        report.add("required_role", Rule.TYPE, "a role name such as civil_servant")


def _within(report: Report, member: str, values: Collection[str], catalogue: Collection[str]) -> None:
    unknown = [value for value in values if value not in catalogue]
    if unknown:
        report.add(member, Rule.UNKNOWN, ", ".join(unknown))


def _addresses(metadata: Mapping[str, Any], policy: Policy, report: Report) -> None:
    plain = not policy.strict
    native = metadata["application_type"] == "native"
    redirects = metadata.get("redirect_uris", ())
    if not redirects and "authorization_code" in metadata["grant_types"]:
        report.add("redirect_uris", Rule.REQUIRED)
    check_redirects(report, "redirect_uris", redirects, native=native, plain_loopback=plain)
    check_redirects(
        report,
        "post_logout_redirect_uris",
        metadata.get("post_logout_redirect_uris", ()),
        native=native,
        plain_loopback=plain,
    )
    for name, value in metadata.items():
        if name.partition("#")[0] in PAGES:
            check_page(report, name, value, plain_loopback=plain)
            check_public(report, name, value, policy.check_url)
    _front_channel(metadata, report, plain=plain)
    for member in CALLED:
        if member in metadata:
            check_called(report, member, metadata[member], policy.check_url, plain_loopback=plain)
    check_resources(report, metadata.get("resource_uris", ()), policy.issuer, plain_loopback=plain)
    sector = metadata.get("sector_identifier_uri")
    if sector and policy.fetch is not None and not report.about("sector_identifier_uri"):
        _sector_document(sector, redirects, policy.fetch, report)


def _front_channel(metadata: Mapping[str, Any], report: Report, *, plain: bool) -> None:
    """Allow only the origin of a redirect URI: the browser will be sent there (Front-Channel Logout §2)."""
    uri = metadata.get("frontchannel_logout_uri")
    if uri is None:
        return
    check_page(report, "frontchannel_logout_uri", uri, plain_loopback=plain)
    if "#" in uri:
        report.add("frontchannel_logout_uri", Rule.NO_FRAGMENT, uri)
    elif not report.about("frontchannel_logout_uri") and origin_of(uri) not in {
        origin_of(redirect) for redirect in metadata.get("redirect_uris", ())
    }:
        report.add("frontchannel_logout_uri", Rule.SAME_ORIGIN)


def _sector_document(
    uri: str, redirects: Collection[str], fetch: Callable[[str], bytes], report: Report
) -> None:
    try:
        listed = json.loads(fetch(uri))
    except (OutboundRefused, OutboundFailed, ValueError, RecursionError):
        listed = None
    if not isinstance(listed, list) or not set(redirects) <= {uri for uri in listed if isinstance(uri, str)}:
        report.add("sector_identifier_uri", Rule.SECTOR)


def _grants(metadata: Mapping[str, Any], report: Report) -> None:
    grants = metadata["grant_types"]
    if ("authorization_code" in grants) is not ("code" in metadata["response_types"]):
        report.add("grant_types", Rule.GRANT_RESPONSE)
    own = {"client_credentials", TOKEN_EXCHANGE}
    if metadata["token_endpoint_auth_method"] == "none" and not own.isdisjoint(grants):  # noqa: S105
        report.add("grant_types", Rule.PUBLIC_GRANT)
    if CIBA_GRANT in grants:
        check_ciba(metadata, FAPI_ALGS, report)


def _waivers(metadata: Mapping[str, Any], policy: Policy, report: Report) -> None:
    for name, waiver in metadata.get("waivers", {}).items():
        if name not in WAIVABLE:
            report.add("waivers", Rule.CHOICE, ", ".join(WAIVABLE))
            continue
        until = _end_of(waiver)
        if until is None or not str(waiver.get("reason", "")).strip():
            report.add("waivers", Rule.WAIVER_SHAPE, name)
        elif until < policy.today:
            report.add("waivers", Rule.WAIVER_OVER, name)


def _end_of(waiver: object) -> date | None:
    try:
        return date.fromisoformat(str(waiver["until"])) if isinstance(waiver, Mapping) else None
    except (KeyError, ValueError):
        return None


def _authentication(metadata: Mapping[str, Any], profile: Profile, policy: Policy, report: Report) -> None:
    method = metadata["token_endpoint_auth_method"]
    waived = metadata.get("waivers", {})
    if profile in FAPI and method not in FAPI_METHODS:
        report.add("token_endpoint_auth_method", Rule.KEY_OR_CERTIFICATE, profile)
    elif (
        profile is Profile.NATIONAL
        and method in SECRET_METHODS
        and policy.strict
        and "client_secret" not in waived
    ):
        report.add("token_endpoint_auth_method", Rule.SECRET_NOT_ALLOWED)
    if profile is Profile.OIDC_CORE and policy.strict and "oidc_core" not in waived:
        report.add("profile", Rule.WAIVER)
    if "jwks" in metadata and "jwks_uri" in metadata:
        report.add("jwks", Rule.ONE_KEY_SOURCE)
    elif "jwks" in metadata:
        check_jwks(report, metadata["jwks"], metadata.get("token_endpoint_auth_signing_alg"))
    elif "jwks_uri" not in metadata and method in ("private_key_jwt", SELF_SIGNED):
        report.add("jwks", Rule.KEYS_NEEDED, method)
    check_certificates(metadata, report)


def _algorithms(metadata: Mapping[str, Any], profile: Profile, report: Report) -> None:
    signing = FAPI_ALGS if profile in FAPI else SIGNING_ALGS
    presented: tuple[str, ...] = jose.FAPI_ALGORITHMS if profile in FAPI else jose.ALGORITHMS
    if metadata["token_endpoint_auth_method"] == MAC_METHOD:
        presented = assertion.MAC_ALGORITHMS
    for member, allowed in (
        ("id_token_signed_response_alg", signing),
        ("userinfo_signed_response_alg", signing),
        ("authorization_signed_response_alg", signing),
        ("introspection_signed_response_alg", signing),
        ("token_endpoint_auth_signing_alg", presented),
    ):
        if member in metadata and metadata[member] not in allowed:
            report.add(member, Rule.ALGORITHM, profile, ", ".join(allowed))


def _requests(metadata: Mapping[str, Any], profile: Profile, policy: Policy, report: Report) -> None:
    """Judge how a client sends its authorization requests (OIDC Registration §2, RFC 9101 §10.5)."""
    must_sign = metadata.get("require_signed_request_object") or profile is Profile.FAPI2_MESSAGE_SIGNING
    alg = metadata.get("request_object_signing_alg")
    allowed = jose.FAPI_ALGORITHMS if profile in FAPI else jose.ALGORITHMS
    if profile is Profile.OIDC_CORE:
        allowed = (*allowed, request_object.UNSIGNED)
    if alg is not None and alg not in allowed:
        report.add("request_object_signing_alg", Rule.ALGORITHM, profile, ", ".join(allowed))
    elif alg == request_object.UNSIGNED and must_sign:
        report.add("request_object_signing_alg", Rule.UNSIGNED_REQUESTS)
    signs = must_sign or alg not in (None, request_object.UNSIGNED)
    if signs and "jwks" not in metadata and "jwks_uri" not in metadata and not report.about("jwks"):
        report.add(
            "jwks", Rule.KEYS_NEEDED, "request_object_signing_alg" if alg else "require_signed_request_object"
        )
    elif alg is not None and "jwks" in metadata and not report.about("jwks"):
        check_jwks(report, metadata["jwks"], alg)
    addresses = metadata.get("request_uris", ())
    if len(addresses) > MOST_REQUEST_URIS:
        report.add("request_uris", Rule.TOO_LONG)
    for uri in addresses:
        check_called(
            report,
            "request_uris",
            uri,
            policy.check_url,
            plain_loopback=not policy.strict,
            fragment=True,
        )


def _subject(metadata: Mapping[str, Any], profile: Profile, policy: Policy, report: Report) -> None:
    if profile is not Profile.OIDC_CORE and metadata["subject_type"] == "public":
        report.add("subject_type", Rule.PAIRWISE, profile)
    floor = AAL1 if profile is Profile.OIDC_CORE else AAL2
    if policy.strict and rank(metadata["min_acr"]) < rank(floor) and not report.about("min_acr"):
        report.add("min_acr", Rule.ASSURANCE, floor)


def _reading(metadata: Mapping[str, Any], profile: Profile, policy: Policy, report: Report) -> None:
    """Require a name, and for each item a purpose in words and a ground in law (UU PDP art. 20, 21)."""
    if policy.strict and not {"client_name", "client_name#en"} <= metadata.keys():
        report.add("client_name", Rule.NAME)
    uses = metadata.get("claims", {})
    _within(report, "claims", uses, CLAIMS.keys())
    for name, use in uses.items():
        _use(name, use, ("id", "en") if policy.strict else ("id",), report)
    if policy.strict and not uses and set(metadata["scope"].split()) - PLAIN_SCOPES:
        report.add("claims", Rule.CLAIMS)
    longest = int(most(claims_read(metadata)).total_seconds())
    if not 1 <= metadata.get("consent_lifetime", 1) <= longest:
        report.add("consent_lifetime", Rule.CONSENT_LIFETIME, str(longest))
    specific = sorted(c for c in claims_read(metadata) if CLAIMS[c].sensitivity is Sensitivity.SPECIFIC)
    if policy.strict and specific and profile not in FAPI:
        report.add("profile", Rule.SPECIFIC, ", ".join(specific))


def _use(name: str, use: object, languages: tuple[str, ...], report: Report) -> None:
    if not isinstance(use, Mapping) or not isinstance(use.get("required", False), bool):
        report.add("claims", Rule.TYPE, "an object of required, purpose and legal_basis per item")
        return
    purpose = use.get("purpose")
    purpose = purpose if isinstance(purpose, Mapping) else {}
    for language in languages:
        words = purpose.get(language)
        if not isinstance(words, str) or not words.strip():
            report.add("claims", Rule.PURPOSE, name, language)
    if use.get("legal_basis", "consent") not in GROUNDS:
        report.add("claims", Rule.GROUND, name, ", ".join(GROUNDS))
