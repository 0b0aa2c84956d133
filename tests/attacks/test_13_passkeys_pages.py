"""Attacks, section 13, at the pages: signing in, adding and removing passkeys as browsers do."""

from __future__ import annotations

import pytest

from idp.domain.authenticators import passkeys
from idp.protocol.oauth.values import b64url
from idp.web.cookies import BROWSER
from tests import factories, newcomer
from tests.support import state
from tests.support.authenticator import Authenticator, Maker
from tests.support.passkeys import add
from tests.visitor import Visitor, letters

NEW = "/me/security/passkeys/new"
PASSKEYS = "/me/security/passkeys"


@pytest.fixture
def citizen(services):
    return factories.a_citizen(services, signs_in=True)


class Script(Visitor):
    """A visitor whose page runs the script: fetches options, hands the answer to the form."""

    def token(self) -> str:
        secret = self.browser.cookie(BROWSER)
        assert secret is not None
        return b64url(self.provider.services.tree.mac("csrf", secret.encode()))

    def options(self, path, **fields):
        return self.browser.post(path, {"csrf_token": self.token(), **fields})

    def post(self, path, **fields):
        return self.send(path, [("csrf_token", self.token()), *fields.items()])

    def sign_in(self, citizen):
        """Use the application, which is offered after passkeys."""
        path = self.path
        self.password(citizen.email, citizen.password)
        return self.open(f"{path}?method=authenticator").code(citizen)

    def sign_in_with(self, key, **bent):
        options = self.options(f"{self.path}/passkey/options")
        assert options.ok, options.text
        return self.post(f"{self.path}/passkey", credential=key.get(options.json, **bent))

    def add(self, key, **fields):
        options = self.options(f"{PASSKEYS}/options", **fields)
        assert options.ok, options.text
        return self.post(PASSKEYS, credential=key.create(options.json), **fields)


def told(provider):
    """Which changes were written about since the last time letters were taken."""
    found = (letter["context"].get("change") for letter in letters(provider))
    return list(dict.fromkeys(change for change in found if change))


def test_a_passkey_signs_in_with_one_step(provider, rp, citizen):
    key = add(provider.services, citizen)
    factories.a_consent(provider.services, citizen, "tax", "openid profile email", ("name", "email"))
    visitor = Script(provider, rp.browser)
    visitor.open(rp.authorize().location)
    assert visitor.page == "login" and 'autocomplete="username webauthn"' in visitor.text
    visitor.sign_in_with(key)
    claims = rp.id_token(rp.redeem(visitor.answer.code))
    assert claims["acr"] == "urn:gerbang:acr:aal2" and claims["amr"] == ["swk", "user", "mfa"]
    assert [letter["template"] for letter in letters(provider)] == ["new_sign_in"]


def test_o094_the_passkey_path_stays_open_when_guesses_slow_the_password_down(provider, citizen):
    key = add(provider.services, citizen)
    thief = Visitor(provider).open("/signin")
    for _ in range(12):
        thief.password(citizen.email, "salah sekali ini")
    assert thief.status == 429
    visitor = Script(provider).open("/signin")
    assert visitor.password(citizen.email, citizen.password).status == 429
    assert "login-passkey" in visitor.text
    visitor.path = visitor.path.removesuffix("/login")
    assert visitor.sign_in_with(key).page == "account"


def test_o106_a_bent_assertion_is_a_page_that_says_so_and_nobody_is_in(provider, citizen):
    key = add(provider.services, citizen)
    visitor = Script(provider).open("/signin")
    visitor.sign_in_with(key, origin="https://gerbang.example")
    assert visitor.page == "login" and 'id="error-summary"' in visitor.text
    assert Visitor(provider, visitor.browser).open("/me").page == "login"


def test_o106_options_need_a_page_of_ours(provider, citizen):
    visitor = Script(provider).open("/signin")
    answer = visitor.browser.post(f"{visitor.path}/passkey/options", {"csrf_token": "x"})
    assert answer.status == 403
    assert state.count(provider.database, "passkey_challenge") == 0
    stranger = Script(provider).open("/signin")
    assert stranger.options(f"{visitor.path}/passkey/options").status in (404, 410, 400)


