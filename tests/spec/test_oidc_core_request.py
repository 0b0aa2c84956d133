"""OpenID Connect Core 1.0: the authentication request (sections 3.1.2, 5.5, 6)."""

import json
import re

import pytest

from idp.domain.citizens.models import Role
from tests import factories
from tests.rp import RP
from tests.support.databases import sqlite_only

pytestmark = sqlite_only

AAL1, AAL2, AAL3 = (f"urn:gerbang:acr:aal{level}" for level in (1, 2, 3))


def essential_acr(*values):
    return json.dumps({"id_token": {"acr": {"essential": True, "values": values}}})


@pytest.fixture
def siti(services):
    """Siti with a password and an authenticator."""
    return factories.a_citizen(services, signs_in=True)


# --- 3.1.2.1 parameters that never hurt ---


@pytest.mark.parametrize(
    "extra",
    [
        {"display": "popup"},
        {"display": "hologram"},
        {"ui_locales": "xx-unknown id en"},
        {"ui_locales": "*** \u00e9"},
        {"claims_locales": "fr"},
        {"login_hint": "somebody@contoh.id"},
        {"acr_values": "urn:example:unknown"},
    ],
)
def test_3_1_2_1_display_locales_hints_and_unknown_acr_values_are_no_error(rp, citizen, extra):
    assert rp.sign_in(citizen, **extra).code


def test_3_1_2_1_ui_locales_choose_the_language_of_the_page(rp):
    assert '<html lang="en"' in rp.begin(ui_locales="xx en").text
    assert '<html lang="id"' in rp.begin(ui_locales="id").text


def test_3_1_2_1_what_the_citizen_chose_comes_before_the_wish_of_a_client(rp):
    rp.browser.get("/help?ui_locales=jv")
    assert '<html lang="jv"' in rp.begin(ui_locales="en").text
    assert '<html lang="jv"' in rp.browser.get("/register").text


def test_registration_2_the_pages_link_the_policy_and_the_terms_of_who_asks(rp, services):
    policy, terms = "https://agency.example/policy", "https://agency.example/terms"
    assert not {policy, terms} & set(re.findall(r'href="([^"]+)"', rp.begin().text))
    factories.amend(services, rp.client.client_id, policy_uri=policy, tos_uri=terms)
    assert {policy, terms} <= set(re.findall(r'href="([^"]+)"', rp.begin().text))


def test_3_1_2_1_login_hint_fills_in_the_name(rp):
    page = rp.begin(login_hint="siti@contoh.id")
    assert dict(page.forms["login-form"].fields)["identifier"] == "siti@contoh.id"


# --- 3.1.2.1 prompt ---


def test_3_1_2_1_prompt_none_succeeds_at_once_when_nothing_is_due(rp, citizen):
    rp.sign_in(citizen)
    assert rp.authorize(prompt="none").code


def test_3_1_2_6_prompt_none_never_shows_a_page(provider, rp, citizen):
    with provider.unchanged("AuthorizationRefused"):
        assert rp.authorize(prompt="none").error == "login_required"
    rp.browser.sign_in(citizen)
    with provider.unchanged("AuthorizationRefused"):
        assert rp.authorize(prompt="none").error == "consent_required"
    assert provider.count("interaction") == 0


def test_3_1_2_6_prompt_none_with_more_data_than_consented_is_consent_required(rp, citizen):
    rp.sign_in(citizen)
    assert rp.authorize(prompt="none", scope="openid profile phone").error == "consent_required"
    assert rp.authorize(prompt="none", scope="openid email").code, "less is fine"


@pytest.mark.parametrize("prompt", ["none login", "login none", "none consent", "unheard_of"])
def test_3_1_2_1_none_stands_alone_and_unknown_values_are_refused(rp, prompt):
    assert rp.authorize(prompt=prompt).error == "invalid_request"


def test_3_1_2_1_prompt_login_asks_again_and_moves_auth_time(rp, siti, clock):
    first = rp.id_token(rp.tokens(siti, max_age=3600))
    clock.advance(minutes=3)
    page = rp.begin(prompt="login", max_age=3600)
    page = rp.browser.give_password(page, siti)
    answer = rp.browser.give_code(page, siti)
    second = rp.id_token(rp.redeem(answer.code))
    assert second["sub"] == first["sub"]
    assert second["auth_time"] == first["auth_time"] + 180


def test_3_1_2_1_prompt_consent_asks_again(rp, citizen, clock):
    rp.sign_in(citizen)
    clock.advance(minutes=1)
    page = rp.begin(prompt="consent")
    assert page.page == "consent"
    assert rp.browser.submit(page, "consent-form", "consent-allow").code


