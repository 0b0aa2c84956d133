"""npm oidc-client-ts signs in unchanged from a page in Chromium: a public client on another site (decision 34)."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.interop.script_client import FOLDER
from tests.interop.static_site import serving
from tests.journeys.people import Account, Authenticator
from tests.journeys.provider import sign_in
from tests.journeys.walk import Walk
from tests.support.person import Credentials
from tests.support.provider import Provider

LIBRARY = FOLDER / "node_modules/oidc-client-ts/dist/browser/oidc-client-ts.min.js"
APP = FOLDER / "browser_app"
SCOPE = "openid profile email"
SOMETHING = re.compile(r'^(?!"…"$).+')


@pytest.fixture(params=[False], ids=["bearer"])
def dpop(request: pytest.FixtureRequest) -> bool:
    """Whether tokens are bound to a key of the browser."""
    return bool(request.param)


@pytest.fixture
def app(node: str, provider: Provider, dpop: bool, register: Callable[..., dict[str, Any]]) -> Iterator[str]:
    """The address of the application; `localhost` is another site than the issuer's 127.0.0.1."""
    files = {
        "/": ("text/html", (APP / "index.html").read_bytes()),
        "/callback": ("text/html", (APP / "index.html").read_bytes()),
        "/app.js": ("text/javascript", (APP / "app.js").read_bytes()),
        "/oidc-client-ts.min.js": ("text/javascript", LIBRARY.read_bytes()),
    }
    with serving(files) as port:
        address = f"http://localhost:{port}"
        client = register(
            client_name="Aplikasi Peramban",
            redirect_uris=[f"{address}/callback"],
            post_logout_redirect_uris=[f"{address}/"],
            grant_types=["authorization_code", "refresh_token"],
            scope=SCOPE,
            token_endpoint_auth_method="none",
            dpop_bound_access_tokens=dpop,
        )
        settings = {
            "issuer": provider.issuer,
            "client_id": client["client_id"],
            "scope": SCOPE,
            "dpop": dpop,
        }
        files["/settings.json"] = ("application/json", json.dumps(settings).encode())
        yield address


def said(page: Page) -> Any:
    """Wait until the application has said something and give it."""
    expect(page.locator("#said")).to_have_text(SOMETHING)
    return json.loads(page.locator("#said").inner_text())


def press(page: Page, button: str) -> Any:
    """Press a button that leads nowhere else and give what the application says then."""
    page.locator(f"#{button}").click()
    return said(page)


@pytest.fixture
def signed_in(app: str, page: Page, credentials: Credentials) -> dict[str, Any]:
    """Sign the citizen in by the button, through the real pages; what the application holds afterwards."""
    page.goto(app)
    assert said(page) is None
    page.locator("#sign-in").click()
    walk = Walk(page, "id")
    authenticator = Authenticator(credentials.totp_secret)
    sign_in(walk, Account(credentials.identifier, credentials.password, authenticator))
    walk.at("consent")
    walk.press("#consent-allow")
    page.wait_for_url(f"{app}/")
    user: dict[str, Any] = said(page)
    return user


def test_it_signs_in_reads_userinfo_renews_by_refresh_token_and_gives_tokens_back(
    signed_in: dict[str, Any], provider: Provider, page: Page
) -> None:
    assert signed_in["profile"]["iss"] == provider.issuer
    assert signed_in["profile"]["name"] == "Siti Aminah"  # from UserInfo, across origins
    assert set(signed_in["scope"].split()) == set(SCOPE.split())

    first = press(page, "renew")
    assert first["refresh_token"] != signed_in["refresh_token"]  # a public client's token rotates
    assert first["access_token"] != signed_in["access_token"]
    assert first["profile"]["sub"] == signed_in["profile"]["sub"]
    second = press(page, "renew")
    assert second["refresh_token"] != first["refresh_token"]

    assert press(page, "revoke") == "revoked"


def test_it_renews_by_a_redirect_without_a_page_but_in_no_frame_and_signs_out(
    signed_in: dict[str, Any], app: str, page: Page
) -> None:
    page.locator("#sign-in-quietly").click()
    page.wait_for_url(f"{app}/")
    again = said(page)
    assert again["access_token"] != signed_in["access_token"]
    assert again["profile"]["sub"] == signed_in["profile"]["sub"]
    # A frame on another site gets no cookies.
    assert press(page, "renew-in-a-frame") == {"error": "login_required"}

    page.locator("#sign-in-quietly").click()
    page.wait_for_url(f"{app}/")
    assert said(page)["id_token"]
    page.locator("#sign-out").click()
    page.wait_for_url(re.compile(re.escape(f"{app}/?state=")))
    assert said(page) == "signed out"

    page.goto(app)
    assert said(page) is None
    page.locator("#sign-in-quietly").click()
    page.wait_for_url(re.compile(re.escape(f"{app}/callback?")))
    assert said(page) == {"error": "login_required"}


@pytest.mark.parametrize("dpop", [True], indirect=True, ids=["dpop"])
def test_its_tokens_can_be_bound_to_a_key_that_cannot_leave_the_browser(
    signed_in: dict[str, Any], page: Page, provider: Provider
) -> None:
    assert signed_in["token_type"].lower() == "dpop"
    assert press(page, "userinfo")["name"] == "Siti Aminah"
    renewed = press(page, "renew")
    assert renewed["token_type"].lower() == "dpop"
    assert renewed["access_token"] != signed_in["access_token"]
    assert press(page, "userinfo")["sub"] == signed_in["profile"]["sub"]

    bearer = {"Authorization": f"Bearer {renewed['access_token']}"}
    assert httpx.get(f"{provider.issuer}/userinfo", headers=bearer, trust_env=False).status_code == 401
