"""The script for other stacks, in Chromium: fills, locks, says why, counts; and nothing but counts leaves by it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Page, Route, expect

from tests.conftest import NewContext

SCRIPT = (Path(__file__).parents[2] / "clients" / "static" / "prefill.js").read_text(encoding="utf-8")
ORIGIN = "http://localhost"
LARGEST = 3 * 1024
DATA: dict[str, Any] = {
    "sub": "pairwise-siti",
    "name": "Siti Aminah",
    "gender": "female",
    "org": {"legal_name": "Dapur Ani", "nib": "1203230045671"},
    "highest_education": "S1",
    "claims_provenance": {
        "name": {"source": "population_registry", "verified_at": "2026-05-03T03:00:00Z"},
        "highest_education": {"source": "education", "verified_at": "2019-06-30T03:00:00Z", "stale": True},
    },
    "claims_withheld": {"npwp": "publisher_unavailable", "email": "declined"},
    "words": {
        "source": "dari {source}, diperiksa {day}",
        "stale": "dari {source}, {day}; mungkin sudah berubah",
        "sources": {"population_registry": "Dukcapil", "education": "data pendidikan"},
        "reasons": {"publisher_unavailable": "Sedang tidak dapat dihubungi.", "": "Belum kami terima."},
    },
}
FORM = """<!doctype html><html lang="id"><meta charset="utf-8"><title>Izin</title>
<form method="post" action="/sent" data-prefill="PLACE">
  <input id="name" name="name" data-claim="name">
  <select id="gender" name="gender" data-claim="gender">
    <option value="">–</option><option value="female">P</option><option value="male">L</option>
  </select>
  <input id="business" name="business" data-claim="org.legal_name">
  <input id="education" name="education" data-claim="highest_education">
  <input id="npwp" name="npwp" data-claim="npwp" aria-describedby="hint"><p id="hint">16 angka</p>
  <input id="email" name="email" data-claim="email">
  <input id="nickname" name="nickname" data-claim="nickname">
  <input id="wish" name="wish">
  <input type="checkbox" id="agree" name="agree" value="1">
  <input type="hidden" name="token" value="t">
  <button name="go" value="1">Kirim</button>
</form>EMBEDDED<script src="/prefill.js"></script>"""
EMBEDDED = f'<script type="application/json" id="known">{json.dumps(DATA)}</script>'


@pytest.fixture(params=["embedded", "fetched"])
def page(request: pytest.FixtureRequest, new_context: NewContext) -> Page:
    """The form with its JSON in the page, or from its own server."""
    embedded = request.param == "embedded"
    html = FORM.replace("PLACE", "#known" if embedded else "/known.json")
    bodies = {
        "/": ("text/html", html.replace("EMBEDDED", EMBEDDED if embedded else "")),
        "/prefill.js": ("text/javascript", SCRIPT),
        "/known.json": ("application/json", json.dumps(DATA)),
        "/sent": ("text/html", "<title>sent</title>"),
    }
    return opened(new_context, bodies)


def opened(new_context: NewContext, bodies: dict[str, tuple[str, str]]) -> Page:
    def answer(route: Route) -> None:
        found = bodies.get(route.request.url.removeprefix(ORIGIN))
        if found is None:
            route.fulfill(status=404)
        else:
            route.fulfill(headers={"Content-Type": found[0]}, body=found[1])

    context = new_context()
    context.route("**/*", answer)
    page = context.new_page()
    page.goto(ORIGIN + "/")
    expect(page.locator("form")).to_have_attribute("data-prefilled", "true")
    return page


def counts(page: Page) -> dict[str, Any]:
    """Send the form and read everything the browser sends."""
    with page.expect_request("**/sent") as sent:
        page.click("button")
    body = parse_qs(sent.value.post_data or "", keep_blank_values=True)
    (found,) = body["prefill_counts"]
    return dict(json.loads(found))


def test_it_is_small() -> None:
    assert len(SCRIPT.encode()) < LARGEST


def test_known_fields_are_filled_locked_and_say_their_source(page: Page) -> None:
    for name, value in (("name", "Siti Aminah"), ("business", "Dapur Ani"), ("education", "S1")):
        expect(page.locator(f"#{name}")).to_have_value(value)
        assert page.locator(f"#{name}").get_attribute("readonly") is not None
    expect(page.locator("#name-source")).to_have_text("dari Dukcapil, diperiksa 3 Mei 2026")
    expect(page.locator("#education-source")).to_contain_text("mungkin sudah berubah")
    expect(page.locator("#name")).to_have_attribute("aria-describedby", "name-source")
    expect(page.locator("#gender")).to_have_value("female")
    assert page.locator("#gender option:not([disabled])").count() == 1


def test_what_did_not_come_is_typed_with_its_reason(page: Page) -> None:
    expect(page.locator("#npwp")).to_be_editable()
    expect(page.locator("#npwp")).to_have_attribute("aria-describedby", "hint npwp-reason")
    expect(page.locator("#npwp-reason")).to_have_text("Sedang tidak dapat dihubungi.")
    assert page.locator("#nickname-reason").count() == 0, "what only the citizen knows needs no excuse"


def test_it_counts_and_names_and_tells_no_value(page: Page) -> None:
    page.fill("#npwp", "9974115705940001")
    page.fill("#email", "siti@contoh.id")
    page.fill("#nickname", "Titin")
    page.fill("#wish", "teh manis")
    page.check("#agree")
    found = counts(page)
    assert found == {"prefilled": 4, "typed": 4, "typed_known": ["npwp"]}
    assert not [value for value in ("9974115705940001", "siti@", "Titin", "teh") if value in str(found)]


def test_what_is_left_empty_is_not_counted(page: Page) -> None:
    assert counts(page) == {"prefilled": 4, "typed": 0, "typed_known": []}


def test_it_calls_nobody_but_its_own_server(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    expect(page.locator("form")).to_have_attribute("data-prefilled", "true")
    assert asked and all(url.startswith(ORIGIN) for url in asked)


def test_without_an_answer_everything_can_be_typed(new_context: NewContext) -> None:
    html = FORM.replace("PLACE", "/away.json").replace("EMBEDDED", "")
    page = opened(new_context, {"/": ("text/html", html), "/prefill.js": ("text/javascript", SCRIPT)})
    page.fill("#name", "Siti Aminah")
    expect(page.locator("#name")).to_be_editable()
