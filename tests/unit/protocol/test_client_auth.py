"""Exactly one method per request, and only the registered one (RFC 6749 §2.3, OIDC Core §9)."""

from base64 import b64encode
from datetime import timedelta
from urllib.parse import quote_plus

import pytest
from hypothesis import given, strategies as st

from idp.protocol.client_auth import Audiences, authenticate, presented, secret_digest
from idp.protocol.client_auth.assertion import ASSERTION_TYPE
from idp.protocol.oauth.errors import InvalidClient, InvalidRequest
from tests.unit.protocol.samples import ISSUER, NOW, a_client

SECRET = "s3cret-" + "x" * 36
WORDS = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=30)


def basic(client_id: str, secret: str) -> dict[str, str]:
    pair = f"{quote_plus(client_id)}:{quote_plus(secret)}"
    return {"authorization": "Basic " + b64encode(pair.encode()).decode()}


def secret_client(**overrides):
    defaults = {"token_endpoint_auth_method": "client_secret_basic", "secret_digest": secret_digest(SECRET)}
    return a_client(**(defaults | overrides))


def prove(credentials, client):
    return authenticate(
        credentials,
        client,
        audiences=Audiences(ISSUER),
        now=NOW,
        first_use=lambda client_id, jti, until: until > NOW + timedelta(0),
    )


@given(WORDS, WORDS)
def test_2_3_1_basic_credentials_are_form_decoded(client_id, secret):
    found = presented(basic(client_id, secret), {})
    assert (found.method, found.client_id, found.secret) == ("client_secret_basic", client_id, secret)


@pytest.mark.parametrize(
    "header",
    [
        *("", "Basic", "Basic !!!", "Basic OnNlY3JldA==", "Bearer x", "Basic " + "A" * 9000),
        *("Basic " + b64encode(pair).decode() for pair in (b"nocolon", b"\xff:x", b"a%00:x", b"%ff:x")),
    ],
)
def test_a_malformed_header_is_invalid_client_with_a_challenge(header):
    with pytest.raises(InvalidClient) as caught:
        presented({"authorization": header}, {"client_id": "tax"})
    assert caught.value.scheme == "Basic"


@pytest.mark.parametrize(
    ("headers", "params"),
    [
        (basic("tax", "x"), {"client_secret": "x"}),
        (basic("tax", "x"), {"client_assertion": "x", "client_assertion_type": ASSERTION_TYPE}),
        ({}, {"client_id": "tax", "client_secret": "x", "client_assertion": "x"}),
        (basic("tax", "x"), {"client_assertion_type": ASSERTION_TYPE}),
    ],
)
def test_o040_two_methods_at_once_are_invalid_request(headers, params):
    with pytest.raises(InvalidRequest):
        presented(headers, params)


def test_t8_another_client_id_in_the_body_is_invalid_client():
    assert presented(basic("tax", "x"), {"client_id": "tax"}).client_id == "tax"
    with pytest.raises(InvalidClient):
        presented(basic("tax", "x"), {"client_id": "health"})


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"client_secret": "x"},
        {"client_assertion": "a.b.c"},
        {"client_assertion_type": ASSERTION_TYPE},
        {"client_assertion": "a.b.c", "client_assertion_type": "urn:other"},
        {"client_assertion": "notajwt", "client_assertion_type": ASSERTION_TYPE},
    ],
)
def test_o038_no_usable_authentication_is_invalid_client(params):
    with pytest.raises(InvalidClient):
        presented({}, params)


def test_the_right_secret_by_the_registered_method_passes():
    client = secret_client()
    assert prove(presented(basic("tax", SECRET), {}), client) is client
    posting = secret_client(token_endpoint_auth_method="client_secret_post")
    assert prove(presented({}, {"client_id": "tax", "client_secret": SECRET}), posting) is posting
    public = a_client(token_endpoint_auth_method="none")
    assert prove(presented({}, {"client_id": "tax"}), public) is public


@pytest.mark.parametrize("secret", ["wrong", SECRET + "\n", SECRET[:-1], ""])
def test_a_wrong_secret_is_invalid_client(secret):
    with pytest.raises(InvalidClient):
        prove(presented(basic("tax", secret), {}), secret_client())


def test_o038_unknown_client_and_wrong_secret_get_the_same_answer():
    answers = []
    for client in (None, secret_client(), secret_client(secret_digest=None)):
        with pytest.raises(InvalidClient) as caught:
            prove(presented(basic("tax", "wrong"), {}), client)
        answers.append((caught.value.public, caught.value.scheme))
    assert len(set(answers)) == 1


@pytest.mark.parametrize("registered", ["client_secret_post", "private_key_jwt", "none", "tls_client_auth"])
def test_o039_only_the_registered_method_counts_even_with_the_right_secret(registered):
    with pytest.raises(InvalidClient):
        prove(presented(basic("tax", SECRET), {}), secret_client(token_endpoint_auth_method=registered))


@pytest.mark.parametrize("registered", ["client_secret_basic", "client_secret_post", "private_key_jwt"])
def test_o039_a_confidential_client_cannot_come_without_credentials(registered):
    with pytest.raises(InvalidClient):
        prove(presented({}, {"client_id": "tax"}), secret_client(token_endpoint_auth_method=registered))


def test_secrets_do_not_print():
    assert SECRET not in repr(presented(basic("tax", SECRET), {}))
    assert "digest" not in repr(secret_client())
