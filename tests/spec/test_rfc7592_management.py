"""OAuth 2.0 Dynamic Client Registration Management Protocol (RFC 7592; protocol R6)."""

import pytest

from tests.support import state
from tests.support.registering import LIVE, SECRET, WEB, Manager, a_permit, register, registered

REGISTRY = ("client", "client_change")


@pytest.fixture
def manager(provider):
    return Manager(provider, registered(provider))


@pytest.fixture
def live(provider):
    """A production client, approved."""
    made = Manager(provider, register(provider, a_permit(provider, environment="production").text, LIVE))
    approve(provider)
    return made


def approve(provider):
    from idp.domain.registry import registrations, search

    with provider.database.unit_of_work() as db:
        waiting = search.waiting(db)[-1].change.id
        registrations.approve(db, waiting, by="budi", now=provider.services.clock())
    provider.services.refresher.check()


# --- section 2.1: read ---


def test_2_1_reading_gives_what_stands_with_the_same_token(manager):
    answer = manager.read()
    assert answer.status == 200
    assert answer.json == manager.members
    assert answer.headers["Cache-Control"] == "no-store"


def test_o134_2_1_a_secret_is_never_shown_again(provider):
    manager = Manager(provider, registered(provider, SECRET))
    assert "client_secret" in manager.members
    assert "client_secret" not in manager.read().json


def test_2_1_a_wrong_token_none_and_that_of_another_client_are_401(provider, manager):
    other = Manager(provider, registered(provider))
    for token in ("wrong", other.token, "", a_permit(provider).text):
        with provider.unchanged(tables=REGISTRY):
            answer = manager.read(token)
            assert answer.status == 401
            assert manager.call("DELETE", token=token).status == 401
            assert manager.call("PUT", dict(WEB), token=token).status == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer ")


def test_2_1_an_unknown_client_is_401_and_looks_like_a_wrong_token(provider, manager):
    wrong = manager.read("wrong")
    manager.path = "/clients/nobody"
    answer = manager.read()
    assert (answer.status, answer.json) == (401, wrong.json)


def test_a_suspended_client_manages_nothing(provider, manager):
    from idp.domain.registry import registrations

    with provider.database.unit_of_work() as db:
        registrations.suspend(
            db, manager.members["client_id"], "security", by="rina", now=provider.services.clock()
        )
    assert manager.read().status == 401
    assert manager.put().status == 401


# --- section 2.2: update ---


def test_2_2_an_update_replaces_and_omitted_members_go_back_to_their_defaults(provider, manager):
    first = manager.put(policy_uri="https://agency.example/privacy", default_max_age=600)
    assert first.status == 200
    assert first["default_max_age"] == 600
    second = manager.put(policy_uri=None, client_name="Nama Baru")
    assert second.status == 200
    assert "policy_uri" not in second.json
    assert "default_max_age" not in second.json
    assert second["client_name"] == "Nama Baru"
    assert second["registration_access_token"] == manager.token
    assert manager.read().json == second.json


def test_2_2_an_update_counts_at_once(provider, manager, citizen):
    uri = "https://agency.example/other"
    assert manager.rp().authorize(redirect_uri=uri, scope="openid").is_page
    assert manager.put(redirect_uris=[uri]).status == 200
    assert manager.rp().sign_in(citizen, redirect_uri=uri, scope="openid").code


def test_2_2_an_update_that_changes_nothing_is_fine(manager):
    assert manager.put().json == manager.members


def test_2_2_the_client_id_must_be_the_clients_own(provider, manager):
    with provider.unchanged(tables=REGISTRY):
        for client_id in ("other", None, 7):
            answer = manager.put(client_id=client_id)
            assert (answer.status, answer.error) == (400, "invalid_client_metadata")


def test_2_2_a_secret_that_is_sent_must_be_todays(provider):
    manager = Manager(provider, registered(provider, SECRET))
    with provider.unchanged(tables=REGISTRY):
        assert manager.put(client_secret="chosen-by-me").error == "invalid_client_metadata"
    assert manager.put(client_name="Nama Baru").status == 200


