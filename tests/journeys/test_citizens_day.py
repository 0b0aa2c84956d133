"""A citizen's day (issue 2): one account, five agencies, and nothing typed that a public body knows."""

from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from idp.sandbox.runner import AGENCIES
from tests.journeys import provider
from tests.journeys.agencies import Desk, Tally
from tests.journeys.conftest import Begin
from tests.journeys.people import Account, Person, person
from tests.journeys.town import Town
from tests.journeys.walk import DESKTOP, PHONE, Walk
from tests.support.processes import wait_until

PHONE_NUMBER = "0812 3456 7890"
OPEN_TO_ALL = ("education", "health", "tax", "business_licence")


@dataclass(frozen=True)
class Day:
    """Who walks, in which language, with which browser."""

    who: str
    language: str
    script: bool
    size: dict[str, int]

    def __str__(self) -> str:
        return f"{self.who}-{self.language}{'' if self.script else '-no_script'}"


DAYS = (
    Day("siti", "id", True, DESKTOP),
    Day("belum-slamet", "id", False, PHONE),
    Day("belum-nurul", "en", True, PHONE),
    Day("belum-ketut", "en", False, DESKTOP),
)


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_a_citizens_day(day: Day, town: Town, begin: Begin) -> None:
    someone, tally = person(day.who), Tally()
    walk = begin(day.language, script=day.script, size=day.size)
    desks = {name: Desk(name, town.agency(name), walk, tally) for name in AGENCIES}

    desks["education"].open()
    walk.at("login", "login")
    walk.press("a[href^='/register']")
    account = provider.register(walk, someone, phone=PHONE_NUMBER)
    walk.press("#register-continue")
    look_at_consent(walk)
    provider.allow(walk, "phone_number", "email")
    look_at_form(desks["education"], someone)
    desks["education"].fill_in()
    secrets_of_one_day = walk.secrets_typed

    for name in OPEN_TO_ALL[1:]:
        desks[name].open()
        if walk.here == "consent":
            walk.at("consent", f"consent-{name}")
            provider.allow(walk)
        desks[name].fill_in()
    assert walk.secrets_typed == secrets_of_one_day, "no agency asked for a password or a code again"
    assert tally.known == [], "a field a public body knows had to be typed"
    new = [
        name for name in tally.fresh if name != "business_licence.npwp"
    ]  # the tax agency does not know everybody
    assert len(new) == 2 + 2 + 3 + 4

    refused_by_the_civil_service(desks["civil_service"])
    look_at_my_data(walk, town, someone)
    withdraw(walk, town, desks["tax"])
    other = begin(day.language, script=day.script, size=day.size)
    end_the_other_session(walk, other, town, account)
    look_at_my_history(walk, town)
    (sign_out_once if day.script else sign_out_at_an_agency)(walk, town, desks)


def look_at_consent(walk: Walk) -> None:
    """Every item with value, source and purpose; what is optional is off (UU PDP articles 20 to 22)."""
    walk.at("consent", "consent-education")
    items = walk.find("li.claim")
    assert {item.get_attribute("data-claim") for item in items.all()} == {
        *("name", "nik_ref", "birthdate", "place_of_birth", "gender", "address", "id_address"),
        *("nickname", "phone_number", "email", "bpjs_number"),
    }
    for item in items.all():
        expect(item.locator(".value, .muted").first).not_to_be_empty()
        said = [line for line in item.locator(".meta").all_inner_texts() if line.strip()]
        assert len(said) >= 3, said  # the source, the purpose, the legal basis
    boxes = walk.find("input[name=claim]")
    assert {box.get_attribute("value") for box in boxes.all()} == {
        *("nickname", "phone_number", "email", "bpjs_number"),
    }
    assert not any(box.is_checked() for box in boxes.all())
    allow, deny = walk.find("#consent-allow").bounding_box(), walk.find("#consent-deny").bounding_box()
    assert allow is not None and deny is not None and allow["height"] == deny["height"]


def look_at_form(desk: Desk, someone: Person) -> None:
    """The enrolment form is filled from the registry, down to RT and RW, and locked with its source."""
    desk.walk.at("agency-form")
    address = someone.record["address"]
    assert desk.locked("name") == someone.name
    assert desk.locked("nik_ref")
    assert desk.locked("place_of_birth") == someone.record["place_of_birth"]["locality"]
    assert desk.locked("street_address") == address["street"]
    assert desk.locked("village") == address["village"]["name"]
    assert desk.locked("district") == address["district"]["name"]
    assert desk.locked("locality") == address["regency"]["name"]
    assert desk.locked("region") == address["province"]["name"]
    assert desk.locked("postal_code") == address["postal_code"]
    if int(address["rt"]):
        assert (desk.locked("rt"), desk.locked("rw")) == (address["rt"], address["rw"])
    assert desk.locked("phone_number") == "+6281234567890"
    assert desk.locked("email") == someone.email
    assert "Dukcapil" in desk.walk.find("#name-source").inner_text()


