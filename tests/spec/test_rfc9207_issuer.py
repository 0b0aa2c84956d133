"""RFC 9207: OAuth 2.0 Authorization Server Issuer Identification."""

import pytest

from tests import factories
from tests.support.databases import sqlite_only

pytestmark = sqlite_only


def test_2_a_good_answer_names_the_issuer_byte_for_byte(rp, citizen):
    assert rp.sign_in(citizen).params["iss"] == factories.ISSUER


@pytest.mark.parametrize(
    "wrong",
    [
        {"prompt": "none"},
        {"response_type": "token"},
        {"scope": "unheard_of"},
        {"max_age": "-1"},
        {"code_challenge": None},
        {"request": "e30.e30."},
        {"claims": "["},
    ],
)
def test_2_an_error_names_the_issuer_too(rp, wrong):
    answer = rp.authorize(**wrong)
    assert answer.error
    assert answer.params["iss"] == factories.ISSUER
    assert answer.params["state"] == "state-1"


def test_2_an_answer_by_form_names_the_issuer_too(rp, citizen):
    assert rp.sign_in(citizen, response_mode="form_post").posted["iss"] == factories.ISSUER


def test_2_4_the_issuer_is_the_one_of_the_metadata_and_of_the_tokens(provider, rp, citizen):
    answer = rp.sign_in(citizen)
    document = provider.get("/.well-known/openid-configuration")
    tokens = rp.redeem(answer.code)
    assert (
        answer.params["iss"] == document["issuer"] == rp.id_token(tokens)["iss"] == rp.claims(tokens)["iss"]
    )
    assert document["authorization_response_iss_parameter_supported"] is True
