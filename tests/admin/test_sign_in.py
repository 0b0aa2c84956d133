"""Signing in to the console: two steps, a cookie of its own, throttles, its own origin."""

import pytest

from idp.domain.authenticators import totp
from idp.domain.citizens.models import Account
from idp.web.cookies import SESSION
from tests.rp import Provider
from tests.support.operators import Console, an_operator


def test_an_operator_signs_in_in_two_steps_and_goes_where_they_wanted(provider, rina, clock):
    console = Console(provider).open("/admin/audit?event=SignedIn")
    assert console.page == "admin-login"
    console.give_password(rina)
    assert console.page == "admin-mfa"
    with provider.recorded("SignedIn", "OperatorSignedIn") as found:
        console.give_code(rina)
    assert found[1].actor == rina.actor
    assert console.page == "admin-audit"
    assert 'value="SignedIn" selected' in console.answer.text
    assert console.browser.cookie(SESSION) is None


@pytest.mark.parametrize("address", ["/admin", "/admin/"])
def test_the_console_starts_at_its_clients(provider, console, address):
    answer = console.browser.get(address)
    assert (answer.status, answer.location) == (303, "/admin/clients")


def test_the_password_alone_opens_nothing(provider, rina):
    console = Console(provider).open("/admin/clients").give_password(rina)
    for path in ("/admin/clients", "/admin/new-client", "/admin/audit"):
        assert console.open(path).page == "admin-mfa"


def test_the_cookie_of_the_first_step_is_dead_after_the_second(provider, rina):
    console = Console(provider).open("/admin/clients").give_password(rina)
    first = console.cookie
    console.give_code(rina)
    assert console.cookie != first
    thief = Console(provider)
    thief.set_cookie(first)
    assert thief.open("/admin/clients").page == "admin-login"


def test_a_code_opens_one_door(provider, rina):
    Console(provider).open("/admin/clients").give_password(rina).give_code(rina)
    second = Console(provider).open("/admin/clients").give_password(rina)
    with provider.unchanged("SecondFactorRefused", tables=("browser_session", "factor")):
        second.give_code(rina)
    assert second.page == "admin-mfa"


def test_wrong_passwords_are_slowed_down(provider, rina):
    console = Console(provider).open("/admin/clients")
    for _ in range(11):
        console.give_password(rina, "salah sekali ini")
    assert console.status == 429
    assert int(console.answer.headers["Retry-After"]) > 0
    assert console.give_password(rina).status == 429


def test_o100_wrong_codes_are_slowed_down_and_lead_back_to_the_password(provider, rina):
    console = Console(provider).open("/admin/clients").give_password(rina)
    for _ in range(11):
        console.send("mfa-form", "mfa-submit", otp="000000")
    assert (console.status, console.page) == (429, "admin-login")
    assert console.open("/admin/sign-in/code").page == "admin-login"


def test_a_locked_operator_is_out_at_once(provider, services, rina, console):
    with services.database.unit_of_work() as db:
        db.get_one(Account, rina.account_id).status = "locked"
    assert console.open("/admin/clients").page == "admin-login"
    assert console.give_password(rina).page == "admin-login"


def test_signing_out_ends_the_session_and_leaves_the_citizens_alone(provider, citizen, console):
    kept = console.cookie
    with provider.recorded("SessionEnded"):
        console.send("sign-out-form")
    assert (console.page, console.cookie) == ("admin-login", None)
    console.set_cookie(kept)
    assert console.open("/admin/clients").page == "admin-login"


def test_a_console_session_sleeps_no_longer_than_the_setting(provider, services, console, clock):
    clock.advance(seconds=services.settings.operator_session_idle.total_seconds() + 1)
    assert console.open("/admin/clients").page == "admin-login"


@pytest.mark.parametrize(
    "where", ["https://evil.example/", "//evil.example", "/admin/\\evil", "/me", "/admin/sign-in"]
)
def test_the_way_on_never_leads_elsewhere(provider, rina, where):
    console = Console(provider).open("/admin/sign-in", query_string={"next": where}).give_password(rina)
    assert console.give_code(rina).page == "admin-clients"


def test_a_form_without_our_token_is_refused(provider, console, tax):
    with provider.unchanged(tables=("client",)):
        answer = console.browser.post("/admin/clients/tax/suspend", data={"reason": "security"})
    assert answer.status == 403


def test_cancelling_the_second_step_ends_the_session(provider, rina):
    console = Console(provider).open("/admin/clients").give_password(rina)
    assert console.send("mfa-form", "mfa-cancel").page == "admin-login"
    assert console.cookie is None


def test_an_operator_without_an_authenticator_is_told(provider, services):
    operator = an_operator(services, "Sari")
    with services.database.unit_of_work() as db:
        from idp.domain.authenticators.models import Factor

        for factor in db.query(Factor).filter_by(account_id=operator.account_id, kind=totp.KIND):
            db.delete(factor)
    console = Console(provider).open("/admin/clients").give_password(operator)
    assert "belum punya autentikator" in console.text


def test_the_console_lives_on_its_own_origin_alone(services):
    from dataclasses import replace

    moved = replace(services, settings=replace(services.settings, admin_origin="https://admin.example.go.id"))
    provider = Provider(moved)
    here = provider.browser().get("/admin/sign-in")
    assert here.status == 404
    there = provider.machine.get("/admin/sign-in", base_url="https://admin.example.go.id")
    assert there.status_code == 200