def refused_by_the_civil_service(desk: Desk) -> None:
    """Who is no civil servant is told so, with a way on, and is asked for nothing."""
    desk.open()
    desk.walk.at("agency-problem", "civil-service-refused")
    expect(desk.walk.find("[data-problem=not_for_you]")).to_be_visible()
    expect(desk.walk.find("main .actions a").first).to_be_visible()


def look_at_my_data(walk: Walk, town: Town, someone: Person) -> None:
    """Everything held, with who vouches for it."""
    walk.page.goto(f"{town.issuer}/me")
    walk.at("account", "account")
    walk.press(".tiles a[href='/me/data']")
    walk.at("account-data", "account-data")
    shown = walk.find("main").inner_text()
    assert someone.name in shown and someone.email in shown and "Dukcapil" in shown
    assert someone.nik not in shown, "the NIK stays closed until it is opened"


def withdraw(walk: Walk, town: Town, desk: Desk) -> None:
    """A withdrawn consent ends the agency's access at its next question."""
    walk.press("nav a[href='/me']")
    walk.press(".tiles a[href='/me/services']")
    walk.at("account-services", "account-services")
    cards = walk.find("main a.row-link")
    assert cards.count() == len(OPEN_TO_ALL)
    cards.filter(has_text={"id": "Pajak", "en": "Tax"}[walk.language]).click()
    walk.at("account-service", "account-service")
    walk.press("#withdraw-submit")
    walk.at("account-services")
    assert walk.find("main a.row-link").count() == len(OPEN_TO_ALL) - 1
    town.let_time_pass_at(desk.name)
    walk.page.goto(f"{desk.base}/form")
    assert walk.here in ("agency-problem", "agency-home")
    assert not desk.signed_in()


def end_the_other_session(walk: Walk, other: Walk, town: Town, account: Account) -> None:
    """Another browser signs in; it is seen here, and ended from here."""
    other.page.goto(f"{town.issuer}/me")
    provider.sign_in(other, account)
    other.at("account")
    walk.page.goto(f"{town.issuer}/me/sessions")
    walk.at("account-sessions", "account-sessions")
    walk.press("#session-end")
    walk.at("account-sessions")
    expect(walk.find("#session-end")).to_have_count(0)
    other.page.goto(f"{town.issuer}/me")
    other.at("login")


def look_at_my_history(walk: Walk, town: Town) -> None:
    """What happened, in plain words."""
    walk.page.goto(f"{town.issuer}/me/history")
    walk.at("account-history", "account-history")
    kinds = {line.get_attribute("data-kind") for line in walk.find("main [data-kind]").all()}
    assert {"sign_in", "consent", "account"} <= kinds, kinds
    walk.press("#uses")
    walk.at("account-uses", "account-uses")
    expect(walk.find("#use-lines [data-outcome=released]").first).to_be_visible()


def sign_out_once(walk: Walk, town: Town, desks: dict[str, Desk]) -> None:
    """One sign-out ends the session at every agency, and the page says which did."""
    for name in ("education", "health", "business_licence"):
        assert desks[name].signed_in(), name
    walk.page.goto(town.issuer + "/me")
    walk.press("#sign-out")
    walk.at("logout", "logout")
    walk.press("#logout-confirm")
    walk.at("logged-out")
    assert provider.wait_for_reports(walk) == len(OPEN_TO_ALL)
    walk.at("logged-out", "logged-out")
    nobody_is_signed_in(walk, town, desks)


def sign_out_at_an_agency(walk: Walk, town: Town, desks: dict[str, Desk]) -> None:
    """Signing out at one agency signs out at the provider, and so everywhere."""
    assert desks["education"].signed_in() and desks["health"].signed_in()
    walk.press("#logout-gerbang")
    walk.at("agency-logged-out", "agency-logged-out")
    nobody_is_signed_in(walk, town, desks)


def nobody_is_signed_in(walk: Walk, town: Town, desks: dict[str, Desk]) -> None:
    """Every agency shows its sign-in button again, and so does the provider."""
    for desk in desks.values():
        assert wait_until(lambda desk=desk: not desk.signed_in(), seconds=15, step=0.25), desk.name  # type: ignore[misc]
    walk.page.goto(f"{town.issuer}/me")
    walk.at("login")
