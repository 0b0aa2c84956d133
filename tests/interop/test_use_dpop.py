"""The how-to for DPoP works as written, in a sandbox where everybody needs a nonce."""

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from tests.interop.how_to import Page
from tests.rp import CHALLENGE, VERIFIER
from tests.support import schema
from tests.support.person import Person
from tests.support.provider import Provider

REDIRECT = "http://127.0.0.1:9/callback"


@pytest.fixture
def provider(sqlite_folder: Path, tmp_path: Path) -> Iterator[Provider]:
    """A running sandbox of its own settings."""
    running = Provider(
        tmp_path, schema.sqlite_copy(sqlite_folder, tmp_path / "gerbang.sqlite"), dpop_nonce="always"
    )
    try:
        running.serve()
        yield running
    finally:
        running.stop()


@pytest.fixture
def run() -> Iterator[Callable[..., dict[str, Any]]]:
    """Run blocks of the page, one after the other, with the names they need."""
    made: list[dict[str, Any]] = []

    def blocks(*numbers: int, **names: Any) -> dict[str, Any]:
        page = Page("use-dpop.md", {})
        for number in numbers:
            exec(page.block("python", number), names)  # noqa: S102  our own page
        made.append(names)
        return names

    yield blocks
    for names in made:
        names["dpop"].http.close()


def test_dpop_works_as_written(
    provider: Provider,
    person: Person,
    register: Callable[..., dict[str, Any]],
    run: Callable[..., dict[str, Any]],
) -> None:
    client = register(
        client_name="Layanan Uji",
        redirect_uris=[REDIRECT],
        scope="openid profile",
        profile="oidc_core",
        token_endpoint_auth_method="client_secret_post",
        dpop_bound_access_tokens=True,
    )
    metadata = httpx.get(f"{provider.issuer}/.well-known/openid-configuration").json()
    authorization = {
        "client_id": client["client_id"],
        "redirect_uri": REDIRECT,
        "response_type": "code",
        "scope": "openid profile",
        "state": secrets.token_urlsafe(),
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    dpop = run(0, 1, authorization=authorization)["dpop"]
    back = person.visit(f"{metadata['authorization_endpoint']}?{urlencode(authorization)}", until=REDIRECT)
    form = {
        "grant_type": "authorization_code",
        "code": parse_qs(urlsplit(back.url).query)["code"][0],
        "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
        "client_id": client["client_id"],
        "client_secret": client["client_secret"],
    }
    assert dpop.nonce is None
    here = run(2, dpop=dpop, metadata=metadata, token_request=lambda: form)
    assert here["person"]["name"] == "Siti Aminah"
    assert dpop.nonce
    as_bearer = {"Authorization": f"Bearer {here['tokens']['access_token']}"}
    assert httpx.get(metadata["userinfo_endpoint"], headers=as_bearer).status_code == 401


def test_two_dpop_headers_on_the_wire_are_refused(
    provider: Provider, register: Callable[..., dict[str, Any]], run: Callable[..., dict[str, Any]]
) -> None:
    """Our server joins them; neither the first nor the last is taken for the proof (RFC 9449 §4.3, rule 1)."""
    client = register(
        client_name="Layanan Uji",
        grant_types=["client_credentials"],
        response_types=[],
        scope="openid",
        profile="oidc_core",
        token_endpoint_auth_method="client_secret_basic",
    )
    dpop = run(0, 1, authorization={})["dpop"]
    token = f"{provider.issuer}/token"
    secret = (client["client_id"], client["client_secret"])
    form = {"grant_type": "client_credentials"}
    first = httpx.post(token, data=form, auth=secret, headers={"DPoP": dpop.proof("POST", token)})
    assert first.json()["error"] == "use_dpop_nonce"
    dpop.nonce = first.headers["DPoP-Nonce"]
    twice = [("DPoP", dpop.proof("POST", token)), ("dpop", dpop.proof("POST", token))]
    refused = httpx.post(token, data=form, auth=secret, headers=twice)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_dpop_proof")
    once = httpx.post(token, data=form, auth=secret, headers={"DPoP": dpop.proof("POST", token)})
    assert once.json().get("error") in (None, "invalid_scope")
