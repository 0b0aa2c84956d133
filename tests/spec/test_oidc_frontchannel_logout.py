"""OpenID Connect Front-Channel Logout 1.0, the provider's side (protocol L7)."""

from html import unescape
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from idp.domain.registry.metadata import accept
from idp.domain.registry.policy import Policy
from idp.domain.registry.violations import BadMetadata
from tests import factories
from tests.rp import RP
from tests.support.databases import sqlite_only

LEAVE = "https://framed.example/leave?app=1"
BYE = "https://framed.example/bye"
CALLBACK = "https://framed.example/cb"


@pytest.fixture
def framed(provider):
    return RP(
        provider,
        factories.a_client(
            provider.services,
            "framed",
            redirect_uris=[CALLBACK],
            post_logout_redirect_uris=[BYE],
            frontchannel_logout_uri=LEAVE,
            frontchannel_logout_session_required=True,
        ),
    )


def logged_out(rp, **params):
    answer = rp.browser.get("/logout?" + urlencode(params))
    assert answer.location.startswith("/logged-out/"), answer.location
    return rp.browser.get(answer.location)


def frames(page):
    return [unescape(part.split('"', 1)[0]) for part in page.text.split('<iframe class="unseen" src="')[1:]]


@sqlite_only
def test_3_discovery_announces_it(provider):
    metadata = provider.get("/.well-known/openid-configuration").json
    assert metadata["frontchannel_logout_supported"] is True
    assert metadata["frontchannel_logout_session_supported"] is True


def test_2_every_client_of_the_session_is_told_by_a_frame(framed, citizen):
    tokens = framed.tokens(citizen)
    claims = framed.id_token(tokens)
    (address,) = frames(logged_out(framed, id_token_hint=tokens["id_token"]))
    assert address.startswith(LEAVE + "&"), "the registered query stays"
    assert dict(parse_qsl(urlsplit(address).query)) == {
        "app": "1",
        "iss": factories.ISSUER,
        "sid": claims["sid"],
    }


@sqlite_only
def test_2_iss_and_sid_only_where_the_client_wants_them(provider, citizen):
    client = factories.a_client(
        provider.services, "plain", redirect_uris=[CALLBACK], frontchannel_logout_uri=LEAVE
    )
    rp = RP(provider, client)
    tokens = rp.tokens(citizen)
    assert frames(logged_out(rp, id_token_hint=tokens["id_token"])) == [LEAVE]


@sqlite_only
def test_2_the_page_allows_those_frames_and_no_others(framed, citizen):
    page = logged_out(framed, id_token_hint=framed.tokens(citizen)["id_token"])
    policy = page.headers["Content-Security-Policy"].split("; ")
    assert "frame-src https://framed.example" in policy
    assert "frame-ancestors 'none'" in policy


@sqlite_only
def test_2_the_way_back_waits_for_the_frames(framed, citizen):
    hint = framed.tokens(citizen)["id_token"]
    page = logged_out(framed, id_token_hint=hint, post_logout_redirect_uri=BYE, state="s1")
    assert frames(page)
    assert f'id="logout-next" href="{BYE}?state=s1"' in page.text
    assert f'content="4; url={BYE}?state=s1"' in page.text, "and without script too"


@sqlite_only
def test_2_a_session_without_such_a_client_returns_at_once(rp, framed, citizen):
    hint = rp.tokens(citizen)["id_token"]
    answer = rp.browser.get(
        "/logout?"
        + urlencode({"id_token_hint": hint, "post_logout_redirect_uri": "https://agency.example/bye"})
    )
    assert answer.location == "https://agency.example/bye"


@sqlite_only
def test_2_the_session_is_over_before_the_frames_are_shown(framed, citizen):
    hint = framed.tokens(citizen)["id_token"]
    framed.browser.get("/logout?" + urlencode({"id_token_hint": hint}))
    assert framed.authorize(prompt="none").error == "login_required"


@pytest.mark.parametrize(
    "address",
    [
        "https://other.example/leave",
        "https://framed.example:8443/leave",
        "http://framed.example/leave",
        "https://framed.example/leave#f",
        "javascript:alert(1)",
    ],
)
def test_2_the_address_has_the_origin_of_a_redirect_uri(address):
    with pytest.raises(BadMetadata) as refused:
        accept({"redirect_uris": [CALLBACK], "frontchannel_logout_uri": address}, Policy())
    assert {violation.member for violation in refused.value.violations} == {"frontchannel_logout_uri"}


@pytest.mark.parametrize("status", ["suspended", "retired"])
def test_2_a_client_out_of_service_gets_no_frame(provider, framed, citizen, status):
    framed.tokens(citizen)
    factories.suspend(provider.services, "framed", status)
    page = framed.browser.follow(framed.browser.get("/logout"))
    page = framed.browser.submit(page, "logout-form", "logout-confirm")
    assert (page.page, frames(page)) == ("logged-out", [])
    assert "framed.example" not in page.headers["Content-Security-Policy"]


def test_2_nor_one_that_went_out_of_service_a_moment_ago(provider, framed, citizen):
    asked = {"id_token_hint": framed.tokens(citizen)["id_token"], "post_logout_redirect_uri": BYE}
    answer = framed.browser.get("/logout?" + urlencode(asked))
    factories.suspend(provider.services, "framed")
    page = framed.browser.get(answer.location)
    assert (page.page, frames(page)) == ("logged-out", [])
    assert "framed.example" not in page.text + page.headers["Content-Security-Policy"]
