"""Attack catalogue, section 15: changing an e-mail address or phone number (features D5, D7, H4)."""

from __future__ import annotations

import re

import pytest

from idp import changes as waiting_changes
from idp.domain.citizens import contacts, profile
from idp.domain.citizens.models import Citizen
from tests import factories
from tests.visitor import Visitor, letters

OFFICE = "siti@kantor.id"


@pytest.fixture
def siti(services):
    return factories.a_citizen(services, signs_in=True, phone_number="081234567890", phone_confirmed=True)


@pytest.fixture
def page(provider, siti):
    arrived = Visitor(provider).open("/me/contacts").sign_in(siti)
    letters(provider)
    return arrived


@pytest.fixture
def known(services, siti):
    """The contacts, by value."""

    def known(citizen=siti):
        with services.database.unit_of_work() as db:
            row = db.get_one(Citizen, citizen.citizen_id)
            key = services.tree.vault.open(row.id, row.data_key)
            return {c.value: c for c in contacts.of(db, key, row.id)}

    return known


@pytest.fixture
def claim(services, siti):
    def claim(name):
        with services.database.unit_of_work() as db:
            row = db.get_one(Citizen, siti.citizen_id)
            found = profile.read(db, services.tree.vault.open(row.id, row.data_key), row.id).get(name)
            return found.value if found is not None else None

    return claim


def code_of(provider, to):
    """Read the code that was sent to an address or number."""
    sent = [letter for letter in letters(provider) if "code" in letter["context"]]
    assert [letter["to"] for letter in sent] == [to]
    return sent[0]["context"]["code"]


def told(provider, template):
    """Say who was written to."""
    return {letter["to"] for letter in letters(provider) if letter["template"] == template}


def add(provider, page, value=OFFICE, kind="email"):
    field = "email" if kind == "email" else "phone_number"
    page.open(f"/me/contacts/add/{kind}").press("contact-submit", **{field: value})
    return page.press("contact-submit", code=code_of(provider, value))


def press(page, form, button):
    found = page.answer.forms[form]
    return page.send(found.action, found.filled(button))


def start(page, contact, what):
    """Ask for a change on the page of a contact."""
    return press(page.open(f"/me/contacts/{contact.id}"), f"{what}-form", f"contact-{what}")


def test_o121_an_address_counts_after_its_code_and_the_old_one_is_told(
    provider, page, known, claim, services, siti
):
    page.open("/me/contacts/add/email").press("contact-submit", email=OFFICE)
    code = code_of(provider, OFFICE)
    assert OFFICE not in known()
    page.press("contact-submit", code=code)
    assert page.page == "account-contacts"
    assert known()[OFFICE].verified_at is not None
    assert claim("email") == "siti@contoh.id", "it is shared only when it is chosen"
    assert told(provider, "account_change") == {"siti@contoh.id", "+6281234567890"}
    assert Visitor(provider).open("/me").password(OFFICE, siti.password).page == "mfa"


def test_o121_a_wrong_code_adds_nothing(provider, page, known):
    page.open("/me/contacts/add/email").press("contact-submit", email=OFFICE)
    right = code_of(provider, OFFICE)
    for wrong in ("", "000000" if right != "000 000" else "111111", "abc", "1" * 400):
        assert page.press("contact-submit", code=wrong).page == "account-contact-code"
    assert OFFICE not in known()


def test_o121_five_tries_and_the_code_is_dead(provider, page, known):
    page.open("/me/contacts/add/email").press("contact-submit", email=OFFICE)
    right = code_of(provider, OFFICE)
    for _ in range(5):
        page.press("contact-submit", code="000000" if right != "000 000" else "111111")
    page.press("contact-submit", code=right)
    assert OFFICE not in known()


def test_o121_a_code_for_one_address_confirms_no_other(provider, page, known):
    page.open("/me/contacts/add/email").press("contact-submit", email=OFFICE)
    code = code_of(provider, OFFICE)
    page.open("/me/contacts/add/email").press("contact-submit", email="siti@lain.id")
    letters(provider)
    page.press("contact-submit", code=code)
    assert not {OFFICE, "siti@lain.id"} & known().keys()


