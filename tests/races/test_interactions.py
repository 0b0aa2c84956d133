"""A citizen who presses a button twice, or two tabs that finish at once."""

from werkzeug.datastructures import MultiDict
from werkzeug.test import Client

from tests import factories, rp as rp_module
from tests.support import state
from tests.support.race import race
from tests.support.together import outcomes

MANY = 8


def same_browser(browser):
    """Another connection of the same browser: the same cookies."""
    twin = rp_module.Browser(browser.provider)
    twin.http = Client(browser.provider.app)
    for name in (rp_module.BROWSER, rp_module.SESSION):
        value = browser.cookie(name)
        if value is not None:
            twin.http.set_cookie(name, value, domain="localhost")
    return twin


def test_consent_given_twice_is_one_consent(provider, rp, citizen):
    page = rp.begin_signed_in(citizen)
    form = page.forms["consent-form"]
    pairs = MultiDict(form.filled("consent-allow"))
    browsers = [same_browser(rp.browser) for _ in range(MANY)]
    answers = race([lambda b=b: b.post(form.action, data=pairs) for b in browsers])
    assert outcomes(answers) == {"303": MANY}
    standing = [
        row
        for row in state.rows(provider.database, "authorization")
        if row["superseded_at"] is None and row["withdrawn_at"] is None
    ]
    assert len(standing) == 1
    granted = [row for row in state.audit(provider.database) if row.event == "ConsentGranted"]
    assert len(granted) == 1
    assert rp.redeem(rp.browser.follow(answers[0]).code).ok


def test_consent_given_and_refused_at_once_is_one_of_both(provider, rp, citizen):
    page = rp.begin_signed_in(citizen)
    form = page.forms["consent-form"]
    buttons = ["consent-allow", "consent-deny"] * 3
    browsers = [same_browser(rp.browser) for _ in buttons]
    answers = race(
        [
            lambda b=b, press=press: b.follow(b.post(form.action, data=MultiDict(form.filled(press))))
            for b, press in zip(browsers, buttons, strict=True)
        ]
    )
    assert set(outcomes(answers)) <= {"303", "303 access_denied", "400 invalid_request"}
    assert provider.count("authorization_code") <= 1
    ended = [a for a in answers if a.location and a.location.startswith(factories.REDIRECT)]
    assert len(ended) == 1, "the client hears once"


def test_an_interaction_finished_twice_gives_one_code(provider, rp, citizen):
    uid = rp.authorize().location
    factories.a_consent(
        provider.services, citizen, rp.client.client_id, "openid profile email", ("name", "email")
    )
    rp.browser.sign_in(citizen)
    browsers = [same_browser(rp.browser) for _ in range(MANY)]
    answers = race([lambda b=b: b.get(uid) for b in browsers])
    assert outcomes(answers) == {"303": 1, "400 invalid_request": MANY - 1}
    assert provider.count("authorization_code") == 1


def test_cancelled_twice_the_client_hears_once(rp):
    page = rp.begin()
    form = page.forms["login-form"]
    browsers = [same_browser(rp.browser) for _ in range(MANY)]
    pairs = MultiDict(form.filled("login-cancel"))
    answers = race([lambda b=b: b.post(form.action, data=pairs) for b in browsers])
    assert outcomes(answers) == {"303 access_denied": 1, "400 invalid_request": MANY - 1}
