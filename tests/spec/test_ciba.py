"""OpenID Connect Client-Initiated Backchannel Authentication (CIBA Core 1.0): asking, deciding, polling."""

import pytest

from idp.deliveries import Deliveries
from idp.domain.messages import letters
from idp.protocol.oidc import acr
from tests import factories
from tests.support import state
from tests.support.elsewhere import CIBA_GRANT, a_desk, ask_citizen, open_request, poll_for, say


@pytest.fixture
def desk(provider):
    return a_desk(provider)


@pytest.fixture
def browser(provider, citizen):
    """A browser in which Siti is signed in."""
    return provider.browser().sign_in(citizen)


# --- 4: metadata ---


def test_4_discovery_names_what_is_on(provider):
    document = provider.get("/.well-known/openid-configuration").json
    assert document["backchannel_authentication_endpoint"] == factories.ISSUER + "/bc-authorize"
    assert document["backchannel_token_delivery_modes_supported"] == ["poll", "ping"]
    assert CIBA_GRANT in document["grant_types_supported"]
    assert document["backchannel_user_code_parameter_supported"] is False
    algorithms = document["backchannel_authentication_request_signing_alg_values_supported"]
    assert {"PS256", "ES256"} <= set(algorithms)
    assert not {"RS256", "none"} & set(algorithms)


# --- 7.1: the request ---


def test_7_1_only_for_clients_registered_for_it(rp, citizen):
    assert (ask_citizen(rp).status, ask_citizen(rp).error) == (400, "unauthorized_client")


def test_7_1_the_client_authenticates(provider, desk):
    answer = provider.post("/bc-authorize", data={"client_id": "desk", "scope": "openid", "login_hint": "x"})
    assert (answer.status, answer.error) == (401, "invalid_client")
    assert provider.get("/bc-authorize").status == 405


@pytest.mark.parametrize("hint", ["siti@contoh.id", "nobody@contoh.id"])
def test_13_a_suspended_client_asks_nobody_and_learns_nothing(provider, desk, citizen, hint):
    factories.suspend(provider.services, "desk")
    with provider.unchanged("AskingRefused"):
        answer = ask_citizen(desk, login_hint=hint)
    assert (answer.status, answer.error) == (400, "unauthorized_client")
    assert provider.count("outbox") == 0


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({"login_hint": None}, "invalid_request"),
        ({"id_token_hint": "a.b.c"}, "invalid_request"),
        ({"login_hint_token": "a.b.c"}, "invalid_request"),
        ({"login_hint": None, "login_hint_token": "a.b.c"}, "invalid_request"),
        ({"login_hint": None, "id_token_hint": "a.b.c"}, "invalid_request"),
        ({"login_hint": "nobody@contoh.id"}, "unknown_user_id"),
        ({"login_hint": "?"}, "unknown_user_id"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
        ({"binding_message": "a" * 65}, "invalid_binding_message"),
        ({"binding_message": "dua\nbaris"}, "invalid_binding_message"),
        ({"binding_message": "\u202eterbalik"}, "invalid_binding_message"),
        ({"requested_expiry": "0"}, "invalid_request"),
        ({"requested_expiry": "soon"}, "invalid_request"),
        ({"requested_expiry": "-5"}, "invalid_request"),
    ],
)
def test_13_a_bad_request_is_refused_and_asks_nobody(provider, desk, citizen, parameters, error):
    answer = ask_citizen(desk, **parameters)
    assert (answer.status, answer.error) == (400, error)
    assert provider.count("decoupled_request") == 0
    assert provider.count("outbox") == 0


@pytest.mark.parametrize(
    "hint", ["siti@contoh.id", "9933744501900001", "0812 3456 7890", "+62 812-3456-7890"]
)
def test_7_1_login_hint_is_what_people_sign_in_with(desk, citizen, hint):
    assert ask_citizen(desk, login_hint=hint).ok


def test_7_1_id_token_hint_is_an_id_token_this_client_holds(provider, rp, other_rp, desk, citizen, clock):
    both = a_desk(
        provider,
        "both",
        grant_types=["authorization_code", CIBA_GRANT],
        response_types=["code"],
    )
    hint = both.tokens(citizen)["id_token"]
    clock.advance(hours=2)
    assert ask_citizen(both, login_hint=None, id_token_hint=hint).ok, "an expired one counts"
    assert ask_citizen(desk, login_hint=None, id_token_hint=hint).error == "invalid_request"
    factories.withdraw(provider.services, citizen, "both")
    assert ask_citizen(both, login_hint=None, id_token_hint=hint).error == "unknown_user_id"


@pytest.mark.parametrize("fall", [factories.lock, factories.erase])
def test_7_1_nobody_asks_an_account_that_does_not_stand(desk, services, citizen, fall):
    fall(services, citizen)
    assert ask_citizen(desk).error == "unknown_user_id"


@pytest.mark.parametrize(("asked", "given"), [(None, 600), ("60", 60), ("3", 10), ("99999", 600)])
def test_7_1_requested_expiry_is_honoured_within_limits(desk, citizen, asked, given):
    assert ask_citizen(desk, requested_expiry=asked)["expires_in"] == given