def test_o121_not_without_a_fresh_sign_in(provider, page, clock, known):
    add(provider, page)
    before, address = known(), f"/me/contacts/{known()[OFFICE].id}"
    form = page.open(address).answer.forms["primary-form"]
    clock.advance(minutes=6)
    for path in ("/me/contacts/add/email", "/me/contacts/add/phone"):
        assert page.browser.get(path).location == f"/signin?next={path}&fresh=1"
    for action in ("primary", "remove", "confirm", "channels"):
        answer = page.browser.post(address, data=dict([*form.fields, ("action", action)]))
        assert answer.location == f"/signin?next={address}&fresh=1"
    for action in ("primary", "remove"):
        answer = page.browser.post(f"{address}/{action}", data=dict([*form.fields, ("action", "wait")]))
        assert answer.location == f"/signin?next={address}&fresh=1"
    assert known() == before


def test_o121_another_primary_one_at_once_when_the_old_one_agrees(provider, page, known, claim):
    add(provider, page)
    letters(provider)
    start(page, known()[OFFICE], "primary")
    assert page.page == "account-contact-hold"
    assert claim("email") == "siti@contoh.id"
    page.press("hold-code")
    page.press("contact-submit", code=code_of(provider, "siti@contoh.id"))
    assert page.page == "account-contacts"
    assert claim("email") == OFFICE
    assert told(provider, "account_change") == {"siti@contoh.id", OFFICE, "+6281234567890"}


def test_o121_else_it_waits_a_day_and_the_old_address_calls_it_off(
    provider, page, known, claim, services, clock
):
    add(provider, page)
    letters(provider)
    start(page, known()[OFFICE], "primary").press("hold-wait")
    asked = letters(provider)
    assert {letter["template"] for letter in asked} == {"change_asked"}
    assert {letter["to"] for letter in asked} == {"siti@contoh.id", OFFICE, "+6281234567890"}
    clock.advance(hours=23, minutes=59)
    assert waiting_changes.apply_due(services) == 0
    link = asked[0]["context"]["cancel_url"].removeprefix(services.settings.issuer)
    stranger = Visitor(provider).open(link)
    form = next(iter(stranger.answer.forms.values()))
    stranger.send(form.action, form.filled(next(iter(form.buttons), None)))
    clock.advance(days=2)
    assert waiting_changes.apply_due(services) == 0
    assert claim("email") == "siti@contoh.id"


def test_o121_uncalled_it_counts_after_a_day(provider, page, known, claim, services, clock):
    add(provider, page)
    start(page, known()[OFFICE], "primary").press("hold-wait")
    clock.advance(hours=24, minutes=1)
    assert waiting_changes.apply_due(services) == 1
    assert claim("email") == OFFICE
    assert waiting_changes.apply_due(services) == 0


def test_d7_a_phone_goes_by_its_own_code_or_after_three_days(provider, page, known, claim, services, clock):
    add(provider, page, "+6281399990000", "phone")
    new = known()["+6281399990000"]
    start(page, new, "primary").press("hold-wait")
    clock.advance(hours=71)
    assert waiting_changes.apply_due(services) == 0
    assert claim("phone_number") == "+6281234567890"
    clock.advance(hours=2)
    assert waiting_changes.apply_due(services) == 1
    assert claim("phone_number") == "+6281399990000"


def test_d7_a_code_to_the_old_number_and_no_other_confirms(provider, page, known, claim):
    add(provider, page, "+6281399990000", "phone")
    start(page, known()["+6281399990000"], "primary").press("hold-code")
    code = code_of(provider, "+6281234567890")
    page.press("contact-submit", code=code)
    assert claim("phone_number") == "+6281399990000"


def test_a_form_for_one_change_does_not_make_another(provider, page, known):
    """The code for one contact, sent to the address of another change."""
    add(provider, page)
    add(provider, page, "siti@lain.id")
    mine = known()
    start(page, mine[OFFICE], "remove").press("hold-code")
    code = code_of(provider, OFFICE)
    pairs = page.form.filled("contact-submit", code=code)
    page.send(f"/me/contacts/{mine['siti@lain.id'].id}/remove", pairs)
    assert set(known()) == set(mine)


