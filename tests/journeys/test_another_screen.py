"""A kiosk without a keyboard, a counter without a browser: the citizen decides on their own screen."""

import json
import subprocess
import sys
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Begin
from tests.journeys.provider import allow, sign_in
from tests.journeys.town import Town
from tests.support.elsewhere import CIBA_GRANT, DEVICE_GRANT
from tests.support.processes import DIRECT, ROOT, clean_environment

KIOSK = {
    "client_name": "Kios Antrean",
    "client_name#en": "Queue Kiosk",
    "grant_types": [DEVICE_GRANT],
    "response_types": [],
    "token_endpoint_auth_method": "none",
    "scope": "openid profile",
}
COUNTER = {
    "client_name": "Loket Pajak",
    "client_name#en": "Tax Counter",
    "grant_types": [CIBA_GRANT],
    "response_types": [],
    "token_endpoint_auth_method": "client_secret_post",
    "backchannel_token_delivery_mode": "poll",
    "scope": "openid profile",
}


def registered(town: Town, metadata: dict[str, object]) -> dict[str, str]:
    """Register a client with the command an operator uses; what it authenticates with."""
    env = clean_environment(
        IDP_ISSUER=town.issuer,
        IDP_DATA_DIR=str(town.data),
        IDP_DATABASE_URL=f"sqlite:///{town.data / 'gerbang.sqlite3'}",
    )
    done = subprocess.run(
        [sys.executable, "-m", "idp", "clients", "create", "--json", "-"],
        input=json.dumps(metadata),
        env=env,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    made = json.loads(done.stdout)
    return {name: made[name] for name in ("client_id", "client_secret") if name in made}


def post(town: Town, path: str, form: dict[str, str]) -> dict[str, object]:
    """Call a machine endpoint."""
    request = Request(f"{town.issuer}{path}", data=urlencode(form).encode())  # noqa: S310 - loopback
    try:
        with DIRECT.open(request, timeout=10) as answer:
            return dict(json.load(answer))
    except HTTPError as refused:
        return dict(json.load(refused))


@pytest.mark.parametrize(
    ("key", "language", "script"),
    [("suharto", "id", True), ("pengusaha", "en", True), ("mahasiswa", "id", False)],
)
def test_a_kiosk_shows_a_code_and_the_citizen_types_it_on_a_phone(
    key: str, language: str, script: bool, town: Town, begin: Begin
) -> None:
    kiosk = registered(town, KIOSK)
    asked = post(town, "/device_authorization", {**kiosk, "scope": "openid profile"})
    poll = {**kiosk, "grant_type": DEVICE_GRANT, "device_code": str(asked["device_code"])}
    walk = begin(language, script=script)
    walk.page.goto(str(asked["verification_uri"]))
    walk.at("device", "device-1-code")
    walk.write(user_code="bbbb-bbbb")
    walk.press("#device-submit")
    walk.at("device", "device-1-code-wrong")
    expect(walk.find("#error-summary")).to_be_visible()
    walk.write(user_code=str(asked["user_code"]).lower())
    walk.press("#device-submit")
    sign_in(walk, town.persona(key))
    walk.at("device", "device-2-confirm")
    expect(walk.find("#user-code")).to_have_text(str(asked["user_code"]))
    assert post(town, "/token", poll)["error"] == "authorization_pending"
    walk.press("#device-submit")
    walk.at("consent", "device-3-consent")
    allow(walk)
    walk.at("decided", "device-4-decided")
    assert "access_token" in post(town, "/token", poll)


@pytest.mark.parametrize(("key", "language"), [("nakes", "id"), ("aceh", "en")])
def test_a_counter_asks_and_the_citizen_answers_at_their_account(
    key: str, language: str, town: Town, begin: Begin
) -> None:
    counter, account = registered(town, COUNTER), town.persona(key)
    ask = {
        **counter,
        "scope": "openid profile",
        "login_hint": account.identifier,
        "binding_message": "LOKET-7",
    }
    first, second = (str(post(town, "/bc-authorize", ask)["auth_req_id"]) for _ in range(2))
    walk = begin(language)
    walk.page.goto(f"{town.issuer}/signin?ui_locales={language}")
    sign_in(walk, account)
    walk.at("account", "approve-1-account")
    expect(walk.find("#requests a")).to_have_count(2)
    walk.find("#requests a").first.click()
    walk.at("approve", "approve-2-request")
    expect(walk.find("#binding-message")).to_have_text("LOKET-7")
    walk.press("#approve-block")
    walk.at("decided", "approve-3-denied")
    walk.page.goto(f"{town.issuer}/me/services")
    walk.at("account-services", "approve-4-blocked")
    walk.press("#unblock button")
    walk.at("account-services")
    walk.page.goto(f"{town.issuer}/me")
    walk.find("#requests a").first.click()
    walk.at("approve")
    walk.press("#approve-allow")
    walk.at("consent")
    allow(walk)
    walk.at("decided", "approve-5-decided")
    answers = [
        post(town, "/token", {**counter, "grant_type": CIBA_GRANT, "auth_req_id": request_id})
        for request_id in (first, second)
    ]
    assert sorted("access_token" if "access_token" in a else str(a["error"]) for a in answers) == [
        "access_denied",
        "access_token",
    ]