def test_3_1_2_1_prompt_select_account_lets_the_citizen_choose(rp, citizen, clock):
    rp.sign_in(citizen)
    clock.advance(minutes=1)
    page = rp.begin(prompt="select_account")
    assert page.page == "select-account"
    assert citizen.name in page.text
    data = {
        "account": str(citizen.account_id),
        "csrf_token": dict(page.forms["account-form"].fields)["csrf_token"],
    }
    assert rp.browser.follow(rp.browser.post(page.forms["account-form"].action, data=data)).code


def test_3_1_2_1_choosing_another_account_signs_this_one_out(provider, rp, citizen, clock):
    rp.sign_in(citizen)
    clock.advance(minutes=1)
    page = rp.begin(prompt="select_account")
    form = page.forms["account-form"]
    data = {"account": "other", "csrf_token": dict(form.fields)["csrf_token"]}
    with provider.recorded("SessionEnded"):
        assert rp.browser.follow(rp.browser.post(form.action, data=data)).page == "login"
    assert rp.authorize(prompt="none").error == "login_required"


# --- 3.1.2.1 max_age ---


def test_3_1_2_1_max_age_within_reach_is_silent_and_tells_auth_time(rp, citizen, clock):
    rp.sign_in(citizen)
    clock.advance(minutes=10)
    claims = rp.id_token(rp.redeem(rp.authorize(max_age=600).code))
    assert claims["auth_time"] == int(clock().timestamp()) - 600
    assert rp.begin(max_age=599).page == "login"
    assert rp.authorize(max_age=599, prompt="none").error == "login_required"


def test_3_1_2_1_max_age_0_always_asks(rp, siti, clock):
    rp.sign_in(siti)
    clock.advance(seconds=40)
    answer = rp.browser.give_code(rp.browser.give_password(rp.begin(max_age=0), siti), siti)
    assert rp.id_token(rp.redeem(answer.code))["auth_time"] == int(clock().timestamp())


def test_2_auth_time_is_told_only_when_asked(provider, rp, citizen):
    assert "auth_time" not in rp.id_token(rp.tokens(citizen))
    asked = json.dumps({"id_token": {"auth_time": {"essential": True}}})
    assert rp.id_token(rp.redeem(rp.authorize(claims=asked).code))["auth_time"]
    factories.amend(provider.services, rp.client.client_id, require_auth_time=True)
    assert rp.id_token(rp.redeem(rp.authorize().code))["auth_time"]


def test_registration_2_default_max_age_counts_when_the_request_has_none(provider, rp, citizen, clock):
    rp.sign_in(citizen)
    factories.amend(provider.services, rp.client.client_id, default_max_age=60)
    clock.advance(seconds=61)
    assert rp.authorize(prompt="none").error == "login_required"
    assert rp.authorize(prompt="none", max_age=3000).code


@pytest.mark.parametrize("value", ["-1", "abc", "1.5", "\u0661", "+5"])
def test_3_1_2_1_max_age_is_a_whole_number(rp, value):
    assert rp.authorize(max_age=value).error == "invalid_request"


def test_3_1_2_1_a_huge_max_age_is_as_good_as_none(rp, citizen):
    assert rp.sign_in(citizen, max_age="9" * 40).code


# --- 3.1.2.1, 5.5.1.1 acr ---


def test_3_1_2_1_the_first_reachable_acr_asked_for_is_stated(rp, citizen):
    claims = rp.id_token(rp.tokens(citizen, acr_values=f"{AAL2} {AAL1}"))
    assert claims["acr"] == AAL2


def test_5_5_1_1_a_session_of_one_factor_steps_up(rp, siti):
    rp.browser.sign_in(siti, AAL1)
    page = rp.begin(acr_values=AAL2)
    assert page.page == "mfa"
    factories.a_consent(
        rp.provider.services, siti, rp.client.client_id, "openid profile email", ("name", "email")
    )
    answer = rp.browser.give_code(page, siti)
    claims = rp.id_token(rp.redeem(answer.code))
    assert claims["acr"] == AAL2
    assert set(claims["amr"]) >= {"pwd", "otp", "mfa"}


def test_5_5_1_1_an_essential_acr_out_of_reach_is_an_error_never_a_lower_acr(provider, rp, siti):
    rp.sign_in(siti)
    for request in ({"claims": essential_acr(AAL3)}, {"acr_values": AAL3}):
        with provider.unchanged("AuthorizationRefused"):
            answer = rp.authorize(**request)
        assert answer.error == "unmet_authentication_requirements"
    unknown = rp.authorize(claims=essential_acr("urn:example:unknown"))
    assert unknown.error == "unmet_authentication_requirements"


