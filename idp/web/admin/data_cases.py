"""The desk of an agency for cases about its data: due first, opened with a reason, answered by two (F12, G7, G14)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import orjson
from flask import Blueprint, Response, request
from flask_babel import gettext as _

from idp.domain.cases import data_cases, data_desk, telling
from idp.domain.cases.data_cases import DataCaseRefused
from idp.domain.exchange import disputes
from idp.domain.exchange.changes import tell_changed
from idp.domain.exchange.dispute_models import DataCase
from idp.domain.exchange.disputes import CONFLICT, POPULATION
from idp.domain.sessions import operators
from idp.domain.sessions.operators import Role
from idp.web import case_words, csrf
from idp.web.admin import case_fields
from idp.web.admin.case_fields import NotAValue
from idp.web.admin.case_page import opened_page
from idp.web.admin.desk import DATA_CASES, Desk, Refused, desk, not_found
from idp.web.context import services
from idp.web.pages import FieldError, Notice
from idp.web.pages.admin import Option
from idp.web.pages.admin_cases import AdminCasePage, AdminCasesPage, DeskCaseLine
from idp.web.render import go, show
from keys import DataKey, Place, SealBroken, UnknownVersion

bp = Blueprint("data_cases", __name__)

FORM_LIFETIME: Final = timedelta(minutes=30)
MOST_TEXT: Final = 1000
Errors = tuple[FieldError, ...]


@bp.get("/cases")
def cases() -> Response:
    """List what this operator's agency has to answer, late ones on top; national ones see all."""
    decided = request.args.get("show") == "decided"
    with desk() as at:
        found = data_cases.at_desk(at.db, at.agency_id, decided=decided)
        page = AdminCasesPage(
            **at.frame(),
            cases=lines(at, found),
            late=data_cases.late_count(at.db, at.agency_id, at.now),
            decided=decided,
            other_url=DATA_CASES if decided else f"{DATA_CASES}?show=decided",
        )
        return show(page)


@bp.get("/cases/<uuid:case_id>")
def case(case_id: UUID) -> Response:
    """Show what is no secret of a case; another agency's does not exist."""
    done = {
        "answered": _("Jawaban terkirim. Warga dan instansi terkait dikabari."),
        "proposed": _("Usulan tersimpan. Petugas kedua dari instansi Anda harus memastikannya."),
        "returned": _("Usulan dikembalikan. Kasus terbuka lagi; waktunya tetap berjalan."),
    }.get(request.args.get("done", ""))
    with desk() as at:
        notice = Notice("success", str(done)) if done else None
        return show(_closed_page(at, _found(at, case_id, "data_case"), notice=notice))


@bp.post("/cases/<uuid:case_id>/open")
def open_case(case_id: UUID) -> Response:
    """Open a case: without a reason nothing shows; with one it is in the citizen's history (features G14)."""
    csrf.check()
    reason = request.form.get("reason", "")
    with desk(changing="data_case_open") as at:
        row = _found(at, case_id, "data_case_open")
        if reason not in data_desk.REASONS:
            errors = (FieldError("reason", _("Pilih dulu mengapa Anda membuka kasus ini.")),)
            return show(_closed_page(at, row, errors), 400)
        data_key = _data_key(at, row)
        officer = at.agency_id or POPULATION
        data_desk.look(at.db, row, officer=at.actor, agency_id=officer, reason=reason, now=at.now)
        return show(opened_page(at, row, data_key, lines(at, [row])[0], _sealed(at, row)))


@bp.post("/cases/<uuid:case_id>")
def answer(case_id: UUID) -> Response:
    """Answer, propose, confirm or send back; only by whoever has just opened the case, for its owner."""
    csrf.check()
    with desk(changing="data_case_answer") as at:
        row = _found(at, case_id, "data_case_answer")
        if row.owner_id != owner_of(at):
            at.refuse("data_case_answer")
        if not _is_open_here(at, row):
            errors = (FieldError("reason", _("Terlalu lama. Buka kasusnya lagi.")),)
            return show(_closed_page(at, row, errors), 400)
        data_key = _data_key(at, row)
        text = request.form.get("text", "").replace("\x00", "").strip()[:MOST_TEXT]
        chosen = request.form.get("answer", "")
        try:
            done = _act(at, row, data_key, chosen, text)
        except NotAValue as refused:
            return _again(at, row, data_key, FieldError(refused.field, _("Ini bukan isi yang mungkin.")))
        except _Missing as missing:
            return _again(at, row, data_key, missing.error)
        except DataCaseRefused as refused:
            at.db.rollback()
            return _again(at, _found(at, case_id, "data_case"), data_key, _explained(refused.reason), 409)
    return go(f"{DATA_CASES}/{case_id}?done={done}")


class _Missing(Exception):
    """Something was not filled in."""

    def __init__(self, error: FieldError) -> None:
        super().__init__(error.message)
        self.error = error


