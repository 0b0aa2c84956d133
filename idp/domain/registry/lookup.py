"""The cached read path: client_id to the protocol's `Client`.

Only metadata is cached. A client's status is read in the statement that issues (decisions 20).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import select

from idp.domain.registry.models import ClientRegistration
from idp.domain.store.database import Database, Session
from idp.protocol.oauth.client import ClaimUse, Client, Environment, Profile
from idp.protocol.oidc.subject import sector_of

STAMP = "registry"
TUPLES = (
    "redirect_uris",
    "post_logout_redirect_uris",
    "grant_types",
    "response_types",
    "default_acr_values",
    "request_uris",
    "resource_uris",
    "authorization_details_types",
)
PLAIN = (
    "client_uri",
    "logo_uri",
    "policy_uri",
    "tos_uri",
    "cancel_uri",
    "application_type",
    "token_endpoint_auth_method",
    "token_endpoint_auth_signing_alg",
    "jwks",
    "jwks_uri",
    "id_token_signed_response_alg",
    "id_token_encrypted_response_alg",
    "id_token_encrypted_response_enc",
    "userinfo_signed_response_alg",
    "userinfo_encrypted_response_alg",
    "userinfo_encrypted_response_enc",
    "authorization_signed_response_alg",
    "authorization_encrypted_response_alg",
    "authorization_encrypted_response_enc",
    "introspection_signed_response_alg",
    "introspection_encrypted_response_alg",
    "introspection_encrypted_response_enc",
    "request_object_signing_alg",
    "require_signed_request_object",
    "require_pushed_authorization_requests",
    "dpop_bound_access_tokens",
    "tls_client_certificate_bound_access_tokens",
    "tls_client_auth_subject_dn",
    "tls_client_auth_san_dns",
    "tls_client_auth_san_uri",
    "tls_client_auth_san_ip",
    "tls_client_auth_san_email",
    "subject_type",
    "default_max_age",
    "consent_lifetime",
    "require_auth_time",
    "min_acr",
    "backchannel_logout_uri",
    "backchannel_logout_session_required",
    "frontchannel_logout_uri",
    "frontchannel_logout_session_required",
    "backchannel_token_delivery_mode",
    "backchannel_client_notification_endpoint",
    "backchannel_authentication_request_signing_alg",
    "backchannel_user_code_parameter",
    "security_events_uri",
    "isolated_sso",
    "required_role",
)


class ClientCache:
    """Parsed clients by id; emptied when the registry's stamp moves."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, Client] = {}
        self._served: list[Mapping[str, str]] = []

    def get(self, client_id: str) -> Client | None:
        """Return a client that is not retired, or None."""
        known = self._known  # what is read before a clear() must not outlive it
        found = known.get(client_id)
        if found is not None:
            return found
        with self._database.reading() as db:
            row = db.get(ClientRegistration, client_id)
            if row is None or row.status in ("draft", "retired"):
                return None
            client = as_client(row)
        known[client_id] = client
        return client

    def serving(self, resource: str) -> Client | None:
        """Return the approved client that serves a resource (RFC 8707 §2); one read after each change."""
        served = self._served  # as above
        if not served:
            with self._database.reading() as db:
                served.append(resource_servers(db))
        client_id = served[0].get(resource)
        return self.get(client_id) if client_id is not None else None

    def clear(self) -> None:
        """Forget everything; the next look-ups read the database."""
        self._known = {}
        self._served = []


def resource_servers(db: Session) -> Mapping[str, str]:
    """Return which approved client serves which resource."""
    listed = ClientRegistration.client_metadata["resource_uris"]
    rows = db.execute(
        select(ClientRegistration.id, listed).where(
            ClientRegistration.status == "approved", listed.as_string().is_not(None)
        )
    )
    return {uri: client_id for client_id, uris in rows for uri in uris}


def is_approved(db: Session, client_id: str) -> bool:
    """Tell whether a client may be served at this moment; never cached (decisions 20)."""
    return (
        db.scalar(select(ClientRegistration.status).where(ClientRegistration.id == client_id)) == "approved"
    )


def as_client(row: ClientRegistration) -> Client:
    """Turn a stored registration into the protocol's value."""
    metadata: Mapping[str, Any] = row.client_metadata
    values: dict[str, Any] = {name: metadata[name] for name in PLAIN if metadata.get(name) is not None}
    values |= {name: tuple(metadata[name]) for name in TUPLES if metadata.get(name) is not None}
    redirects = values.get("redirect_uris", ())
    return Client(
        client_id=row.id,
        agency_id=row.agency_id,
        profile=Profile(row.profile),
        environment=Environment(row.environment),
        names=MappingProxyType(_localised(metadata, "client_name")),
        scopes=tuple(str(metadata.get("scope", "openid")).split()),
        secret_digest=row.secret_digest,
        secret_sealed=row.secret_sealed,
        logo=row.logo_digest.hex() if row.logo_digest is not None else None,
        sector=sector_of(redirects, metadata.get("sector_identifier_uri"), row.id),
        claims=MappingProxyType(
            {
                name: ClaimUse(
                    required=bool(use.get("required", False)),
                    purpose=MappingProxyType(dict(use.get("purpose", {}))),
                    legal_basis=str(use.get("legal_basis", "consent")),
                )
                for name, use in metadata.get("claims", {}).items()
            }
        ),
        **values,
    )


def _localised(metadata: Mapping[str, Any], member: str) -> dict[str, str]:
    """Collect `client_name`, `client_name#en`, … by language (Registration §2.1); no tag means Indonesian."""
    names: dict[str, str] = {}
    for key, value in metadata.items():
        base, _, language = key.partition("#")
        if base == member and isinstance(value, str):
            names[language or "id"] = value
    return names
