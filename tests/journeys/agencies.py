"""The agencies, and a count of everything that is typed there."""

from dataclasses import dataclass, field

from playwright.sync_api import Locator, expect

from tests.journeys.walk import Walk

TYPED: dict[str, dict[str, str]] = {
    "education": {"programme": "paket_c", "school": "SKB Kota Semarang", "needs": ""},
    "health": {"clinic": "Puskesmas Padangsari", "care_class": "2"},
    "tax": {"income": "54.000.000", "withheld": "0", "status": "k0"},
    "business_licence": {
        "business_name": "Dapur Bu Siti",
        "activity": "warung makan",
        "scale": "micro",
        "capital": "5.000.000",
    },
    "civil_service": {
        "leave_kind": "annual",
        "first_day": "2026-12-21",
        "last_day": "2026-12-23",
        "reason": "Menengok orang tua",
    },
}
"""What no public body knows: all that anybody should have to type."""


@dataclass
class Tally:
    """What was typed at the agencies: what a public body knows, and the rest."""

    known: list[str] = field(default_factory=list)
    fresh: list[str] = field(default_factory=list)

    def note(self, where: str, item: Locator) -> None:
        """Count one field that had to be typed."""
        name = f"{where}.{item.get_attribute('name')}"
        (self.known if item.get_attribute("data-again") else self.fresh).append(name)


@dataclass(frozen=True)
class Desk:
    """One agency: its name, its address, the person in front of it."""

    name: str
    base: str
    walk: Walk
    tally: Tally

    def open(self) -> None:
        """Come to the agency as a newcomer and press "Masuk dengan Gerbang"."""
        self.walk.page.goto(f"{self.base}/?lang={self.walk.language}")
        self.walk.at("agency-home", f"{self.name}-home")
        self.walk.press("#login-gerbang")

    def fill_in(self, **more: str) -> None:
        """Type what is not known yet, `more` by field name, send the form, and compare both counts."""
        self.walk.at("agency-form", f"{self.name}-form")
        fields = self.walk.find("#service-form [data-known]")
        locked = self.walk.find("#service-form [data-known=true]")
        known = locked.count()
        assert known and all(item.get_attribute("readonly") is not None for item in locked.all())
        before = len(self.tally.known), len(self.tally.fresh)
        for item in fields.all():
            if item.get_attribute("data-known") == "true":
                continue
            value = {**TYPED[self.name], **more}.get(item.get_attribute("name") or "")
            if value is None and item.get_attribute("required") is not None:
                value = "ditanya lagi"  # a known field asked again: typed, and counted against us
            if not value:
                continue
            self.tally.note(self.name, item)
            self._answer(item, value)
        self.walk.press("#service-submit")
        self.walk.at("agency-done", f"{self.name}-done")
        counted = self.walk.find("#entry-count")
        retyped, typed = len(self.tally.known) - before[0], len(self.tally.fresh) - before[1]
        expect(counted).to_have_attribute("data-known", str(known))
        expect(counted).to_have_attribute("data-typed", str(typed))
        expect(counted).to_have_attribute("data-retyped", str(retyped))

    def locked(self, name: str) -> str:
        """The value of a field that Gerbang filled."""
        item = self.walk.find(f"#service-form [name={name}][data-known=true]")
        expect(item).to_have_count(1)
        expect(self.walk.find(f"#{name}-source")).not_to_be_empty()
        return item.input_value()

    def signed_in(self) -> bool:
        """Come back to the agency's home page and see whether it still knows the person."""
        self.walk.page.goto(self.base)
        self.walk.at("agency-home")
        return self.walk.find("#open-form").count() == 1

    @staticmethod
    def _answer(item: Locator, value: str) -> None:
        if item.evaluate("element => element.tagName") == "SELECT":
            item.select_option(value)
        else:
            item.fill(value)
