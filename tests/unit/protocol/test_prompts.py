"""What must the citizen still do? (OIDC Core §3.1.2.3, §3.1.2.4; decision 3)."""

import json
from datetime import timedelta

import pytest

from idp.protocol.authorize import assurance
from idp.protocol.authorize.prompts import PROMPTS, next_prompt
from idp.protocol.oauth.client import ClaimUse, Profile
from idp.protocol.oauth.errors import AccessDenied, LoginRequired, UnmetAuthenticationRequirements
from idp.protocol.oidc.acr import AAL1, AAL2, AAL3
from tests.unit.protocol.samples import (
    a_client,
    a_session,
    a_situation,
    ask,
    core_client,
    everything_given,
)


def page(**overrides):
    prompt = next_prompt(a_situation(**overrides))
    return prompt.name if prompt else None


def essential(*values):
    return json.dumps({"id_token": {"acr": {"essential": True, "values": list(values)}}})


def test_nothing_is_due_with_a_session_and_consent():
    assert page() is None


def test_each_prompt_has_its_silent_error():
    assert {prompt.name: prompt.silent.code for prompt in PROMPTS} == {
        "select-account": "account_selection_required",
        "register": "interaction_required",
        "login": "login_required",
        "mfa": "unmet_authentication_requirements",
        "confirm": "interaction_required",
        "consent": "consent_required",
    }


# login


def test_o011_without_a_session_login_is_due():
    assert page(session=None, authorization=None) == "login"
    prompt = next_prompt(a_situation(request=ask(prompt="none"), session=None))
    assert prompt is not None
    assert prompt.refusal().code == "login_required"


def test_o015_prompt_login_is_due_until_the_citizen_signed_in_here():
    assert page(request=ask(prompt="login")) == "login"
    assert page(request=ask(prompt="login"), session=a_session(login_at_interaction=True)) is None


@pytest.mark.parametrize(("max_age", "due"), [("0", "login"), ("60", "login"), ("600", None), ("3600", None)])
def test_o014_max_age_is_compared_with_the_last_sign_in(max_age, due):
    assert page(request=ask(max_age=max_age)) == due


def test_max_age_0_is_never_satisfied_by_an_earlier_sign_in():
    now = timedelta(0)
    assert page(request=ask(max_age="0"), session=a_session(now)) == "login"
    assert page(request=ask(max_age="0"), session=a_session(now, login_at_interaction=True)) is None


def test_a13_another_account_than_hinted_signs_in_first():
    assert page(hint_account_matches=False) == "login"
    assert page(hint_account_matches=True) is None


def test_a15_another_account_even_after_signing_in_is_refused():
    with pytest.raises(LoginRequired):
        page(hint_account_matches=False, session=a_session(login_at_interaction=True))


def test_an_isolated_client_wants_its_own_sign_in_the_first_time():
    client = a_client(isolated_sso=True)
    assert page(client=client) == "login"
    assert page(client=client, client_in_session=True) is None
    assert page(client=client, session=a_session(login_at_interaction=True)) is None


# select account, register


def test_select_account_is_due_until_chosen():
    request = ask(prompt="select_account")
    assert page(request=request) == "select-account"
    assert page(request=request, account_chosen=True) is None
    assert page(request=request, session=None) == "login"


def test_select_account_then_login():
    request = ask(prompt="select_account login")
    assert page(request=request) == "select-account"
    assert page(request=request, account_chosen=True) == "login"


def test_prompt_create_opens_the_registration():
    assert page(request=ask(prompt="create"), session=None) == "register"
    assert page(request=ask(prompt="create")) == "register"
    assert page(request=ask(prompt="create"), session=a_session(login_at_interaction=True)) is None


# step-up


def test_national_clients_need_aal2():
    assert page(session=a_session(acr=AAL1)) == "mfa"
    assert page(session=a_session(acr=AAL1), client=core_client()) is None


def test_a_known_acr_value_prompts_step_up():
    session = a_session(acr=AAL1)
    assert page(session=session, client=core_client(), request=ask(acr_values=AAL2)) == "mfa"
    assert page(request=ask(acr_values=AAL3), reachable_acr=AAL3) == "mfa"


def test_unknown_acr_values_are_ignored():
    assert page(request=ask(acr_values="urn:x urn:y")) is None


