"""The tokens by which clients register themselves: made, listed, revoked (RFC 7591 §3; protocol R7)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from idp.domain.registry import agencies, initial_tokens, search
from idp.domain.registry.changes import NotAllowed
from idp.domain.registry.models import InitialAccessToken
from idp.domain.sessions import operators
from idp.protocol.oauth.client import Environment
from idp.web import csrf
from idp.web.admin import words
from idp.web.admin.desk import Desk, Refused, desk, localised, not_found
from idp.web.context import services
from idp.web.pages import FieldError, Notice
from idp.web.pages.admin import Badge, Option
from idp.web.pages.admin_tokens import AdminTokensPage, TokenLine
from idp.web.render import go, show

bp = Blueprint("tokens", __name__)

TOKENS = "/admin/registration-tokens"
MOST_DIGITS = 6
MOST_TYPED = 120


@bp.get("/registration-tokens")
def token_list() -> Response:
    """List the tokens an operator may see."""
    with desk() as at:
        notice = Notice("success", _("Token dicabut.")) if request.args.get("done") else None
        page = _page(at, notice=notice)
    return show(page)


@bp.post("/registration-tokens")
def make_token() -> Response:
    """Make a token and show it, this once."""
    csrf.check()
    agency_id, environment, uses, days = (
        request.form.get(name, "").strip()[:MOST_TYPED] for name in ("agency", "environment", "uses", "days")
    )
    with desk(changing="registration_token") as at:
        if at.agency_id is not None and agency_id != at.agency_id:
            at.refuse("registration_token")
        try:
            minted = initial_tokens.mint(
                at.db,
                agency_id=agency_id,
                environment=environment,
                uses=_number(uses),
                life=timedelta(days=_number(days)),
                by=at.actor,
                now=at.now,
                production=services().settings.production,
            )
        except NotAllowed as error:
            typed = (agency_id, environment, uses, days)
            return show(_page(at, typed, (_wrong(error),)), 400)
        at.db.flush()
        page = _page(at, token=minted.text)
    return show(page, 201)


@bp.post("/registration-tokens/<uuid:token_id>/revoke")
def revoke_token(token_id: UUID) -> Response:
    """End a token at once."""
    csrf.check()
    with desk(changing="registration_token") as at:
        try:
            found = initial_tokens.find(at.db, token_id)
        except NotAllowed as exc:
            raise Refused(not_found()) from exc
        if at.agency_id not in (None, found.agency_id):
            at.refuse("registration_token", 404)
        try:
            initial_tokens.revoke(at.db, token_id, by=at.actor, now=at.now)
        except NotAllowed:
            return go(TOKENS)  # revoked already: that is what was wanted
    return go(f"{TOKENS}?done=1")


def _page(
    at: Desk,
    typed: tuple[str, str, str, str] = ("", "", "1", "7"),
    errors: tuple[FieldError, ...] = (),
    *,
    token: str = "",
    notice: Notice | None = None,
) -> AdminTokensPage:
    rows = initial_tokens.latest(at.db, at.agency_id)
    owners = search.agencies(at.db, (row.agency_id for row in rows))
    names = {id_: localised(a.name_id, a.name_en) for id_, a in owners.items()}
    people = operators.names(at.db, (row.created_by for row in rows))
    owned = [a for a in agencies.every(at.db) if at.agency_id in (None, a.id)]
    return AdminTokensPage(
        **at.frame(),
        notice=notice,
        errors=errors,
        tokens=tuple(_line(at, row, names, people) for row in rows),
        agencies=words.options({a.id: localised(a.name_id, a.name_en) for a in owned}, typed[0]),
        environments=_environments(typed[1]),
        uses=typed[2],
        days=typed[3],
        token=token,
    )


def _environments(chosen: str) -> tuple[Option, ...]:
    production = services().settings.production
    offered = {
        n: label for n, label in words.environments().items() if n == Environment.PRODUCTION or not production
    }
    return words.options(offered, chosen or next(iter(offered)))


def _line(
    at: Desk, row: InitialAccessToken, names: Mapping[str, str], people: Mapping[str, str]
) -> TokenLine:
    state = initial_tokens.state_of(row, at.now)
    return TokenLine(
        id=str(row.id),
        agency=names[row.agency_id],
        environment=words.environments().get(row.environment, row.environment),
        state=_states()[state],
        uses_left=row.uses_left,
        uses=row.uses,
        expires_at=row.expires_at,
        created_by=people.get(row.created_by, row.created_by),
        revoke_url=f"{TOKENS}/{row.id}/revoke" if at.may_change and state == "open" else "",
    )


def _states() -> dict[str, Badge]:
    return {
        "open": Badge(_("Dapat dipakai"), "good"),
        "spent": Badge(_("Habis dipakai")),
        "expired": Badge(_("Kedaluwarsa")),
        "revoked": Badge(_("Dicabut"), "bad"),
    }


def _wrong(error: NotAllowed) -> FieldError:
    field = {"life": "days", "unknown_agency": "agency"}.get(error.reason, error.reason)
    return {
        "uses": FieldError("uses", _("Isi angka 1 sampai %(most)s.", most=initial_tokens.MOST_USES)),
        "days": FieldError("days", _("Isi angka 1 sampai %(most)s.", most=initial_tokens.LONGEST_LIFE.days)),
        "agency": FieldError("agency", _("Pilih instansi.")),
    }.get(field, FieldError("environment", _("Pilih lingkungan.")))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else 0
