"""A request that waits at another screen is decided once and redeemed once (attacks O-088; RFC 8628 3.4)."""

from tests import factories
from tests.support import state
from tests.support.elsewhere import (
    a_desk,
    a_device,
    approve,
    ask,
    ask_citizen,
    enter,
    poll,
    poll_for,
    say,
    signed,
)
from tests.support.race import race
from tests.support.together import outcomes

MANY = 20


def test_one_device_code_polled_twenty_times_gives_one_family(provider, citizen):
    device = a_device(provider)
    answer = ask(device)
    approve(device, answer, citizen)
    found = outcomes(race([lambda: poll(device, answer["device_code"]) for _ in range(MANY)]))
    assert found == {"200": 1, "400 invalid_grant": MANY - 1}
    assert provider.count("family") == 1
    events = [row.event for row in state.audit(provider.database)]
    assert events.count("TokensIssued") == 1


def test_of_polls_at_the_same_moment_one_counts_and_the_others_were_hasty(provider):
    device = a_device(provider)
    code = ask(device)["device_code"]
    found = outcomes(race([lambda: poll(device, code) for _ in range(MANY)]))
    assert found == {"400 authorization_pending": 1, "400 slow_down": MANY - 1}


def test_yes_and_no_at_once_leave_one_decision(provider, services, citizen):
    device = a_device(provider)
    factories.a_consent(services, citizen, "kiosk", "openid profile email", ("name", "email"))
    for _ in range(5):
        answer = ask(device)
        browsers = [provider.browser().sign_in(citizen) for _ in range(2)]
        pages = [enter(browser, answer["user_code"]) for browser in browsers]
        race(
            [
                lambda b=browsers[0], p=pages[0]: b.submit(p, "device-form", "device-submit"),
                lambda b=browsers[1], p=pages[1]: b.submit(p, "device-form", "device-deny"),
            ]
        )
        row = state.rows(provider.database, "decoupled_request")[-1]
        assert row["decision"] in ("approved", "denied")
    decided = [
        row.event for row in state.audit(provider.database) if row.event.startswith("DecoupledRequest")
    ]
    assert len(decided) == 5


def test_redeeming_and_withdrawing_at_once_leaves_no_living_token(provider, services, citizen):
    device = a_device(provider)
    for _ in range(5):
        answer = ask(device)
        assert approve(device, answer, citizen).page == "decided"
        answers = race(
            [
                lambda a=answer: poll(device, a["device_code"]),
                lambda: factories.withdraw(services, citizen, "kiosk"),
            ]
        )
        if answers[0].ok:
            assert device.userinfo(answers[0]["access_token"]).status == 401
        else:
            assert answers[0].error == "invalid_grant"


def test_one_auth_req_id_polled_twenty_times_gives_one_family(provider, citizen):
    desk = a_desk(provider)
    request_id = ask_citizen(desk)["auth_req_id"]
    say(provider.browser().sign_in(citizen), "approve-allow")
    found = outcomes(race([lambda: poll_for(desk, request_id) for _ in range(MANY)]))
    assert found == {"200": 1, "400 invalid_grant": MANY - 1}
    assert provider.count("family") == 1


def test_one_signed_request_sent_twenty_times_asks_once(provider, citizen):
    desk = a_desk(provider)
    compact = signed(desk)
    calls = [lambda: ask_citizen(desk, scope=None, login_hint=None, request=compact) for _ in range(MANY)]
    assert outcomes(race(calls)) == {"200": 1, "400 invalid_request": MANY - 1}
    assert provider.count("decoupled_request") == 1


def test_fifty_requests_at_once_are_limited_as_one_after_the_other(provider, citizen):
    desk = a_desk(provider)
    found = outcomes(race([lambda: ask_citizen(desk) for _ in range(MANY)]))
    assert found == {"200": 10, "429 slow_down": MANY - 10}
