"""Security headers of every page (ASVS 3.4; decisions 25)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from flask import Response, g, request

HSTS = "max-age=63072000; includeSubDomains"
FIXED: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
    "X-Frame-Options": "DENY",
}
FRAMING = ("X-Frame-Options", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy")
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'{form_targets}{frames}"
)
FRAME_POLICY = "default-src 'none'; script-src 'self'; base-uri 'none'; form-action 'none'"
"""For the one page that other sites embed (OIDC Session Management §3.2): nothing to click, nothing to steal."""


def allow_form_target(uri: str) -> None:
    """Let forms of this page end at a client's origin: Chromium checks redirects after a POST too."""
    parts = urlsplit(uri)
    if parts.scheme in ("http", "https"):
        g.form_target = f"{parts.scheme}://{parts.netloc}"
    else:
        g.form_target = f"{parts.scheme}:"


def allow_frames(origins: Iterable[str]) -> None:
    """Let this page embed pages of these origins (OIDC Front-Channel Logout §2)."""
    g.frame_origins = tuple(dict.fromkeys(origins))


def may_be_framed() -> None:
    """Let other sites embed this page."""
    g.may_be_framed = True


def secure(response: Response) -> Response:
    """Put the headers on a response (an after-request hook)."""
    for name, value in FIXED.items():
        if not (name in FRAMING and g.get("may_be_framed")):
            response.headers.setdefault(name, value)
    target: str = g.get("form_target", "")
    frames: tuple[str, ...] = g.get("frame_origins", ())
    response.headers.setdefault(
        "Content-Security-Policy",
        POLICY.format(
            form_targets=f" {target}" if target else "",
            frames=f"; frame-src {' '.join(frames)}" if frames else "",
        ),
    )
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", HSTS)
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    return response
