"""Reading and sending the HTML forms of our pages, the way a browser without scripts does."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any


@dataclass
class Form:
    """One form: where it goes and what it carries unless somebody types or ticks."""

    id: str
    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    checkboxes: list[tuple[str, str]] = field(default_factory=list)
    checked: list[tuple[str, str]] = field(default_factory=list)
    """Those of the checkboxes that are ticked when the page opens."""
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict)

    def filled(
        self, button: str | None = None, tick: tuple[str, ...] = (), **typed: str
    ) -> list[tuple[str, str]]:
        """The pairs a browser would send: hidden values, typed values, boxes ticked by value or name, the button."""
        pairs = [(name, typed.pop(name, value)) for name, value in self.fields]
        assert not typed, f"{self.id} has no field {sorted(typed)}; it has {[n for n, _ in self.fields]}"
        pairs += [pair for pair in self.checkboxes if {*pair} & {*tick} or pair in self.checked]
        if button is not None:
            pairs.append(self.buttons[button])
        return pairs


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.page = ""
        self._form: Form | None = None
        self._select: tuple[str, list[tuple[str, bool]]] | None = None
        self._area: tuple[str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values: dict[str, Any] = {name: value or "" for name, value in attrs}
        if tag == "body":
            self.page = values.get("data-page", "")
        elif tag == "form":
            self._form = Form(
                values.get("id", ""), values.get("action", ""), values.get("method", "get").lower()
            )
            self.forms.append(self._form)
        elif self._form is not None and tag == "input" and values.get("name"):
            if values.get("type") in ("checkbox", "radio"):
                pair = values["name"], values.get("value", "on")
                self._form.checkboxes.append(pair)
                if "checked" in values:
                    self._form.checked.append(pair)
            else:
                self._form.fields.append((values["name"], values.get("value", "")))
        elif self._form is not None and tag == "button" and values.get("name"):
            key = values.get("id") or values["name"]
            self._form.buttons[key] = (values["name"], values.get("value", ""))
        elif tag == "select" and values.get("name"):
            self._select = values["name"], []
        elif tag == "option" and self._select is not None:
            self._select[1].append((values.get("value", ""), "selected" in values))
        elif tag == "textarea" and values.get("name"):
            self._area = values["name"], []

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select" and self._select is not None:
            name, options = self._select
            chosen = next(
                (value for value, selected in options if selected), options[0][0] if options else ""
            )
            self._add(name, chosen)
            self._select = None
        elif tag == "textarea" and self._area is not None:
            name, parts = self._area
            self._add(name, "".join(parts).removeprefix("\n"))
            self._area = None

    def _add(self, name: str, value: str) -> None:
        if self._form is not None:
            self._form.fields.append((name, value))


def read(html: str) -> tuple[str, dict[str, Form]]:
    """Return the page's name (`data-page`) and its forms by id."""
    reader = _Reader()
    reader.feed(html)
    return reader.page, {form.id: form for form in reader.forms}
