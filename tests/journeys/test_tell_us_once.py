"""Tell us once (F11): somebody moves, says so nowhere but at Dukcapil, and every service has the new address."""

import pytest

from clients.population_registry.__main__ import main as registry_command
from idp.sandbox.runner import REGISTRY_KEY
from tests.journeys import provider
from tests.journeys.agencies import Desk, Tally
from tests.journeys.conftest import Begin
from tests.journeys.people import person
from tests.journeys.town import Town
from tests.journeys.walk import PHONE, Walk
from tests.support.processes import wait_until

SERVICES = ("education", "health", "tax")
STREET = "Jalan Kenanga Baru 9"


@pytest.mark.parametrize(("who", "language", "script"), [("gelar", "id", False)])
def test_who_moves_tells_nobody_twice(
    who: str, language: str, script: bool, town: Town, begin: Begin
) -> None:
    walk = begin(language, script=script, size=PHONE)
    desks = [Desk(name, town.agency(name), walk, Tally()) for name in SERVICES]
    for number, desk in enumerate(desks):
        desk.open()
        if number == 0:
            provider.sign_in(walk, town.persona(who))
        if walk.here == "consent":
            provider.allow(walk)
        walk.at("agency-form")
        assert STREET not in walk.page.content()

    registry = ["--url", town.addresses.registry, "--key", REGISTRY_KEY]
    assert registry_command(["move", person(who).record["nik"], "--street", STREET, *registry]) == 0
    walk.page.goto(f"{town.issuer}/me/data")
    walk.at("account-data", "my-data-before")
    walk.press("#recheck-submit")
    walk.at("account-data", "my-data-renewed")
    assert STREET in walk.page.content()

    assert wait_until(lambda: confirmed(walk, town) == len(SERVICES), seconds=60), (
        "all three agencies confirm"
    )
    walk.at("account-told", "who-was-told")
    for desk in desks:
        walk.page.goto(f"{desk.base}/form")
        walk.at("agency-form", f"{desk.name}-new-address")
        assert STREET in walk.page.content()

    withdraw(walk, town)
    assert wait_until(lambda: shut_out(walk, desks[2]), seconds=60), "the tax agency forgets the data it had"
    assert wait_until(lambda: stopped(walk, town), seconds=60), "the tax agency confirms that it has stopped"


def confirmed(walk: Walk, town: Town) -> int:
    walk.page.goto(f"{town.issuer}/me/told")
    return walk.find("[data-act]").first.locator("[data-state=confirmed]").count()


def withdraw(walk: Walk, town: Town) -> None:
    walk.page.goto(f"{town.issuer}/me/services")
    walk.find("main a.row-link").filter(has_text={"id": "Pajak", "en": "Tax"}[walk.language]).click()
    walk.at("account-service")
    walk.press("#withdraw-submit")
    walk.at("account-services", "withdrawn")


def shut_out(walk: Walk, desk: Desk) -> bool:
    walk.page.goto(f"{desk.base}/form")
    return walk.here in ("agency-problem", "agency-home")


def stopped(walk: Walk, town: Town) -> bool:
    walk.page.goto(f"{town.issuer}/me/services")
    return walk.find("[data-state=confirmed]").count() == 1
