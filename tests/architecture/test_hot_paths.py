"""What a request costs in statements on PostgreSQL (decisions 19). A statement more here is felt by 280 million people.

Both ways to the database are watched, the hot statements and the ORM's engine, so that nothing hides.
"""

import pytest

from tests import factories
from tests.dpop_rp import USERINFO, DpopRP
from tests.rp import RP
from tests.support.databases import counted, postgresql_only

pytestmark = postgresql_only


@pytest.fixture
def cost(provider, citizen):
    """Measure one call after everything that a running server has in memory is in memory."""

    def measure(call):
        with counted(provider.database) as statements:
            answer = call()
        assert answer.status in (200, 201, 303), answer.text
        return len(statements), statements

    return measure


@pytest.fixture
def basic_rp(provider):
    client = factories.a_client(provider.services, token_endpoint_auth_method="client_secret_basic")
    return RP(provider, client)


@pytest.fixture
def warm(rp, citizen):
    tokens = rp.tokens(citizen)
    rp.userinfo(tokens["access_token"])
    return rp


def test_authorize_with_a_session_and_consent_takes_two(warm, cost):
    number, statements = cost(warm.authorize)
    assert number <= 2, statements
    number, statements = cost(lambda: warm.authorize(prompt="none"))
    assert number <= 2, statements


def test_a_pushed_request_takes_one_and_one_more_when_it_is_brought(warm, cost):
    warm.bring(warm.push())
    number, statements = cost(warm.push)
    assert number <= 2, statements  # one marks the assertion
    pushed = warm.push()
    number, statements = cost(lambda: warm.bring(pushed))
    assert number <= 3, statements


def test_a_code_is_redeemed_in_two_of_which_one_marks_the_assertion(warm, cost):
    code = warm.authorize().code
    number, statements = cost(lambda: warm.redeem(code))
    assert number <= 2, statements


def test_a_code_is_redeemed_in_one_by_a_client_with_a_secret(basic_rp, citizen, cost):
    basic_rp.tokens(citizen)
    code = basic_rp.authorize().code
    number, statements = cost(lambda: basic_rp.redeem(code))
    assert number <= 1, statements


def test_userinfo_takes_two_of_which_one_is_the_ledger(warm, cost):
    token = warm.redeem(warm.authorize().code)["access_token"]
    number, statements = cost(lambda: warm.userinfo(token))
    assert number <= 2, statements


def test_introspection_takes_one(basic_rp, citizen, cost):
    tokens = basic_rp.tokens(citizen)
    for name in ("access_token", "refresh_token"):
        number, statements = cost(lambda name=name: basic_rp.introspect(tokens[name]))
        assert number <= 1, statements


def test_refreshing_takes_two_of_which_one_marks_the_assertion(warm, cost):
    token = warm.redeem(warm.authorize().code)["refresh_token"]
    number, statements = cost(lambda: warm.refresh(token))
    assert number <= 2, statements


def test_client_credentials_take_two(provider, cost):
    client = factories.a_client(provider.services, grant_types=["client_credentials"], scope="openid x:read")
    rp = RP(provider, client)
    rp.call("/token", grant_type="client_credentials")
    number, statements = cost(lambda: rp.call("/token", grant_type="client_credentials"))
    assert number <= 2, statements


@pytest.mark.parametrize(
    "path", ["/jwks", "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"]
)
def test_documents_take_none(provider, cost, path):
    assert cost(lambda: provider.get(path))[0] == 0


def test_an_unknown_token_at_userinfo_takes_none(provider, warm):
    with counted(provider.database) as statements:
        for token in ("x", "a.b.c", "e30.e30.e30"):
            warm.userinfo(token)
    assert statements == []


def test_a_proof_adds_one_statement_and_no_more(dpop_rp, citizen, cost):
    tokens = dpop_rp.tokens(citizen)
    dpop_rp.userinfo(tokens["access_token"])
    code = dpop_rp.authorize().code
    for most, call in (
        (3, lambda: dpop_rp.redeem(code)),
        (3, lambda: dpop_rp.userinfo(tokens["access_token"])),
        (3, lambda: dpop_rp.refresh(tokens["refresh_token"])),
    ):
        number, statements = cost(call)
        assert number <= most, statements


def test_a_wrong_proof_takes_none(provider, dpop_rp, citizen):
    token = dpop_rp.tokens(citizen)["access_token"]
    wrong = [dpop_rp.proof("PUT", USERINFO, token), dpop_rp.proof("GET", USERINFO, "other"), "x"]
    stolen = DpopRP(provider, dpop_rp.client).proof("GET", USERINFO, token)
    with counted(provider.database) as statements:
        for proof in (*wrong, stolen):
            assert dpop_rp.userinfo(token, proof).status == 401
    assert statements == []
