"""Reading a registration: known members, defaults, the standards' rules by Authlib, then national policy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from authlib.oauth2.rfc7591 import ClientMetadataClaims
from authlib.oidc.registration import ClientMetadataClaims as OpenIDMetadataClaims
from joserfc.errors import JoseError

from idp.domain.registry.policy import Policy, check_policy
from idp.domain.registry.violations import Report, Rule
from idp.protocol.oauth.client import Profile
from idp.protocol.oidc.acr import AAL1, AAL2

LONGEST_TEXT = 2000
MOST_ENTRIES = 50
TEXTS = (
    "application_type",
    "authorization_encrypted_response_alg",
    "authorization_encrypted_response_enc",
    "authorization_signed_response_alg",
    "backchannel_authentication_request_signing_alg",
    "backchannel_client_notification_endpoint",
    "backchannel_logout_uri",
    "backchannel_token_delivery_mode",
    "cancel_uri",
    "client_name",
    "client_uri",
    "frontchannel_logout_uri",
    "id_token_encrypted_response_alg",
    "id_token_encrypted_response_enc",
    "id_token_signed_response_alg",
    "initiate_login_uri",
    "introspection_encrypted_response_alg",
    "introspection_encrypted_response_enc",
    "introspection_signed_response_alg",
    "jwks_uri",
    "logo_uri",
    "min_acr",
    "policy_uri",
    "profile",
    "request_object_encryption_alg",
    "request_object_encryption_enc",
    "request_object_signing_alg",
    "required_role",
    "scope",
    "sector_identifier_uri",
    "security_events_uri",
    "software_id",
    "software_version",
    "subject_type",
    "tls_client_auth_san_dns",
    "tls_client_auth_san_email",
    "tls_client_auth_san_ip",
    "tls_client_auth_san_uri",
    "tls_client_auth_subject_dn",
    "token_endpoint_auth_method",
    "token_endpoint_auth_signing_alg",
    "tos_uri",
    "userinfo_encrypted_response_alg",
    "userinfo_encrypted_response_enc",
    "userinfo_signed_response_alg",
)
LISTS = (
    "authorization_details_types",
    "contacts",
    "default_acr_values",
    "grant_types",
    "post_logout_redirect_uris",
    "redirect_uris",
    "request_uris",
    "resource_uris",
    "response_types",
)
FLAGS = (
    "backchannel_logout_session_required",
    "backchannel_user_code_parameter",
    "dpop_bound_access_tokens",
    "frontchannel_logout_session_required",
    "isolated_sso",
    "require_auth_time",
    "require_pushed_authorization_requests",
    "require_signed_request_object",
    "tls_client_certificate_bound_access_tokens",
)
NUMBERS = ("consent_lifetime", "default_max_age")
OBJECTS = ("claims", "jwks", "waivers")
LOCALISED = ("client_name", "client_uri", "logo_uri", "policy_uri", "tos_uri")
LANGUAGE_CHARS = 12


def accept(given: Mapping[str, Any], policy: Policy) -> dict[str, Any]:
    """Return what is to be stored of a registration: known members with their defaults, nothing else.

    Unknown members are ignored (RFC 7591 §2), and so are those only the registry decides, such as
    `client_id`, `status` or `agency_id`.

    Raises:
        BadRedirectUri, BadMetadata: with every violation, not only the first.
    """
    report = Report()
    metadata = _with_defaults(_known(given, report))
    check_policy(metadata, policy, report)
    _check_standards(metadata, report)
    report.settle()
    return metadata


def _known(given: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Keep the members we know whose JSON type is right; null means absent (RFC 7592 §2.2)."""
    known: dict[str, Any] = {}
    for name, value in _expanded(given).items():
        base, _, language = name.partition("#")
        expected = _shape_of(base if language and base in LOCALISED else name)
        if value is None or expected is None or len(language) > LANGUAGE_CHARS:
            continue
        words, fits = expected
        if not fits(value):
            report.add(name, Rule.TYPE, words)
        elif _too_long(value):
            report.add(name, Rule.TOO_LONG)
        else:
            known[name] = value
    return known


def _expanded(given: Mapping[str, Any]) -> dict[str, Any]:
    """Turn `client_name = {id = …, en = …}` into `client_name` and `client_name#en` (Registration §2.1)."""
    flat: dict[str, Any] = {}
    for name, value in given.items():
        if name in LOCALISED and isinstance(value, Mapping):
            flat |= {name if lang == "id" else f"{name}#{lang}": text for lang, text in value.items()}
        else:
            flat[name] = value
    return flat


def _shape_of(name: str) -> tuple[str, Callable[[object], bool]] | None:
    if name in TEXTS:
        return "a text without control characters", _is_text
    if name in LISTS:
        return "a list of texts", lambda v: isinstance(v, list | tuple) and all(map(_is_text, v))
    if name in FLAGS:
        return "true or false", lambda v: isinstance(v, bool)
    if name in NUMBERS:
        return "a number of seconds", lambda v: isinstance(v, int) and not isinstance(v, bool) and v >= 0
    if name in OBJECTS:
        return "an object", lambda v: isinstance(v, Mapping)
    return None


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != "" and all(char.isprintable() for char in value)


def _too_long(value: object) -> bool:
    if isinstance(value, str):
        return len(value) > LONGEST_TEXT
    return isinstance(value, list | tuple) and (len(value) > MOST_ENTRIES or any(map(_too_long, value)))


def _with_defaults(known: dict[str, Any]) -> dict[str, Any]:
    """Fill what the client left open (RFC 7591 §2; decisions 3, 12)."""
    metadata = {name: list(v) if isinstance(v, tuple) else v for name, v in known.items()}
    metadata.setdefault("profile", Profile.NATIONAL.value)
    core = metadata["profile"] == Profile.OIDC_CORE
    grants = metadata.get("grant_types", ["authorization_code"])
    keyed = "jwks" in metadata or "jwks_uri" in metadata
    defaults: dict[str, Any] = {
        "application_type": "web",
        "token_endpoint_auth_method": "private_key_jwt" if keyed else "client_secret_basic",
        "grant_types": ["authorization_code"],
        "response_types": ["code"] if "authorization_code" in grants else [],
        "scope": "openid",
        "id_token_signed_response_alg": "RS256" if core else "ES256",
        "subject_type": "pairwise",
        "min_acr": AAL1 if core else AAL2,
    }
    for name, value in defaults.items():
        metadata.setdefault(name, value)
    metadata["scope"] = " ".join(dict.fromkeys(str(metadata["scope"]).split()))
    for name in metadata.keys() & set(LISTS):
        metadata[name] = list(dict.fromkeys(metadata[name]))
    return metadata


def _check_standards(metadata: dict[str, Any], report: Report) -> None:
    """Apply Authlib's rules one by one, so that all are heard; what our own rules named is not said twice."""
    for kind in (ClientMetadataClaims, OpenIDMetadataClaims):
        claims = kind(dict(metadata), {})
        for member in kind.REGISTERED_CLAIMS:
            rule = getattr(claims, f"validate_{member}", None)
            ours = member == "redirect_uris"  # Authlib knows no private-use schemes (RFC 8252 §7.1)
            if rule is None or ours or member not in metadata or report.about(member):
                continue
            try:
                rule()
            except JoseError:
                report.add(member, Rule.STANDARD)
