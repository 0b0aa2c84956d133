"""A provider in processes of its own, a client with a secret, and a citizen whose browser holds a session."""

import base64
import http.client
import json
import os
import signal
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pyotp

from tests.support.person import Credentials, Person
from tests.support.processes import Program
from tests.support.provider import Provider

REDIRECT = "http://127.0.0.1:9/callback"
SCOPE = "openid profile email"
PASSWORD = "Jeruk-Purut-27-Layang"
CLIENT = {
    "client_name": "Layanan Uji",
    "profile": "oidc_core",
    "token_endpoint_auth_method": "client_secret_basic",
    "redirect_uris": [REDIRECT],
    "grant_types": ["authorization_code", "refresh_token"],
    "scope": SCOPE,
}
CITIZEN = {
    "name": "Siti Aminah",
    "nik": "9933744501900001",
    "birthdate": "1990-01-05",
    "email": "siti@contoh.id",
    "password": PASSWORD,
    "ial": "ial1",
}
SECONDS = 30.0


@dataclass(frozen=True)
class Reply:
    """What came back; `status` 0 means that the connection broke before an answer did."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def lost(self) -> bool:
        """Whether the request was in flight when its worker died."""
        return self.status == 0

    @property
    def json(self) -> dict[str, Any]:
        """The body as JSON."""
        value: dict[str, Any] = json.loads(self.body)
        return value


LOST = Reply(0, {}, b"")
REFUSED = Reply(-1, {}, b"")
"""Nobody listened; the request was never sent."""


class Channel:
    """One connection of one thread."""

    def __init__(self, port: int, seconds: float = SECONDS) -> None:
        self._port = port
        self._seconds = seconds

    def send(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, form: object = None
    ) -> Reply:
        """Send one request over a connection of its own, so that every worker gets its share."""
        body = urlencode(form) if isinstance(form, dict) else None
        content = {} if body is None else {"Content-Type": "application/x-www-form-urlencoded"}
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=self._seconds)
        try:
            connection.connect()
        except OSError:
            return REFUSED
        try:
            connection.request(method, path, body, {**(headers or {}), **content})
            answer = connection.getresponse()
            return Reply(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        except (OSError, http.client.HTTPException):
            return LOST
        finally:
            connection.close()


@dataclass
class Deployment:
    """What the experiments work on."""

    provider: Provider
    server: Program
    client_id: str
    basic: str
    credentials: Credentials
    cookies: str

    def use(self, client: Mapping[str, Any]) -> None:
        """Be this client from now on."""
        pair = f"{client['client_id']}:{client['client_secret']}"
        self.client_id = client["client_id"]
        self.basic = "Basic " + base64.b64encode(pair.encode()).decode()

    def channel(self, seconds: float = SECONDS) -> Channel:
        """Open a way to the server."""
        return Channel(self.provider.port, seconds)

    def authorize(self, channel: Channel) -> Reply:
        """Ask for a code with the session; nothing is asked of the citizen any more."""
        query = urlencode(
            {
                "client_id": self.client_id,
                "redirect_uri": REDIRECT,
                "response_type": "code",
                "scope": SCOPE,
                "state": "s",
                "nonce": "n",
            },
            quote_via=quote,
        )
        return channel.send("GET", f"/authorize?{query}", {"Cookie": self.cookies, "Accept": "text/html"})

    def token(self, channel: Channel, **form: str) -> Reply:
        """Call the token endpoint."""
        return channel.send("POST", "/token", {"Authorization": self.basic}, form)

    def redeem(self, channel: Channel, code: str) -> Reply:
        """Exchange a code."""
        return self.token(channel, grant_type="authorization_code", code=code, redirect_uri=REDIRECT)

    def refresh(self, channel: Channel, refresh_token: str) -> Reply:
        """Use a refresh token."""
        return self.token(channel, grant_type="refresh_token", refresh_token=refresh_token)

    def userinfo(self, channel: Channel, access_token: str) -> Reply:
        """Read UserInfo."""
        return channel.send("GET", "/userinfo", {"Authorization": f"Bearer {access_token}"})

    def settled(self, workers: int) -> bool:
        """Whether all workers are there and every one of many connections is answered."""
        if len(self.workers()) < workers:
            return False
        channel = self.channel()
        return all(channel.send("GET", "/jwks").status == 200 for _ in range(10 * workers))

    def workers(self) -> list[int]:
        """Name the worker processes that are alive now."""
        pid = self.server.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        return [child for child in map(int, children) if _is_alive(child)]


def code_of(reply: Reply) -> str | None:
    """Give the code in an authorization response."""
    values = parse_qs(urlsplit(reply.headers.get("location", "")).query)
    return values["code"][0] if "code" in values else None


def family_of(access_token: str) -> str:
    """Give the family an access token says it belongs to."""
    payload = access_token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return str(claims["fid"]).replace("-", "")


def kill(pid: int) -> None:
    """End one process at once, as the kernel does when memory runs out."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def deploy(provider: Provider, *, workers: int = 2) -> Deployment:
    """Start the server, register the client, create the citizen, sign in once and consent."""
    server = provider.serve(workers=workers)
    secret = pyotp.random_base32(32)
    with ThreadPoolExecutor() as pool:
        registering = pool.submit(create, provider, "clients", CLIENT)
        enrolling = pool.submit(create, provider, "citizens", {**CITIZEN, "totp_secret": secret})
    client, citizen = registering.result(), enrolling.result()
    credentials = Credentials(citizen["identifier"], PASSWORD, secret)
    made = Deployment(provider, server, "", "", credentials, "")
    made.use(client)
    made.cookies = sign_in(made)
    return made


def sign_in(deployment: Deployment) -> str:
    """Sign the citizen in through the pages and give the cookies of the browser."""
    issuer = deployment.provider.issuer
    query = urlencode(
        {
            "client_id": deployment.client_id,
            "redirect_uri": REDIRECT,
            "response_type": "code",
            "scope": SCOPE,
            "nonce": "n",
        }
    )
    with Person(deployment.credentials) as person:
        there = person.visit(f"{issuer}/authorize?{query}", until=REDIRECT)
        assert "code=" in there.url, there
        return person.cookies(issuer)


def create(provider: Provider, noun: str, values: Mapping[str, object]) -> dict[str, Any]:
    """Run `idp clients create` or `idp citizens create` and give the answer."""
    made: dict[str, Any] = json.loads(
        provider.run(noun, "create", "--json", "-", text=json.dumps(values), seconds=120)
    )
    return made


def _is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(") ")[2]
    except OSError:
        return False
    return state[:1] not in ("Z", "X")
