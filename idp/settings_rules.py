"""What a deployment may not be configured as; each problem says what to change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from idp.protocol.webauthn.relying_party import covers

if TYPE_CHECKING:
    from idp.settings import Settings

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


def shape(settings: Settings) -> list[str]:
    """Say what no deployment may be."""
    problems = []
    if settings.mode not in (SANDBOX, PRODUCTION):
        problems.append("IDP_MODE must be sandbox or production")
    if settings.log_format not in ("json", "console"):
        problems.append("IDP_LOG_FORMAT must be json or console")
    if settings.dpop_nonce not in (NEVER, FAPI2, ALWAYS):
        problems.append("IDP_DPOP_NONCE must be never, fapi2 or always")
    issuer = urlsplit(settings.issuer)
    if issuer.scheme not in ("http", "https") or not issuer.hostname or issuer.query or issuer.fragment:
        problems.append("IDP_ISSUER must be an http(s) URL without query or fragment")
    if settings.issuer.endswith("/"):
        problems.append("IDP_ISSUER must not end with a slash")
    if (
        issuer.scheme == "http"
        and settings.mode != PRODUCTION
        and issuer.hostname not in ("localhost", "127.0.0.1", "::1")
    ):
        problems.append("IDP_ISSUER may be http on loopback only")
    for page in (settings.issuer, settings.admin_origin):
        if settings.rp_id is not None and page and not covers(settings.rp_id, urlsplit(page).hostname or ""):
            problems.append(
                "IDP_RP_ID must be the host of IDP_ISSUER and IDP_ADMIN_ORIGIN, or a parent domain"
            )
    if settings.mtls_base_url is not None:
        problems += _mtls(settings, urlsplit(settings.mtls_base_url))
    if not settings.database_url.startswith(("sqlite:///", "postgresql+psycopg://")):
        problems.append("IDP_DATABASE_URL must start with sqlite:/// or postgresql+psycopg://")
    if not timedelta(seconds=5) < settings.pushed_request_lifetime < timedelta(seconds=600):
        problems.append("IDP_PUSHED_REQUEST_LIFETIME must be more than 5 and less than 600 seconds")
    return [*problems, *settings.message_problems()]


def production(settings: Settings) -> list[str]:
    """Say what serves no real people."""
    problems = []
    if not settings.issuer.startswith("https://"):
        problems.append("production needs an https IDP_ISSUER")
    if settings.master_key is None or len(settings.master_key) < MIN_MASTER_KEY_CHARS:
        problems.append("production needs IDP_MASTER_KEY (32 random bytes, base64url) or IDP_MASTER_KEY_FILE")
    if settings.mtls_base_url is not None and not settings.trusted_proxies:
        problems.append(
            "IDP_MTLS_BASE_URL needs IDP_TRUSTED_PROXIES: certificates are believed from them only"
        )
    if settings.open_registration:
        problems.append("production refuses IDP_OPEN_REGISTRATION")
    problems += settings.message_production_problems()
    if settings.population_registry_url is not None and not settings.population_registry_url.startswith(
        "https://"
    ):
        problems.append("production needs an https IDP_POPULATION_REGISTRY_URL")
    if settings.admin_origin is not None and not settings.admin_origin.startswith("https://"):
        problems.append("production needs an https IDP_ADMIN_ORIGIN")
    console = urlsplit(settings.admin_origin or settings.issuer).hostname or ""
    if settings.admins_need_passkeys and not covers(settings.effective_rp_id, console):
        problems.append("IDP_ADMIN_ORIGIN lies outside IDP_RP_ID: administrators could use no passkeys there")
    if settings.code_lifetime > timedelta(seconds=60):
        problems.append("production allows IDP_CODE_LIFETIME of at most 60 seconds")
    problems += [
        f"production allows IDP_{name.upper()} of at most {most.total_seconds():.0f} seconds"
        for name, most in LONGEST_SESSIONS.items()
        if getattr(settings, name) > most
    ]
    if any(network.prefixlen == 0 for network in settings.trusted_proxies):
        problems.append("production refuses to trust every address in IDP_TRUSTED_PROXIES")
    return problems


def _mtls(settings: Settings, base: SplitResult) -> list[str]:
    problems = []
    if base.scheme != "https" or not base.hostname or base.query or base.fragment:
        problems.append("IDP_MTLS_BASE_URL must be an https URL without query or fragment")
    if base.path != urlsplit(settings.issuer).path:
        problems.append("IDP_MTLS_BASE_URL must have the path of IDP_ISSUER")
    return problems
