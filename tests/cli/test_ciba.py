"""`idp ciba approve` and `deny` stand in for the citizen's tap (contract section 2)."""

import json

import pytest

from idp.clock import system_clock
from idp.services import wire
from idp.settings import Settings
from tests import factories
from tests.rp import Provider
from tests.support import keys, state
from tests.support.elsewhere import a_desk, ask_citizen, poll_for


@pytest.fixture
def deployment(new_provider, sqlite_url):
    keys.give(sqlite_url, system_clock())
    return new_provider(sqlite_url, master_key=keys.ROOT_KEY, issuer=factories.ISSUER)


@pytest.fixture
def services(deployment):
    wired = wire(Settings.from_env(deployment.env))
    yield wired
    wired.close()


@pytest.fixture
def provider(services):
    return Provider(services)


@pytest.fixture
def desk(provider):
    return a_desk(provider)


@pytest.fixture
def siti(services):
    return factories.a_citizen(services, signs_in=True)


def test_approve_says_yes_and_consents(provider, desk, siti, idp):
    request_id = ask_citizen(desk)["auth_req_id"]
    done = idp("ciba", "approve", request_id, "--json")
    assert (done.status, json.loads(done.out)) == (0, {"decision": "approved"}), done.err
    tokens = poll_for(desk, request_id)
    assert tokens.ok
    claims = desk.id_token(tokens)
    assert (claims["acr"], claims["amr"]) == ("urn:gerbang:acr:aal2", ["user"])
    assert desk.userinfo(tokens["access_token"])["name"] == "Siti Aminah"


def test_the_log_says_that_a_command_did_it(provider, desk, siti, idp):
    request_id = ask_citizen(desk)["auth_req_id"]
    idp("ciba", "approve", request_id)
    found = {row.event: row for row in state.audit(provider.database)}
    assert found["DecoupledRequestApproved"].detail["by"] == "command"
    assert found["ConsentGranted"].actor.startswith("cli:")
    assert state.rows(provider.database, "browser_session")[0]["ended_at"] is not None


def test_deny_says_no(desk, siti, idp):
    request_id = ask_citizen(desk)["auth_req_id"]
    assert idp("ciba", "deny", request_id).out.strip() == "denied"
    assert poll_for(desk, request_id).error == "access_denied"
    assert idp("ciba", "approve", request_id).status == 1


def test_a_citizen_without_a_second_factor_cannot_be_stood_in_for(services, desk, idp):
    factories.a_citizen(services)
    request_id = ask_citizen(desk)["auth_req_id"]
    done = idp("ciba", "approve", request_id)
    assert done.status == 1
    assert poll_for(desk, request_id).error == "authorization_pending"


@pytest.mark.parametrize("command", ["approve", "deny"])
def test_an_unknown_id_is_refused_in_one_line(idp, command):
    done = idp("ciba", command, "a20781aa." + "A" * 43)
    assert (done.status, done.out) == (1, "")
    assert len(done.err.strip().splitlines()) == 1


@pytest.mark.parametrize("command", ["approve", "deny"])
def test_production_has_no_such_command(idp, command):
    production = {
        "IDP_MODE": "production",
        "IDP_ISSUER": "https://id.example.go.id",
        "IDP_SMTP_URL": "smtps://mail.example.go.id",
    }
    done = idp("ciba", command, "x", **production)
    assert (done.status, done.out) == (1, "")
