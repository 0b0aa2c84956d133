"""The console's page of an operator's own passkeys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from idp.web.pages.admin import AdminPage
from idp.web.pages.passkeys import PasskeyLine


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminPasskeysPage(AdminPage):
    """Passkeys of the operator. Posts `name` and `credential`, which the script fills in (#passkey-form).

    A line's `href` is where its removal is posted.
    """

    template: ClassVar[str] = "admin/passkeys.html"
    data_page: ClassVar[str] = "admin-passkeys"

    action: str
    options_url: str
    passkeys: tuple[PasskeyLine, ...]
    name: str = ""
    attested: bool = False
    """Only security keys of makers we trust are accepted."""