def _act(at: Desk, row: DataCase, data_key: DataKey, chosen: str, text: str) -> str:
    tree, issuer = services().tree, services().settings.issuer
    who: dict[str, Any] = {"officer": at.actor, "now": at.now}
    if chosen == "return":
        data_desk.send_back(at.db, row, **who)
        return "returned"
    if chosen == "confirm":
        decided = data_desk.confirm(at.db, data_key, row, **who)
        tell_changed(at.db, tree.vault.system("pii"), row.citizen_id, at.now)
        telling.answered(at.db, tree, decided, at.now, issuer=issuer)
        return "answered"
    if chosen not in ("keep", "correct", "reject") or (chosen == "reject" and row.kind == CONFLICT):
        raise _Missing(FieldError("answer", _("Pilih jawaban Anda.")))
    if not text:
        raise _Missing(FieldError("text", _("Tulis penjelasan untuk warga.")))
    if chosen == "correct":
        value = new_value(at, row, data_key)
        data_desk.propose(at.db, data_key, row, value, text=text, **who)
        return "proposed"
    decided = data_desk.close(
        at.db, data_key, row, "reject" if chosen == "reject" else "keep", text=text, **who
    )
    telling.answered(at.db, tree, decided, at.now, issuer=issuer)
    return "answered"


def new_value(at: Desk, row: DataCase, data_key: DataKey) -> Any:
    """Read the new value out of the form."""
    held = data_desk.current(at.db, row)
    if held is None:
        raise DataCaseRefused("gone")
    return case_fields.put_together(
        row.attribute, disputes.opened(data_key, held), request.form, at.now.date()
    )


def owner_of(at: Desk) -> str:
    """Return for whose data an operator answers: their agency's, or the population registry's for national ones."""
    return POPULATION if at.role is Role.SUPER else at.agency_id or ""


def lines(at: Desk, found: Any) -> tuple[DeskCaseLine, ...]:
    """Describe cases without what is in them."""
    rows: list[DataCase] = list(found)
    who = case_words.names(at.db, [each for row in rows for each in (row.owner_id, row.reported_by)])
    officers = operators.names(at.db, [each for row in rows for each in (row.decided_by, row.answered_by)])
    return tuple(_line(at, row, who, officers) for row in rows)


def _line(at: Desk, row: DataCase, who: Mapping[str, str], officers: Mapping[str, str]) -> DeskCaseLine:
    late = data_cases.is_late(row, at.now)
    return DeskCaseLine(
        number=row.number,
        href=f"{DATA_CASES}/{row.id}",
        kind=case_words.kind_label(row.kind),
        attribute=case_words.attribute_label(row.attribute),
        owner=who[row.owner_id],
        state=case_words.state_badge(row, late),
        opened_at=row.opened_at,
        due_at=row.due_at,
        decided_at=row.decided_at,
        decided_by=officers.get(row.decided_by or "", ""),
        answered_by=officers.get(row.answered_by or "", ""),
        late=late,
        reported_by=who.get(row.reported_by or "", ""),
    )


def _found(at: Desk, case_id: UUID, what: str) -> DataCase:
    row = data_cases.find(at.db, case_id, at.agency_id)
    if row is None:
        if data_cases.find(at.db, case_id, None) is not None:
            at.refuse(what, 404)
        raise Refused(not_found())
    return row


def _data_key(at: Desk, row: DataCase) -> DataKey:
    data_key = data_cases.data_key_of(at.db, services().tree, row.citizen_id)
    if data_key is None:
        raise Refused(not_found())
    return data_key


def _closed_page(at: Desk, row: DataCase, errors: Errors = (), notice: Notice | None = None) -> AdminCasePage:
    chosen = request.form.get("reason", "")
    reasons = {
        "answering": _("Menjawab kasus ini"),
        "confirming": _("Memeriksa sebagai petugas kedua"),
        "asked": _("Warga menanyakannya"),
        "complaint": _("Ada pengaduan"),
    }
    return AdminCasePage(
        **at.frame(),
        action=f"{DATA_CASES}/{row.id}/open",
        case=lines(at, [row])[0],
        reasons=tuple(Option(name, str(label), name == chosen) for name, label in reasons.items()),
        errors=errors,
        notice=notice,
    )


def _again(at: Desk, row: DataCase, data_key: DataKey, error: FieldError, status: int = 400) -> Response:
    line = lines(at, [row])[0]
    return show(opened_page(at, row, data_key, line, _sealed(at, row), (error,)), status)


def _explained(reason: str) -> FieldError:
    words = {
        "own": _("Usulan Anda harus dipastikan petugas lain."),
        "value": _("Isi ini sama dengan yang sudah tercatat, atau tidak dapat diubah di sini."),
    }
    return FieldError("", str(words.get(reason, _("Kasus ini sudah dijawab orang lain, atau dibatalkan."))))


def _sealed(at: Desk, row: DataCase) -> str:
    """Bind an opened case to this officer for a while, so that nobody answers what they have not opened."""
    ends = int((at.now + FORM_LIFETIME).timestamp())
    content = orjson.dumps({"case": row.id.hex, "answered": _answered(row), "ends": ends})
    return services().tree.vault.system("pii").seal(content, _place(at)).hex()


def _is_open_here(at: Desk, row: DataCase) -> bool:
    try:
        sealed = bytes.fromhex(request.form.get("opened", ""))
        known = orjson.loads(services().tree.vault.system("pii").unseal(sealed, _place(at)))
    except (SealBroken, UnknownVersion, ValueError):
        return False
    is_same = known["case"] == row.id.hex and known.get("answered") == _answered(row)
    return bool(is_same and known["ends"] > at.now.timestamp())


def _answered(row: DataCase) -> str:
    """Name the proposal that was shown: another one made meanwhile has to be looked at first."""
    return row.answered_at.isoformat() if row.answered_at is not None else ""


def _place(at: Desk) -> Place:
    return Place("data_case", "form", at.actor)
