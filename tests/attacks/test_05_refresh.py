"""Attack catalogue, section 5: refresh tokens (O-050 to O-055)."""

import pytest

from tests import factories
from tests.dpop_rp import DpopRP
from tests.support import state


@pytest.mark.parametrize("who", ["rp", "public_rp"])
def test_o050_an_old_refresh_token_revokes_the_whole_family(provider, request, citizen, who):
    rp = request.getfixturevalue(who)
    tokens = rp.tokens(citizen)
    fresh = rp.refresh(tokens["refresh_token"])
    with provider.recorded("RefreshTokenReused", "TokenRefused") as events:
        assert rp.refresh(tokens["refresh_token"]).error == "invalid_grant"
    assert events[0].citizen_id == citizen.citizen_id, "the citizen sees it in the history"
    for answer in (tokens, fresh):
        assert rp.userinfo(answer["access_token"]).error == "invalid_token"
    assert rp.refresh(fresh["refresh_token"]).error == "invalid_grant"


def test_o051_another_client_s_refresh_token_is_worth_nothing_and_stays_alive(
    provider, rp, other_rp, citizen
):
    tokens = rp.tokens(citizen)
    with provider.unchanged("TokenRefused"):
        assert other_rp.refresh(tokens["refresh_token"]).error == "invalid_grant"
    fresh = rp.refresh(tokens["refresh_token"])
    with provider.unchanged("TokenRefused"):
        assert other_rp.refresh(tokens["refresh_token"]).error == "invalid_grant"
    assert rp.userinfo(fresh["access_token"]).ok, "a stranger's replay revokes nothing"


def test_o052_more_scope_than_granted_is_refused_and_the_token_is_not_spent(provider, rp, citizen):
    tokens = rp.tokens(citizen, scope="openid email")
    with provider.unchanged("TokenRefused"):
        assert rp.refresh(tokens["refresh_token"], scope="openid email phone").error == "invalid_scope"
    assert rp.refresh(tokens["refresh_token"], scope="openid").ok


@pytest.mark.parametrize("fate", ["logout", "withdrawal", "suspension", "lock", "erasure"])
def test_o053_a_refresh_token_dies_with_what_it_rests_on(provider, rp, citizen, services, fate):
    tokens = rp.tokens(citizen)
    match fate:
        case "logout":
            factories.sign_out(services, citizen)
        case "withdrawal":
            factories.withdraw(services, citizen, rp.client.client_id)
        case "suspension":
            factories.suspend(services, rp.client.client_id)
        case "lock":
            factories.lock(services, citizen)
        case "erasure":
            factories.erase(services, citizen)
    with provider.unchanged("TokenRefused"):
        answer = rp.refresh(tokens["refresh_token"])
    assert (answer.status, answer.error) == (400, "invalid_grant")


def test_o054_the_absolute_limit_holds_however_often_it_is_used(rp, citizen, clock, services):
    token = rp.tokens(citizen)["refresh_token"]
    for _ in range(3):
        clock.advance(hours=6)
        token = rp.refresh(token)["refresh_token"]
    clock.advance(hours=6)
    assert rp.refresh(token).error == "invalid_grant", "online: the session's 24 hours"


def test_o055_a_client_that_does_not_rotate_can_retry(provider, rp, citizen, services):
    rp = DpopRP(provider, rp.client)
    tokens = rp.tokens(citizen)
    factories.amend(services, rp.client.client_id, profile_name="fapi2")
    first = rp.refresh(tokens["refresh_token"])
    second = rp.refresh(tokens["refresh_token"])
    assert first.ok
    assert second.ok
    assert first["refresh_token"] == second["refresh_token"] == tokens["refresh_token"]
    assert state.rows(provider.database, "family")[0]["revoked_at"] is None


def test_a_forged_secret_with_the_right_family_and_generation_revokes_nothing(provider, rp, citizen):
    tokens = rp.tokens(citizen)
    genuine = tokens["refresh_token"]
    forged = genuine[:-8] + ("AAAAAAAA" if genuine[-8:] != "AAAAAAAA" else "BBBBBBBB")
    with provider.unchanged("TokenRefused"):
        assert rp.refresh(forged).error == "invalid_grant"
    assert rp.refresh(genuine).ok
