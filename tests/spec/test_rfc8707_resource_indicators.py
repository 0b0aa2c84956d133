"""RFC 8707: Resource Indicators for OAuth 2.0 (decision 11: a token is good at one audience, by default the issuer)."""

import pytest

from idp.domain.consent.models import Authorization
from idp.protocol.oauth.errors import InvalidTarget
from idp.protocol.oauth.resources import parse_resources
from tests import factories
from tests.rp import RP
from tests.support.databases import counted, postgresql_only, sqlite_only

HEALTH, SCHOOL = "https://api.health.example/v1", "https://api.school.example"


@pytest.fixture
def health(provider):
    client = factories.a_client(
        provider.services,
        "health",
        resource_uris=[HEALTH],
        redirect_uris=["https://health.example/callback"],
        **{"client_name": "Layanan Kesehatan", "client_name#en": "Health Service"},
    )
    return RP(provider, client)


@pytest.fixture
def school(provider):
    uris = {"resource_uris": [SCHOOL], "redirect_uris": ["https://school.example/callback"]}
    return RP(provider, factories.a_client(provider.services, "school", **uris))


@pytest.fixture
def robot(provider):
    """A client that acts for itself."""
    return RP(provider, factories.a_client(provider.services, "robot", grant_types=["client_credentials"]))


# --- 2: the parameter ---


@pytest.mark.parametrize(
    "resource",
    ["", "/v1", "api", "https://api.example/#part", "https://api.example/a b", "https://[::1", "x" * 501],
)
@sqlite_only
def test_2_a_resource_is_an_absolute_uri_without_fragment(provider, rp, citizen, resource):
    with pytest.raises(InvalidTarget):
        parse_resources([resource])
    if resource:
        rp.browser.sign_in(citizen)
        with provider.unchanged("AuthorizationRefused"):
            assert rp.authorize(resource=resource).error == "invalid_target"


def test_2_there_may_be_several_and_order_and_doubles_mean_nothing():
    assert parse_resources([HEALTH, SCHOOL, HEALTH]) == (HEALTH, SCHOOL)
    assert parse_resources(["urn:example:api"]) == ("urn:example:api",)
    with pytest.raises(InvalidTarget):
        parse_resources([f"https://api{number}.example" for number in range(11)])


# --- 2.1: the authorization request ---


@sqlite_only
def test_2_1_an_unknown_resource_is_invalid_target(provider, rp, citizen, health):
    rp.browser.sign_in(citizen)
    with provider.unchanged("AuthorizationRefused"):
        answer = rp.authorize(resource=(HEALTH, "https://api.elsewhere.example"))
        assert answer.error == "invalid_target"
        assert answer.params["state"] == "state-1"


@sqlite_only
@pytest.mark.parametrize("status", ["suspended", "retired"])
def test_2_1_a_resource_exists_while_an_active_client_serves_it(services, rp, citizen, health, status):
    assert rp.begin_signed_in(citizen, resource=HEALTH).page == "consent"
    factories.suspend(services, "health", status)
    services.refresher.check()
    assert rp.begin(resource=HEALTH).error == "invalid_target"


@sqlite_only
def test_2_1_a_resource_registered_later_is_known_when_the_registry_has_changed(
    services, rp, citizen, health
):
    assert rp.begin_signed_in(citizen, resource=SCHOOL).error == "invalid_target"
    factories.amend(services, "health", resource_uris=[HEALTH, SCHOOL])
    services.refresher.check()
    assert rp.begin(resource=SCHOOL).page == "consent"


# --- 2.2: the access token request ---


def test_2_2_without_a_resource_the_audience_is_the_issuer(rp, citizen, health):
    tokens = rp.tokens(citizen)
    assert rp.claims(tokens)["aud"] == factories.ISSUER
    assert rp.claims(rp.refresh(tokens["refresh_token"]))["aud"] == factories.ISSUER


def test_2_2_one_resource_asked_for_is_the_audience(rp, citizen, health):
    tokens = rp.tokens(citizen, resource=HEALTH)
    assert rp.claims(tokens)["aud"] == HEALTH
    assert rp.claims(rp.refresh(tokens["refresh_token"]))["aud"] == HEALTH


def test_2_2_of_several_the_client_picks_one_and_may_pick_another_later(rp, citizen, health, school):
    code = rp.sign_in(citizen, resource=(HEALTH, SCHOOL)).code
    first = rp.redeem(code, resource=SCHOOL)
    assert rp.claims(first)["aud"] == SCHOOL
    second = rp.refresh(first["refresh_token"], resource=HEALTH)
    assert rp.claims(second)["aud"] == HEALTH


@pytest.mark.parametrize("resource", [None, [HEALTH, SCHOOL], "https://api.health.example", "nonsense"])
def test_2_2_a_code_stays_usable_where_the_resource_does_not_fit(
    provider, rp, citizen, health, school, resource
):
    code = rp.sign_in(citizen, resource=(HEALTH, SCHOOL)).code
    with provider.unchanged("TokenRefused"):
        assert rp.redeem(code, resource=resource).error == "invalid_target"
    assert rp.redeem(code, resource=HEALTH).ok


def test_2_2_a_resource_that_was_not_granted_is_invalid_target(provider, rp, citizen, health, school):
    code = rp.sign_in(citizen, resource=HEALTH).code
    with provider.unchanged(*["TokenRefused"] * 2):
        assert rp.redeem(code, resource=SCHOOL).error == "invalid_target"
        assert rp.redeem(code, resource=factories.ISSUER).error == "invalid_target"
    plain = rp.authorize().code
    with provider.unchanged("TokenRefused"):
        assert rp.redeem(plain, resource=HEALTH).error == "invalid_target"
    assert rp.redeem(plain, resource=factories.ISSUER).ok, "what nobody narrows is for the issuer"


