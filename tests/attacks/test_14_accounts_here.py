"""Several people on one phone: the accounts of a browser, shown without a NIK (features B5)."""

import pytest
from sqlalchemy import select

from idp.domain.authenticators.models import KnownBrowser
from idp.domain.citizens.names import shortened
from idp.domain.sessions.models import BrowserSession, Interaction
from idp.web.cookies import SESSION
from tests import factories
from tests.visitor import Visitor, letters


@pytest.fixture
def siti(services):
    return factories.a_citizen(services, signs_in=True)


@pytest.fixture
def budi(services):
    return factories.a_citizen(services, name="Budi Santoso", nik="9933744501900002", signs_in=True)


@pytest.fixture
def family(rp, siti, budi, clock):
    """A phone on which Siti and then Budi have signed in; nobody is signed in now."""
    for person in (siti, budi):
        Visitor(rp.provider, rp.browser).open(rp.authorize().location).sign_in(person)
        rp.browser.sign_out()
        clock.advance(minutes=1)
    return rp


def begin(rp, **asked):
    return Visitor(rp.provider, rp.browser).open(rp.authorize(**asked).location)


def choose(visitor, name, value):
    form = visitor.answer.forms["account-form"]
    pairs = [pair for pair in form.filled() if pair[0] == "csrf_token"]
    return visitor.send(form.action, [*pairs, (name, value)])


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Siti Aminah", "Siti A."),
        ("Hj. Siti Aminah Kusumawardhani, S.Pd.", "Siti K."),
        ("Suharto", "Suharto"),
        ("I Gusti Ngurah Rai", "I R."),
    ],
)
def test_a_name_is_shortened(name, shown):
    assert shortened(name) == shown


def test_the_chooser_names_people_shortly_and_shows_no_nik(family, siti, budi):
    visitor = begin(family, prompt="select_account")
    assert visitor.page == "select-account"
    for shown in ("Siti A.", "Budi S.", "•••@"):
        assert shown in visitor.text
    for hidden in ("Siti Aminah", siti.email, budi.email, "9933744501900002"):
        assert hidden not in visitor.text


def test_whoever_is_picked_types_only_the_password(family, siti):
    visitor = choose(begin(family, prompt="select_account"), "account", str(siti.account_id))
    assert visitor.page == "login"
    assert 'id="expected-account">Siti A.<' in visitor.text
    assert 'name="identifier"' not in visitor.text
    assert siti.email not in visitor.text
    visitor.press("login-submit", password="bukan ini")
    assert visitor.page == "login"
    visitor.press("login-submit", password=siti.password)
    assert visitor.page == "mfa"
    assert visitor.code(siti).page == "consent"


def test_who_is_picked_has_signed_nobody_in(family, siti):
    visitor = choose(begin(family, prompt="select_account"), "account", str(siti.account_id))
    assert family.browser.cookie(SESSION) is None
    assert visitor.page == "login"


def test_where_several_people_use_a_browser_it_asks_who_it_is(family, budi):
    visitor = begin(family)
    assert visitor.page == "select-account"
    assert choose(visitor, "account", "other").page == "login"
    assert 'name="identifier"' in visitor.text
    assert 'id="login-accounts"' in visitor.text
    visitor.open(visitor.path.partition("?")[0] + "/account")
    assert visitor.page == "select-account"
    assert choose(visitor, "account", str(budi.account_id)).page == "login"
    assert 'id="expected-account">Budi S.<' in visitor.text


def test_so_does_the_way_to_the_account_pages(family, provider):
    assert Visitor(provider, family.browser).open("/me").page == "select-account"


def test_one_person_is_asked_for_a_password_at_once(rp, siti):
    begin(rp).sign_in(siti)
    rp.browser.sign_out()
    assert begin(rp).page == "login"


def test_whoever_is_expected_by_the_client_is_not_asked_who_it_is(family, siti):
    visitor = begin(family, login_hint=siti.email)
    assert visitor.page == "login"
    assert siti.email in visitor.text


def test_another_account_may_be_used_after_all(family, siti, budi):
    visitor = choose(begin(family, prompt="select_account"), "account", str(siti.account_id))
    visitor.open(visitor.path + "/account")
    choose(visitor, "account", "other")
    assert visitor.sign_in(budi).page == "consent"


def test_an_account_is_taken_off_this_browser(family, siti, budi, services):
    visitor = begin(family, prompt="select_account")
    visitor.open(visitor.path + "/account?remove=1")
    choose(visitor, "remove", str(siti.account_id))
    assert "Siti A." not in visitor.text
    assert "Budi S." in visitor.text
    with services.database.unit_of_work() as db:
        assert db.scalars(select(KnownBrowser.account_id)).all() == [budi.account_id]


def test_taking_off_who_is_signed_in_signs_out(rp, siti, services):
    begin(rp).sign_in(siti)
    visitor = begin(rp, prompt="select_account")
    visitor.open(visitor.path + "/account?remove=1")
    choose(visitor, "remove", str(siti.account_id))
    assert rp.browser.cookie(SESSION) is None
    with services.database.unit_of_work() as db:
        assert db.scalars(select(BrowserSession.ended_at)).one() is not None


def test_o127_an_account_of_another_browser_cannot_be_picked_or_taken_off(rp, family, services, provider):
    stranger = factories.a_citizen(services, name="Wayan", nik="9951014501900003", signs_in=True)
    visitor = begin(family, prompt="select_account")
    for name in ("account", "remove"):
        for value in (str(stranger.account_id), "x", ""):
            if name == "remove" and not value:
                continue
            assert choose(begin(family, prompt="select_account"), name, value).status == 400
    assert visitor.page == "select-account"


def test_a_new_browser_knows_nobody(provider, rp, family):
    visitor = Visitor(provider).open(rp.authorize(prompt="select_account").location)
    other = provider.browser()
    rp.browser = other
    assert begin(rp, prompt="select_account").page == "login"
    assert 'id="login-accounts"' not in begin(rp).text
    assert visitor.status == 400


def test_a_locked_account_is_not_offered(family, siti, services):
    factories.lock(services, siti)
    assert "Siti A." not in begin(family, prompt="select_account").text


def test_half_a_sign_in_is_not_remembered(rp, siti):
    begin(rp).password(siti.email, siti.password)
    rp.browser.sign_out()
    assert 'id="login-accounts"' not in begin(rp).text


def test_choosing_does_not_confirm_a_request_of_another_screen(provider, rp, services, siti):
    """The confirmation of a device request stays a question of its own (RFC 8628 5.4)."""
    visitor = begin(rp).sign_in(siti)
    uid = visitor.path.split("/")[2]
    with services.database.unit_of_work() as db:
        db.scalars(select(Interaction)).one().kind = "device"
    pairs = [("csrf_token", dict(visitor.form.fields)["csrf_token"]), ("account", str(siti.account_id))]
    rp.browser.post(f"/interaction/{uid}/account", dict(pairs))
    with services.database.unit_of_work() as db:
        assert db.scalars(select(Interaction.chosen_account)).one() is None


def test_an_account_with_a_password_alone_is_told_of_a_new_browser(provider, services, rp, clock):
    """H3: somebody without a second factor needs the letter most."""
    ani = factories.a_citizen(services, signs_in=True, authenticator=False)
    told = []
    first, second = provider.browser(), provider.browser()
    for browser in (first, first, second):
        visitor = Visitor(provider, browser).open("/me")
        visitor.password(ani.email, ani.password)
        told.append([each["template"] for each in letters(provider)].count("new_sign_in"))
        visitor.browser.sign_out()
        clock.advance(minutes=1)
    assert told == [1, 0, 1]
