"""Cookies: `__Host-`, Secure, HttpOnly, SameSite=Lax, opaque handles only (decisions 21)."""

from __future__ import annotations

import hashlib
import secrets

from flask import Response, g, request

SESSION = "__Host-gerbang"
STATE = "__Host-gerbang-state"
"""Names the session for the frame that clients ask; our script reads it, and it opens nothing."""
OPERATOR = "__Host-gerbang-op"
BROWSER = "__Host-gerbang-browser"
BROWSER_BYTES = 32
TOKEN_CHARS = 43
DEVICE = "__Host-gerbang-device"
"""The tokens of accounts that remember this browser, the newest first."""
MOST_DEVICE_TOKENS = 5
DEVICE_SECONDS = 30 * 24 * 3600
BROWSER_SECONDS = 400 * 24 * 3600


def browser_token() -> str:
    """Return the random value that binds interactions and forms to this browser, making one if needed."""
    known = request.cookies.get(BROWSER, "")
    if len(known) == TOKEN_CHARS and known.isascii():
        return known
    fresh: str | None = g.get("new_browser_token")
    if fresh is None:
        fresh = secrets.token_urlsafe(BROWSER_BYTES)
        g.new_browser_token = fresh
    return fresh


def browser_digest() -> bytes:
    """Return the digest under which this browser's interactions are kept."""
    return hashlib.sha256(browser_token().encode("ascii")).digest()


def keep_browser(response: Response) -> Response:
    """Send the browser token if this request made it (an after-request hook)."""
    fresh: str | None = g.get("new_browser_token")
    if fresh is not None:
        response.set_cookie(
            BROWSER, fresh, max_age=BROWSER_SECONDS, secure=True, httponly=True, samesite="Lax", path="/"
        )
    return response


def device_tokens() -> tuple[str, ...]:
    """Return the tokens that accounts are remembered by in this browser."""
    tokens = request.cookies.get(DEVICE, "").split(".")[:MOST_DEVICE_TOKENS]
    return tuple(token for token in tokens if len(token) == TOKEN_CHARS and token.isascii())


def keep_device(response: Response, token: str) -> None:
    """Add a token to those of this browser; the oldest of too many goes."""
    kept = (token, *device_tokens())[:MOST_DEVICE_TOKENS]
    response.set_cookie(
        DEVICE,
        ".".join(kept),
        max_age=DEVICE_SECONDS,
        secure=True,
        httponly=True,
        samesite="Lax",
        path="/",
    )


def set_session(response: Response, handle: str, name: str = SESSION) -> None:
    """Put a session handle into its cookie; it ends with the browser, the server ends it sooner."""
    response.set_cookie(name, handle, secure=True, httponly=True, samesite="Lax", path="/")


def set_state(response: Response, state: str) -> None:
    """Let our own frame on a client's page know the session (OIDC Session Management §3.2)."""
    response.set_cookie(STATE, state, secure=True, httponly=False, samesite="None", path="/")


def drop_session(response: Response, name: str = SESSION) -> None:
    """Remove a session cookie, and for a citizen's the state that names it."""
    response.set_cookie(name, "", max_age=0, secure=True, httponly=True, samesite="Lax", path="/")
    if name == SESSION:
        response.set_cookie(STATE, "", max_age=0, secure=True, httponly=False, samesite="None", path="/")
