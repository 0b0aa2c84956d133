"""One person in front of a browser: looks at every page on the way before doing anything on it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import Locator, Page, expect

Picture = Callable[[Page, str], None]
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 800}

FOREIGN = {
    "id": re.compile(r"\b(the|and|your|you|with|from|please|sign|this|has|have|are)\b", re.IGNORECASE),
    "en": re.compile(
        r"\b(anda|yang|untuk|dengan|dari|atau|tidak|belum|sudah|ini|bisa|kami)\b", re.IGNORECASE
    ),
}
"""Little words that no page of the other language can do without."""

OWN_WORDS = "[lang]:not(html), .value, .code, code, #diff td, #error-description"
"""What is written in its owner's words, whatever the language of the page; so are the letters in the outbox."""

READ = """own => {
  const copy = document.body.cloneNode(true);
  copy.querySelectorAll(own + ", script, style, input, textarea").forEach(found => found.remove());
  return copy.textContent.replace(/\\S+@\\S+/g, "").replace(/\\s+/g, " ");
}"""


@dataclass
class Walk:
    """The walk of one person: pages seen, secrets typed, pictures kept."""

    page: Page
    language: str
    picture: Picture = lambda page, name: None
    seen: list[str] = field(default_factory=list)
    secrets_typed: int = 0

    def at(self, name: str, picture: str = "") -> None:
        """Be on a page of this name, in the right language, with nothing cut off at the side."""
        expect(self.page.locator("body")).to_have_attribute("data-page", name)
        self.seen.append(name)
        expect(self.page.locator("html")).to_have_attribute("lang", self.language)
        text = "" if name.startswith("outbox") else str(self.page.evaluate(READ, OWN_WORDS))
        foreign = FOREIGN[self.language].search(text)
        assert foreign is None, f"{name}: “{text[max(0, foreign.start() - 60) : foreign.end() + 60]}”"
        wide = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, f"{name} is {wide} pixels too wide at {self.page.viewport_size}: {self._widest()}"
        if picture:
            self.picture(self.page, picture)

    def _widest(self) -> str:
        """Name what reaches furthest to the right, to be told why a page is too wide."""
        return str(
            self.page.evaluate(
                """() => [...document.querySelectorAll("main *")].map(e => [e.getBoundingClientRect().right, e])
                  .sort((a, b) => b[0] - a[0]).slice(0, 3).map(([, e]) => e.outerHTML.slice(0, 120)).join(" | ")"""
            )
        )

    @property
    def here(self) -> str:
        """The name of the page in sight."""
        return self.page.locator("body").get_attribute("data-page") or ""

    def find(self, selector: str) -> Locator:
        return self.page.locator(selector)

    def press(self, selector: str) -> None:
        self.page.locator(selector).click()

    def write(self, **values: str) -> None:
        """Fill fields by name."""
        for name, value in values.items():
            self.page.locator(f"[name={name}]").fill(value)

    def tell_secret(self, name: str, value: str) -> None:
        """Fill a field with a password or a code, and count it."""
        self.secrets_typed += 1
        self.write(**{name: value})
