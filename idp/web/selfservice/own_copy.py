"""Download my data: everything we hold, at once, as JSON and as a PDF in one ZIP (UU PDP art. 32; features G6)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import orjson
from flask import Response, make_response
from flask_babel import gettext as _

from idp.domain.account import own_copy
from idp.domain.audit.account_events import DataExported
from idp.domain.audit.history import Entry
from idp.domain.audit.record import record
from idp.domain.store.database import Session
from idp.protocol.oidc.catalogue import CLAIMS
from idp.protocol.oidc.display import readable
from idp.web import csrf, locale, use_lines
from idp.web.claim_lines import source_label
from idp.web.context import services
from idp.web.locale import written_moment
from idp.web.pages import AccountCopyPage
from idp.web.render import show
from idp.web.selfservice import copy_pdf, told as told_services, words
from idp.web.selfservice.area import at_home, bp
from idp.web.selfservice.copy_pdf import Row, Section
from idp.web.selfservice.telling import told

ADDRESS: Final = "/me/download"


@bp.get(ADDRESS)
def ask_copy() -> Response:
    """Say what the copy holds, with a button."""
    with at_home(fresh=True) as (_db, resident):
        page = AccountCopyPage(citizen_name=resident.name, action=ADDRESS)
    return show(page)


@bp.post(ADDRESS)
def download_copy() -> Response:
    """Hand the copy over; it is made in memory, kept nowhere, and told of."""
    csrf.check()
    now, language = services().clock(), locale.language()
    with at_home(fresh=True, back=ADDRESS) as (db, resident):
        document = own_copy.everything(db, resident.data_key, resident.citizen, now, language)
        made = str(_("Dibuat %(moment)s", moment=written_moment(now)))
        pdf = copy_pdf.document(resident.name, made, _sections(db, document))
        record(db, DataExported(citizen_id=resident.citizen.id), now)
        told(db, resident.citizen.id, "data_exported")
    response = make_response(_zipped(document, pdf, now))
    response.headers["Content-Type"] = "application/zip"
    response.headers["Content-Disposition"] = f'attachment; filename="gerbang-{now:%Y-%m-%d}.zip"'
    return response


def _zipped(document: dict[str, Any], pdf: bytes, now: datetime) -> bytes:
    options = orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (("data.json", orjson.dumps(document, option=options)), ("data.pdf", pdf)):
            entry = zipfile.ZipInfo(name, (now.year, now.month, now.day, now.hour, now.minute, now.second))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return out.getvalue()


def _sections(db: Session, document: dict[str, Any]) -> Iterator[Section]:
    yield str(_("Data")), (30, 40, 30), _data(document)
    yield str(_("Email dan nomor ponsel")), (50, 50), _contacts(document)
    yield str(_("Izin yang Anda berikan")), (34, 36, 30), _consents(document)
    yield str(_("Data yang diberikan kepada layanan")), (26, 30, 44), _releases(document)
    yield str(_("Siapa yang diberi tahu")), (26, 30, 44), _told(document)
    yield str(_("Riwayat")), (26, 44, 30), _history(db, document)
    yield str(_("Perangkat & sesi")), (40, 30, 30), _sessions(document)
    yield str(_("Pengaman kedua")), (40, 60), _factors(document)


def _data(document: dict[str, Any]) -> Iterator[Row]:
    language = locale.language()
    for each in document["data"]:
        name, value = each["name"], each["value"]
        label = CLAIMS[name].label(language) if name in CLAIMS else name
        text = readable(name, value, language) if name in CLAIMS else orjson.dumps(value).decode()
        since = written_moment(each["recorded_at"])
        if each["superseded_at"] is not None:
            since = f"{since} – {written_moment(each['superseded_at'])}"
        yield label, text, f"{source_label(each['source'], language)}\n{since}"


def _contacts(document: dict[str, Any]) -> Iterator[Row]:
    for each in document["contacts"]:
        state = _("Terbukti milik Anda") if each["confirmed_at"] else _("Belum terbukti milik Anda")
        yield each["value"], f"{_('Utama')} · {state}" if each["primary"] else str(state)


def _consents(document: dict[str, Any]) -> Iterator[Row]:
    for each in document["consents"]:
        until = each["withdrawn_at"] or each["superseded_at"] or each["expires_at"]
        span = f"{written_moment(each['granted_at'])} – {written_moment(until)}"
        yield each["service"], _claims(each["granted"]), span


def _releases(document: dict[str, Any]) -> Iterator[Row]:
    for each in document["releases"]:
        what = _claims(each["claims"])
        if each["reason"]:
            what = f"{_('Ditolak, karena %(reason)s.', reason=use_lines.reason(each['reason']))}\n{what}"
        yield written_moment(each["at"]), each["service"], what


def _told(document: dict[str, Any]) -> Iterator[Row]:
    for each in document["services_told"]:
        what = [told_services.title(each["event"]), _claims(each["claims"])]
        if each["confirmed_at"] is not None:
            what.append(str(_("Dipastikan %(moment)s", moment=written_moment(each["confirmed_at"]))))
        elif each["delivered_at"] is not None:
            what.append(str(_("Diberi tahu %(moment)s", moment=written_moment(each["delivered_at"]))))
        else:
            what.append(str(_("Belum sampai")))
        yield written_moment(each["at"]), each["service"], "\n".join(filter(None, what))


def _history(db: Session, document: dict[str, Any]) -> Iterator[Row]:
    for each in document["history"][: copy_pdf.MOST_LINES]:
        line = words.line(db, Entry(each["at"], each["event"], each["client_id"], each["detail"]))
        yield written_moment(line.at), line.text, line.detail
    for each in document["history"][copy_pdf.MOST_LINES :]:
        yield written_moment(each["at"]), "", ""


def _sessions(document: dict[str, Any]) -> Iterator[Row]:
    for each in document["sessions"]:
        yield each["device"], written_moment(each["started_at"]), written_moment(each["last_seen_at"])


def _factors(document: dict[str, Any]) -> Iterator[Row]:
    for each in document["second_factors"]:
        yield each["name"] or each["kind"], written_moment(each["added_at"])


def _claims(names: list[str]) -> str:
    language = locale.language()
    return ", ".join(CLAIMS[name].label(language) if name in CLAIMS else name for name in names)
