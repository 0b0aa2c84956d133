"""Wrong data (features G7): a citizen says so, one operator proposes, another confirms, the citizen sees it done."""

import pytest
from playwright.sync_api import expect

from tests.journeys import provider
from tests.journeys.conftest import Begin
from tests.journeys.test_administrators_day import DIMAS, RINA, enter
from tests.journeys.town import Town
from tests.journeys.walk import DESKTOP, PHONE, Walk


def open_case(walk: Walk, number: str, reason: str) -> None:
    """Find a case on the desk by its number and open it with a reason."""
    walk.press("nav a[href='/admin/cases']")
    walk.at("admin-cases", "admin-cases")
    walk.press(f"[data-case='{number}'] a")
    walk.at("admin-case", "admin-case")
    walk.find("[name=reason]").select_option(reason)
    walk.press("#open-submit")
    walk.at("admin-case-open", f"admin-case-{reason}")


@pytest.mark.parametrize(("language", "script", "key"), [("id", True, "lansia")])
def test_a_citizen_has_a_birth_date_corrected_by_two_people(
    language: str, script: bool, key: str, town: Town, begin: Begin
) -> None:
    walk = begin(language, script=script, size=PHONE)
    walk.page.goto(f"{town.issuer}/me/data")
    provider.sign_in(walk, town.persona(key))
    walk.at("account-data", "my-data")
    walk.press("a[href='/me/data/birthdate/correct']")
    walk.at("account-correction", "my-correction")
    walk.write(proposed="1950-02-03", reason="Di akta tertulis lain", document="AKTA-77")
    walk.press("#correction-submit")
    walk.at("account-case", "my-case-asked")
    number = walk.find("#case-number").inner_text()

    one = begin(language, script=script, size=DESKTOP)
    enter(one, town, RINA)
    open_case(one, number, "answering")
    one.find("#answer-correct").check()
    expect(one.find("[name=value]")).to_have_value("1950-02-03")
    one.write(text="Sesuai akta kelahiran.")
    one.press("#answer-submit")
    one.at("admin-case")

    other = begin(language, script=script, size=DESKTOP)
    enter(other, town, DIMAS)
    open_case(other, number, "confirming")
    other.press("#case-confirm")
    other.at("admin-case")

    walk.page.reload()
    walk.at("account-case", "my-case-answered")
    expect(walk.find("#case-answer")).to_contain_text("Sesuai akta kelahiran.")
    walk.page.goto(f"{town.issuer}/me/data")
    expect(walk.find("[data-claim='birthdate']")).to_contain_text("3 Februari 1950")
    walk.page.goto(f"{town.issuer}/me/history")
    for who in ("Rina Hartati", "Dimas Prabowo"):
        expect(walk.find("#main")).to_contain_text(who)
