"""Tokens by which clients register themselves, at the console (protocol R7)."""

import pytest

from tests.support.operators import Console, an_agency, an_operator
from tests.support.registering import AGENCY, a_permit, register

TABLE = ("initial_access_token",)


def shown_token(console):
    return console.answer.text.split('id="registration-token">')[1].split("<")[0]


@pytest.fixture
def agency(services):
    return an_agency(services, AGENCY)


def make(console, **typed):
    return console.open("/admin/registration-tokens").send(
        "token-form", "token-submit", agency=AGENCY, **typed
    )


def test_a_token_is_shown_once_and_registers_a_client(provider, console, agency):
    with provider.recorded("InitialAccessTokenCreated"):
        make(console, uses="2", days="3")
    assert console.status == 201
    token = shown_token(console)
    assert register(provider, token).status == 201
    console.open("/admin/registration-tokens")
    assert token not in console.answer.text
    assert "1 / 2" in console.text
    assert console.open("/admin/clients").page == "admin-clients"
    assert "/admin/registration-tokens" in console.answer.text


@pytest.mark.parametrize(
    "typed", [{"uses": "0"}, {"uses": "x"}, {"days": "366"}, {"days": "-1"}, {"uses": "9" * 30}]
)
def test_numbers_have_bounds(provider, console, agency, typed):
    with provider.unchanged(tables=TABLE):
        make(console, **typed)
    assert console.status == 400


def test_a_revoked_token_opens_nothing(provider, console, agency):
    token = shown_token(make(console))
    console.open("/admin/registration-tokens")
    with provider.recorded("InitialAccessTokenRevoked"):
        console.send("revoke-1")
    assert console.page == "admin-tokens"
    assert register(provider, token).status == 401


def test_o131_an_agency_sees_and_makes_its_own_tokens_only(provider, services, agency):
    an_agency(services, "dinas-lain")
    foreign = a_permit(provider).token
    other = Console(provider, an_operator(services, "Agus Salim", "agency", "dinas-lain"))
    assert str(foreign.id) not in other.open("/admin/registration-tokens").answer.text
    with provider.unchanged("AccessRefused", "AccessRefused", tables=TABLE):
        assert other.post(f"/admin/registration-tokens/{foreign.id}/revoke").status == 404
        form = {"agency": AGENCY, "environment": "sandbox", "uses": "1", "days": "1"}
        assert other.post("/admin/registration-tokens", **form).status == 403


def test_o131_who_may_only_look_makes_none(provider, services, agency):
    wati = Console(provider, an_operator(services, "Wati", "readonly"))
    assert "token-form" not in wati.open("/admin/registration-tokens").answer.text
    with provider.unchanged("AccessRefused", tables=TABLE):
        form = {"agency": AGENCY, "environment": "sandbox", "uses": "1", "days": "1"}
        assert wati.post("/admin/registration-tokens", **form).status == 403
