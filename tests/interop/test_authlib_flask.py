"""A Flask application with Authlib's client signs in unchanged."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Start
from tests.support.person import Person
from tests.support.processes import answers_tcp, clean_environment, free_port
from tests.support.provider import Provider

APP = Path(__file__).with_name("flask_app.py")


@pytest.fixture
def app(provider: Provider, register: Callable[..., dict[str, Any]], start: Start) -> str:
    """The running application; its address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    client = register(
        client_name="Aplikasi Flask",
        redirect_uris=[f"{address}/callback"],
        post_logout_redirect_uris=[f"{address}/"],
        grant_types=["authorization_code", "refresh_token"],
        scope="openid profile email",
        token_endpoint_auth_method="client_secret_basic",
        profile="oidc_core",
    )
    env = clean_environment(
        ISSUER=provider.issuer,
        CLIENT_ID=client["client_id"],
        CLIENT_SECRET=client["client_secret"],
        PORT=str(port),
    )
    start([sys.executable, str(APP)], name="flask", env=env, ready=answers_tcp(port))
    return address


def test_authlib_signs_in_unchanged(app: str, provider: Provider, person: Person, email: str) -> None:
    here = person.visit(f"{app}/login")

    assert here.pages == ("login", "consent", "")
    assert here.url == f"{app}/"
    user = json.loads(here.html)
    assert user["id_token"]["iss"] == provider.issuer
    assert user["userinfo"]["sub"] == user["id_token"]["sub"]
    assert user["userinfo"]["name"] == "Siti Aminah"
    assert user["userinfo"]["email"] == email
    assert user["refreshable"]


def test_a_second_visit_asks_nothing(app: str, person: Person) -> None:
    person.visit(f"{app}/login")
    assert person.visit(f"{app}/login").pages == ("",)


def test_its_sign_out_ends_the_session_at_the_issuer(app: str, person: Person) -> None:
    person.visit(f"{app}/login")
    out = person.visit(f"{app}/logout")
    assert out.url.startswith(f"{app}/?state=")
    assert json.loads(out.html) is None
    assert person.visit(f"{app}/login").pages[:1] == ("login",)