def test_a_passkey_is_the_second_factor(provider, rp, citizen):
    key = add(provider.services, citizen)
    visitor = Script(provider).open("/signin")
    path = visitor.path
    visitor.password(citizen.email, citizen.password)
    assert visitor.page == "mfa" and 'value="passkey"' in visitor.text
    options = visitor.options(f"{path}/mfa/passkey/options").json
    assert len(options["allowCredentials"]) == 1
    visitor.post(f"{path}/mfa", method="passkey", credential=key.get(options))
    assert visitor.page == "account"


def test_an_account_without_script_uses_its_application(provider, citizen):
    add(provider.services, citizen)
    visitor = Visitor(provider).open("/signin").password(citizen.email, citizen.password)
    visitor.press("mfa-other")
    while visitor.page == "mfa-ways":
        visitor.open(f"{visitor.path.split('?')[0]}?method=authenticator")
    assert visitor.code(citizen).page == "account"


def test_o109_adding_needs_a_fresh_sign_in_and_is_told(provider, clock, citizen):
    """ASVS 7.5.1, 6.3.7."""
    visitor = Script(provider).open("/signin").sign_in(citizen)
    letters(provider)
    clock.advance(minutes=6)
    for path in (f"{PASSKEYS}/options", PASSKEYS):
        stale = visitor.options(path, credential="{}")
        assert stale.status == 303 and "fresh=1" in stale.location
    assert visitor.open(NEW).page == "login"
    visitor.sign_in(citizen)
    assert visitor.page == "account-passkey-new"
    key = Authenticator()
    visitor.add(key, name="Ponsel saya")
    assert visitor.page == "account-passkeys" and "Ponsel saya" in visitor.text
    assert told(provider) == ["passkey_added"]
    assert Script(provider).open("/signin").sign_in_with(key).page == "account"


def test_o108_somebody_elses_credential_is_refused_at_the_page(provider, citizen, bob):
    key = add(provider.services, bob)
    visitor = Script(provider).open("/signin").sign_in(citizen)
    visitor.add(Authenticator(credential_id=key.credential_id))
    assert visitor.page == "account-passkey-new" and visitor.status == 400


def test_o109_the_last_way_in_stays(provider, services):
    citizen = factories.a_citizen(services, signs_in=True, authenticator=False)
    key = add(services, citizen)
    visitor = Script(provider).open("/signin").sign_in_with(key)
    with services.database.unit_of_work() as db:
        (kept,) = passkeys.of_account(db, citizen.account_id)
    with provider.unchanged():
        visitor.post(f"{PASSKEYS}/{kept.id}", action="remove")
        assert visitor.status == 409 and visitor.page == "account-passkey"
        visitor.post(f"{PASSKEYS}/password")
        assert visitor.status == 409


def test_o109_a_passkey_is_renamed_and_removed_and_told(provider, citizen):
    services = provider.services
    add(services, citizen)
    with services.database.unit_of_work() as db:
        (kept,) = passkeys.of_account(db, citizen.account_id)
    visitor = Script(provider).open("/signin").sign_in(citizen)
    visitor.post(f"{PASSKEYS}/{kept.id}", action="rename", name="Kunci\nbiru")
    assert "Kuncibiru" in visitor.text
    letters(provider)
    with provider.recorded("PasskeyRemoved"):
        visitor.post(f"{PASSKEYS}/{kept.id}", action="remove")
    assert visitor.page == "account-passkeys"
    assert told(provider) == ["passkey_removed"]