def test_2_2_a_refresh_token_stays_usable_where_the_resource_does_not_fit(
    provider, rp, citizen, health, school
):
    tokens = rp.tokens(citizen, resource=HEALTH)
    with provider.unchanged(*["TokenRefused"] * 3):
        for resource in (SCHOOL, factories.ISSUER, [HEALTH, SCHOOL]):
            assert rp.refresh(tokens["refresh_token"], resource=resource).error == "invalid_target"
    assert rp.refresh(tokens["refresh_token"], resource=HEALTH).ok


def test_2_2_the_issuer_is_a_resource_that_can_be_asked_for_beside_others(rp, citizen, health):
    code = rp.sign_in(citizen, resource=(factories.ISSUER, HEALTH)).code
    first = rp.redeem(code, resource=factories.ISSUER)
    assert rp.userinfo(first["access_token"]).ok
    second = rp.refresh(first["refresh_token"], resource=HEALTH)
    assert rp.userinfo(second["access_token"]).error == "invalid_token"


def test_2_2_a_client_acting_for_itself_names_one_known_resource(provider, robot, health, school):
    grant = {"grant_type": "client_credentials", "scope": "profile"}
    assert robot.claims(robot.call("/token", **grant, resource=HEALTH))["aud"] == HEALTH
    assert robot.claims(robot.call("/token", **grant))["aud"] == factories.ISSUER
    with provider.unchanged(*["TokenRefused"] * 3):
        for resource in ("https://api.elsewhere.example", [HEALTH, SCHOOL], f"{HEALTH}#x"):
            assert robot.call("/token", **grant, resource=resource).error == "invalid_target"


# --- 3: a token of one audience is no good at another ---


def test_3_userinfo_refuses_a_token_for_another_audience(provider, rp, citizen, health):
    tokens = rp.tokens(citizen, resource=HEALTH)
    with provider.unchanged():
        answer = rp.userinfo(tokens["access_token"])
        assert (answer.status, answer.error) == (401, "invalid_token")


def test_3_introspection_answers_the_client_that_serves_the_audience_and_no_other(
    provider, rp, citizen, health, school
):
    tokens = rp.tokens(citizen, resource=HEALTH)
    told = health.introspect(tokens["access_token"])
    assert told["active"] is True
    assert told["aud"] == HEALTH
    assert told["client_id"] == rp.client.client_id
    assert rp.introspect(tokens["access_token"])["active"] is True
    assert school.introspect(tokens["access_token"]).json == {"active": False}
    assert health.introspect(rp.refresh(tokens["refresh_token"])["refresh_token"]).json == {"active": False}


def test_3_the_audience_knows_the_citizen_by_the_subject_it_always_knew(rp, citizen, health):
    there = health.id_token(health.tokens(citizen))["sub"]
    tokens = rp.tokens(citizen, resource=HEALTH)
    assert rp.id_token(tokens)["sub"] != there
    assert rp.claims(tokens)["sub"] == there
    assert health.introspect(tokens["access_token"])["sub"] == there


def test_3_where_nobody_serves_the_audience_any_more_its_subject_is_nobodys(services, rp, citizen, health):
    there = health.id_token(health.tokens(citizen))["sub"]
    tokens = rp.tokens(citizen, resource=HEALTH)
    factories.suspend(services, "health", "retired")
    services.refresher.check()
    later = rp.refresh(tokens["refresh_token"])
    assert rp.claims(later)["sub"] not in (there, rp.id_token(tokens)["sub"])


# --- consent ---


def test_the_citizen_is_told_whose_service_is_called_and_asked_again_for_another(
    services, rp, citizen, health, school
):
    page = rp.begin_signed_in(citizen, resource=HEALTH)
    assert "Layanan Kesehatan" in page.text
    english = rp.begin(resource=HEALTH, ui_locales="en")
    assert "Health Service" in english.text
    assert rp.browser.submit(page, "consent-form", "consent-allow").code
    with services.database.unit_of_work() as db:
        assert db.query(Authorization).one().resource == HEALTH
    assert rp.authorize(prompt="none", resource=HEALTH).code
    assert rp.authorize(prompt="none").code
    assert rp.authorize(prompt="none", resource=SCHOOL).error == "consent_required"
    assert rp.browser.submit(rp.begin(resource=SCHOOL), "consent-form", "consent-allow").code
    assert rp.authorize(prompt="none", resource=(HEALTH, SCHOOL)).code, "what was given before still stands"


def test_a_clients_own_service_needs_no_word_of_the_citizen(rp, health, citizen):
    assert health.sign_in(citizen).code
    assert "Layanan lain" not in health.begin(prompt="consent", resource=HEALTH).text
    assert health.authorize(prompt="none", resource=HEALTH).code


def test_a_consent_without_the_service_does_not_do_in_another_tab(rp, citizen, health):
    rp.browser.sign_in(citizen)
    plain, reaching = rp.begin(), rp.begin(resource=HEALTH)
    assert rp.browser.submit(plain, "consent-form", "consent-allow").code
    assert rp.browser.submit(reaching, "consent-form", "consent-allow").code


# --- cost ---


@postgresql_only
def test_a_known_resource_costs_no_statement(provider, rp, citizen, health):
    rp.sign_in(citizen, resource=HEALTH)
    with counted(provider.database) as statements:
        code = rp.authorize(resource=HEALTH).code
    assert len(statements) <= 2, statements
    with counted(provider.database) as statements:
        tokens = rp.redeem(code, resource=HEALTH)
    assert len(statements) <= 2, statements
    health.introspect(tokens["access_token"])
    with counted(provider.database) as statements:
        health.introspect(tokens["access_token"])
    assert len(statements) <= 2, statements
