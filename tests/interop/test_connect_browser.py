"""The how-to for applications in the browser works as written, in Chromium."""

import json
from collections.abc import Callable
from typing import Any

import playwright.sync_api
from playwright.sync_api import expect

from tests.interop.how_to import HERE, ISSUER, Page
from tests.interop.static_site import serving
from tests.interop.test_oidc_client_ts import LIBRARY
from tests.journeys.people import Account, Authenticator
from tests.journeys.provider import sign_in
from tests.journeys.walk import Walk
from tests.support.person import Credentials
from tests.support.provider import Provider


def test_a_browser_application_signs_in_and_out_as_written(
    node: str,
    provider: Provider,
    register: Callable[..., dict[str, Any]],
    page: playwright.sync_api.Page,
    credentials: Credentials,
    email: str,
) -> None:
    files: dict[str, tuple[str, bytes]] = {}
    with serving(files) as port:
        here = f"http://localhost:{port}"
        how_to = Page("connect-browser.md", {HERE: here, ISSUER: provider.issuer})
        client = register(**json.loads(how_to.block("json")))
        program = how_to.block("js").replace("your-client-id", client["client_id"])
        files["/"] = ("text/html", how_to.block("html").encode())
        files["/app.js"] = ("text/javascript", program.encode())
        files["/oidc-client-ts.min.js"] = ("text/javascript", LIBRARY.read_bytes())

        page.goto(here)
        page.locator("#masuk").click()
        walk = Walk(page, "id")
        authenticator = Authenticator(credentials.totp_secret)
        sign_in(walk, Account(credentials.identifier, credentials.password, authenticator))
        walk.at("consent")
        walk.press("#consent-allow")
        expect(page.locator("#saya")).to_contain_text("claims_provenance")
        assert page.url == f"{here}/"
        told = json.loads(page.locator("#saya").inner_text())
        assert told["name"] == "Siti Aminah"
        assert told["email"] == email

        page.locator("#keluar").click()
        expect(page.locator("#masuk")).to_be_visible()
        page.locator("#masuk").click()
        expect(page.locator("#login-form")).to_be_visible()
