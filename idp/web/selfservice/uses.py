"""Who read which of my data, when, why, and what was refused: page, JSON and PDF (UU PDP art. 31, 32; features F14)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import orjson
from flask import Response, abort, make_response, request
from flask_babel import gettext as _

from idp.domain.exchange import ledger
from idp.domain.exchange.ledger import Use, Wanted
from idp.domain.store.database import Session
from idp.protocol.oidc.catalogue import CLAIMS
from idp.web import claim_lines
from idp.web.context import services
from idp.web.locale import written_moment
from idp.web.pages import AccountUsesPage, Pagination, UseOption, UseReader
from idp.web.render import show
from idp.web.selfservice import copy_pdf
from idp.web.selfservice.area import Resident, at_home, bp
from idp.web.selfservice.copy_pdf import Row, Section
from idp.web.use_lines import Names, agency_name, label, use_line

ADDRESS: Final = "/me/uses"
MOST_PRINTED: Final = 1000
MOST_DIGITS: Final = 6
ZONE: Final = ZoneInfo("Asia/Jakarta")
_MONTH: Final = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")


@bp.get(ADDRESS)
def data_uses() -> Response:
    """Show one page of the ledger, everything or what the filter leaves."""
    return _page(request.args.get("field") or None, about=False)


@bp.get(f"{ADDRESS}/<field>")
def field_uses(field: str) -> Response:
    """Show who read one field."""
    if field not in CLAIMS:
        abort(404)
    return _page(field, about=True)


@bp.get(f"{ADDRESS}/download.json")
def uses_json() -> Response:
    """Hand over the ledger for computers, all of what the filter leaves."""
    with at_home() as (db, resident):
        names = Names(db)
        wanted = _wanted(request.args.get("field") or None)
        document = {
            "made_at": services().clock(),
            "citizen_id": resident.citizen.id,
            "uses": [entry(use, names) for use in ledger.every(db, resident.citizen.id, wanted)],
        }
    return _file(orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z), "json")


@bp.get(f"{ADDRESS}/download.pdf")
def uses_pdf() -> Response:
    """Hand over the ledger for reading."""
    with at_home() as (db, resident):
        wanted = _wanted(request.args.get("field") or None)
        content = copy_pdf.document(
            resident.name,
            str(_("Dibuat %(moment)s", moment=written_moment(services().clock()))),
            _sections(db, resident, wanted),
            title=str(_("Siapa memakai data saya")),
            most=MOST_PRINTED,
        )
    return _file(content, "pdf")


def entry(use: Use, names: Names) -> dict[str, Any]:
    """Write one line of the ledger for computers."""
    return {
        "ledger_id": use.id,
        "at": use.at,
        "client_id": use.client_id,
        "service": names.service(use.client_id),
        "agency": names.agency(use.client_id),
        "outcome": use.outcome,
        **({"reason": use.reason} if use.reason else {}),
        "claims": {name: dict(use.terms.get(name, {})) for name in use.claims},
        "channel": use.channel,
        "on_behalf_of": use.on_behalf_of,
    }


def _page(field: str | None, *, about: bool) -> Response:
    number, wanted = _number(), _wanted(field)
    with at_home() as (db, resident):
        citizen_id, names = resident.citizen.id, Names(db)
        found, total = ledger.uses(db, citizen_id, wanted, offset=(number - 1) * ledger.SIZE)
        action = f"{ADDRESS}/{field}" if about else ADDRESS
        query = {name: value for name in ("agency", "month") if (value := request.args.get(name))}
        narrowed = query | ({"field": field} if field else {})
        page = AccountUsesPage(
            citizen_name=resident.name,
            lines=tuple(use_line(use, names) for use in found),
            readers=tuple(
                UseReader(names.service(reader.client_id), reader.times, reader.last)
                for reader in ledger.readers(db, citizen_id, wanted)
            ),
            agencies=tuple(
                UseOption(row.id, agency_name(row), row.id == wanted.agency_id)
                for row in ledger.agencies(db, citizen_id)
            ),
            fields=()
            if about
            else tuple(
                UseOption(n, label(n), n == field)
                for n in claim_lines.in_order(ledger.fields(db, citizen_id))
            ),
            month=request.args.get("month", "") if wanted.since else "",
            about=label(field) if about and field else "",
            action=action,
            filtered=bool(query or (field and not about)),
            json_url=_address(f"{ADDRESS}/download.json", narrowed),
            pdf_url=_address(f"{ADDRESS}/download.pdf", narrowed),
            total=total,
            pagination=_pagination(number, total, action, query if about else narrowed),
        )
    return show(page)


def _wanted(field: str | None) -> Wanted:
    """Read the filter; what makes no sense filters nothing."""
    since = before = None
    month = _MONTH.fullmatch(request.args.get("month", ""))
    if month is not None:
        year, number = int(month[1]), int(month[2])
        since = datetime(year, number, 1, tzinfo=ZONE)
        before = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=ZONE)
    return Wanted(
        agency_id=request.args.get("agency") or None,
        field=field if field in CLAIMS else None,
        since=since,
        before=before,
    )


def _number() -> int:
    asked = request.args.get("page", "")
    return max(int(asked), 1) if asked.isascii() and asked.isdigit() and len(asked) <= MOST_DIGITS else 1


def _address(path: str, query: dict[str, str]) -> str:
    return f"{path}?{urlencode(query)}" if query else path


def _pagination(number: int, total: int, path: str, query: dict[str, str]) -> Pagination | None:
    pages = -(-total // ledger.SIZE)
    if pages <= 1 and number == 1:
        return None
    previous = _address(path, query | {"page": str(min(number - 1, pages) or 1)})
    return Pagination(
        number=number,
        total=max(pages, 1),
        previous_url=previous if number > 1 else "",
        next_url=_address(path, query | {"page": str(number + 1)}) if number < pages else "",
    )


def _sections(db: Session, resident: Resident, wanted: Wanted) -> Iterator[Section]:
    names = Names(db)
    heading = str(_("Yang terbaru di atas"))
    yield heading, (22, 26, 26, 26), _rows(ledger.every(db, resident.citizen.id, wanted), names)


def _rows(uses: Iterator[Use], names: Names) -> Iterator[Row]:
    for use in uses:
        line = use_line(use, names)
        what = f"{_('Ditolak')}: {line.items}\n{line.reason}" if line.refused else line.items
        why = dict.fromkeys(f"{f.purpose}\n{f.legal_basis}".strip() for f in line.fields)
        who = "\n".join(filter(None, (line.service, line.agency, _behalf(line.on_behalf_of))))
        yield written_moment(line.at), who, what, "\n".join(why)


def _behalf(name: str) -> str:
    return str(_("atas nama %(name)s", name=name)) if name else ""


def _file(content: bytes, kind: str) -> Response:
    response = make_response(content)
    day = f"{services().clock():%Y-%m-%d}"
    response.headers["Content-Type"] = f"application/{kind}"
    response.headers["Content-Disposition"] = f'attachment; filename="gerbang-uses-{day}.{kind}"'
    return response
