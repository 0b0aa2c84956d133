"""After we may redirect: one check after the other (OIDC Core §3.1.2)."""

import json

import pytest

from idp.protocol.authorize.checks import CHECKS, Policy
from idp.protocol.authorize.request import AuthorizationRequest
from idp.protocol.oauth.client import Environment, Profile
from idp.protocol.oauth.errors import (
    InvalidRequest,
    InvalidScope,
    ProtocolError,
    RegistrationNotSupported,
    RequestNotSupported,
    RequestUriNotSupported,
    UnauthorizedClient,
    UnmetAuthenticationRequirements,
    UnsupportedResponseType,
)
from tests.unit.protocol.samples import CHALLENGE, a_client, ask, core_client, query, resolved

NO_PKCE = {"code_challenge": None, "code_challenge_method": None}


def refused(error: type[ProtocolError], **overrides: object) -> ProtocolError:
    with pytest.raises(error) as caught:
        ask(**overrides)
    return caught.value


def test_a_good_request_becomes_a_value():
    request = ask()
    assert request.client_id == "tax"
    assert request.scope == ("openid", "profile")
    assert (request.nonce, request.reply_to.state) == ("no", "st")
    assert request.code_challenge is not None
    assert request.code_challenge.value == CHALLENGE
    assert request.is_openid


def test_unknown_parameters_are_ignored():
    assert ask(foo="bar", utm_source="x") == ask()


@pytest.mark.parametrize("name", ["state", "scope", "nonce", "response_type", "prompt"])
def test_o009_a_repeated_parameter_is_invalid_request(name):
    from idp.protocol.authorize.checks import validate
    from idp.protocol.oauth.parameters import collect

    pairs = [*query(), (name, "one"), (name, "two")]
    client, reply_to = resolved(pairs)
    with pytest.raises(InvalidRequest):
        validate(collect(pairs), client, reply_to, Policy())


# response_type, response_mode


@pytest.mark.parametrize(
    "value", ["token", "id_token", "id_token token", "code token", "code id_token", "bogus", "CODE"]
)
def test_o005_only_code_is_supported(value):
    refused(UnsupportedResponseType, response_type=value)


def test_a4_no_response_type_is_invalid_request():
    refused(InvalidRequest, response_type=None)


def test_a5_a_client_without_the_code_grant_is_unauthorized():
    refused(UnauthorizedClient, client=a_client(grant_types=("client_credentials",)))
    refused(UnauthorizedClient, client=a_client(response_types=()))


@pytest.mark.parametrize("mode", ["fragment", "web_message", "form_post.jwt", "jwt", "QUERY"])
def test_o019_other_response_modes_are_invalid_request(mode):
    assert refused(InvalidRequest, response_mode=mode).parameter == "response_mode"


# request objects, PAR


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("request", RequestNotSupported),
        ("request_uri", RequestUriNotSupported),
        ("registration", RegistrationNotSupported),
    ],
)
def test_o020_request_objects_are_refused_never_ignored(name, error):
    refused(error, **{name: "x", "response_type": None})


def test_a30_a_fapi_client_must_push():
    client = a_client(profile=Profile.FAPI2)
    refused(InvalidRequest, client=client)
    assert ask(client=client, policy=Policy(pushed=True))


# scope


def test_o018_scope_is_narrowed_to_the_registration():
    assert ask(scope="openid admin_all profile").scope == ("openid", "profile")


@pytest.mark.parametrize("scope", [None, "admin_all", " ", 'openid "x"'])
def test_no_usable_scope_is_invalid_scope(scope):
    refused(InvalidScope, scope=scope)


def test_without_openid_it_is_plain_oauth():
    assert not ask(scope="profile").is_openid


@pytest.mark.parametrize(
    ("overrides", "offline"),
    [
        ({"scope": "openid offline_access", "prompt": "consent"}, True),
        ({"scope": "openid offline_access", "prompt": "login consent"}, True),
        ({"scope": "openid offline_access"}, False),
        ({"scope": "openid offline_access", "prompt": "none"}, False),
        ({"scope": "profile offline_access", "prompt": "consent"}, False),
    ],
)
def test_core_11_offline_access_needs_prompt_consent(overrides, offline):
    assert ask(**overrides).wants_offline is offline


