"""The how-to for Apache works as written, in a real Apache with mod_auth_openidc."""

import json
import secrets
import subprocess
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import quote

import pytest

from tests.conftest import Start
from tests.interop import apache
from tests.interop.how_to import HERE, ISSUER, Page
from tests.support.person import Person
from tests.support.processes import answers_tcp, clean_environment, free_port, wait_until
from tests.support.provider import Provider


@pytest.fixture
def application() -> Iterator[int]:
    """An application that tells which headers it was given."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({name.lower(): value for name, value in self.headers.items()}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def site(
    provider: Provider,
    register: Callable[..., dict[str, Any]],
    start: Start,
    tmp_path: Path,
    application: int,
) -> str:
    """Apache with the page's key, registration and configuration; its address."""
    if apache.modules() is None or apache.program() is None:
        pytest.skip(apache.HINT)
    port = free_port()
    here = f"http://127.0.0.1:{port}"
    page = Page(
        "connect-apache.md",
        {
            HERE: here,
            ISSUER: provider.issuer,
            "/etc/apache2/gerbang": str(tmp_path),
            "127.0.0.1:8080": f"127.0.0.1:{application}",
        },
    )
    subprocess.run(["sh", "-ec", page.block("sh", 1)], cwd=tmp_path, check=True, capture_output=True)
    client = register(**json.loads(page.block("json")))
    env = clean_environment(
        OIDC_CLIENT_ID=client["client_id"], OIDC_CRYPTO_PASSPHRASE=secrets.token_urlsafe(32)
    )
    command = apache.write(tmp_path, port, page.block("apache"))
    start(command, name="apache", env=env, ready=answers_tcp(port))
    return here


def test_apache_signs_in_and_hands_over_claims_then_signs_out(
    site: str, provider: Provider, person: Person, email: str
) -> None:
    here = person.visit(f"{site}/permohonan?nomor=7")
    assert here.pages == ("login", "mfa", "consent", "")
    assert here.url == f"{site}/permohonan?nomor=7"
    given = json.loads(here.html)
    assert given["oidc_claim_name"] == "Siti Aminah"
    assert given["oidc_claim_email"] == email
    assert given["oidc_claim_acr"] == "urn:gerbang:acr:aal2"
    assert given["oidc_claim_iss"] == provider.issuer
    assert given["oidc_claim_sub"]
    assert "mod_auth_openidc_session" not in given.get("cookie", "")

    out = person.open(f"{site}/gerbang?logout={quote(site + '/', safe='')}")
    assert out.page == "login"  # back at the application, which sent us here: signed out on both sides


def test_apache_hears_of_a_sign_out_elsewhere(site: str, provider: Provider, person: Person) -> None:
    provider.work()
    assert json.loads(person.visit(site).html)["oidc_claim_sub"]
    assert json.loads(person.open(site).html)["oidc_claim_sub"]

    assert person.visit(f"{provider.issuer}/logout").page == "logged-out"
    assert wait_until(lambda: person.open(site).page == "login", seconds=10)
