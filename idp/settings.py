"""Every setting of a deployment: typed, documented, frozen; unknown names refuse to start (contract section 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from idp import settings_rules
from idp.environment import (
    Network,
    SettingsError,
    flag,
    networks,
    path,
    positive,
    read,
    seconds,
    setting,
    text,
    words,
)
from idp.message_settings import MessageSettings
from idp.settings_rules import ALWAYS, FAPI2, LONGEST_SESSIONS, NEVER, PRODUCTION, SANDBOX

__all__ = [
    "ALWAYS",
    "FAPI2",
    "LONGEST_SESSIONS",
    "NEVER",
    "PRODUCTION",
    "SANDBOX",
    "Settings",
    "SettingsError",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(MessageSettings):
    """How one deployment is configured: one issuer, one database, one mode (decisions 1)."""

    issuer: str = setting(
        "http://localhost:8000",
        text,
        help="Issuer identifier, byte for byte as relying parties see it (OIDC Discovery §3). Production: https.",
    )
    mode: str = setting(SANDBOX, text, help="`sandbox` or `production`. Production refuses unsafe settings.")
    database_url: str = setting(
        "sqlite:///var/gerbang.sqlite3",
        text,
        secret=True,
        help="SQLAlchemy URL: `sqlite:///PATH` or `postgresql+psycopg://USER:PASSWORD@HOST/NAME`.",
    )
    redis_url: str | None = setting(
        None,
        text,
        secret=True,
        help="Redis for rate limits shared by several nodes; without it each node counts.",
    )
    master_key: str | None = setting(
        None,
        text,
        secret=True,
        help="Root key, 32 bytes base64url; wraps all other keys. The sandbox makes one in `var/` by itself.",
    )
    master_key_previous: str | None = setting(
        None, text, secret=True, help="The former root key, while `IDP_MASTER_KEY` is being rotated."
    )
    trusted_proxies: tuple[Network, ...] = setting(
        (),
        networks,
        help="Networks whose `X-Forwarded-For`, `X-Forwarded-Proto` and `Client-Cert` headers are believed. None.",
    )
    mtls_base_url: str | None = setting(
        None,
        text,
        help="Address at which the TLS front asks for client certificates, with the issuer's path if it has one;"
        " turns `mtls_endpoint_aliases` on (RFC 8705 §5).",
    )
    mtls_client_ca: Path | None = setting(
        None,
        path,
        help="PEM file of the authorities that issue certificates to `tls_client_auth` clients. Without it"
        " production does not offer `tls_client_auth`, and a sandbox believes what its TLS front verified.",
    )
    outbound_allow: tuple[str, ...] = setting(
        (), words, help="Hosts or networks exempt from the private-address guard of outbound calls."
    )
    population_registry_url: str | None = setting(
        None, text, help="Base URL of the population registry; without it identities stay self-stated."
    )
    population_registry_key: str | None = setting(
        None, text, secret=True, help="Bearer key for the population registry."
    )
    admin_origin: str | None = setting(
        None, text, help="Origin that alone serves `/admin`, for instance `https://admin.example.go.id`."
    )
    rp_id: str | None = setting(
        None,
        text,
        help="WebAuthn relying-party id: the issuer's host (default) or a parent domain of it. Changing it voids every"
        " passkey.",
    )
    security_key_roots: Path | None = setting(
        None,
        path,
        help="PEM file of the makers of security keys we trust. With it officials enrol nothing else, and citizens may"
        " enrol a key that reaches aal3.",
    )
    security_key_models: tuple[str, ...] = setting(
        (), words, help="AAGUIDs of the models that count as security keys; none named: all of those makers."
    )
    admin_passkeys: bool | None = setting(
        None,
        flag,
        help="`yes`: national administrators and officers at counters sign in by passkey only. "
        "Default: yes in production.",
    )
    metrics_token: str | None = setting(
        None,
        text,
        secret=True,
        help="Bearer token that opens `/metrics`; without it only loopback may read it.",
    )
    data_dir: Path = setting(
        Path("var"), path, help="Folder for the SQLite database and the sandbox's root key."
    )
    log_format: str = setting("json", text, help="`json` (one object a line) or `console`.")
    code_lifetime: timedelta = setting(
        timedelta(seconds=60), seconds, help="Authorization code lifetime in seconds (RFC 6749 §4.1.2)."
    )
    pushed_request_lifetime: timedelta = setting(
        timedelta(seconds=90),
        seconds,
        help="How long a browser may take to bring a pushed request, in seconds: 6 to 599 (RFC 9126 §2.2).",
    )
    access_token_lifetime: timedelta = setting(
        timedelta(seconds=600), seconds, help="Access token lifetime in seconds (RFC 9068 §2.2)."
    )
    id_token_lifetime: timedelta = setting(
        timedelta(seconds=600), seconds, help="ID Token lifetime in seconds (OIDC Core §2)."
    )
    refresh_lifetime: timedelta = setting(
        timedelta(days=30), seconds, help="Absolute life of an offline refresh family, in seconds."
    )
    session_idle: timedelta = setting(
        timedelta(hours=1),
        seconds,
        help="A session of two factors (aal2) unused for this many seconds asks again (NIST SP 800-63B-4 §2.2.3)."
        " Production: at most 1 hour.",
    )
    session_lifetime: timedelta = setting(
        timedelta(hours=24),
        seconds,
        help="Absolute life of a session of two factors (aal2) in seconds. Production: at most 24 hours.",
    )
    aal1_session_idle: timedelta = setting(
        timedelta(hours=1),
        seconds,
        help="Idle limit of a session of one factor, which opens only what asks for no more; production: at most 24"
        " hours.",
    )
    aal1_session_lifetime: timedelta = setting(
        timedelta(hours=24),
        seconds,
        help="Absolute life of a session of one factor in seconds (NIST SP 800-63B-4 §2.1.3). Production: at most 30"
        " days.",
    )
    aal3_session_idle: timedelta = setting(
        timedelta(minutes=15),
        seconds,
        help="Idle limit of a session by hardware key (aal3) in seconds (NIST SP 800-63B-4 §2.3.3). Production: at most"
        " 15 minutes.",
    )
    aal3_session_lifetime: timedelta = setting(
        timedelta(hours=12),
        seconds,
        help="Absolute life of a session by hardware key (aal3), and of a console session, in seconds. Production: at"
        " most 12 hours.",
    )
    shared_session_idle: timedelta = setting(
        timedelta(minutes=10),
        seconds,
        help="Idle limit of any session on a device that its user said is shared, in seconds.",
    )
    operator_session_idle: timedelta = setting(
        timedelta(minutes=15), seconds, help="Idle limit of a console session in seconds."
    )
    interaction_lifetime: timedelta = setting(
        timedelta(minutes=60),
        seconds,
        help="How long an authorization request waits for the citizen, in seconds.",
    )
    consent_lifetime: timedelta = setting(
        timedelta(days=365), seconds, help="How long a consent stands before it is asked again, in seconds."
    )
    case_retention: timedelta = setting(
        timedelta(days=730),
        seconds,
        help="How long a case about wrong data is kept once it is decided, in seconds: as long as the"
        " letters about it (UU PDP art. 43). The outcome stays with the value, the audit log as it is.",
    )
    dpop_nonce: str = setting(
        FAPI2,
        text,
        help="Whose DPoP proofs must carry a nonce of this server (RFC 9449 §8): `never`, `fapi2` (clients of that "
        "profile, at every endpoint but UserInfo) or `always` (everybody, everywhere).",
    )
    open_registration: bool = setting(
        False,
        flag,
        help="`yes` lets anybody register sandbox clients without an initial access token. Sandbox only.",
    )
    jwks_max_age: timedelta = setting(
        timedelta(minutes=10), seconds, help="`max-age` of the JWKS and discovery documents, in seconds."
    )
    hash_parallelism: int = setting(
        1, positive, help="Password hashes computed at once per worker process; the rest queue."
    )
    hash_queue: int = setting(
        4,
        positive,
        help="Password hashes that may wait per worker; beyond it 503 with Retry-After. "
        "Keep it well under `idp serve --threads`, so that other requests find a thread.",
    )

    def __post_init__(self) -> None:
        problems = [
            *settings_rules.shape(self),
            *(settings_rules.production(self) if self.production else ()),
        ]
        if problems:
            raise SettingsError("; ".join(problems))

    @property
    def production(self) -> bool:
        """Tell whether this deployment serves real people."""
        return self.mode == PRODUCTION

    @property
    def admins_need_passkeys(self) -> bool:
        """Tell whether a code is not enough for national administrators and officers."""
        return self.production if self.admin_passkeys is None else self.admin_passkeys

    @property
    def secure_cookies_host(self) -> str:
        """Return the issuer's host, which is also the default WebAuthn relying-party id."""
        return urlsplit(self.issuer).hostname or ""

    @property
    def effective_rp_id(self) -> str:
        """Return the WebAuthn relying-party id."""
        return self.rp_id or self.secure_cookies_host

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """Read `IDP_*`; refuse names nobody knows and values that do not parse.

        Raises:
            SettingsError: with every unknown name, or the first value that does not convert.
        """
        return cls(**read(fields(cls), env))
