"""Security headers of every page (ASVS 3.4; decisions 25)."""

from __future__ import annotations

from collections.abc import Mapping
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
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'{form_targets}"
)


def allow_form_target(uri: str) -> None:
    """Let forms of this page end at a client's origin: Chromium checks redirects after a POST too."""
    parts = urlsplit(uri)
    if parts.scheme in ("http", "https"):
        g.form_target = f"{parts.scheme}://{parts.netloc}"
    else:
        g.form_target = f"{parts.scheme}:"


def secure(response: Response) -> Response:
    """Put the headers on a response (an after-request hook)."""
    for name, value in FIXED.items():
        response.headers.setdefault(name, value)
    target: str = g.get("form_target", "")
    response.headers.setdefault(
        "Content-Security-Policy", POLICY.format(form_targets=f" {target}" if target else "")
    )
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", HSTS)
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    return response
