"""One pushed request gives one code, and one signed request one interaction, however many browsers bring it (O-065)."""

from functools import partial

import pytest

from tests import factories
from tests.rp import RP
from tests.support import state
from tests.support.race import race

MANY = 12


@pytest.fixture
def browsers(provider, rp, citizen, bob):
    """Several browsers, of two people who both consented, at one client."""
    found = []
    for number in range(MANY):
        each = RP(provider, rp.client)
        person = (citizen, bob)[number % 2]
        if number < 2:
            factories.a_consent(
                provider.services, person, rp.client.client_id, "openid profile email", ("name", "email")
            )
        each.browser.sign_in(person)
        found.append(each)
    return found


def test_o065_one_request_uri_brought_at_once_gives_one_code(provider, rp, browsers):
    for _ in range(3):
        pushed = rp.push()
        before = state.count(provider.database, "authorization_code")
        answers = race([partial(each.bring, pushed) for each in browsers])
        codes = [answer for answer in answers if getattr(answer, "params", {}).get("code")]
        others = [answer for answer in answers if answer not in codes]
        assert len(codes) == 1
        assert {answer.error for answer in others} == {"invalid_request_uri"}
        assert state.count(provider.database, "authorization_code") == before + 1
    used = [row["used_at"] for row in state.rows(provider.database, "pushed_request")]
    assert len(used) == 3
    assert None not in used


def test_one_browser_that_sends_it_twice_gets_one_code(provider, rp, browsers):
    pushed = rp.push()
    cookie = browsers[0]
    answers = race([lambda: cookie.bring(pushed) for _ in range(2)])
    assert sum("code" in answer.params for answer in answers) == 1


def test_one_request_object_pushed_at_once_is_taken_once(provider, rp):
    signed = rp.request_object()
    answers = race([lambda: rp.call("/par", request=signed) for _ in range(MANY)])
    found = sorted((answer.status, answer.error) for answer in answers)
    assert found.count((400, "invalid_request_object")) == MANY - 1
    assert state.count(provider.database, "pushed_request") == 1
