"""Levels of assurance that say what was done, and are never talked down (features B2, B3, C11, C13; O-017)."""

import json
from dataclasses import replace

import pytest

from idp.protocol.authorize import assurance
from idp.protocol.oidc import acr
from idp.protocol.oidc.catalogue import CLAIMS, Sensitivity
from idp.services import wire
from tests import factories
from tests.rp import Provider
from tests.unit.protocol.samples import a_client, ask
from tests.visitor import Visitor

TABLE = [
    # methods, acr, amr (RFC 8176), whether all of it was proved just now
    (("password",), acr.AAL1, "pwd", False),
    (("totp",), acr.AAL1, "otp", False),
    (("password", "totp"), acr.AAL2, "pwd otp mfa", True),
    (("password", "recovery_code"), acr.AAL2, "pwd otp mfa", True),
    (("password", "message_code"), acr.AAL2, "pwd sms mfa", True),
    (("passkey",), acr.AAL2, None, True),
    (("password", "passkey"), acr.AAL2, None, True),
    (("security_key",), acr.AAL3, None, True),
    (("password", "security_key"), acr.AAL3, None, True),
    (("password", "totp", "security_key"), acr.AAL3, None, True),
    (("remembered_device",), acr.AAL1, "rba", False),
    (("password", "remembered_device"), acr.AAL2, "pwd rba", False),
    (("password", "remembered_device", "totp"), acr.AAL2, "pwd rba otp mfa", True),
    (("another_device",), acr.AAL2, "mca", False),
    (("another_device", "totp"), acr.AAL2, "mca otp", False),
    (("another_device", "security_key"), acr.AAL3, None, True),
    ((), acr.AAL1, "", False),
    (("nonsense",), acr.AAL1, "", False),
]


@pytest.mark.parametrize(("methods", "level", "references", "fresh"), TABLE, ids=lambda value: str(value))
def test_acr_and_amr_say_what_was_done(methods, level, references, fresh):
    assert acr.achieved(methods) == level
    assert acr.is_fresh(methods) is fresh
    said = acr.amr(methods)
    assert ("mfa" in said) is fresh
    assert ("otp" in said) is bool({"totp", "recovery_code"} & set(methods))
    assert ("pwd" in said) is ("password" in methods)
    assert ("hwk" in said) <= ("security_key" in methods)
    if references is not None:
        assert " ".join(said) == references


@pytest.fixture
def siti(services):
    return factories.a_citizen(services, signs_in=True)


@pytest.mark.parametrize(
    "asked",
    [
        {"acr_values": acr.AAL2},
        {"acr_values": f"urn:unknown {acr.AAL2}"},
        {"claims": json.dumps({"id_token": {"acr": {"essential": True, "values": [acr.AAL2]}}})},
        {"claims": json.dumps({"id_token": {"acr": {"value": acr.AAL2}}})},
    ],
    ids=["acr_values", "beside an unknown one", "essential", "voluntary"],
)
def test_o017_an_aal1_session_asked_for_aal2_always_prompts(provider, rp, siti, services, asked):
    factories.amend(services, rp.client.client_id, min_acr=acr.AAL1)
    rp.browser.sign_in(siti, acr.AAL1)
    assert Visitor(provider, rp.browser).open(rp.authorize(**asked).location).page == "mfa"
    assert "error=" in rp.authorize(prompt="none", **asked).location


@pytest.mark.parametrize(
    "metadata", [{"min_acr": acr.AAL2}, {"default_acr_values": [acr.AAL2], "min_acr": acr.AAL1}]
)
def test_o017_so_does_what_a_client_registered(provider, rp, siti, services, metadata):
    factories.amend(services, rp.client.client_id, **metadata)
    rp.browser.sign_in(siti, acr.AAL1)
    assert Visitor(provider, rp.browser).open(rp.authorize().location).page == "mfa"


@pytest.mark.parametrize(("specific", "level"), [(False, acr.AAL1), (True, acr.AAL2)])
def test_an_act_asks_for_its_level_whatever_the_client_is_content_with(specific, level):
    """C13: specific data moves after two factors only."""
    claim = next(name for name, c in CLAIMS.items() if (c.sensitivity is Sensitivity.SPECIFIC) is specific)
    details = json.dumps([{"type": "once_only", "claims": [claim], "actions": ["read"]}])
    request, client = ask(), a_client(min_acr=acr.AAL1)
    request = replace(request, authorization_details=details)
    assert assurance.needed(request, client, acr.AAL2) == level


def test_an_isolated_client_asks_even_whoever_has_just_signed_in_elsewhere(
    provider, rp, other_rp, siti, services, clock
):
    """B2: the first time with a sign-in of its own, then its session is one like any other."""
    factories.amend(services, other_rp.client.client_id, isolated_sso=True)
    Visitor(provider, rp.browser).open(rp.authorize().location).sign_in(siti)
    other_rp.browser = rp.browser
    clock.advance(minutes=1)
    assert "error=login_required" in other_rp.authorize(prompt="none").location
    visitor = Visitor(provider, rp.browser).open(other_rp.authorize().location)
    assert visitor.page == "login"
    visitor.sign_in(siti).press("consent-allow")
    code = dict(pair.split("=", 1) for pair in visitor.answer.location.split("?")[1].split("&"))["code"]
    assert "access_token" in other_rp.redeem(code).json
    assert "code=" in other_rp.authorize(prompt="none").location


def test_sessions_survive_a_restart(rp, siti, services, provider):
    """B3: everything is in the database; a provider that starts anew knows who is signed in."""
    rp.browser.sign_in(siti)
    cookie = rp.browser.cookie("__Host-gerbang")
    again = wire(services.settings, services.clock)
    try:
        browser = Provider(again).browser()
        browser.http.set_cookie("__Host-gerbang", cookie, domain="localhost")
        assert browser.get("/me").status == 200
    finally:
        again.close()
