"""The console's page of services that have not confirmed what they were told (UU PDP art. 30, 40, 41)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from idp.web.pages.admin import AdminPage, Badge


@dataclass(frozen=True, slots=True)
class LateLine:
    """One notice; no line names a citizen, `jti` is what the service knows it by."""

    jti: str
    client_id: str
    client: str
    what: str
    told_at: datetime | None
    due: datetime
    state: Badge
    alerted_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminLatePage(AdminPage):
    """What is overdue, the longest first; what has to be confirmed yet; and what reached nobody."""

    template: ClassVar[str] = "admin/late.html"
    data_page: ClassVar[str] = "admin-late"

    late: tuple[LateLine, ...]
    due: tuple[LateLine, ...] = ()
    undelivered: tuple[LateLine, ...] = ()
