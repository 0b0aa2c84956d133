"""A device or an agency's desk on one side, the citizen at another screen (RFC 8628, CIBA)."""

import secrets
from datetime import timedelta
from typing import Any

from joserfc import jwt

from tests import factories
from tests.factories import TestCitizen
from tests.rp import RP, Answer, Browser, Provider

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"


def a_device(provider: Provider, client_id: str = "kiosk", **metadata: Any) -> RP:
    """A public client on a device, registered for nothing but the device grant and refresh."""
    values: dict[str, Any] = {
        "grant_types": [DEVICE_GRANT, "refresh_token"],
        "response_types": [],
        "token_endpoint_auth_method": "none",
    } | metadata
    return RP(provider, factories.a_client(provider.services, client_id, **values))


def ask(device: RP, scope: str = "openid profile email", **parameters: Any) -> Answer:
    """Start a sign-in on a device (RFC 8628 §3.1)."""
    return device.call("/device_authorization", scope=scope, **parameters)


def poll(device: RP, device_code: str, **parameters: Any) -> Answer:
    """Ask whether the citizen has decided (RFC 8628 §3.4)."""
    return device.call("/token", grant_type=DEVICE_GRANT, device_code=device_code, **parameters)


def enter(browser: Browser, user_code: str) -> Answer:
    """Type the code on the page of the device flow, and go where it leads."""
    return browser.submit(browser.get("/device"), "device-form", "device-submit", user_code=user_code)


def say_yes(browser: Browser, page: Answer) -> Answer:
    """Confirm on the page that names the request, and consent where it is asked."""
    assert page.page == "device", page.text
    page = browser.submit(page, "device-form", "device-submit")
    if page.page == "consent":
        page = browser.submit(page, "consent-form", "consent-allow")
    return page


def approve(device: RP, answer: Answer, citizen: TestCitizen) -> Answer:
    """Let a signed-in citizen approve what a device asked for; the last page."""
    browser = device.provider.browser().sign_in(citizen)
    return say_yes(browser, enter(browser, answer["user_code"]))


# --- CIBA ---

CIBA_GRANT = "urn:openid:params:grant-type:ciba"


def a_desk(provider: Provider, client_id: str = "desk", **metadata: Any) -> RP:
    """A confidential client that asks citizens without a browser; polls unless told otherwise."""
    values: dict[str, Any] = {
        "grant_types": [CIBA_GRANT, "refresh_token"],
        "response_types": [],
        "backchannel_token_delivery_mode": "poll",
    } | metadata
    return RP(provider, factories.a_client(provider.services, client_id, **values))


def ask_citizen(desk: RP, **parameters: Any) -> Answer:
    """Ask a citizen to sign in (CIBA Core 7.1); Siti by her e-mail unless told otherwise."""
    values = {"scope": "openid profile email", "login_hint": "siti@contoh.id"} | parameters
    return desk.call("/bc-authorize", **values)


def poll_for(desk: RP, auth_req_id: str, **parameters: Any) -> Answer:
    """Ask whether the citizen has decided (CIBA Core 10.1)."""
    return desk.call("/token", grant_type=CIBA_GRANT, auth_req_id=auth_req_id, **parameters)


def open_request(browser: Browser) -> Answer:
    """Open the one request that waits on the account page."""
    page = browser.get("/me").text
    assert page.count('href="/me/requests/') == 1, page
    return browser.follow(
        browser.get("/me/requests/" + page.split('href="/me/requests/', 1)[1].split('"', 1)[0])
    )


def say(browser: Browser, button: str) -> Answer:
    """Press a button of the waiting request, and consent where that is asked."""
    page = browser.submit(open_request(browser), "approve-form", button)
    if page.page == "consent":
        page = browser.submit(page, "consent-form", "consent-allow")
    return page


def signed(desk: RP, **overrides: Any) -> str:
    """A signed authentication request (CIBA Core 7.1.1); a value of None leaves a member out."""
    assert desk.client.key is not None
    now = int(desk.provider.services.clock().timestamp())
    key = overrides.pop("key", desk.client.key)
    header = {"alg": key.alg or "ES256", "kid": key.kid} | overrides.pop("header", {})
    claims = {
        "iss": desk.client.client_id,
        "aud": factories.ISSUER,
        "exp": now + int(timedelta(minutes=5).total_seconds()),
        "iat": now,
        "nbf": now,
        "jti": secrets.token_urlsafe(16),
        "scope": "openid profile email",
        "login_hint": "siti@contoh.id",
        "binding_message": "LOKET-7",
    } | overrides
    present = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(header, present, key, algorithms=[header["alg"]])
