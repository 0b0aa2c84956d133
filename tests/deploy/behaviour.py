"""What every TLS front of ours must do; the tests of each front call these (protocol G5, G6; RFC 9440 4; T7, U9)."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from idp.clock import system_clock
from idp.domain.authenticators import totp
from tests.deploy.conftest import Customer
from tests.deploy.front import HOST, ISSUER, Front, Visitor
from tests.factories import REDIRECT
from tests.rp import CHALLENGE, VERIFIER
from tests.support.certificates import Identity, self_signed

STRONG = ("ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384")
WEAK = (
    "AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-SHA256",
    "ECDHE-RSA-AES256-SHA",
    "ECDHE-RSA-CHACHA20-POLY1305",
    "DHE-RSA-AES128-GCM-SHA256",
)


def handshake(front: Front, port: int, host: str, **wanted: object) -> ssl.SSLSocket:
    """Shake hands with these versions and ciphers only."""
    context = front.context()
    context.minimum_version = wanted.get("least", ssl.TLSVersion.TLSv1_2)  # type: ignore[assignment]
    context.maximum_version = wanted.get("most", ssl.TLSVersion.TLSv1_3)  # type: ignore[assignment]
    if "ciphers" in wanted:
        context.set_ciphers(str(wanted["ciphers"]))
    connection = socket.create_connection(("127.0.0.1", port), timeout=5)
    try:
        return context.wrap_socket(connection, server_hostname=host)
    except BaseException:
        connection.close()
        raise


def speaks_only_good_tls(front: Front) -> None:
    """G5, G6: TLS 1.3 is chosen, 1.2 with few ciphers, nothing older."""
    old, middle = ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2
    for port, host in ((front.tls, HOST), (front.mtls, front.mtls_host)):
        with handshake(front, port, host) as chosen:
            assert chosen.version() == "TLSv1.3"
        for cipher in STRONG:
            with handshake(front, port, host, most=middle, ciphers=cipher) as connection:
                assert connection.cipher()[0] == cipher  # type: ignore[index]
        for cipher in WEAK:
            with pytest.raises((ssl.SSLError, ConnectionError)):
                handshake(front, port, host, most=middle, ciphers=cipher)
        with (
            pytest.raises((ssl.SSLError, ConnectionError)),
            pytest.warns(DeprecationWarning, match="TLSv1_1"),
        ):
            handshake(front, port, host, least=old, most=old, ciphers="ALL:@SECLEVEL=0")


def knows_its_name(front: Front) -> None:
    """A name that is not ours gets no handshake, and after a handshake for our name no answer."""
    with pytest.raises((ssl.SSLError, ConnectionError)):
        handshake(front, front.tls, "other.example")
    for mtls in (False, True):
        visitor = front.client(mtls=mtls)
        for host in ("admin.example.go.id", "127.0.0.1"):
            assert visitor.request("GET", "/admin", host=host).status_code == 421
        assert visitor.request("GET", "/jwks", host=visitor.host.upper()).status_code == 200


def sends_http_to_https(front: Front) -> None:
    """Plain http says only where to go, and always to us."""
    for host in (HOST, "evil.example"):
        answer = httpx.get(
            f"http://127.0.0.1:{front.plain}/authorize?a=b", headers={"Host": host}, trust_env=False
        )
        assert (answer.status_code, answer.headers["location"]) == (301, f"{ISSUER}/authorize?a=b")


def passes_on_who_calls(front: Front) -> None:
    """The provider knows that it was https, and nobody outside can say otherwise."""
    visitor = front.client()
    answer = visitor.request(
        "GET", "/.well-known/openid-configuration", headers={"X-Forwarded-Proto": "http"}
    )
    assert answer.json()["issuer"] == ISSUER
    assert "strict-transport-security" in answer.headers
    assert visitor.request("GET", "/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 404


def signs_in(front: Front, customer: Customer) -> str:
    """Sign a citizen in through the front, all pages, and return the code."""
    query = {
        "client_id": customer.client_id,
        "redirect_uri": REDIRECT,
        "response_type": "code",
        "scope": "openid profile",
        "state": "s",
        "nonce": "n",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        "prompt": "login consent",
    }
    visitor = front.client().open("/authorize?" + urlencode(query))
    assert visitor.page == "login"
    citizen = customer.citizen
    visitor.press("login-form", "login-submit", identifier=citizen.email, password=citizen.password)
    assert visitor.page == "mfa"
    code = totp.code_at(str(citizen.totp_secret), totp.step_at(system_clock()))
    visitor.press("mfa-form", "mfa-submit", otp=code)
    assert visitor.page == "consent"
    visitor.press("consent-form", "consent-allow")
    assert visitor.location.startswith(REDIRECT)
    return parse_qs(urlsplit(visitor.location).query)["code"][0]


def redeem(visitor: Visitor, client_id: str, code: str, **options: object) -> httpx.Response:
    """Redeem a code as the client with the certificate."""
    form = {
        "grant_type": "authorization_code",
        "client_id": client_id,
        "code": code,
        "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
    }
    return visitor.request("POST", "/token", data=form, **options)


def certificates_work(front: Front, mine: Identity, customer: Customer, folder: Path) -> None:
    """T7, T16, U9: the certificate of the connection authenticates, binds, and nothing in a header does."""
    code = signs_in(front, customer)
    stranger = self_signed()
    own = front.client(front.context(mine, folder), mtls=True)
    other = front.client(front.context(stranger, folder), mtls=True)
    none = front.client(mtls=True)
    outside = front.client()

    for visitor in (outside, none, other):
        for more in smuggled(mine):
            answer = redeem(visitor, customer.client_id, code, more=more)
            assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client"), more
    answer = redeem(own, customer.client_id, code, more=smuggled(stranger)[1])
    assert answer.status_code == 200, answer.text
    token = {"Authorization": f"Bearer {answer.json()['access_token']}"}

    assert own.request("GET", "/userinfo", headers=token).status_code == 200
    for visitor in (outside, none, other):
        for more in smuggled(mine):
            answer = visitor.request("GET", "/userinfo", headers=token, more=more)
            assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token"), more
    assert own.request("GET", "/userinfo", headers=token).status_code == 200


def smuggled(identity: Identity) -> list[list[tuple[str, str]]]:
    """Ways to pretend: the header itself, twice, in other spellings, in a list, with a chain."""
    value = identity.header
    return [
        [],
        [("Client-Cert", value)],
        [("client-cert", value), ("Client-Cert", value)],
        [("Client_Cert", value)],
        [("CLIENT_CERT", value), ("X-Forwarded-For", "127.0.0.1")],
        [("Client-Cert-Chain", value)],
        [("Connection", "Client-Cert"), ("Client-Cert", value)],
    ]
