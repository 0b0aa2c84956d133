"""RP-initiated logout, rules L1 to L6 (RP-Initiated Logout 1.0)."""

import pytest

from idp.protocol.oauth.errors import InvalidRequest
from idp.protocol.oauth.parameters import parse
from idp.protocol.oidc.id_token_hint import IdTokenHint
from idp.protocol.oidc.logout import EndSessionRequest, plan
from tests.unit.protocol.samples import a_client

BYE = "https://tax.example/bye?x=1"
HINT = IdTokenHint("s", "tax", "sid")


def decide(hint=HINT, signed_in=True, hint_is_own=True, **params):
    sent = {"id_token_hint": "e30.e30.x"} if hint is not None else {}
    request = EndSessionRequest.of(parse((sent | params).items()))
    clients = {"tax": a_client(), "health": a_client(client_id="health", post_logout_redirect_uris=())}
    return plan(request, hint, clients.get, signed_in=signed_in, hint_is_own=hint_is_own)


def test_l2_a_valid_hint_and_a_registered_address_return_the_browser_at_once():
    done = decide(post_logout_redirect_uri=BYE, state="a b")
    assert not done.confirm
    assert done.redirect_uri == f"{BYE}&state=a%20b"
    assert done.client is not None


def test_l2_no_state_sent_is_none_returned():
    assert decide(post_logout_redirect_uri=BYE).redirect_uri == BYE


def test_l2_without_hint_the_citizen_confirms_first():
    done = decide(hint=None, client_id="tax", post_logout_redirect_uri=BYE)
    assert done.confirm
    assert done.redirect_uri == BYE


@pytest.mark.parametrize(
    "uri", ["https://evil", "https://tax.example/bye", "https://tax.example/bye?x=1&y=2"]
)
def test_o080_an_unregistered_address_is_never_used(uri):
    assert decide(post_logout_redirect_uri=uri).redirect_uri is None
    assert decide(hint=None, client_id="tax", post_logout_redirect_uri=uri).redirect_uri is None


def test_l3_an_address_without_any_client_is_never_used():
    done = decide(hint=None, post_logout_redirect_uri=BYE)
    assert (done.confirm, done.redirect_uri, done.client) == (True, None, None)


def test_o082_a_bad_hint_is_ignored_and_the_citizen_asked():
    done = decide(hint=None, id_token_hint="forged", client_id="tax", post_logout_redirect_uri=BYE)
    assert (done.confirm, done.redirect_uri) == (True, None)


def test_l4_o081_without_parameters_the_citizen_is_asked():
    done = decide(hint=None)
    assert (done.confirm, done.redirect_uri) == (True, None)


def test_l6_a_hint_of_another_citizen_is_asked_about():
    assert decide(hint_is_own=False, post_logout_redirect_uri=BYE).confirm


def test_without_a_session_there_is_nothing_to_ask():
    done = decide(signed_in=False, hint_is_own=False, post_logout_redirect_uri=BYE)
    assert (done.confirm, done.redirect_uri) == (False, BYE)
    stranger = decide(hint=None, signed_in=False, client_id="tax", post_logout_redirect_uri=BYE)
    assert (stranger.confirm, stranger.redirect_uri) == (False, None)


def test_client_id_and_hint_must_agree():
    assert decide(client_id="tax")
    with pytest.raises(InvalidRequest):
        decide(client_id="health")


def test_a_state_that_could_break_a_header_is_refused():
    with pytest.raises(InvalidRequest):
        decide(state="a\r\nb")


def test_all_parameters_are_read():
    request = EndSessionRequest.of(parse([("logout_hint", "budi"), ("ui_locales", "en id"), ("foo", "x")]))
    assert (request.logout_hint, request.ui_locales) == ("budi", ("en", "id"))
    assert "budi" not in repr(request)
