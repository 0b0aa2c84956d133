"""Every setting of a deployment: typed, documented, frozen; unknown names refuse to start (contract section 3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Self
from urllib.parse import SplitResult, urlsplit

Network = IPv4Network | IPv6Network
SECRET_FILE_SUFFIX = "_file"  # noqa: S105 - part of a setting's name, not a secret
SANDBOX, PRODUCTION = "sandbox", "production"
NEVER, FAPI2, ALWAYS = "never", "fapi2", "always"
MIN_MASTER_KEY_CHARS = 43
LONGEST_SESSIONS: Mapping[str, timedelta] = {
    "aal1_session_idle": timedelta(hours=24),
    "aal1_session_lifetime": timedelta(days=30),
    "session_idle": timedelta(hours=1),
    "session_lifetime": timedelta(hours=24),
    "aal3_session_idle": timedelta(minutes=15),
    "aal3_session_lifetime": timedelta(hours=12),
    "shared_session_idle": timedelta(minutes=10),
}
"""What production allows (NIST SP 800-63B-4 §2.1.3, §2.2.3, §2.3.3)."""


class SettingsError(Exception):
    """The environment does not describe a deployment that may start; the message says what to change."""


def _text(value: str) -> str:
    return value


def _seconds(value: str) -> timedelta:
    number = int(value)
    if number <= 0:
        raise ValueError("must be more than 0 seconds")
    return timedelta(seconds=number)


def _positive(value: str) -> int:
    number = int(value)
    if number <= 0:
        raise ValueError("must be more than 0")
    return number


def _words(value: str) -> tuple[str, ...]:
    return tuple(part for part in value.replace(",", " ").split() if part)


def _networks(value: str) -> tuple[Network, ...]:
    return tuple(ip_network(part) for part in _words(value))


def _flag(value: str) -> bool:
    if value not in ("yes", "no"):
        raise ValueError("must be yes or no")
    return value == "yes"


def _path(value: str) -> Path:
    return Path(value)


def setting(default: object, convert: Callable[[str], Any], *, help: str, secret: bool = False) -> Any:
    """Declare a setting with its help text; `secret` ones also come as `IDP_<NAME>_FILE` and never print."""
    return field(
        default=default, repr=not secret, metadata={"help": help, "convert": convert, "secret": secret}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How one deployment is configured: one issuer, one database, one mode (decisions 1)."""

    issuer: str = setting(
        "http://localhost:8000",
        _text,
        help="Issuer identifier, byte for byte as relying parties see it (OIDC Discovery §3). Production: https.",
    )
    mode: str = setting(SANDBOX, _text, help="`sandbox` or `production`. Production refuses unsafe settings.")
    database_url: str = setting(
        "sqlite:///var/gerbang.sqlite3",
        _text,
        secret=True,
        help="SQLAlchemy URL: `sqlite:///PATH` or `postgresql+psycopg://USER:PASSWORD@HOST/NAME`.",
    )
    redis_url: str | None = setting(
        None,
        _text,
        secret=True,
        help="Redis for rate limits shared by several nodes; without it each node counts.",
    )
    master_key: str | None = setting(
        None,
        _text,
        secret=True,
        help="Root key, 32 bytes base64url; wraps all other keys. The sandbox makes one in `var/` by itself.",
    )
    master_key_previous: str | None = setting(
        None, _text, secret=True, help="The former root key, while `IDP_MASTER_KEY` is being rotated."
    )
    trusted_proxies: tuple[Network, ...] = setting(
        (),
        _networks,
        help="Networks whose `X-Forwarded-For`, `X-Forwarded-Proto` and `Client-Cert` headers are believed. None.",
    )
    mtls_base_url: str | None = setting(
        None,
        _text,
        help="Address at which the TLS front asks for client certificates, with the issuer's path if it has one;"
        " turns `mtls_endpoint_aliases` on (RFC 8705 §5).",
    )
    mtls_client_ca: Path | None = setting(
        None,
        _path,
        help="PEM file of the authorities that issue certificates to `tls_client_auth` clients. Without it"
        " production does not offer `tls_client_auth`, and a sandbox believes what its TLS front verified.",
    )
    outbound_allow: tuple[str, ...] = setting(
        (), _words, help="Hosts or networks exempt from the private-address guard of outbound calls."
    )
    smtp_url: str | None = setting(
        None,
        _text,
        secret=True,
        help="Mail server: `smtp://` or `smtps://USER:PASSWORD@HOST:PORT`. The sandbox keeps mail in its outbox page.",
    )
    mail_from: str = setting(
        "Gerbang <no-reply@localhost>", _text, help="Sender of the e-mails the provider writes."
    )
    population_registry_url: str | None = setting(
        None, _text, help="Base URL of the population registry; without it identities stay self-stated."
    )
    population_registry_key: str | None = setting(
        None, _text, secret=True, help="Bearer key for the population registry."
    )
    admin_origin: str | None = setting(
        None, _text, help="Origin that alone serves `/admin`, for instance `https://admin.example.go.id`."
    )
    rp_id: str | None = setting(
        None,
        _text,
        help="WebAuthn relying-party id; default the issuer's host. Changing it voids every passkey.",
    )
    metrics_token: str | None = setting(
        None,
        _text,
        secret=True,
        help="Bearer token that opens `/metrics`; without it only loopback may read it.",
    )
    data_dir: Path = setting(
        Path("var"), _path, help="Folder for the SQLite database and the sandbox's root key."
    )
    log_format: str = setting("json", _text, help="`json` (one object a line) or `console`.")
    code_lifetime: timedelta = setting(
        timedelta(seconds=60), _seconds, help="Authorization code lifetime in seconds (RFC 6749 §4.1.2)."
    )
    pushed_request_lifetime: timedelta = setting(
        timedelta(seconds=90),
        _seconds,
        help="How long a browser may take to bring a pushed request, in seconds: 6 to 599 (RFC 9126 §2.2).",
    )
    access_token_lifetime: timedelta = setting(
        timedelta(seconds=600), _seconds, help="Access token lifetime in seconds (RFC 9068 §2.2)."
    )
    id_token_lifetime: timedelta = setting(
        timedelta(seconds=600), _seconds, help="ID Token lifetime in seconds (OIDC Core §2)."
    )
    refresh_lifetime: timedelta = setting(
        timedelta(days=30), _seconds, help="Absolute life of an offline refresh family, in seconds."
    )
    session_idle: timedelta = setting(
        timedelta(hours=1),
        _seconds,
        help="A session of two factors (aal2) unused for this many seconds asks again (NIST SP 800-63B-4 §2.2.3)."
        " Production: at most 1 hour.",
    )
    session_lifetime: timedelta = setting(
        timedelta(hours=24),
        _seconds,
        help="Absolute life of a session of two factors (aal2) in seconds. Production: at most 24 hours.",
    )
    aal1_session_idle: timedelta = setting(
        timedelta(hours=1),
        _seconds,
        help="Idle limit of a session of one factor, which opens only what asks for no more; production: at most 24"
        " hours.",
    )
    aal1_session_lifetime: timedelta = setting(
        timedelta(hours=24),
        _seconds,
        help="Absolute life of a session of one factor in seconds (NIST SP 800-63B-4 §2.1.3). Production: at most 30"
        " days.",
    )
    aal3_session_idle: timedelta = setting(
        timedelta(minutes=15),
        _seconds,
        help="Idle limit of a session by hardware key (aal3) in seconds (NIST SP 800-63B-4 §2.3.3). Production: at most"
        " 15 minutes.",
    )
    aal3_session_lifetime: timedelta = setting(
        timedelta(hours=12),
        _seconds,
        help="Absolute life of a session by hardware key (aal3), and of a console session, in seconds. Production: at"
        " most 12 hours.",
    )
    shared_session_idle: timedelta = setting(
        timedelta(minutes=10),
        _seconds,
        help="Idle limit of any session on a device that its user said is shared, in seconds.",
    )
    operator_session_idle: timedelta = setting(
        timedelta(minutes=15), _seconds, help="Idle limit of a console session in seconds."
    )
    interaction_lifetime: timedelta = setting(
        timedelta(minutes=60),
        _seconds,
        help="How long an authorization request waits for the citizen, in seconds.",
    )
    consent_lifetime: timedelta = setting(
        timedelta(days=365), _seconds, help="How long a consent stands before it is asked again, in seconds."
    )
    dpop_nonce: str = setting(
        FAPI2,
        _text,
        help="Whose DPoP proofs must carry a nonce of this server (RFC 9449 §8): `never`, `fapi2` (clients of that "
        "profile, at every endpoint but UserInfo) or `always` (everybody, everywhere).",
    )
    open_registration: bool = setting(
        False,
        _flag,
        help="`yes` lets anybody register sandbox clients without an initial access token. Sandbox only.",
    )
    jwks_max_age: timedelta = setting(
        timedelta(minutes=10), _seconds, help="`max-age` of the JWKS and discovery documents, in seconds."
    )
    hash_parallelism: int = setting(
        1, _positive, help="Password hashes computed at once per worker process; the rest queue."
    )
    hash_queue: int = setting(
        50, _positive, help="Password hashes that may wait per worker; beyond it 503 with Retry-After."
    )

    def __post_init__(self) -> None:
        problems = [*self._shape_problems(), *(self._production_problems() if self.production else ())]
        if problems:
            raise SettingsError("; ".join(problems))

    @property
    def production(self) -> bool:
        """Tell whether this deployment serves real people."""
        return self.mode == PRODUCTION

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
        known = {f.name: f for f in fields(cls)}
        given = {
            name.removeprefix("IDP_").lower(): text for name, text in env.items() if name.startswith("IDP_")
        }
        values: dict[str, Any] = {}
        for name, text in sorted(given.items()):
            target, content = name, text
            base = name.removesuffix(SECRET_FILE_SUFFIX)
            if name not in known and base in known and known[base].metadata["secret"]:
                if base in given:
                    raise SettingsError(f"give IDP_{base.upper()} or IDP_{name.upper()}, not both")
                target, content = base, _read_secret(name, text)
            if target not in known:
                unknown = sorted(f"IDP_{n.upper()}" for n in given if not _is_known(n, known))
                raise SettingsError(f"unknown settings: {', '.join(unknown)}")
            try:
                values[target] = known[target].metadata["convert"](content)
            except ValueError as exc:
                reason = "has a value that does not parse" if known[target].metadata["secret"] else str(exc)
                raise SettingsError(f"IDP_{target.upper()}: {reason}") from exc
        return cls(**values)

    def _shape_problems(self) -> list[str]:
        problems = []
        if self.mode not in (SANDBOX, PRODUCTION):
            problems.append("IDP_MODE must be sandbox or production")
        if self.log_format not in ("json", "console"):
            problems.append("IDP_LOG_FORMAT must be json or console")
        if self.dpop_nonce not in (NEVER, FAPI2, ALWAYS):
            problems.append("IDP_DPOP_NONCE must be never, fapi2 or always")
        issuer = urlsplit(self.issuer)
        if issuer.scheme not in ("http", "https") or not issuer.hostname or issuer.query or issuer.fragment:
            problems.append("IDP_ISSUER must be an http(s) URL without query or fragment")
        if self.issuer.endswith("/"):
            problems.append("IDP_ISSUER must not end with a slash")
        if (
            issuer.scheme == "http"
            and not self.production
            and issuer.hostname not in ("localhost", "127.0.0.1", "::1")
        ):
            problems.append("IDP_ISSUER may be http on loopback only")
        if self.mtls_base_url is not None:
            problems += self._mtls_problems(urlsplit(self.mtls_base_url))
        if not self.database_url.startswith(("sqlite:///", "postgresql+psycopg://")):
            problems.append("IDP_DATABASE_URL must start with sqlite:/// or postgresql+psycopg://")
        if not timedelta(seconds=5) < self.pushed_request_lifetime < timedelta(seconds=600):
            problems.append("IDP_PUSHED_REQUEST_LIFETIME must be more than 5 and less than 600 seconds")
        if self.smtp_url is not None and not self.smtp_url.startswith(("smtp://", "smtps://")):
            problems.append("IDP_SMTP_URL must start with smtp:// or smtps://")
        return problems

    def _mtls_problems(self, base: SplitResult) -> list[str]:
        problems = []
        if base.scheme != "https" or not base.hostname or base.query or base.fragment:
            problems.append("IDP_MTLS_BASE_URL must be an https URL without query or fragment")
        if base.path != urlsplit(self.issuer).path:
            problems.append("IDP_MTLS_BASE_URL must have the path of IDP_ISSUER")
        return problems

    def _production_problems(self) -> list[str]:
        problems = []
        if not self.issuer.startswith("https://"):
            problems.append("production needs an https IDP_ISSUER")
        if self.master_key is None or len(self.master_key) < MIN_MASTER_KEY_CHARS:
            problems.append(
                "production needs IDP_MASTER_KEY (32 random bytes, base64url) or IDP_MASTER_KEY_FILE"
            )
        if self.mtls_base_url is not None and not self.trusted_proxies:
            problems.append(
                "IDP_MTLS_BASE_URL needs IDP_TRUSTED_PROXIES: certificates are believed from them only"
            )
        if self.open_registration:
            problems.append("production refuses IDP_OPEN_REGISTRATION")
        if self.smtp_url is None:
            problems.append("production needs IDP_SMTP_URL")
        if self.population_registry_url is not None and not self.population_registry_url.startswith(
            "https://"
        ):
            problems.append("production needs an https IDP_POPULATION_REGISTRY_URL")
        if self.admin_origin is not None and not self.admin_origin.startswith("https://"):
            problems.append("production needs an https IDP_ADMIN_ORIGIN")
        if self.code_lifetime > timedelta(seconds=60):
            problems.append("production allows IDP_CODE_LIFETIME of at most 60 seconds")
        problems += [
            f"production allows IDP_{name.upper()} of at most {most.total_seconds():.0f} seconds"
            for name, most in LONGEST_SESSIONS.items()
            if getattr(self, name) > most
        ]
        if any(network.prefixlen == 0 for network in self.trusted_proxies):
            problems.append("production refuses to trust every address in IDP_TRUSTED_PROXIES")
        return problems


def _is_known(name: str, known: Mapping[str, Any]) -> bool:
    base = name.removesuffix(SECRET_FILE_SUFFIX)
    return name in known or (base in known and known[base].metadata["secret"])


def _read_secret(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as exc:
        raise SettingsError(f"IDP_{name.upper()}: the file cannot be read") from exc