def test_out_of_reach_is_an_error_for_national_and_the_true_acr_for_oidc_core():
    request = ask(acr_values=AAL3)
    with pytest.raises(UnmetAuthenticationRequirements):
        page(request=request)
    assert page(request=request, client=core_client()) is None


@pytest.mark.parametrize("client", [a_client(), core_client()])
def test_an_essential_acr_out_of_reach_is_always_an_error(client):
    with pytest.raises(UnmetAuthenticationRequirements):
        page(request=ask(claims=essential(AAL3)), client=client)


@pytest.mark.parametrize("client", [a_client(), core_client(min_acr=AAL2)])
def test_the_floor_of_a_client_out_of_reach_is_an_error(client):
    with pytest.raises(UnmetAuthenticationRequirements):
        page(session=a_session(acr=AAL1), client=client, reachable_acr=AAL1)


def test_login_comes_before_any_refusal_about_assurance():
    assert page(session=None, reachable_acr=AAL1, request=ask(claims=essential(AAL3))) == "login"


def test_what_was_done_is_in_reach_even_if_the_factor_is_gone():
    assert page(session=a_session(acr=AAL2), reachable_acr=AAL1) is None


def test_a9_the_first_value_within_reach_counts_but_silently_any_will_do():
    client, session = core_client(), a_session(acr=AAL1)
    asked = {"acr_values": f"{AAL3} {AAL2} {AAL1}"}
    assert page(client=client, session=session, request=ask(**asked)) == "mfa"
    assert page(client=client, session=session, request=ask(prompt="none", **asked)) is None


def test_the_registered_default_counts_where_none_is_asked():
    client = core_client(default_acr_values=(AAL2,))
    assert page(client=client, session=a_session(acr=AAL1)) == "mfa"


@pytest.mark.parametrize(
    ("overrides", "done", "stated"),
    [
        ({}, AAL2, AAL2),
        ({"acr_values": AAL1}, AAL2, AAL1),
        ({"acr_values": AAL3}, AAL2, AAL2),
        ({"acr_values": f"{AAL1} {AAL2}"}, AAL3, AAL2),
        ({"claims": essential(AAL1), "acr_values": AAL2}, AAL2, AAL1),
        ({"acr_values": "urn:x"}, AAL1, AAL1),
    ],
)
def test_core_5_5_1_1_the_stated_acr_is_an_asked_one_and_never_more_than_done(overrides, done, stated):
    assert assurance.stated(ask(**overrides), a_client(), done) == stated


# roles


def test_a_missing_role_is_access_denied_after_signing_in():
    client = a_client(required_role="civil_servant")
    with pytest.raises(AccessDenied):
        page(client=client)
    assert page(client=client, roles=frozenset({"civil_servant"})) is None
    assert page(client=client, session=None) == "login"


# consent


def test_o012_without_authorization_consent_is_due():
    assert page(authorization=None) == "consent"


def test_a_new_scope_or_claim_asks_again():
    given = everything_given(scope=frozenset({"openid"}))
    assert page(authorization=given) == "consent"
    assert page(authorization=everything_given(granted=frozenset({"name"}))) == "consent"


def test_what_was_declined_is_not_asked_again_unless_it_became_required():
    client = a_client(claims={"name": ClaimUse(), "email": ClaimUse()}, scopes=("openid", "profile", "email"))
    request = ask(scope="openid profile email")
    given = everything_given(granted=frozenset({"name"}), declined=frozenset({"email"}))
    assert page(client=client, request=request, authorization=given) is None
    stricter = a_client(claims={"name": ClaimUse(), "email": ClaimUse(required=True)}, scopes=client.scopes)
    assert page(client=stricter, request=request, authorization=given) == "consent"


def test_a11_prompt_consent_is_due_until_given_here():
    request = ask(prompt="consent")
    assert page(request=request) == "consent"
    assert page(request=request, authorization=everything_given(given_at_interaction=True)) is None


def test_specific_data_asks_each_time():
    client = a_client(
        profile=Profile.FAPI2, scopes=("openid", "health"), claims={"bpjs_number": ClaimUse(required=True)}
    )
    request = ask(client=a_client(scopes=("openid", "health")), scope="openid health")
    assert page(client=client, request=request) == "consent"
    assert (
        page(client=client, request=request, authorization=everything_given(given_at_interaction=True))
        is None
    )


# confirm


def test_a_request_of_another_screen_is_confirmed_before_consent_is_asked():
    assert page(confirmed=False) == "confirm"
    assert page(confirmed=False, session=None) == "login"
