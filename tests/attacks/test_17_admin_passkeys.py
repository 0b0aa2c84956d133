"""Passkeys at the console: enrolling, signing in, and doing nothing without one where they are needed (O-132)."""

from __future__ import annotations

import dataclasses

import pytest

from idp.protocol.webauthn.relying_party import Trust
from idp.settings import Settings, SettingsError
from tests import factories
from tests.rp import Answer, Provider
from tests.support.authenticator import Authenticator, Maker
from tests.support.operators import Console, an_agency, an_operator
from tests.support.passkeys import add as add_of_citizen

PASSKEYS = "/admin/passkeys"


@pytest.fixture
def rina(services):
    """A national administrator."""
    return an_operator(services)


@pytest.fixture
def strict(database_url, tmp_path, clock):
    """A deployment whose national administrators need passkeys, as production does."""
    folder = tmp_path / "strict"
    folder.mkdir(mode=0o700)
    wired = factories.a_deployment(database_url, folder, clock, admin_passkeys=True)
    yield Provider(wired)
    wired.close()


def options(console, path):
    console.post(path)
    return console.answer


def enrol(console, key, name="Kunci kantor"):
    asked = options(console, f"{PASSKEYS}/options")
    assert asked.ok, asked.location
    console.post(PASSKEYS, credential=key.create(asked.json), name=name)
    return follow(console)


def follow(console):
    console.answer = console.browser.follow(console.answer)
    return console


def sign_in_with(console, key, **bent):
    console.open("/admin/sign-in")
    asked = options(console, "/admin/sign-in/passkey/options")
    console.post("/admin/sign-in/passkey", credential=key.get(asked.json, **bent))
    return follow(console)


def with_trust(provider, maker):
    """The same deployment with a maker of security keys it trusts."""
    services = dataclasses.replace(provider.services, trust=Trust((maker.root_pem,)))
    return Provider(services)


def test_o132_a_national_administrator_needs_a_passkey(strict, clock):
    """Features K3: password and code lead to enrolling, then the passkey opens the console."""
    rina = an_operator(strict.services)
    console = Console(strict, rina)
    assert console.page == "admin-passkeys" and "Pasang kunci sandi dulu" in console.text
    for path in ("/admin/clients", "/admin/approvals", "/admin/audit"):
        assert console.open(path).page == "admin-passkeys"
    key = Authenticator()
    enrol(console, key)
    assert console.page == "admin-login" and "Kode saja tidak cukup" in console.text
    other = Console(strict)
    with strict.recorded("SignedIn", "OperatorSignedIn"):
        sign_in_with(other, key)
    assert other.page == "admin-clients"
    # What was phished, the password and a code, opens nothing and adds no key.
    thief = Console(strict)
    clock.advance(seconds=30)
    thief.sign_in(rina)
    assert thief.page == "admin-login"
    assert thief.open("/admin/clients").page == "admin-login"
    with strict.unchanged():
        assert options(thief, f"{PASSKEYS}/options").location.startswith("/admin/sign-in")
        thief.post(PASSKEYS, credential=Authenticator().create(creation()))
        assert thief.answer.location.startswith("/admin/sign-in")
        assert not thief.post("/admin/approvals/00000000-0000-4000-8000-000000000000").answer.ok


def creation():
    return {"user": {"id": "AA"}, "challenge": "AA", "rp": {"id": "localhost"}, "attestation": "none"}


def test_others_and_the_sandbox_keep_their_codes(strict, provider, rina):
    reader = an_operator(strict.services, "Wati Lestari", "readonly")
    assert Console(strict, reader).page == "admin-clients"
    assert Console(provider, rina).page == "admin-clients"


def test_o132_officers_at_a_counter_need_one_too(strict):
    agency = an_agency(strict.services, "dukcapil-semarang")
    officer = an_operator(strict.services, "Ani Wijaya", "officer", agency)
    console = Console(strict, officer)
    assert console.page == "admin-passkeys" and "Pasang kunci sandi dulu" in console.text
    assert console.open("/admin/counter").page == "admin-passkeys"
    key = Authenticator()
    enrol(console, key)
    assert sign_in_with(Console(strict), key).open("/admin/counter").page == "admin-counter"


def test_the_last_passkey_stays_where_one_is_needed(strict, clock):
    rina, first, second = an_operator(strict.services), Authenticator(), Authenticator()
    enrol(Console(strict, rina), first)
    console = sign_in_with(Console(strict), first)
    clock.advance(seconds=1)
    enrol(console.open(PASSKEYS), second)
    assert console.page == "admin-passkeys"
    console.send("remove-1")
    assert console.text.count("Kunci kantor") == 1
    console.send("remove-1")
    assert console.status == 409
    assert sign_in_with(Console(strict), first).page == "admin-login"
    assert sign_in_with(Console(strict), second).page == "admin-clients"


def test_adding_one_needs_a_fresh_sign_in(provider, rina, clock):
    """ASVS 7.5.1."""
    console = Console(provider, rina)
    clock.advance(minutes=6)
    assert "fresh=1" in (options(console, f"{PASSKEYS}/options").location or "")
    assert console.open(f"/admin/sign-in?next={PASSKEYS}&fresh=1").page == "admin-login"


def test_a_citizens_passkey_opens_no_console_and_an_officials_no_account(provider, rina, citizen):
    key = add_of_citizen(provider.services, citizen)
    with provider.recorded("PasskeyRefused"):
        console = Console(provider).open("/admin/sign-in")
        answer: Answer = options(console, "/admin/sign-in/passkey/options")
        console.post("/admin/sign-in/passkey", credential=key.get(answer.json))
    assert console.page == "admin-login"


def test_officials_enrol_what_their_makers_certify(provider, rina):
    """Features C7: an attestation policy for officials."""
    maker = Maker()
    guarded = with_trust(provider, maker)
    console = Console(guarded, rina)
    asked = options(console, f"{PASSKEYS}/options").json
    assert asked["attestation"] == "direct"
    with guarded.recorded("PasskeyRefused"):
        console.post(PASSKEYS, credential=Authenticator().create(asked))
    assert console.status == 400
    key = Authenticator(synced=False, maker=maker, counts=True)
    enrol(console, key)
    assert console.page == "admin-passkeys" and "Kunci keamanan" in console.text
    assert sign_in_with(Console(guarded), key).page == "admin-clients"


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"rp_id": "example.com"}, "IDP_RP_ID"),
        ({"rp_id": "example.go.id", "admin_origin": "https://console.example.net"}, "IDP_RP_ID"),
    ],
)
def test_an_id_that_no_page_may_use_does_not_start(settings, says):
    with pytest.raises(SettingsError, match=says):
        Settings(issuer="https://masuk.example.go.id", **settings)


def test_production_needs_passkeys_by_itself():
    assert not Settings().admins_need_passkeys
    with pytest.raises(SettingsError, match="IDP_ADMIN_ORIGIN lies outside"):
        Settings(
            mode="production",
            issuer="https://masuk.example.go.id",
            admin_origin="https://konsol.example.go.id",
            master_key="k" * 43,
            smtp_url="smtps://mail",
        )
