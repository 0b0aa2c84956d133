"""The words "that was not me" beside a sign-in in the history."""

from __future__ import annotations

from typing import Final

from flask import Response

from idp.web import csrf
from idp.web.frontchannel.not_me import lock_and_tell, locked_page
from idp.web.pages import NotMePage
from idp.web.render import go, show
from idp.web.selfservice.area import at_home, bp

ADDRESS: Final = "/me/not-me"


@bp.get(ADDRESS)
def ask_not_me() -> Response:
    """Say what the button does."""
    with at_home():
        return show(NotMePage(action=ADDRESS))


@bp.post(ADDRESS)
def not_me() -> Response:
    """Lock one's own account; this session ends too, for it may be somebody else's."""
    csrf.check()
    with at_home() as (db, resident):
        locked = lock_and_tell(db, resident.session.account_id, "history")
    return locked_page() if locked else go("/me")