def test_core_11_offline_access_needs_the_refresh_grant():
    client = a_client(grant_types=("authorization_code",))
    assert not ask(client=client, scope="openid offline_access", prompt="consent").wants_offline


# PKCE and nonce by profile (decision 12)


@pytest.mark.parametrize(
    "client",
    [
        a_client(),
        a_client(token_endpoint_auth_method="none"),
        a_client(environment=Environment.SANDBOX),
        core_client(token_endpoint_auth_method="none"),
        core_client(token_endpoint_auth_method="none", environment=Environment.SANDBOX),
    ],
)
def test_o026_pkce_is_required(client):
    assert refused(InvalidRequest, client=client, **NO_PKCE).parameter == "code_challenge"


def test_a_confidential_oidc_core_client_needs_pkce_or_a_nonce_in_production():
    client = core_client(token_endpoint_auth_method="client_secret_basic")
    assert ask(client=client, **NO_PKCE).code_challenge is None
    assert ask(client=client, nonce=None).nonce is None
    refused(InvalidRequest, client=client, nonce=None, **NO_PKCE)
    refused(InvalidRequest, client=client, scope="profile", **NO_PKCE)


def test_a7_in_the_sandbox_oidc_core_keeps_the_nonce_optional():
    client = core_client(token_endpoint_auth_method="client_secret_basic", environment=Environment.SANDBOX)
    assert ask(client=client, nonce=None, **NO_PKCE).nonce is None


@pytest.mark.parametrize(
    "pkce",
    [
        {"code_challenge_method": "plain"},
        {"code_challenge_method": None},
        {"code_challenge_method": "s256"},
        {"code_challenge": None},
        {"code_challenge": "short"},
        {"code_challenge": CHALLENGE + "="},
    ],
)
@pytest.mark.parametrize(
    "client", [a_client(), core_client(token_endpoint_auth_method="client_secret_basic")]
)
def test_o027_only_a_well_formed_s256_challenge_passes(client, pkce):
    refused(InvalidRequest, client=client, **pkce)


def test_a7_a_long_nonce_is_kept_or_refused_never_cut():
    assert ask(nonce="n" * 384).nonce == "n" * 384
    refused(InvalidRequest, nonce="n" * 5000)
    refused(InvalidRequest, nonce="a\nb")


# state


@pytest.mark.parametrize("state", ["a\r\nb", "a\x00b", "s" * 8192, "s" * 65536])
def test_o022_a_bad_or_oversized_state_is_invalid_request(state):
    assert refused(InvalidRequest, state=state).parameter == "state"


# prompt


@pytest.mark.parametrize("value", ["login", "consent", "select_account", "create", "none", "login consent"])
def test_known_prompt_values(value):
    assert ask(prompt=value).prompt == frozenset(value.split())


@pytest.mark.parametrize(
    "value", ["bogus", "none login", "login none consent", "none create", "NONE", "login bogus"]
)
def test_o013_unknown_or_contradicting_prompts_are_invalid_request(value):
    assert refused(InvalidRequest, prompt=value).parameter == "prompt"


def test_create_is_unknown_where_registration_is_off():
    refused(InvalidRequest, prompt="create", policy=Policy(registration=False))


# max_age


@pytest.mark.parametrize(("text", "seconds"), [("0", 0), ("60", 60), ("007", 7), ("9" * 40, 10**9)])
def test_max_age_is_a_whole_number(text, seconds):
    request = ask(max_age=text)
    assert request.max_age == seconds
    assert request.wants_auth_time(a_client())


@pytest.mark.parametrize("text", ["-1", "abc", "1.5", "1e3", " 1", "+1", "١"])
def test_o014_anything_else_is_invalid_request(text):
    assert refused(InvalidRequest, max_age=text).parameter == "max_age"


