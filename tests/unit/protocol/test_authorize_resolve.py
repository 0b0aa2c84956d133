"""Before we may redirect: client and redirect URI; a failure is a page (RFC 6749 §4.1.2.1)."""

import pytest

from idp.protocol.authorize.response import ResponseMode
from idp.protocol.oauth.errors import InvalidRequest, PageOnly, RedirectRefused, UnknownClient
from tests.unit.protocol.samples import ISSUER, a_client, query, resolved


def test_a_registered_pair_may_be_answered():
    client, reply_to = resolved(query())
    assert client.client_id == "tax"
    assert (reply_to.redirect_uri, reply_to.mode, reply_to.state) == ("https://tax.example/cb", "query", "st")
    assert reply_to.issuer == ISSUER


@pytest.mark.parametrize("client_id", [None, "nope", "TAX", "tax "])
def test_o004_an_unknown_client_is_a_page(client_id):
    with pytest.raises(UnknownClient):
        resolved(query(client_id=client_id))


@pytest.mark.parametrize("redirect_uri", [None, "https://evil.example/cb", "https://tax.example/cb?x=1"])
def test_o001_o008_a_missing_or_unregistered_redirect_uri_is_a_page(redirect_uri):
    with pytest.raises(RedirectRefused):
        resolved(query(redirect_uri=redirect_uri))


@pytest.mark.parametrize("repeated", ["client_id", "redirect_uri"])
def test_o009_a_repeated_client_id_or_redirect_uri_is_a_page(repeated):
    pairs = query()
    again = next(pair for pair in pairs if pair[0] == repeated)
    with pytest.raises(PageOnly):
        resolved([*pairs, again])


def test_o006_a_bad_redirect_uri_is_a_page_whatever_else_is_wrong():
    with pytest.raises(RedirectRefused):
        resolved(query(redirect_uri="https://evil.example/cb", response_type="bogus", scope=None))


def test_a_page_error_can_never_be_redirected():
    _, reply_to = resolved(query())
    with pytest.raises(TypeError):
        reply_to.error(RedirectRefused("no"))


def test_a_native_client_is_answered_at_the_port_it_asked_for():
    client = a_client(application_type="native", redirect_uris=("http://127.0.0.1/cb",))
    _, reply_to = resolved(query(redirect_uri="http://127.0.0.1:40001/cb"), client)
    assert reply_to.success("c").location.startswith("http://127.0.0.1:40001/cb?code=c")


@pytest.mark.parametrize("state", ["a\r\nb", "a\x7f", "a\x1b[0m", "a\x85"])
def test_o022_a_control_character_in_state_is_never_echoed(state):
    _, reply_to = resolved(query(state=state))
    assert "state" not in reply_to.error(InvalidRequest("no")).parameters


@pytest.mark.parametrize("state", ["s" * 2048, '"><script>', "\N{GRINNING FACE}", "a b&c=d%20"])
def test_o022_any_other_state_comes_back_unchanged(state):
    _, reply_to = resolved(query(state=state))
    assert reply_to.success("c").parameters["state"] == state


def test_o024_every_answer_has_iss_and_state():
    _, reply_to = resolved(query())
    assert dict(reply_to.success("c").parameters) == {"code": "c", "state": "st", "iss": ISSUER}
    assert dict(reply_to.error(InvalidRequest("why")).parameters) == {
        "error": "invalid_request",
        "error_description": "why",
        "state": "st",
        "iss": ISSUER,
    }


def test_a6_no_state_sent_is_no_state_returned():
    _, reply_to = resolved(query(state=None))
    assert "state" not in reply_to.success("c").parameters


def test_a3_a_registered_query_is_kept():
    client = a_client(redirect_uris=("https://tax.example/cb?x=%2F",))
    _, reply_to = resolved(query(redirect_uri="https://tax.example/cb?x=%2F"), client)
    assert reply_to.success("c").location.startswith(
        "https://tax.example/cb?x=%2F&code=c&state=st&iss=https%3A"
    )


def test_a22_form_post_puts_nothing_into_the_address():
    _, reply_to = resolved(query(response_mode="form_post"))
    answer = reply_to.error(InvalidRequest("why"))
    assert answer.is_form
    assert answer.mode is ResponseMode.FORM_POST
    assert answer.redirect_uri == "https://tax.example/cb"


def test_an_unknown_mode_is_answered_in_the_query():
    _, reply_to = resolved(query(response_mode="web_message"))
    assert not reply_to.error(InvalidRequest("why")).is_form


def test_state_and_code_do_not_print():
    _, reply_to = resolved(query(state="s3cret"))
    assert "s3cret" not in repr(reply_to)
    assert "s3cret" not in repr(reply_to.success("c0de"))
    assert "c0de" not in repr(reply_to.success("c0de"))
