"""What the provider answered, in the words of the specs."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from werkzeug.datastructures import Headers
from werkzeug.test import TestResponse

from tests import forms


@dataclass
class Answer:
    """What came back, in the words of the specs."""

    response: TestResponse = field(repr=False)

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def ok(self) -> bool:
        return self.status == 200

    @property
    def location(self) -> str | None:
        return self.response.headers.get("Location")

    @property
    def params(self) -> dict[str, str]:
        return {
            k: v[0] for k, v in parse_qs(urlsplit(self.location or "").query, keep_blank_values=True).items()
        }

    @property
    def is_page(self) -> bool:
        """An HTML answer that does not send the browser anywhere."""
        return self.location is None and "text/html" in self.response.headers.get("Content-Type", "")

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.response.data) if self.response.data else {}

    @property
    def error(self) -> str | None:
        if self.location is not None:
            return self.params.get("error")
        if self.is_page:
            text = self.response.get_data(as_text=True)
            marker = 'id="error-code"'
            return (
                text.split(marker, 1)[1].split(">", 1)[1].split("<", 1)[0].strip() if marker in text else None
            )
        return self.json.get("error")

    @property
    def code(self) -> str:
        assert "code" in self.params, f"{self.status} {self.location} {self.response.data[:300]!r}"
        return self.params["code"]

    @property
    def text(self) -> str:
        return self.response.get_data(as_text=True)

    @property
    def headers(self) -> Headers:
        return self.response.headers

    @property
    def page(self) -> str:
        """The name of the page, the same in every language (contract 6)."""
        return forms.read(self.text)[0]

    @property
    def forms(self) -> dict[str, forms.Form]:
        return forms.read(self.text)[1]

    @property
    def posted(self) -> dict[str, str]:
        """What a form_post answer would send to the client (Form Post Response Mode 2)."""
        return dict(self.forms["form-post"].fields)

    def __getitem__(self, name: str) -> Any:
        return self.json[name]