def test_decision_3_ready_made_software_gets_the_true_lower_acr_of_a_voluntary_wish(provider, siti):
    client = factories.a_client(provider.services, profile_name="oidc_core")
    rp = RP(provider, client)
    claims = rp.id_token(rp.tokens(siti, acr_values=AAL3))
    assert claims["acr"] == AAL2
    assert rp.authorize(claims=essential_acr(AAL3)).error == "unmet_authentication_requirements"


def test_decision_3_a_citizen_without_a_second_factor_cannot_reach_a_national_client(provider, rp, services):
    budi = factories.a_citizen(
        services, "Budi Santoso", None, signs_in=True, authenticator=False, email_confirmed=False
    )
    rp.browser.sign_in(budi, AAL1)
    assert rp.authorize().error == "unmet_authentication_requirements"


# --- 3.1.2.1 id_token_hint, 5.5.1 sub ---


def test_3_1_2_1_a_hint_of_the_signed_in_citizen_is_silent_even_expired(rp, citizen, clock):
    tokens = rp.tokens(citizen)
    clock.advance(minutes=30)
    assert rp.authorize(prompt="none", id_token_hint=tokens["id_token"]).code


def test_3_1_2_1_a_hint_of_somebody_else_is_login_required(provider, rp, citizen, bob):
    hint = rp.tokens(bob)["id_token"]
    rp.sign_in(citizen)
    with provider.unchanged("AuthorizationRefused"):
        assert rp.authorize(prompt="none", id_token_hint=hint).error == "login_required"


def test_3_1_2_1_with_a_hint_of_somebody_else_the_login_page_is_shown(rp, siti, bob, clock):
    hint = rp.tokens(bob)["id_token"]
    rp.sign_in(siti)
    clock.advance(minutes=1)
    page = rp.begin(id_token_hint=hint)
    assert page.page == "login"
    answer = rp.browser.give_password(page, siti)
    assert answer.error == "login_required", "the other citizen signed in again: no code for a third"


def test_3_1_2_1_a_hint_that_another_client_got_speaks_of_the_same_citizen(rp, other_rp, citizen):
    hint = other_rp.tokens(citizen)["id_token"]
    rp.sign_in(citizen)
    assert rp.authorize(prompt="none", id_token_hint=hint).code


def test_5_5_1_a_sub_asked_for_by_value_yields_no_other_citizen(rp, citizen, bob):
    other = rp.id_token(rp.tokens(bob))["sub"]
    mine = rp.id_token(rp.tokens(citizen))["sub"]
    for place in ("id_token", "userinfo"):
        asked = json.dumps({place: {"sub": {"value": other}}})
        assert rp.authorize(prompt="none", claims=asked).error == "login_required"
        assert rp.authorize(prompt="none", claims=json.dumps({place: {"sub": {"value": mine}}})).code


# --- 6 request objects, and who may use a service ---


@pytest.mark.parametrize(
    ("parameter", "error"),
    [
        ("request", "invalid_request_object"),
        ("request_uri", "request_uri_not_supported"),
        ("registration", "registration_not_supported"),
    ],
)
def test_6_what_cannot_be_processed_is_refused_and_never_ignored(rp, parameter, error):
    assert rp.authorize(**{parameter: "https://agency.example/request"}).error == error


def test_a_service_for_people_with_a_role_is_for_them_only(provider, rp, citizen, services, clock):
    factories.amend(services, rp.client.client_id, required_role="civil_servant")
    answer = rp.sign_in(citizen)
    assert answer.error == "access_denied"
    with services.database.unit_of_work() as db:
        db.add(
            Role(
                citizen_id=citizen.citizen_id,
                name="civil_servant",
                source="civil_service",
                valid_from=clock(),
            )
        )
    assert rp.authorize().code


def test_a_service_that_keeps_apart_asks_for_a_sign_in_of_its_own(
    provider, rp, other_rp, siti, services, clock
):
    other_rp.tokens(siti)
    factories.amend(services, rp.client.client_id, isolated_sso=True)
    factories.a_consent(services, siti, rp.client.client_id, "openid profile email", ("name", "email"))
    rp.browser = other_rp.browser
    clock.advance(minutes=1)
    assert rp.authorize(prompt="none").error == "login_required"
    answer = rp.browser.give_code(rp.browser.give_password(rp.begin(), siti), siti)
    assert rp.redeem(answer.code).ok
    assert rp.authorize(prompt="none").code, "it took part now"
