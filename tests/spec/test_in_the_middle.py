"""What changes while a citizen is on the way: nobody gets a code on the strength of what stood a minute ago."""

from tests import factories


def test_a_session_that_slept_too_long_or_lived_too_long_is_none(rp, citizen, clock):
    rp.sign_in(citizen)
    clock.advance(minutes=59)
    assert rp.authorize(prompt="none").code
    clock.advance(minutes=59)
    assert rp.authorize(prompt="none").code, "use keeps it awake"
    clock.advance(minutes=60)
    assert rp.authorize(prompt="none").error == "login_required"


def test_a_session_ends_after_a_day_however_busy(rp, citizen, clock):
    rp.sign_in(citizen)
    for _ in range(47):
        clock.advance(minutes=30)
        assert rp.authorize(prompt="none").code
    clock.advance(minutes=30)
    assert rp.authorize(prompt="none").error == "login_required"


def test_a_locked_account_is_signed_in_nowhere(rp, citizen, services):
    rp.sign_in(citizen)
    factories.lock(services, citizen)
    assert rp.authorize(prompt="none").error == "login_required"
    assert rp.begin().page == "login"


def test_a_consent_that_was_withdrawn_is_asked_again(rp, citizen, services):
    rp.sign_in(citizen)
    factories.withdraw(services, citizen, rp.client.client_id)
    assert rp.authorize(prompt="none").error == "consent_required"
    assert rp.begin().page == "consent"


def test_a_consent_that_has_run_out_is_asked_again(rp, citizen, clock):
    rp.sign_in(citizen)
    clock.advance(days=365)
    rp.browser.sign_in(citizen)
    assert rp.authorize(prompt="none").error == "consent_required"


def test_a_session_that_ends_before_consent_is_given_leads_to_the_login_page(provider, rp, citizen, services):
    page = rp.begin_signed_in(citizen)
    factories.sign_out(services, citizen)
    with provider.unchanged():
        assert rp.browser.submit(page, "consent-form", "consent-allow").page == "login"


def test_an_account_locked_before_consent_is_given_gets_no_code(provider, rp, citizen, services):
    page = rp.begin_signed_in(citizen)
    factories.lock(services, citizen)
    with provider.unchanged():
        assert rp.browser.submit(page, "consent-form", "consent-allow").page == "login"


def test_a_page_that_waited_too_long_is_over(provider, rp, citizen, clock):
    page = rp.begin()
    clock.advance(minutes=60)
    with provider.unchanged():
        answer = rp.browser.get(page.response.request.path)
    assert answer.status == 400
    assert answer.page == "error"
    assert answer.location is None


def test_an_address_that_is_no_longer_registered_gets_no_code_and_no_error(provider, rp, citizen, services):
    page = rp.begin_signed_in(citizen)
    factories.amend(services, rp.client.client_id, redirect_uris=["https://agency.example/new"])
    answer = rp.browser.submit(page, "consent-form", "consent-deny")
    assert answer.location is None
    assert answer.status == 400
    factories.amend(services, rp.client.client_id, redirect_uris=[factories.REDIRECT])
    page = rp.begin()
    factories.amend(services, rp.client.client_id, redirect_uris=["https://agency.example/new"])
    answer = rp.browser.submit(page, "consent-form", "consent-allow")
    assert answer.location is None
    assert answer.status == 400
    assert provider.count("authorization_code") == 0


def test_a_form_that_names_something_else_changes_nothing(provider, rp, citizen):
    page = rp.begin_signed_in(citizen)
    form = page.forms["consent-form"]
    pairs = dict(form.filled("consent-allow"))
    with provider.unchanged():
        assert rp.browser.post(form.action, data=pairs | {"claim": "nik"}).status == 400
        assert rp.browser.post(form.action, data=pairs | {"csrf_token": "x"}).status == 403
        assert (
            rp.browser.post(form.action, data=pairs, headers={"Sec-Fetch-Site": "cross-site"}).status == 403
        )
        assert (
            rp.browser.post(form.action, data=pairs, headers={"Origin": "https://evil.example"}).status == 403
        )
    extra = pairs | {"scope": "openid nik", "client_id": "other", "redirect_uri": "https://evil.example"}
    answer = rp.browser.follow(rp.browser.post(form.action, data=extra))
    assert answer.location.startswith(factories.REDIRECT)
    assert rp.redeem(answer.code)["scope"] == "openid profile email"
