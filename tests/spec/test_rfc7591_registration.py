"""OAuth 2.0 Dynamic Client Registration (RFC 7591), behind an initial access token (protocol R1, R2, R7, R8)."""

import json

import pytest

from idp.domain.registry import initial_tokens, registrations
from idp.domain.registry.changes import NotAllowed
from tests.factories import ISSUER
from tests.rp import CHALLENGE
from tests.support import state
from tests.support.registering import (
    AGENCY,
    ENDPOINT,
    KEY,
    LIVE,
    SECRET,
    WEB,
    Manager,
    a_permit,
    bearer,
    register,
    registered,
)

REGISTRY = ("agency", "client", "client_change", "initial_access_token")


def stored(provider, client_id):
    return next(row for row in state.rows(provider.database, "client") if row["id"] == client_id)


# --- section 3.1: the request, and who may make it ---


def test_3_1_without_a_token_registration_is_refused_and_the_challenge_names_no_error(provider):
    with provider.unchanged(tables=REGISTRY):
        answer = register(provider, None)
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
    assert "error=" not in answer.headers["WWW-Authenticate"]


def test_3_1_a_wrong_token_is_invalid_token(provider):
    a_permit(provider)
    with provider.unchanged(tables=REGISTRY):
        answer = register(provider, "wrong")
    assert (answer.status, answer.error) == (401, "invalid_token")
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_o128_r7_a_used_an_expired_and_a_revoked_token_are_refused(provider, clock):
    once, late, gone = (a_permit(provider, uses=1) for _ in range(3))
    assert register(provider, once.text).status == 201
    now = provider.services.clock()
    with provider.database.unit_of_work() as db:
        initial_tokens.revoke(db, gone.token.id, by="rina", now=now)
    with provider.unchanged(tables=REGISTRY):
        for permit in (once, gone):
            assert register(provider, permit.text).error == "invalid_token"
        clock.advance(days=8)
        assert register(provider, late.text).error == "invalid_token"


def test_r7_a_token_is_kept_as_a_digest_and_says_for_whom(provider):
    permit = a_permit(provider)
    with provider.recorded("ClientRegistered", "InitialAccessTokenUsed") as events:
        answer = register(provider, permit.text)
    row = stored(provider, answer["client_id"])
    assert (row["agency_id"], row["environment"], row["status"]) == (AGENCY, "sandbox", "approved")
    assert row["registered_for"] == "rina"
    assert {e.client_id for e in events} == {answer["client_id"]}
    everything = repr(state.rows(provider.database, "initial_access_token")) + repr(row)
    assert permit.text not in everything
    assert answer["registration_access_token"] not in everything


def test_r7_a_refused_registration_spends_nothing(provider):
    permit = a_permit(provider, uses=1)
    assert register(provider, permit.text, redirect_uris=["http://agency.example/cb"]).status == 400
    assert register(provider, permit.text).status == 201


def test_r7_the_token_travels_in_the_header_only(provider):
    permit = a_permit(provider)
    answer = provider.post(
        f"{ENDPOINT}?access_token={permit.text}", json.dumps(WEB), content_type="application/json"
    )
    assert answer.status == 401


def test_r7_open_registration_is_a_setting_of_the_sandbox(database_url, tmp_path, clock):
    from tests import factories
    from tests.rp import Provider

    services = factories.a_deployment(database_url, tmp_path, clock, open_registration=True)
    try:
        provider = Provider(services)
        answer = register(provider, None)
        assert answer.status == 201
        assert stored(provider, answer["client_id"])["environment"] == "sandbox"
        assert register(provider, "wrong").status == 401
    finally:
        services.close()


def test_3_1_the_content_type_is_json(provider):
    permit = a_permit(provider)
    answer = provider.post(ENDPOINT, data=WEB, headers=bearer(permit.text))
    assert (answer.status, answer.error) == (400, "invalid_client_metadata")


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "null", '"x"', "[" * 20_000, '{"claims":' + '{"a":' * 50 + "1" + "}" * 51]
)
def test_3_1_the_body_is_a_json_object_of_a_sane_shape(provider, body):
    permit = a_permit(provider)
    answer = provider.post(ENDPOINT, body, content_type="application/json", headers=bearer(permit.text))
    assert (answer.status, answer.error) == (400, "invalid_client_metadata")


def test_3_1_a_body_too_large_is_not_read(provider):
    answer = provider.post(ENDPOINT, " " * 70_000, content_type="application/json")
    assert answer.status == 413


def test_2_3_a_software_statement_nobody_approved_is_refused(provider):
    answer = register(provider, a_permit(provider).text, software_statement="eyJhbGciOiJub25lIn0.e30.")
    assert (answer.status, answer.error) == (400, "unapproved_software_statement")


# --- section 3.2.1: the answer ---


def test_r1_the_answer_is_201_with_every_member_as_it_was_accepted(provider):
    answer = registered(provider)
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.headers["Cache-Control"] == "no-store"
    for name, value in WEB.items():
        assert answer[name] == value
    assert answer["client_id_issued_at"] == int(provider.services.clock().timestamp())
    assert answer["grant_types"] == ["authorization_code"]
    assert answer["id_token_signed_response_alg"] == "ES256"
    assert answer["registration_client_uri"] == f"{ISSUER}/clients/{answer['client_id']}"
    assert len(answer["registration_access_token"]) >= 43
    assert "client_secret" not in answer.json