def test_the_registered_default_counts_where_none_is_sent():
    client = a_client(default_max_age=300)
    assert ask(client=client).max_age == 300
    assert ask(client=client, max_age="5").max_age == 5


def test_i3_auth_time_is_wanted_by_registration_or_claim():
    claims = json.dumps({"id_token": {"auth_time": {"essential": True}}})
    assert not ask().wants_auth_time(a_client())
    assert ask().wants_auth_time(a_client(require_auth_time=True))
    assert ask(claims=claims).wants_auth_time(a_client())


# what never is an error (protocol.md A8)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("display", "hologram"),
        ("ui_locales", "xx-YY id <script>"),
        ("claims_locales", "!"),
        ("login_hint", "nobody@example.test"),
        ("acr_values", "urn:unknown 1"),
        ("id_token_hint", "zzz"),
    ],
)
def test_a8_hints_are_never_an_error(name, value):
    assert ask(**{name: value})


def test_ui_locales_keep_their_order_and_drop_nonsense():
    assert ask(ui_locales="jv <b> en-GB id").ui_locales == ("jv", "en-GB", "id")


# claims


@pytest.mark.parametrize(
    "text",
    [
        "notjson",
        "[]",
        "1",
        "null",
        '{"id_token": []}',
        '{"userinfo": "name"}',
        '{"id_token": {"acr": {"values": "x"}}}',
        '{"userinfo": {}, "userinfo": {"name": null}}',
        '{"userinfo": {"x": NaN}}',
        "[" * 4000,
        '{"userinfo": {"a": "' + "x" * 9000 + '"}}',
    ],
)
def test_a_malformed_claims_parameter_is_invalid_request(text):
    assert refused(InvalidRequest, claims=text).parameter == "claims"


def test_a14_all_forms_of_a_claim_are_understood_and_unknown_ones_ignored():
    request = ask(
        claims=json.dumps(
            {
                "userinfo": {"name": None, "email": {"essential": True}, "http://x/🙂": {"essential": True}},
                "id_token": {"acr": {"values": ["a", "b"]}, "birthdate": {"value": "x", "odd": 1}},
                "elsewhere": 1,
            }
        )
    )
    assert request.claims.userinfo["email"].essential
    assert not request.claims.userinfo["name"].essential
    assert request.claims.acr_values == ("a", "b")
    assert request.claims.id_token["birthdate"].value == "x"


def test_o017_an_essential_acr_nobody_knows_is_unmet():
    claims = json.dumps({"id_token": {"acr": {"essential": True, "values": ["urn:unknown"]}}})
    refused(UnmetAuthenticationRequirements, claims=claims)
    voluntary = json.dumps({"id_token": {"acr": {"values": ["urn:unknown"]}}})
    assert ask(claims=voluntary)
    assert ask(claims=json.dumps({"id_token": {"acr": {"essential": True}}}))


def test_a15_a_wanted_subject_is_found_in_either_place():
    claims = json.dumps({"id_token": {"sub": {"value": "s1"}}, "userinfo": {"sub": {"values": ["s2"]}}})
    assert ask(claims=claims).claims.subjects == ("s2", "s1")


# storage


def test_a_request_survives_storage_as_json():
    request = ask(
        claims=json.dumps({"id_token": {"acr": {"essential": True, "values": ["urn:gerbang:acr:aal2"]}}}),
        prompt="login consent",
        max_age="0",
        ui_locales="id en",
        claims_locales="en",
        login_hint="budi",
        id_token_hint="e30.e30.x",
        display="page",
        acr_values="urn:gerbang:acr:aal2",
        response_mode="form_post",
    )
    assert AuthorizationRequest.from_dict(json.loads(json.dumps(request.to_dict()))) == request
    bare = ask(state=None, nonce=None)
    assert AuthorizationRequest.from_dict(json.loads(json.dumps(bare.to_dict()))) == bare


def test_hints_do_not_print():
    assert "budi" not in repr(ask(login_hint="budi"))


def test_the_table_names_every_check_once():
    assert len(set(CHECKS)) == len(CHECKS)
    assert all(check.__doc__ for check in CHECKS)