def test_o127_a_passkey_of_another_citizen_is_not_there(provider, citizen, bob):
    services = provider.services
    add(services, bob)
    with services.database.unit_of_work() as db:
        (kept,) = passkeys.of_account(db, bob.account_id)
    visitor = Script(provider).open("/signin").sign_in(citizen)
    with provider.unchanged():
        assert visitor.open(f"{PASSKEYS}/{kept.id}").status == 404
        assert visitor.post(f"{PASSKEYS}/{kept.id}", action="remove").status == 404
        assert visitor.post(f"{PASSKEYS}/{kept.id}", action="rename", name="Saya").status == 404


def test_an_account_does_without_a_password(provider, citizen):
    services = provider.services
    keys = [add(services, citizen) for _ in range(2)]
    visitor = Script(provider).open("/signin").sign_in(citizen)
    visitor.open(PASSKEYS)
    assert "passwordless-submit" in visitor.text
    letters(provider)
    with provider.recorded("PasswordRemoved"):
        visitor.post(f"{PASSKEYS}/password")
    assert told(provider) == ["password_removed"]
    other = Script(provider).open("/signin")
    path = other.path
    assert other.password(citizen.email, citizen.password).page == "login"
    other.path = path
    assert other.sign_in_with(keys[0]).page == "account"


def test_a_security_key_steps_up_to_the_highest_level(provider, citizen, rp):
    """RFC 9470 §4; decision 3."""
    services = provider.services
    maker = Maker()
    key = add(services, citizen, Authenticator(synced=False, maker=maker, counts=True))
    soft = add(services, citizen)
    factories.a_consent(services, citizen, "tax", "openid profile email", ("name", "email"))
    rp.browser.sign_in(citizen)
    visitor = Script(provider, rp.browser)
    visitor.open(rp.authorize(acr_values="urn:gerbang:acr:aal3").location)
    assert visitor.page == "mfa" and "kunci keamanan" in visitor.text
    path = visitor.path
    options = visitor.options(f"{path}/mfa/passkey/options").json
    assert len(options["allowCredentials"]) == 1
    visitor.post(f"{path}/mfa", method="passkey", credential=soft.get(options))
    assert visitor.page == "mfa"
    options = visitor.options(f"{path}/mfa/passkey/options").json
    visitor.post(f"{path}/mfa", method="passkey", credential=key.get(options))
    claims = rp.id_token(rp.redeem(visitor.answer.code))
    assert claims["acr"] == "urn:gerbang:acr:aal3" and "hwk" in claims["amr"]


def test_a_newcomer_registers_with_a_passkey(provider):
    visitor = Script(provider).open("/register").press("register-submit", **newcomer.SITI)
    newcomer.authenticator(newcomer.contact(visitor))
    visitor.open("/register?way=passkey")
    assert visitor.step == "passkey" and "way-authenticator" in visitor.text
    options = visitor.options("/register/passkey/options")
    key = Authenticator()
    bent = key.create(options.json, origin="https://gerbang.example")
    visitor.post("/register", step="passkey", credential=bent)
    assert visitor.status == 400 and visitor.step == "passkey"
    options = visitor.options("/register/passkey/options")
    visitor.post("/register", step="passkey", credential=key.create(options.json))
    assert visitor.step == "recovery"
    assert visitor.options("/register/passkey/options").status == 409
    assert Script(provider).open("/signin").sign_in_with(key).page == "account"


def test_a_removed_passkey_ends_the_sessions_it_alone_opened(provider, citizen, services, clock):
    """ADR 0027: sessions know the kind that opened them; the one that removes it goes on."""
    lost = add(services, citizen)
    thief = Script(provider).open("/me").sign_in_with(lost)
    assert thief.page == "account"
    elsewhere = Script(provider).open("/me").sign_in(citizen)
    clock.advance(minutes=1)
    owner = Script(provider).open("/me").sign_in(citizen)
    with services.database.unit_of_work() as db:
        (kept,) = passkeys.of_account(db, citizen.account_id)
    owner.post(f"{PASSKEYS}/{kept.id}", action="remove")
    assert owner.page == "account-passkeys"
    assert thief.open("/me").page == "login"
    assert elsewhere.open("/me").page == "account", "it rests on password and application"
