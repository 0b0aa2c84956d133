"""A device without a keyboard and the citizen at another screen (RFC 8628)."""

from typing import Any

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
