"""What happened to an account and its data, newest first (features I6)."""

from __future__ import annotations

from flask import Response, request

from idp.domain.audit.history import history as read
from idp.web.pages import AccountHistoryPage, Pagination
from idp.web.render import show
from idp.web.selfservice.area import at_home, bp
from idp.web.selfservice.words import line

SIZE = 50
MOST_DIGITS = 6


@bp.get("/me/history")
def history() -> Response:
    """Show one page of the history."""
    asked = request.args.get("page", "")
    number = max(int(asked), 1) if asked.isascii() and asked.isdigit() and len(asked) <= MOST_DIGITS else 1
    with at_home() as (db, resident):
        entries, total = read(db, resident.citizen.id, offset=(number - 1) * SIZE, limit=SIZE)
        lines = tuple(line(db, entry) for entry in entries)
        page = AccountHistoryPage(
            citizen_name=resident.name, events=lines, pagination=_pagination(number, total)
        )
    return show(page)


def _pagination(number: int, total: int) -> Pagination | None:
    pages = -(-total // SIZE)
    if pages <= 1 and number == 1:
        return None
    return Pagination(
        number=number,
        total=max(pages, 1),
        previous_url=f"/me/history?page={min(number - 1, pages) or 1}" if number > 1 else "",
        next_url=f"/me/history?page={number + 1}" if number < pages else "",
    )