def test_7_3_the_answer(desk, citizen):
    answer = ask_citizen(desk)
    assert answer.ok
    assert set(answer.json) == {"auth_req_id", "expires_in", "interval"}
    assert answer["interval"] == 5
    assert len(answer["auth_req_id"].partition(".")[2]) == 43
    assert answer.headers["Cache-Control"] == "no-store"
    row = state.rows(desk.provider.database, "decoupled_request")[0]
    assert answer["auth_req_id"] not in repr(row)


# --- 9: the citizen decides ---


def test_9_the_request_waits_on_the_account_page_and_says_what_it_is(desk, citizen, browser):
    ask_citizen(desk, binding_message="LOKET-7")
    home = browser.get("/me").text
    assert "Menunggu jawaban Anda" in home
    assert "LOKET-7" in home
    page = open_request(browser)
    assert page.page == "approve"
    for words in ("Layanan desk", "LOKET-7", "Siti Aminah", "Nama lengkap", "Tolak"):
        assert words in page.text


def test_9_a_letter_tells_of_it_and_cannot_decide(provider, desk, citizen):
    with provider.recorded("CitizenAsked"):
        ask_citizen(desk, binding_message="LOKET-7")
    Deliveries(provider.services).drain()
    with provider.database.unit_of_work() as db:
        letter = letters.latest(db, provider.services.tree.vault.system("pii"))[0].letter
    assert letter.to == "siti@contoh.id"
    assert "LOKET-7" in letter.text
    assert f"{factories.ISSUER}/me\n" in letter.text
    assert "/me/requests" not in letter.text


def test_9_allowing_gives_tokens_after_consent(desk, citizen, browser):
    answer = ask_citizen(desk)
    assert poll_for(desk, answer["auth_req_id"]).error == "authorization_pending"
    page = browser.submit(open_request(browser), "approve-form", "approve-allow")
    assert page.page == "consent"
    assert browser.submit(page, "consent-form", "consent-allow").page == "decided"
    tokens = poll_for(desk, answer["auth_req_id"])
    assert tokens.ok
    claims = desk.id_token(tokens)
    assert claims["acr"] == acr.AAL2
    assert "at_hash" in claims
    assert "nonce" not in claims
    assert "urn:openid:params:jwt:claim:auth_req_id" not in claims, "that is for push only"
    assert desk.userinfo(tokens["access_token"])["name"] == "Siti Aminah"
    assert desk.refresh(tokens["refresh_token"]).ok


def test_9_coming_to_the_page_decides_nothing(desk, services, citizen, browser):
    factories.a_consent(services, citizen, "desk", "openid profile email", ("name", "email"))
    answer = ask_citizen(desk)
    for _ in range(3):
        assert open_request(browser).page == "approve"
    assert poll_for(desk, answer["auth_req_id"]).error == "authorization_pending"


def test_11_refusing(desk, citizen, browser):
    answer = ask_citizen(desk)
    assert say(browser, "approve-deny").page == "decided"
    refused = poll_for(desk, answer["auth_req_id"])
    assert (refused.status, refused.error) == (400, "access_denied")
    assert "/me/requests/" not in browser.get("/me").text


def test_9_another_citizen_neither_sees_nor_decides(desk, citizen, bob, browser):
    answer = ask_citizen(desk)
    address = "/me/requests/" + browser.get("/me").text.split("/me/requests/", 1)[1].split('"', 1)[0]
    stranger = desk.provider.browser().sign_in(bob)
    assert "/me/requests/" not in stranger.get("/me").text
    assert stranger.get(address).status == 404
    page = open_request(browser)
    browser.sign_in(bob)
    form = page.forms["approve-form"]
    assert browser.post(form.action, data=dict(form.filled("approve-allow"))).status == 400
    assert poll_for(desk, answer["auth_req_id"]).error == "authorization_pending"


def test_7_1_acr_values_are_honoured(desk, citizen, browser):
    answer = ask_citizen(desk, acr_values=f"urn:unheard:of {acr.AAL2}")
    say(browser, "approve-allow")
    assert desk.id_token(poll_for(desk, answer["auth_req_id"]))["acr"] == acr.AAL2
    out_of_reach = ask_citizen(desk, acr_values=acr.AAL3)
    assert open_request(browser).page == "decided"
    assert poll_for(desk, out_of_reach["auth_req_id"]).error == "access_denied"


# --- 11: polling ---


def test_11_polling_rules(desk, citizen, browser, clock):
    answer = ask_citizen(desk)
    request_id = answer["auth_req_id"]
    assert poll_for(desk, request_id).error == "authorization_pending"
    assert poll_for(desk, request_id).error == "slow_down"
    clock.advance(minutes=10)
    assert (poll_for(desk, request_id).status, poll_for(desk, request_id).error) == (400, "expired_token")


def test_11_the_id_is_good_once_and_for_its_client(provider, desk, citizen, browser):
    other = a_desk(provider, "window")
    request_id = ask_citizen(desk)["auth_req_id"]
    say(browser, "approve-allow")
    assert poll_for(other, request_id).error == "invalid_grant"
    assert poll_for(desk, request_id).ok
    assert (poll_for(desk, request_id).status, poll_for(desk, request_id).error) == (400, "invalid_grant")
    assert poll_for(desk, "a20781aa." + "A" * 43).error == "invalid_grant"


def test_11_a_device_code_is_no_request_id(desk, citizen, browser):
    request_id = ask_citizen(desk)["auth_req_id"]
    assert poll_for(desk, "v" + request_id[1:]).error == "invalid_grant"
