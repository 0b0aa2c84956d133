"""What a way of proving a second factor is, to the page that asks and to the view that judges."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Protocol

from flask import Response
from werkzeug.datastructures import MultiDict

from idp.domain.authenticators.sign_in import SignInResult
from idp.domain.sessions.interactions import Waiting
from idp.domain.sessions.models import BrowserSession
from idp.domain.store.database import Session
from idp.web.pages import FieldError, Notice, Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """The sign-in a second factor is asked for, and what its page has to say this time."""

    uid: str
    waiting: Waiting = field(repr=False)
    session: BrowserSession
    errors: tuple[FieldError, ...] = ()
    notice: Notice | None = None
    wait_seconds: int = 0
    others: bool = False
    """The account has other ways, so the page offers `#mfa-other`."""

    @property
    def action(self) -> str:
        """Where the page posts to."""
        return f"/interaction/{self.uid}/mfa"

    @property
    def remember_offered(self) -> bool:
        """The page may offer to remember this device: not on a shared one, not for a grave act of the account."""
        return not self.session.shared and not self.waiting.request.get("fresh")

    def saying(self, **changes: object) -> Asking:
        """Return the same sign-in with something else to say."""
        return replace(self, **changes)  # type: ignore[arg-type]


class Way(Protocol):
    """One way. `name` is its `method` in forms and addresses, `factor` the method a session is raised by."""

    name: str
    factor: str
    field: str
    """The form field of the proof; errors of the way are shown beside it."""

    def is_open(self, db: Session, asking: Asking) -> bool:
        """Tell whether the account can use this way now."""
        ...

    def label(self) -> str:
        """Name the way for the list of ways, in the citizen's language."""
        ...

    def page(self, db: Session, asking: Asking) -> Page:
        """Return the page that asks; coming to it changes nothing."""
        ...

    def act(self, db: Session, asking: Asking, form: MultiDict[str, str]) -> Response | None:
        """Answer a button of the way's own, such as "send a new code"; None where the form brings a proof."""
        ...

    def problem(self, proof: str) -> str:
        """Say what is wrong with a proof before anything is counted, or after it was refused; never empty."""
        ...

    def judge(self, db: Session, asking: Asking, proof: str) -> SignInResult:
        """Judge a proof, once; counters move and are committed first."""
        ...
