"""Discovery and JWKS: bytes made once, served with ETag and max-age (OIDC Discovery §4, RFC 8414 §3)."""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit

import orjson

from idp.domain.grants import EXCHANGES
from idp.protocol.authorize import request_object
from idp.protocol.authorize.checks import PROMPT_VALUES
from idp.protocol.authorize.response import ResponseMode
from idp.protocol.client_auth import METHODS
from idp.protocol.client_auth.assertion import MAC_ALGORITHMS
from idp.protocol.decoupled import signed_request
from idp.protocol.decoupled.ciba import DELIVERY_MODES
from idp.protocol.oauth import dpop, jose, jwe
from idp.protocol.oauth.responses import JSON, Header, Reply
from idp.protocol.oidc import verified_claims
from idp.protocol.oidc.metadata import Offered, oauth_path, openid_path, server_metadata
from idp.protocol.oidc.once_only import TYPES
from idp.protocol.oidc.security_events import RAISED, event_uri
from idp.services import Services
from idp.web.locale import SPOKEN
from idp.web.machine.certificate import offered_methods
from idp.web.machine.request import MachineRequest
from keys import CONTENT_ENCRYPTION_ALGORITHMS, KEY_ENCRYPTION_ALGORITHMS

PAR = "pushed_authorization_request_endpoint"
METER = "gerbang_meter_endpoint"
ATTRIBUTES = "gerbang_attributes_endpoint"
CONFIRMATIONS = "gerbang_event_confirmation_endpoint"
SELF_STATED = "gerbang_self_stated_endpoint"
OFFERED_ACR = ("urn:gerbang:acr:aal1", "urn:gerbang:acr:aal2")
ENDPOINTS = {
    "authorization_endpoint": "/authorize",
    "token_endpoint": "/token",
    "userinfo_endpoint": "/userinfo",
    "jwks_uri": "/jwks",
    "introspection_endpoint": "/introspect",
    "revocation_endpoint": "/revoke",
    "end_session_endpoint": "/logout",
    "registration_endpoint": "/clients",
    "backchannel_authentication_endpoint": "/bc-authorize",
    "device_authorization_endpoint": "/device_authorization",
    PAR: "/par",
    "check_session_iframe": "/check-session",
    METER: "/meter",
    ATTRIBUTES: "/attributes",
    CONFIRMATIONS: "/events/confirmations",
    SELF_STATED: "/attributes/self-stated",
}


WITHOUT_CERTIFICATE = (
    "authorization_endpoint",
    "end_session_endpoint",
    "check_session_iframe",
    "jwks_uri",
    "registration_endpoint",
)
"""Where browsers go, who must not be asked for a certificate, what everybody may read, and who is no client yet."""


class Documents:
    """The static documents of a deployment; the JWKS follows the keyring."""

    def __init__(self, services: Services) -> None:
        settings = services.settings
        self._services = services
        self._max_age = int(settings.jwks_max_age.total_seconds())
        self._metadata = Document(orjson.dumps(metadata(services)), self._max_age)
        self._jwks_bytes = b""
        self._jwks = Document(b"", 0)
        path = urlsplit(settings.issuer).path
        self.paths = (openid_path(path), oauth_path(path))

    def discovery(self, request: MachineRequest) -> Reply:
        """Answer with the server metadata."""
        return self._metadata.answer(request)

    def jwks(self, request: MachineRequest) -> Reply:
        """Answer with the public keys."""
        current = self._services.keyring.jwks_bytes
        if current is not self._jwks_bytes:
            self._jwks = Document(current, self._max_age)
            self._jwks_bytes = current
        return self._jwks.answer(request)


class Document:
    """Prebuilt replies: the document, and "not modified"."""

    def __init__(self, body: bytes, max_age: int) -> None:
        self._etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers: tuple[Header, ...] = (
            ("Cache-Control", f"public, max-age={max_age}"),
            ("ETag", self._etag),
            ("Access-Control-Allow-Origin", "*"),
        )
        self._full = Reply(200, (JSON, *headers), body)
        self._unchanged = Reply(304, headers, b"")

    def answer(self, request: MachineRequest) -> Reply:
        """Answer, with 304 where the caller has it already (RFC 9110 §13.1.2)."""
        known = request.headers.get("if-none-match")
        return self._unchanged if known is not None and self._etag in known else self._full


def metadata(services: Services) -> dict[str, object]:
    """Build the document from what does the work, so that it cannot lie."""
    issuer = services.settings.issuer
    return server_metadata(
        Offered(
            issuer=issuer,
            endpoints={name: issuer + path for name, path in ENDPOINTS.items()},
            grant_types=tuple(EXCHANGES),
            response_modes=tuple(mode.value for mode in ResponseMode),
            client_auth_methods=(*METHODS, *offered_methods(services)),
            assertion_algorithms=(*jose.ALGORITHMS, *MAC_ALGORITHMS),
            request_object_algorithms=(*jose.ALGORITHMS, request_object.UNSIGNED),
            signing_algorithms=services.keyring.algorithms,
            prompt_values=PROMPT_VALUES,
            ui_locales=tuple(SPOKEN),
            acr_values=OFFERED_ACR,
            extra={
                **verified_claims.metadata(),
                **_answers(services),
                "request_object_encryption_alg_values_supported": list(KEY_ENCRYPTION_ALGORITHMS),
                "request_object_encryption_enc_values_supported": list(CONTENT_ENCRYPTION_ALGORITHMS),
                "dpop_signing_alg_values_supported": list(dpop.ALGORITHMS),
                **_mutual_tls(services),
                "authorization_details_types_supported": list(TYPES),
                "backchannel_token_delivery_modes_supported": list(DELIVERY_MODES),
                "backchannel_authentication_request_signing_alg_values_supported": list(
                    signed_request.ALGORITHMS
                ),
                "backchannel_user_code_parameter_supported": False,
                "gerbang_events_supported": [event_uri(kind) for kind in RAISED],
            },
        )
    )


def _answers(services: Services) -> dict[str, object]:
    """How answers can be signed and encrypted (OIDC Discovery §3, JARM §4, RFC 9701 §7)."""
    signing = list(services.keyring.algorithms)
    members: dict[str, object] = {
        "authorization_signing_alg_values_supported": signing,
        "introspection_signing_alg_values_supported": signing,
    }
    for answer in jwe.Answer:
        members[f"{answer}_encryption_alg_values_supported"] = list(jwe.ALGORITHMS)
        members[f"{answer}_encryption_enc_values_supported"] = list(jwe.ENCODINGS)
    return members


def _mutual_tls(services: Services) -> dict[str, object]:
    """Where clients with certificates go, if the deployment has such a place (RFC 8705 §3.3, §5)."""
    base = services.settings.mtls_base_url
    if base is None:
        return {}
    aliases = {name: base + path for name, path in ENDPOINTS.items() if name not in WITHOUT_CERTIFICATE}
    return {"tls_client_certificate_bound_access_tokens": True, "mtls_endpoint_aliases": aliases}