def test_r1_a_client_with_a_secret_gets_it_with_its_end(provider):
    answer = registered(provider, SECRET)
    assert len(answer["client_secret"]) >= 43
    assert answer["client_secret_expires_at"] == 0


@pytest.mark.parametrize("document", [WEB, SECRET])
def test_a_sandbox_client_works_at_once(provider, citizen, document):
    rp = Manager(provider, registered(provider, document)).rp()
    tokens = rp.tokens(citizen, scope="openid profile")
    assert tokens["id_token"]


def test_o130_2_unknown_members_and_those_only_the_registry_decides_are_ignored(provider):
    sent = {
        "trusted": True,
        "skip_consent": True,
        "role": "super",
        "status": "suspended",
        "owner": "agency-x",
        "agency_id": "agency-x",
        "environment": "production",
        "client_id": "A",
        "client_secret": "chosen",
        "waivers": {"client_secret": {"until": "2030-01-01", "reason": "mine"}},
    }
    answer = registered(provider, **sent)
    assert answer["client_id"] != "A"
    assert not (sent.keys() - {"client_id"}) & answer.json.keys()
    row = stored(provider, answer["client_id"])
    assert (row["agency_id"], row["environment"], row["status"]) == (AGENCY, "sandbox", "approved")
    assert "waivers" not in row["metadata"]


# --- section 3.2.2: errors ---


@pytest.mark.parametrize(
    "uri",
    [
        "http://rp.example/cb",
        "https://*.rp.example/cb",
        "javascript:alert(1)",
        "https://rp.example/#f",
        "https://rp@evil.example/",
        "data:text/html,x",
        "/relative",
    ],
)
def test_o129_r2_unusable_redirect_uris_are_invalid_redirect_uri(provider, uri):
    answer = register(provider, a_permit(provider).text, redirect_uris=[uri])
    assert (answer.status, answer.error) == (400, "invalid_redirect_uri")
    assert provider.count("client") == 0


def test_r2_every_violation_is_named(provider):
    answer = register(
        provider,
        a_permit(provider).text,
        subject_type="public",
        id_token_signed_response_alg="HS256",
        initiate_login_uri="http://agency.example/start",
        application_type="desktop",
    )
    assert (answer.status, answer.error) == (400, "invalid_client_metadata")
    for member in ("subject_type", "id_token_signed_response_alg", "initiate_login_uri", "application_type"):
        assert member in answer["error_description"]


@pytest.mark.parametrize(
    "members",
    [
        {"grant_types": ["client_credentials"], "response_types": ["code"]},
        {"grant_types": ["authorization_code"], "response_types": []},
        {"response_types": ["code id_token"]},
        {"response_types": ["token"]},
        {"grant_types": ["implicit"]},
        {"grant_types": ["password"]},
    ],
)
def test_r8_response_types_and_grant_types_go_together(provider, members):
    answer = register(provider, a_permit(provider).text, **members)
    assert (answer.status, answer.error) == (400, "invalid_client_metadata")


def test_r8_a_client_gets_no_more_than_it_registered(provider, citizen):
    rp = Manager(provider, registered(provider)).rp()
    tokens = rp.tokens(citizen, scope="openid profile")
    assert "refresh_token" not in tokens.json
    assert rp.call("/token", grant_type="client_credentials").error == "unauthorized_client"


# --- a client in production waits for a second person ---


def test_a_production_client_is_a_draft_that_somebody_else_approves(provider, citizen):
    permit = a_permit(provider, environment="production", by="rina")
    answer = register(provider, permit.text, LIVE)
    assert answer.status == 201
    assert "status" not in answer.json
    rp = Manager(provider, answer).rp()
    assert rp.authorize(scope="openid", code_challenge=CHALLENGE).error == "invalid_client"
    change = state.rows(provider.database, "client_change")[0]
    now = provider.services.clock()
    from uuid import UUID

    change_id = change["id"] if isinstance(change["id"], UUID) else UUID(str(change["id"]))
    with provider.database.unit_of_work() as db:
        with pytest.raises(NotAllowed, match="other than the author"):
            registrations.approve(db, change_id, by="rina", now=now)
        registrations.approve(db, change_id, by="budi", now=now)
    provider.services.refresher.check()
    assert rp.tokens(citizen, scope="openid email")["access_token"]


def test_discovery_names_the_endpoint(provider):
    metadata = provider.get("/.well-known/openid-configuration").json
    assert metadata["registration_endpoint"] == f"{ISSUER}{ENDPOINT}"


def test_g12_calls_are_limited_by_address(provider):
    for _ in range(30):
        assert register(provider, "wrong").status == 401
    answer = register(provider, a_permit(provider).text)
    assert answer.status == 429
    assert "Retry-After" in answer.headers


def test_the_private_half_of_a_key_is_refused(provider):
    whole = {"keys": [KEY.as_dict(private=True)]}
    answer = register(provider, a_permit(provider).text, jwks=whole)
    assert answer.error == "invalid_client_metadata"
    assert KEY.as_dict(private=True)["d"] not in answer.text
