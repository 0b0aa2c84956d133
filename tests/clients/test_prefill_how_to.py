"""The how-to "Prefill a form" is true: its programs run one after the other, its page works in a browser."""

from tests.clients.test_prefill_script import SCRIPT, opened
from tests.conftest import NewContext
from tests.interop.how_to import Page

HOW_TO = Page("prefill-a-form.md", {})


def test_the_programs_of_the_page_run_as_written() -> None:
    names: dict[str, object] = {}
    for number in range(5):
        exec(compile(HOW_TO.block("python", number), str(HOW_TO.path), "exec"), names)  # noqa: S102 - our own page
    assert "report" in names


def test_the_html_of_the_page_works_as_written(new_context: NewContext) -> None:
    html = "<!doctype html><html lang='id'><meta charset='utf-8'>" + HOW_TO.block("html")
    page = opened(
        new_context,
        {
            "/": ("text/html", html),
            "/prefill.js": ("text/javascript", SCRIPT),
            "/permit": ("text/html", "<title>sent</title>"),
        },
    )
    assert page.locator("#name").input_value() == "Siti Aminah"
    assert page.locator("#name-source").inner_text() == "dari Dukcapil, diperiksa 3 Mei 2026"
    page.fill("#npwp", "9974115705940001")
    with page.expect_request("**/permit") as sent:
        page.click("button")
    assert "%22typed_known%22%3A%5B%22npwp%22%5D" in (sent.value.post_data or "")
