"""Every page in Chromium: nothing sticks out at 320 px, targets are large enough, scripts only improve."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from idp.domain.authenticators import challenges
from tests.unit.web.samples import SAMPLES

ORIGIN = "http://localhost"
LEAVING = ("form-post", "logged-out-frames")
"""Pages whose script goes on to an agency: it is kept from running, which the browser calls an error."""
# What a finger hits: everything but links inside a sentence (WCAG 2.2 SC 2.5.8, exception "inline").
SMALL_TARGETS = """() => [...document.querySelectorAll('a, button, input:not([type=hidden]), summary')]
  .filter(e => e.checkVisibility() && !e.matches('.skip'))
  .map(e => [e, (['checkbox', 'radio'].includes(e.type) ? e.closest('.tick') : e).getBoundingClientRect()])
  .filter(([e, box]) => box.height < 43.9 || box.width < 24)
  .map(([e, box]) => `${e.outerHTML.slice(0, 90)} ${box.width}x${box.height}`)"""
STICKING_OUT = """() => document.documentElement.scrollWidth > innerWidth
  ? [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth)
      .map(e => e.outerHTML.slice(0, 90))
  : []"""


def test_nothing_sticks_out_and_every_target_is_large_enough_at_320_px(visit):
    page = visit("login", viewport={"width": 320, "height": 640})
    found: dict[str, list[str]] = {}
    for name in SAMPLES:
        for language in ("id", "en"):
            page.goto(f"{ORIGIN}/p/{name}?ui_locales={language}")
            found[f"{name} {language}"] = page.evaluate(STICKING_OUT) + page.evaluate(SMALL_TARGETS)
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_the_policy_refuses_nothing_a_page_needs(visit):
    page = visit("login")
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    for name in (name for name in SAMPLES if name not in LEAVING):
        page.goto(f"{ORIGIN}/p/{name}")
    assert refused == []


def test_without_script_nothing_is_offered_that_needs_it(visit):
    page = visit("register-recovery", java_script_enabled=False)
    assert page.locator("#register-submit").is_visible()
    assert page.locator("[data-print]").is_hidden()
    page.goto(f"{ORIGIN}/p/login")
    assert page.locator("[data-reveal]").is_hidden()


def test_a_password_can_be_seen_and_is_hidden_again(visit):
    page = visit("login")
    page.fill("#password", "kuda laut senja")
    page.click("[data-reveal=password]")
    assert page.locator("#password").get_attribute("type") == "text"
    assert page.locator("[data-reveal]").get_attribute("aria-pressed") == "true"
    page.click("[data-reveal=password]")
    assert page.locator("#password").get_attribute("type") == "password"


def test_the_language_switch_keeps_what_was_typed_but_no_secret(visit):
    page = visit("login")
    page.fill("#identifier", "siti@example.id")
    page.fill("#password", "kuda laut senja")
    page.click("nav [hreflang=en]")
    page.wait_for_url("**ui_locales=en")
    assert page.locator("#identifier").input_value() == "siti@example.id"
    assert page.locator("#password").input_value() == ""
    assert page.evaluate("sessionStorage.length") == 0


def test_the_keyboard_reaches_the_main_action_first_after_the_fields(visit):
    page = visit("login")
    order = []
    for _ in range(12):
        page.keyboard.press("Tab")
        order.append(page.evaluate("document.activeElement.id || document.activeElement.className"))
    assert order[0] == "skip"
    assert order.index("identifier") < order.index("password") < order.index("login-submit")


def test_errors_take_the_focus_and_lead_to_their_field(visit):
    page = visit("login-wrong")
    assert page.evaluate("document.activeElement.id") == "error-summary"
    page.click("#error-summary a")
    assert page.evaluate("document.activeElement.id") == "password"


@pytest.mark.parametrize("script", [True, False])
def test_after_the_frames_the_browser_goes_on_to_the_agency(visit, script):
    """Front-Channel Logout §2: by script once they answered or after 2.5 s, without script after 4 s."""
    page = visit("logged-out-frames", stay=False, java_script_enabled=script)
    page.wait_for_url(f"{ORIGIN}/p/login", timeout=8000)


def test_a_challenge_is_solved_while_the_form_is_filled_in(visit):
    page = visit("login-challenge")
    proof = page.locator("[name=challenge_proof]")
    expect(proof).not_to_have_value("", timeout=30_000)
    challenge = page.locator("[name=challenge]").input_value()
    assert challenges.solves(challenge, proof.input_value(), challenges.bits_of(challenge))


def test_without_script_a_challenge_says_how_long_to_wait(visit):
    page = visit("login-challenge", java_script_enabled=False)
    expect(page.get_by_text("20 detik")).to_be_visible()
