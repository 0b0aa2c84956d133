"""The sandbox's own first page, the help page, and a change of language on the way."""

import pytest

from idp.sandbox.runner import AGENCIES
from tests.journeys.agencies import Desk, Tally
from tests.journeys.conftest import Begin
from tests.journeys.town import Town


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_first_page_leads_to_every_agency(language: str, town: Town, begin: Begin) -> None:
    walk = begin(language)
    walk.page.goto(town.issuer)
    walk.at("sandbox", "sandbox-start")
    for name in AGENCIES:
        assert walk.find(f"a[href='{town.agency(name)}/']").count() == 1, name
    walk.page.goto(f"{town.issuer}/help")
    walk.at("help", "help")


def test_a_change_of_language_keeps_the_way_to_the_agency(town: Town, begin: Begin) -> None:
    walk = begin("id", script=False)
    Desk("health", town.agency("health"), walk, Tally()).open()
    walk.at("login")
    walk.press("[data-languages] a[hreflang=en]")
    walk.language = "en"
    walk.at("login")
    assert walk.find(".agency").inner_text().strip().endswith("Health Service")
    walk.press("a[href^='/register']")
    walk.at("register")
