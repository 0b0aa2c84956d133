"""WCAG 2.2 AA by axe-core on every page: both languages, light and dark, 320 px wide (ui.md, promise 5)."""

from __future__ import annotations

from typing import Final

import pytest

from tests.unit.web.samples import SAMPLES
from tools.node import INTEROP

AXE: Final = INTEROP / "node_modules" / "axe-core" / "axe.min.js"
FRAMED: Final = ("logged-out-frames", "form-post")
"""Pages that hold pages of others, or leave at once."""
RUN: Final = """async () => {
  const found = await axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    resultTypes: ["violations"],
  });
  const said = (rule) => (node) => `${rule.id}: ${node.target} ${node.html.slice(0, 120)}`;
  return found.violations.flatMap(rule => rule.nodes.map(said(rule)));
}"""


@pytest.mark.parametrize(
    ("language", "scheme"), [("id", "light"), ("en", "dark")], ids=["indonesian-light", "english-dark"]
)
def test_axe_finds_nothing_on_any_page(visit, node, language, scheme):
    page = visit("login", viewport={"width": 320, "height": 640}, color_scheme=scheme)
    axe = AXE.read_text(encoding="utf-8")
    found = {}
    for name in (name for name in SAMPLES if name not in FRAMED):
        page.goto(f"http://localhost/p/{name}?ui_locales={language}")
        page.evaluate(axe)
        found[name] = page.evaluate(RUN)
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_axe_would_find_something(visit, node):
    page = visit("login")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    page.evaluate("document.querySelector('label[for=password]').remove()")
    assert any(found.startswith("label: #password") for found in page.evaluate(RUN))
