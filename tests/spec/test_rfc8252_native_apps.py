"""OAuth 2.0 for Native Apps (RFC 8252): what they may register, and what is taken at /authorize."""

import pytest

from tests.rp import CHALLENGE
from tests.support.databases import sqlite_only
from tests.support.registering import Manager, a_permit, register, registered

pytestmark = sqlite_only

APP = {
    "client_name": "Aplikasi Warga",
    "application_type": "native",
    "token_endpoint_auth_method": "none",
    "scope": "openid profile",
}
PORTLESS = "http://127.0.0.1/callback"
SIX = "http://[::1]/callback"
SCHEME = "id.go.contoh.app:/callback"
CLAIMED = "https://app.contoh.example/callback"


def app(provider, *uris):
    return Manager(provider, registered(provider, APP, redirect_uris=list(uris))).rp()


def refused(provider, **members):
    answer = register(provider, a_permit(provider).text, APP | members)
    return answer.status, answer.error


@pytest.mark.parametrize("uri", [PORTLESS, SIX, SCHEME, CLAIMED])
def test_7_each_of_the_three_kinds_of_address_signs_people_in(provider, citizen, uri):
    rp = app(provider, uri)
    answer = rp.sign_in(citizen, redirect_uri=uri, scope="openid profile")
    assert answer.location.startswith(uri)
    assert answer.code


@pytest.mark.parametrize("registered_as", [PORTLESS, SIX, "http://127.0.0.1:7777/callback"])
def test_7_3_any_port_of_a_loopback_address_is_taken(provider, citizen, registered_as):
    host = "[::1]" if "::1" in registered_as else "127.0.0.1"
    rp = app(provider, registered_as)
    for port in (1, 51004, 65535):
        assert rp.sign_in(citizen, redirect_uri=f"http://{host}:{port}/callback", scope="openid").code


@pytest.mark.parametrize(
    "asked",
    [
        "http://127.0.0.1:51004/other",
        "http://127.0.0.1:51004/callback?x=1",
        "http://127.0.0.2:51004/callback",
        "http://localhost:51004/callback",
        "http://127.0.0.1:0/callback",
        "http://127.0.0.1:65536/callback",
        "https://127.0.0.1:51004/callback",
        "http://127.0.0.1.evil.example:51004/callback",
        "http://127.0.0.1:51004@evil.example/callback",
    ],
)
def test_7_3_only_the_port_may_differ(provider, asked):
    answer = app(provider, PORTLESS).authorize(redirect_uri=asked, scope="openid")
    assert answer.is_page
    assert answer.location is None


def test_7_3_a_web_client_has_no_free_port(provider):
    made = registered(provider, redirect_uris=["http://127.0.0.1:7777/callback"])
    answer = (
        Manager(provider, made).rp().authorize(redirect_uri="http://127.0.0.1:7778/callback", scope="openid")
    )
    assert answer.is_page


@pytest.mark.parametrize("uri", ["myapp:/callback", "javascript:alert(1)", "data:,x", "ftp.example:/x#f"])
def test_7_1_a_private_scheme_is_a_reversed_domain_name(provider, uri):
    assert refused(provider, redirect_uris=[uri]) == (400, "invalid_redirect_uri")


def test_7_1_a_private_scheme_matches_exactly(provider):
    assert app(provider, SCHEME).authorize(redirect_uri=SCHEME + "/x", scope="openid").is_page


@pytest.mark.parametrize("uri", ["http://app.contoh.example/cb", "http://192.168.1.2/cb"])
def test_7_2_an_address_on_the_network_is_https(provider, uri):
    assert refused(provider, redirect_uris=[uri]) == (400, "invalid_redirect_uri")


def test_7_1_a_web_application_has_no_private_scheme(provider):
    assert refused(provider, application_type="web", redirect_uris=[SCHEME]) == (400, "invalid_redirect_uri")


def test_6_a_native_app_needs_pkce(provider):
    rp = app(provider, SCHEME)
    answer = rp.authorize(
        redirect_uri=SCHEME, scope="openid", code_challenge=None, code_challenge_method=None
    )
    assert answer.error == "invalid_request"
    plain = rp.authorize(redirect_uri=SCHEME, scope="openid", code_challenge_method="plain")
    assert plain.error == "invalid_request"
    assert CHALLENGE