def test_removing_by_its_own_code(provider, page, known):
    add(provider, page)
    start(page, known()[OFFICE], "remove").press("hold-code")
    page.press("contact-submit", code=code_of(provider, OFFICE))
    assert page.page == "account-contacts"
    assert OFFICE not in known()


def test_o109_the_last_confirmed_one_is_not_removed(provider, services, known):
    budi = factories.a_citizen(services, "Budi Santoso", "9933744501850002", signs_in=True)
    page = Visitor(provider).open("/me/contacts").sign_in(budi)
    only = known(budi)["budi@contoh.id"]
    assert "contact-remove" not in page.open(f"/me/contacts/{only.id}").text
    with provider.unchanged():
        for path in (f"/me/contacts/{only.id}", f"/me/contacts/{only.id}/remove"):
            form = page.open("/me/contacts/add/email").form
            page.send(path, [form.fields[0], ("action", "remove")])
            assert page.status == 409


def test_o091_an_address_of_somebody_else_gets_the_same_answer(provider, services, page, bob):
    page.open("/me/contacts/add/email").press("contact-submit", email="budi@contoh.id")
    taken = page.text.replace("budi@contoh.id", "X")
    code_of(provider, "budi@contoh.id")
    page.open("/me/contacts/add/email").press("contact-submit", email="baru@contoh.id")
    free = page.text.replace("baru@contoh.id", "X")
    same = re.compile(r'name="sealed" value="[^"]+"|trace-id[^<]*|[0-9a-f]{32}')
    assert same.sub("", taken) == same.sub("", free)


def test_a_family_address_is_a_contact_of_two_and_signs_in_one(provider, services, page, bob, known):
    add(provider, page, "budi@contoh.id")
    assert "keluarga serumah" in page.text
    shared = known()["budi@contoh.id"]
    assert not shared.signs_in
    assert "NIK" in page.open(f"/me/contacts/{shared.id}").text


def test_o127_the_contacts_of_others_are_not_found(provider, page, bob, known):
    theirs = known(bob)["budi@contoh.id"]
    form = page.open("/me/contacts/add/email").form
    with provider.unchanged():
        assert page.browser.get(f"/me/contacts/{theirs.id}").status == 404
        for path in ("", "/primary", "/remove"):
            for action in ("primary", "remove", "confirm", "channels", "code", "wait"):
                pairs = [form.fields[0], ("action", action)]
                answer = page.browser.post(f"/me/contacts/{theirs.id}{path}", data=dict(pairs))
                assert answer.status == 404, (path, action)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("email", ""),
        ("email", "siti"),
        ("email", "a@b\x00.id"),
        ("phone", "12"),
        ("phone", "abc"),
        ("email", "siti@contoh.id"),
    ],
)
def test_what_can_be_no_contact_is_said_beside_the_field(provider, page, kind, value):
    field = "email" if kind == "email" else "phone_number"
    with provider.unchanged():
        page.open(f"/me/contacts/add/{kind}").press("contact-submit", **{field: value})
    assert page.status == 400
    assert f'id="{field}-error"' in page.text


def test_o102_codes_are_slowed(provider, page, siti, clock):
    for _ in range(100):
        page.open("/me/contacts/add/email")
        if page.page == "login":
            clock.advance(seconds=30)
            page.sign_in(siti)
        page.press("contact-submit", email=OFFICE)
        if page.status == 429:
            break
        clock.advance(seconds=30)
    assert page.status == 429
    assert page.page == "account-contact-code"


def test_channels_of_a_phone(provider, page, known):
    phone = known()["+6281234567890"]
    page.open(f"/me/contacts/{phone.id}")
    form = page.answer.forms["channels-form"]
    page.send(form.action, form.filled("channels-submit", tick=("whatsapp",)))
    assert known()["+6281234567890"].channels == ("sms", "whatsapp")
    form = page.answer.forms["channels-form"]
    page.send(form.action, [*form.fields, form.buttons["channels-submit"]])
    assert page.status == 400
