"""Once only (features F8): five agencies and no known field typed; without a publisher the number rises."""

import re

import pytest
from playwright.sync_api import expect

from idp.sandbox.runner import AGENCIES
from tests.journeys import provider
from tests.journeys.agencies import Desk, Tally
from tests.journeys.conftest import Begin
from tests.journeys.town import Town
from tests.journeys.walk import DESKTOP, PHONE, Walk
from tests.support.processes import wait_until

WAHYU = "wahyu@perizinan.contoh.id"
NPWP = "9971027101980001"


@pytest.mark.parametrize(
    ("key", "language", "script", "size"),
    [("asn-pns", "id", True, DESKTOP), ("asn-pppk", "en", False, PHONE)],
)
def test_one_sign_in_five_forms_and_nothing_known_is_typed(
    key: str, language: str, script: bool, size: dict[str, int], town: Town, begin: Begin
) -> None:
    walk, tally = begin(language, script=script, size=size), Tally()
    for name in AGENCIES:
        desk = Desk(name, town.agency(name), walk, tally)
        desk.open()
        if walk.here == "login":
            provider.sign_in(walk, town.persona(key))
        agree(walk, everything=True)
        what_others_know(desk)
        desk.fill_in()
    assert walk.secrets_typed == 2, "one password and one code for five agencies"
    assert tally.known == [], "a field a public body knows had to be typed"
    assert len(tally.fresh) == 2 + 2 + 3 + 4 + 4


def agree(walk: Walk, *, everything: bool = False) -> None:
    """Agree to what is required, and to `everything` that is offered besides."""
    expect(walk.find("body")).to_have_attribute("data-page", re.compile("consent|agency-form"))
    if walk.here == "consent":
        walk.at("consent", "once-consent")
        for box in walk.find("input[name=claim]").all() if everything else ():
            box.check()
        walk.press("#consent-allow")


def what_others_know(desk: Desk) -> None:
    """What belongs to another agency is filled, locked, and says whose word it is."""
    walk = desk.walk
    walk.at("agency-form")
    theirs = {
        "education": ("bpjs_number",),
        "health": ("employment_kind", "agency"),
        "business_licence": ("npwp", "highest_education"),
        "civil_service": ("npwp",),
    }
    for name in theirs.get(desk.name, ()):
        assert desk.locked(name), name
        expect(walk.find(f"#{name}-source")).to_contain_text({"id": "dari", "en": "from"}[walk.language])


def test_without_its_publisher_a_known_field_is_typed_and_the_number_rises(town: Town, begin: Begin) -> None:
    walk, tally = begin("id", size=DESKTOP), Tally()
    before = known_typed(begin, town)
    with town.without("tax"):
        desk = Desk("business_licence", town.agency("business_licence"), walk, tally)
        desk.open()
        provider.sign_in(walk, town.persona("aceh"))
        agree(walk)
        walk.at("agency-form", "once-without-the-tax-agency")
        expect(walk.find("#npwp-reason")).to_contain_text("tidak dapat dihubungi")
        desk.fill_in()
    assert tally.known == ["business_licence.npwp"]
    expect(walk.find("#later")).to_have_attribute("data-later", "waiting")
    assert wait_until(lambda: known_typed(begin, town) == before + 1, seconds=20, step=1)


def test_what_is_typed_late_is_compared_when_the_publisher_is_back(town: Town, begin: Begin) -> None:
    walk = begin("id", size=PHONE)
    desk = Desk("business_licence", town.agency("business_licence"), walk, Tally())
    with town.without("tax"):
        desk.open()
        provider.sign_in(walk, town.persona("sunda"))
        agree(walk)
        desk.fill_in()
    expect(walk.find("#later")).to_have_attribute("data-later", "waiting")
    town.let_answers_be_asked_again()
    town.let_time_pass_at("business_licence")
    walk.page.goto(f"{desk.base}/form")
    assert desk.locked("npwp"), "the owner answers again, so nobody types it"
    walk.page.goto(desk.base)
    expect(walk.find("[data-later]").first).to_have_attribute("data-later", "different")


