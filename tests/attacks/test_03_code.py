"""Attack catalogue, section 3: the authorization code (O-031 to O-037)."""

import hashlib

from tests import factories
from tests.rp import RP
from tests.support import state
from tests.support.race import race
from tests.support.together import outcomes


def test_o031_a_code_redeemed_twice_revokes_its_tokens(provider, rp, citizen, clock):
    code = rp.sign_in(citizen).code
    tokens = rp.redeem(code)
    clock.advance(seconds=30)
    with provider.recorded("CodeReplayed", "TokenRefused") as events:
        answer = rp.redeem(code)
    assert (answer.status, answer.error) == (400, "invalid_grant")
    assert events[0].client_id == rp.client.client_id
    assert events[0].citizen_id == citizen.citizen_id
    assert rp.introspect(tokens["access_token"]).json == {"active": False}
    assert rp.introspect(tokens["refresh_token"]).json == {"active": False}
    assert rp.userinfo(tokens["access_token"]).error == "invalid_token"
    assert rp.refresh(tokens["refresh_token"]).error == "invalid_grant"


def test_o031_even_long_after_and_only_what_that_code_gave(provider, rp, citizen, clock):
    code = rp.sign_in(citizen).code
    tokens = rp.redeem(code)
    other = rp.redeem(rp.authorize().code)
    clock.advance(minutes=5)
    assert rp.redeem(code).error == "invalid_grant"
    assert rp.userinfo(tokens["access_token"]).status == 401
    assert rp.userinfo(other["access_token"]).ok


def test_o032_a_code_dies_after_a_minute(provider, rp, citizen, clock):
    early, late = rp.sign_in(citizen).code, rp.authorize().code
    clock.advance(seconds=59)
    assert rp.redeem(early).ok
    clock.advance(seconds=2)
    with provider.unchanged("TokenRefused"):
        assert rp.redeem(late).error == "invalid_grant"


def test_o033_a_code_of_another_client_is_worth_nothing_and_stays_whole(provider, rp, other_rp, citizen):
    code = rp.sign_in(citizen).code
    with provider.unchanged("TokenRefused") as _nothing:
        answer = other_rp.redeem(code, redirect_uri=rp.client.redirect_uri)
    assert (answer.status, answer.error) == (400, "invalid_grant")
    assert rp.redeem(code).ok, "the owner can still use it"
    with provider.unchanged("TokenRefused"):
        assert other_rp.redeem(code).error == "invalid_grant"
    assert state.rows(provider.database, "family")[0]["revoked_at"] is None, (
        "a stranger's replay revokes nothing"
    )


def test_o034_another_redirect_uri_of_the_same_client_or_none_is_refused(provider, citizen):
    uris = [factories.REDIRECT, "https://agency.example/second"]
    rp = RP(provider, factories.a_client(provider.services, redirect_uris=uris))
    rp.sign_in(citizen)
    for redirect_uri in (uris[1], None):
        code = rp.authorize().code
        with provider.unchanged("TokenRefused", tables=("family",)):
            assert rp.redeem(code, redirect_uri=redirect_uri).error == "invalid_grant"


def test_o035_twenty_at_once_get_one_family_at_most(provider, rp, citizen):
    code = rp.sign_in(citizen).code
    found = outcomes(race([lambda: rp.redeem(code) for _ in range(20)]))
    assert found["200"] <= 1
    assert found["200"] + found["400 invalid_grant"] == 20
    assert provider.count("family") == 1
    assert state.rows(provider.database, "family")[0]["revoke_reason"] == "code_replayed"


def test_o036_only_a_digest_of_the_code_is_kept(provider, rp, citizen):
    code = rp.sign_in(citizen).code
    tokens = rp.redeem(code)
    rows = state.rows(provider.database, "authorization_code") + state.rows(provider.database, "family")
    kept = repr(rows) + repr(state.rows(provider.database, "browser_session"))
    secrets = (code, tokens["refresh_token"], tokens["access_token"], rp.browser.cookie("__Host-gerbang"))
    for secret in secrets:
        assert secret not in kept
        assert secret.partition(".")[2][:24] not in kept
    digest = state.rows(provider.database, "authorization_code")[0]["digest"]
    assert bytes(digest) == hashlib.sha256(code.encode()).digest()
    assert len(code.partition(".")[2]) == 43, "256 bits"


def test_o037_a_failed_authentication_does_not_spend_the_code(provider, citizen):
    client = factories.a_client(provider.services, token_endpoint_auth_method="client_secret_post")
    rp = RP(provider, client)
    code = rp.sign_in(citizen).code
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": client.redirect_uri,
        "code_verifier": "verifier-0123456789-0123456789-0123456789-ABCDEF",
        "client_id": client.client_id,
    }
    with provider.unchanged("ClientAuthenticationFailed"):
        wrong = provider.post("/token", data=form | {"client_secret": "wrong"})
    assert (wrong.status, wrong.error) == (401, "invalid_client")
    assert provider.post("/token", data=form | {"client_secret": factories.SECRET}).ok


def test_o037_a_code_is_worth_nothing_once_what_it_rests_on_is_gone(provider, rp, citizen, services):
    fates = (
        lambda: factories.sign_out(services, citizen),
        lambda: factories.withdraw(services, citizen, rp.client.client_id),
        lambda: factories.lock(services, citizen),
    )
    for fate in fates:
        code = rp.sign_in(citizen).code
        fate()
        with provider.unchanged("TokenRefused", tables=("family", "release")):
            assert rp.redeem(code).error == "invalid_grant"