@pytest.mark.parametrize(
    "name",
    [
        "registration_access_token",
        "registration_client_uri",
        "client_secret_expires_at",
        "client_id_issued_at",
    ],
)
def test_2_2_what_is_ours_is_not_sent_back(manager, name):
    assert manager.put(**{name: 0}).error == "invalid_client_metadata"


def test_2_2_null_is_as_if_it_were_left_out(manager):
    body = {n: manager.members[n] for n in (*WEB, "client_id")}
    answer = manager.call("PUT", body | {"policy_uri": None})
    assert answer.status == 200
    assert "policy_uri" not in answer.json


@pytest.mark.parametrize(
    ("members", "error"),
    [
        ({"redirect_uris": ["http://agency.example/cb"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["https://agency.example/#x"]}, "invalid_redirect_uri"),
        ({"jwks": {"keys": []}}, "invalid_client_metadata"),
        (
            {"profile": "fapi2", "token_endpoint_auth_method": "client_secret_basic"},
            "invalid_client_metadata",
        ),
        ({"subject_type": "public"}, "invalid_client_metadata"),
    ],
)
def test_the_new_state_is_judged_at_an_update_and_not_the_one_that_stands(provider, manager, members, error):
    """CVE-2026-116672: policy was asked about the stored client while the new one was written."""
    with provider.unchanged(tables=REGISTRY):
        answer = manager.put(**members)
    assert (answer.status, answer.error) == (400, error)


def test_o130_an_update_does_not_reach_what_the_registry_decides(provider, manager):
    manager.put(
        status="retired", agency_id="gerbang", environment="production", waivers={"x": {}}, policy_uri=None
    )
    row = state.rows(provider.database, "client")[0]
    assert (row["status"], row["agency_id"], row["environment"]) == ("approved", "dinas-uji", "sandbox")


def test_a_client_that_turns_to_a_secret_gets_its_first_one(provider, manager, citizen):
    answer = manager.put(jwks=None, token_endpoint_auth_method="client_secret_basic")
    assert answer.status == 200
    manager.members = answer.json
    assert manager.rp().tokens(citizen, scope="openid")["id_token"]


def test_at_a_production_client_an_update_waits_and_the_answer_is_what_stands(provider, live):
    """RFC 7592 §2.2 wants the registration in force: that is the former one until somebody approves (ADR 0014)."""
    answer = live.put(client_name="Nama Baru")
    assert answer.status == 200
    assert answer["client_name"] == LIVE["client_name"]
    assert state.rows(provider.database, "client_change")[-1]
    approve(provider)
    assert live.read()["client_name"] == "Nama Baru"


# --- section 2.3: delete ---


def test_2_3_deleting_ends_the_client_and_all_it_holds(provider, citizen):
    manager = Manager(provider, registered(provider, grant_types=["authorization_code", "refresh_token"]))
    rp = manager.rp()
    tokens = rp.tokens(citizen, scope="openid profile")
    answer = manager.delete()
    assert (answer.status, answer.response.data) == (204, b"")
    assert rp.userinfo(tokens["access_token"]).status == 401
    assert rp.refresh(tokens["refresh_token"]).error == "invalid_client"
    assert rp.authorize(scope="openid").is_page
    assert manager.read().status == 401
    assert manager.put().status == 401
    assert manager.delete().status == 401


def test_2_3_deleting_is_on_record_as_the_clients_own_act(provider, manager):
    with provider.recorded("ClientRetired") as events:
        manager.delete()
    assert events[0].actor == f"client:{manager.members['client_id']}"


def test_o135_other_methods_are_not_allowed(manager):
    for method in ("POST", "PATCH", "TRACE"):
        answer = manager.call(method)
        assert answer.status == 405
        assert answer.headers["Allow"] == "GET, PUT, DELETE"
