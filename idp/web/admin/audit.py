"""The audit log in the console: what happened, to which client, by whom, in which trace."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Blueprint, Response

from idp.domain.audit import search
from idp.domain.registry.search import ids_of
from idp.web.admin import happenings, words
from idp.web.admin.desk import argument, desk
from idp.web.pages.admin import AdminAuditPage
from idp.web.render import show

bp = Blueprint("audit", __name__)

AUDIT = "/admin/audit"
PAGE = 50
JAKARTA = ZoneInfo("Asia/Jakarta")
PARAMETERS = ("event", "client", "actor", "trace", "since", "until")


@bp.get("/audit")
def audit() -> Response:
    """Search the records, the newest first."""
    asked = {name: argument(name) for name in PARAMETERS}
    before = argument("before")
    kept = {name: value for name, value in asked.items() if value}
    with desk() as at:
        wanted = search.AuditFilter(
            events=(asked["event"],) if asked["event"] else (),
            client_id=asked["client"],
            actor=asked["actor"],
            trace_id=asked["trace"],
            since=_day(asked["since"]),
            until=_day(asked["until"], end=True),
            clients=ids_of(at.db, at.agency_id) if at.agency_id is not None else None,
        )
        found = search.find(at.db, wanted, before=before, limit=PAGE + 1)
        shown, more = found[:PAGE], len(found) > PAGE
        page = AdminAuditPage(
            **at.frame(),
            events=happenings.lines(at.db, shown, people=at.agency_id is None),
            kinds=words.options(happenings.texts(), asked["event"]),
            client_id=asked["client"],
            actor=asked["actor"],
            trace=asked["trace"],
            since=asked["since"],
            until=asked["until"],
            filtered=bool(kept),
            previous_url=_url(kept) if before else "",
            next_url=_url(kept | {"before": shown[-1].cursor}) if more else "",
        )
    return show(page)


def _url(arguments: dict[str, str]) -> str:
    return f"{AUDIT}?{urlencode(arguments)}" if arguments else AUDIT


def _day(text: str, *, end: bool = False) -> datetime | None:
    """Read a day as people in Jakarta mean it; nonsense limits nothing."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=JAKARTA)
        return (day + timedelta(days=1) if end else day).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
