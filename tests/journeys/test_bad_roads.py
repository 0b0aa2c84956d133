"""What goes wrong on the way: each time a page with a way on, and nothing half done."""

from tests.journeys import provider
from tests.journeys.agencies import Desk, Tally
from tests.journeys.conftest import Begin
from tests.journeys.people import person
from tests.journeys.town import Town
from tests.journeys.walk import DESKTOP, Walk


def at_the_door(walk: Walk, town: Town, agency: str = "education") -> Desk:
    """Stand at the provider's sign-in page, on the way to an agency."""
    desk = Desk(agency, town.agency(agency), walk, Tally())
    desk.open()
    walk.at("login")
    return desk


def test_a_wrong_password_says_no_more_than_that(town: Town, begin: Begin) -> None:
    walk = begin("id")
    at_the_door(walk, town)
    right, said = town.persona("pria-biasa"), set()
    for identifier in (right.identifier, "9974010707869999"):
        walk.write(identifier=identifier, password="bukan-kata-sandinya")
        walk.press("#login-submit")
        walk.at("login", "login-wrong")
        said.add(walk.find("#error-summary").inner_text())
        assert walk.find("[name=identifier]").input_value() == identifier
    assert len(said) == 1, "a wrong password and an unknown person look the same"
    provider.sign_in(walk, right)
    walk.at("consent")


def test_empty_fields_are_named_beside_the_field_and_in_the_summary(town: Town, begin: Begin) -> None:
    walk = begin("en", script=False)
    at_the_door(walk, town)
    walk.press("a[href^='/register']")
    walk.press("#register-submit")
    walk.at("register", "register-1-empty")
    for name in ("nik", "name", "birthdate"):
        assert walk.find(f"#error-summary a[href='#{name}']").count() == 1
        assert walk.find(f"#{name}-error").inner_text().strip()


def test_what_the_registry_does_not_confirm_is_shown_per_field(town: Town, begin: Begin) -> None:
    walk, someone = begin("id"), person("belum-rahmat")
    at_the_door(walk, town)
    walk.press("a[href^='/register']")
    walk.write(
        nik=someone.nik, name="Muhamad Rahmat Hidayat", birth_day="4", birth_month="3", birth_year="1997"
    )
    walk.press("#register-submit")
    walk.at("register", "register-mismatch")
    states = [item.get_attribute("data-match") for item in walk.find("[data-match]").all()]
    assert states[0] == "match" and states[2] == "mismatch"
    walk.press("a.button[href*='step=identity']")
    walk.at("register")
    assert walk.find("[name=nik]").input_value() == someone.nik
    provider.tell_identity(walk, someone)
    walk.at("register")
    assert walk.find("[name=email]").count() == 1


def test_a_wrong_code_from_the_mail_can_be_put_right(town: Town, begin: Begin) -> None:
    walk, someone = begin("id"), person("belum-petrus")
    at_the_door(walk, town)
    walk.press("a[href^='/register']")
    provider.tell_identity(walk, someone)
    walk.write(email=someone.email)
    walk.press("#register-submit")
    walk.at("register")
    right = provider.mailed_code(walk, someone.email)
    walk.write(code=f"{(int(right) + 1) % 1_000_000:06}")
    walk.press("#register-submit")
    walk.at("register", "register-3-code-wrong")
    assert walk.find("#code-error").inner_text().strip()
    walk.write(code=right)
    walk.press("#register-submit")
    walk.at("register")
    assert walk.find("[name=password]").count() == 1


def test_a_code_that_came_too_late_is_replaced_by_a_new_one(town: Town, begin: Begin) -> None:
    walk, someone = begin("en"), person("belum-joko")
    at_the_door(walk, town)
    walk.press("a[href^='/register']")
    provider.tell_identity(walk, someone)
    walk.write(email=someone.email)
    walk.press("#register-submit")
    walk.at("register")
    late = provider.mailed_code(walk, someone.email)
    walk.press("#register-resend")
    walk.at("register", "register-3-code-wait")
    assert walk.find("[data-countdown]").count() == 1, "the page says when another code may be asked for"
    town.let_codes_grow_old(minutes=11)
    walk.write(code=late)
    walk.press("#register-submit")
    walk.at("register")
    assert walk.find("#code-error").inner_text().strip()
    walk.press("#register-resend")
    walk.at("register")
    walk.write(code=provider.mailed_code(walk, someone.email, not_this=late))
    walk.press("#register-submit")
    walk.at("register")
    assert walk.find("[name=password]").count() == 1


def test_the_registry_is_away_and_the_check_is_made_up_for(town: Town, begin: Begin) -> None:
    walk, someone = begin("id"), person("belum-hasan")
    at_the_door(walk, town)
    walk.press("a[href^='/register']")
    town.registry_faults(outage=True)
    try:
        provider.tell_identity(walk, someone)
        walk.at("register", "register-later")
        walk.press("#register-submit")
        walk.at("register")
        walk.write(email=someone.email, phone_number="0813 1111 2222")
        walk.press("#register-submit")
        walk.tell_secret("code", provider.mailed_code(walk, someone.email))
        walk.press("#register-submit")
        provider.secure(walk, someone)
        walk.page.goto(f"{town.issuer}/me/data")
        walk.at("account-data", "account-data-unchecked")
        assert "Dukcapil" not in walk.find("main section").first.inner_text()
    finally:
        town.registry_faults()
    for _ in range(90):
        if "Dukcapil" in walk.find("main").inner_text() and "Sihitang" in walk.find("main").inner_text():
            break
        walk.page.wait_for_timeout(500)
        walk.page.reload()
    walk.at("account-data")
    assert "Sihitang" in walk.find("main").inner_text(), (
        "the worker wrote the record when the registry was back"
    )
    desk = Desk("education", town.agency("education"), walk, Tally())
    desk.open()
    walk.at("consent")
    provider.allow(walk)
    walk.at("agency-form")
    assert desk.locked("name") == someone.name


def test_a_stale_page_leads_back_to_the_start(town: Town, begin: Begin) -> None:
    walk = begin("en", size=DESKTOP)
    at_the_door(walk, town)
    stale = walk.page.url
    provider.sign_in(walk, town.persona("wanita-biasa"))
    walk.at("consent")
    provider.allow(walk)
    walk.at("agency-form")
    walk.page.goto(stale)
    walk.at("error", "error-stale")
    assert walk.find("#error-trace").inner_text().strip()
    assert walk.find(".ways a").count() >= 1
    walk.page.goto(f"{town.agency('education')}/form")
    walk.at("agency-form")


def test_who_cancels_comes_back_to_the_agency_and_is_known_to_nobody(town: Town, begin: Begin) -> None:
    walk = begin("id")
    desk = at_the_door(walk, town, "health")
    walk.press("#login-cancel")
    walk.at("agency-problem", "agency-cancelled")
    assert walk.find("[data-problem=denied]").count() == 1
    walk.press("#try-again")
    walk.at("login")
    provider.sign_in(walk, town.persona("papua"))
    walk.at("consent")
    walk.press("#consent-deny")
    walk.at("agency-problem")
    assert not desk.signed_in()


def test_an_unknown_service_is_never_forwarded(town: Town, begin: Begin) -> None:
    walk = begin("id")
    walk.page.goto(
        f"{town.issuer}/authorize?client_id=nobody&response_type=code&redirect_uri=https://evil.example/"
    )
    walk.at("error", "error-unknown")
    assert walk.page.url.startswith(town.issuer)
