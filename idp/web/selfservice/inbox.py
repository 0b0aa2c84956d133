"""The inbox: everything we told the citizen, so that a lost phone or a full mailbox loses nothing (features T2)."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from flask import Response, abort, request
from flask_babel import gettext as _

from idp.channels import writing
from idp.domain.messages import inbox
from idp.domain.messages.inbox import SIZE, Notice
from idp.web import csrf, locale
from idp.web.context import services
from idp.web.pages import AccountInboxMessagePage, AccountInboxPage, InboxLine, Pagination
from idp.web.render import go, show
from idp.web.selfservice.area import at_home, bp

ADDRESS: Final = "/me/inbox"
MOST_DIGITS: Final = 6


@bp.get(ADDRESS)
def show_inbox() -> Response:
    """List the notices, the newest first."""
    asked = request.args.get("page", "")
    number = max(int(asked), 1) if asked.isascii() and asked.isdigit() and len(asked) <= MOST_DIGITS else 1
    with at_home() as (db, resident):
        found, total = inbox.latest(
            db, resident.data_key, resident.citizen.id, offset=(number - 1) * SIZE, limit=SIZE
        )
        page = AccountInboxPage(
            citizen_name=resident.name,
            action=ADDRESS,
            notices=tuple(
                InboxLine(_written(notice)[0], f"{ADDRESS}/{notice.id}", notice.at, notice.read)
                for notice in found
            ),
            unread=inbox.unread(db, resident.citizen.id),
            pagination=_pagination(number, total),
        )
    return show(page)


@bp.post(ADDRESS)
def read_all() -> Response:
    """Mark everything read."""
    csrf.check()
    with at_home() as (db, resident):
        inbox.mark_read(db, resident.citizen.id, services().clock())
    return go(ADDRESS)


@bp.get(f"{ADDRESS}/<uuid:notice_id>")
def show_notice(notice_id: UUID) -> Response:
    """Show one notice and mark it read."""
    with at_home() as (db, resident):
        notice = inbox.one(db, resident.data_key, resident.citizen.id, notice_id)
        if notice is None:
            abort(404)
        inbox.mark_read(db, resident.citizen.id, services().clock(), notice_id=notice_id)
        title, text = _written(notice)
        page = AccountInboxMessagePage(citizen_name=resident.name, title=title, text=text, at=notice.at)
    return show(page)


def _written(notice: Notice) -> tuple[str, str]:
    written = writing.notice(notice.template, notice.context, locale.language())
    return written or (str(_("Pemberitahuan")), "")


def _pagination(number: int, total: int) -> Pagination | None:
    pages = -(-total // SIZE)
    if pages <= 1 and number == 1:
        return None
    return Pagination(
        number=number,
        total=max(pages, 1),
        previous_url=f"{ADDRESS}?page={min(number - 1, pages) or 1}" if number > 1 else "",
        next_url=f"{ADDRESS}?page={number + 1}" if number < pages else "",
    )
