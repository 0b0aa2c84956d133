"""The pages at the end of a flow: sign out, what ended, errors, and the answer by form_post."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from idp.web.pages.base import Page, Way

LogoutState = Literal["done", "waiting", "failed", "asked"]
"""`asked`: told through this browser, which does not learn the answer (Front-Channel Logout §2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutPage(Page):
    """Ask before signing out (RP-Initiated Logout §2). Posts `action` = `confirm` or `cancel`."""

    template: ClassVar[str] = "logout/logout.html"
    data_page: ClassVar[str] = "logout"

    action: str
    citizen_name: str = ""
    services: tuple[str, ...] = ()
    """Names of the agencies whose sessions end too."""


@dataclass(frozen=True, slots=True)
class LogoutReport:
    """What one agency answered to its logout token (Back-Channel Logout §2.8)."""

    agency: str
    state: LogoutState


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedOutPage(Page):
    """Signed out, with what each agency answered; `refresh_url` asks again while some are waiting.

    `frames` tell agencies through this browser; `next_url` is where it goes once they have answered.
    """

    template: ClassVar[str] = "logout/logged_out.html"
    data_page: ClassVar[str] = "logged-out"

    reports: tuple[LogoutReport, ...] = ()
    frames: tuple[str, ...] = ()
    next_url: str = ""
    continue_url: str = ""
    continue_label: str = ""
    refresh_url: str = ""
    sign_in_url: str = ""

    @property
    def next_after(self) -> str:
        """How a browser without script goes on: after the frames had a moment."""
        return f"4; url={self.next_url}"

    @property
    def some_failed(self) -> bool:
        """Whether the citizen should sign out of an agency by hand."""
        return any(report.state == "failed" for report in self.reports)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPage(Page):
    """An error with a way on. `code` is the registered code; `description` is for the agency's developer."""

    template: ClassVar[str] = "error.html"
    data_page: ClassVar[str] = "error"

    code: str
    title: str
    text: str
    description: str = ""
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPostPage(Page):
    """An authorization response sent by script or by its button (Form Post Response Mode §2)."""

    template: ClassVar[str] = "form_post.html"
    data_page: ClassVar[str] = "form-post"

    action: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpPage(Page):
    """The ways on when nothing else helps; anchors `forgot`, `lost-phone`, `not-me`, `contact`."""

    template: ClassVar[str] = "help.html"
    data_page: ClassVar[str] = "help"

    support_email: str = ""
    support_phone: str = ""
