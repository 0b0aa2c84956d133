"""The console's page of the tokens by which clients register themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from idp.web.pages.admin import AdminPage, Badge, Option


@dataclass(frozen=True, slots=True)
class TokenLine:
    """One token; its text is known to nobody any more."""

    id: str
    agency: str
    environment: str
    state: Badge
    uses_left: int
    uses: int
    expires_at: datetime
    created_by: str
    revoke_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminTokensPage(AdminPage):
    """Initial access tokens; posts `agency`, `environment`, `uses`, `days` (#token-form).

    `token` is the one just made, shown this once.
    """

    template: ClassVar[str] = "admin/tokens.html"
    data_page: ClassVar[str] = "admin-tokens"

    tokens: tuple[TokenLine, ...]
    agencies: tuple[Option, ...] = ()
    environments: tuple[Option, ...] = ()
    uses: str = "1"
    days: str = "7"
    token: str = ""
