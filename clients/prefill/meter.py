"""What Gerbang is told about a submitted form: counts and names of the catalogue, never a value (features F8)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date

from clients.prefill.form import Form
from clients.prefill.submission import Submission


@dataclass(frozen=True, slots=True)
class Report:
    """One report; sent twice under the same `report_id` it counts once."""

    report_id: str
    form: str
    day: date
    prefilled: int
    typed: int
    typed_known: tuple[str, ...]

    @classmethod
    def of(cls, form: Form, sent: Submission, day: date) -> Report:
        """Make the report of a form that was sent."""
        return cls(
            secrets.token_urlsafe(16), form.name, day, sent.count.known, sent.count.typed, sent.typed_known
        )

    def fields(self) -> dict[str, str]:
        """Return the parameters of the report as they go over the wire."""
        return {
            "report_id": self.report_id,
            "form": self.form,
            "day": self.day.isoformat(),
            "prefilled": str(self.prefilled),
            "typed": str(self.typed),
            "typed_known": " ".join(self.typed_known),
        }
