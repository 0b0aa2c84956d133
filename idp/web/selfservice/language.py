"""The language of letters and of the claim `locale`; the pages follow (features H5)."""

from __future__ import annotations

from typing import Final

from flask import Response, abort, request

from idp.domain.citizens import profile
from idp.domain.exchange.changes import tell_changed
from idp.web import csrf, locale
from idp.web.context import services
from idp.web.pages import AccountLanguagePage
from idp.web.render import go, show
from idp.web.selfservice.area import at_home, bp
from idp.web.selfservice.telling import notice

ADDRESS: Final = "/me/language"


@bp.get(ADDRESS)
def language() -> Response:
    """Ask which language."""
    with at_home() as (_db, resident):
        page = AccountLanguagePage(
            citizen_name=resident.name,
            action=ADDRESS,
            languages=tuple(
                (code, name, code == resident.citizen.locale) for code, name in locale.LANGUAGES.items()
            ),
            notice=notice(request.args.get("done")),
        )
    return show(page)


@bp.post(ADDRESS)
def choose_language() -> Response:
    """Keep the choice for the account and for this browser."""
    csrf.check()
    chosen = request.form.get("language", "")
    if chosen not in locale.LANGUAGES:
        abort(400)
    with at_home() as (db, resident):
        now = services().clock()
        profile.choose_language(db, resident.citizen.id, chosen, now)
        tell_changed(db, services().tree.vault.system("pii"), resident.citizen.id, now)
    return go(f"{ADDRESS}?done=language&ui_locales={chosen}")