def test_what_only_the_citizen_knows_is_typed_once(town: Town, begin: Begin) -> None:
    walk, tally = begin("id", size=PHONE), Tally()
    education = Desk("education", town.agency("education"), walk, tally)
    education.open()
    provider.sign_in(walk, town.persona("jawa"))
    agree(walk)
    walk.at("agency-form")
    assert not walk.find("#keep_nickname").is_checked(), "nothing is ticked beforehand"
    walk.find("#keep_nickname").check()
    education.fill_in(nickname="Endah")
    health = Desk("health", town.agency("health"), walk, tally)
    health.open()
    agree(walk, everything=True)
    walk.at("agency-form", "once-self-stated")
    assert health.locked("nickname") == "Endah"
    expect(walk.find("#nickname-source")).to_contain_text("Anda sendiri")
    walk.page.goto(f"{town.issuer}/me/data")
    walk.at("account-data")
    walk.press("#data-remove-nickname")
    walk.at("account-data")
    assert "Endah" not in walk.find("main").inner_text()


def test_only_counts_leave_the_agency(town: Town, begin: Begin) -> None:
    """What the agency keeps for the gate, and what the gate keeps of it, has no value in it."""
    walk = begin("id", size=PHONE)
    desk = Desk("health", town.agency("health"), walk, Tally())
    desk.open()
    provider.sign_in(walk, town.persona("lansia"))
    agree(walk)
    asked: list[str] = []
    walk.page.on("request", lambda request: asked.append(request.url))
    desk.fill_in()
    assert asked and all(url.startswith(desk.base) for url in asked), "the browser talks to the agency only"
    columns = town.meter_columns()
    assert columns == {
        "meter_day": ["client_id", "form", "day", "slot", "forms", "prefilled", "typed", "typed_known"],
        "meter_field": ["client_id", "form", "day", "slot", "claim", "typed"],
        "meter_report": ["day", "digest"],
    }


def test_the_board_shows_it_to_everybody(town: Town, begin: Begin) -> None:
    walk = begin("id", size=DESKTOP)
    desk = Desk("tax", town.agency("tax"), walk, Tally())
    desk.open()
    provider.sign_in(walk, town.persona("tanpa-telepon"))
    agree(walk)
    for _ in range(10):
        desk.fill_in()
        walk.page.goto(f"{desk.base}/form")
    walk.page.goto(f"{town.issuer}/board")

    def forms() -> int:
        walk.page.reload()
        return int(walk.find("#meter").get_attribute("data-forms") or 0)

    assert wait_until(lambda: forms() >= 10, seconds=20, step=1)
    walk.at("board", "board")
    expect(walk.find("#formula")).to_contain_text("7 detik")
    expect(walk.find("main")).to_contain_text("Layanan Pajak")


def known_typed(begin: Begin, town: Town) -> int:
    """Read the number from the console, as the licensing agency's own operator."""
    walk = begin("id", size=DESKTOP)
    enter(walk, town)
    walk.page.goto(f"{town.issuer}/admin/meter")
    walk.at("admin-meter", "admin-meter")
    numbers = [
        int(part.get_attribute("data-typed-known") or 0)
        for part in walk.find("[data-client=business-licence-demo]").all()
    ]
    walk.page.context.close()
    return sum(numbers)


def enter(walk: Walk, town: Town) -> None:
    """Sign in to the console with password and code."""
    account = town.operator(WAHYU)
    walk.page.goto(f"{town.issuer}/admin")
    walk.write(identifier=account.identifier, password=account.password)
    walk.press("#login-submit")
    walk.at("admin-mfa")
    walk.write(otp=account.authenticator.code())
    walk.press("#mfa-submit")
    expect(walk.find("body")).to_have_attribute("data-page", re.compile("admin-clients"))
