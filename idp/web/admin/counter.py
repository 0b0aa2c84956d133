"""The counter: an officer finds a citizen by NIK with a reason, another decides, a code is printed (D2, K8)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import orjson
from flask import Blueprint, Response, request
from flask_babel import gettext as _

from idp.domain.cases import counter
from idp.domain.cases.counter import CaseRefused, Masked
from idp.domain.cases.models import SupportCase
from idp.domain.citizens import identifiers
from idp.domain.citizens.identifiers import Malformed
from idp.domain.sessions import operators
from idp.domain.sessions.operators import Role
from idp.web import csrf
from idp.web.admin.desk import COUNTER, Desk, Refused, desk, not_found
from idp.web.context import services
from idp.web.frontchannel.notices import tell
from idp.web.pages import FieldError, Notice
from idp.web.pages.admin import Badge, Option, Tone
from idp.web.pages.admin_counter import (
    CaseLine,
    CounterCasePage,
    CounterCitizenPage,
    CounterPage,
    MaskedCitizen,
)
from idp.web.render import go, show
from keys import Place, SealBroken, UnknownVersion

bp = Blueprint("counter", __name__)

FORM_LIFETIME: Final = timedelta(minutes=15)
Errors = tuple[FieldError, ...]


@bp.get("/counter")
def cases() -> Response:
    """List the cases of this officer's agency, of all for national administrators."""
    with _at_counter() as at:
        return show(_page(at))


@bp.post("/counter")
def find() -> Response:
    """Find a citizen: without a reason nothing is looked up; with one it is in the citizen's history."""
    csrf.check()
    reason, typed = request.form.get("reason", ""), request.form.get("nik", "")[:40]
    with _at_counter() as at:
        agency_id = _officer(at, "counter_find")
        errors = []
        if reason not in counter.REASONS:
            errors.append(FieldError("reason", _("Pilih dulu mengapa Anda membuka berkas ini.")))
        try:
            nik = identifiers.nik(typed)
        except Malformed:
            errors.append(FieldError("nik", _("Isi NIK di dokumen, 16 angka.")))
        if errors:
            return show(_page(at, typed, tuple(errors)), 400)
        tree = services().tree
        found = counter.look_up(
            at.db, tree, nik, reason=reason, officer=at.actor, agency_id=agency_id, now=at.now
        )
        if found is None:
            error = FieldError("nik", _("Tidak ada akun dengan NIK ini."))
            return show(_page(at, typed, (error,)), 404)
        return show(_citizen_page(at, found, reason))


@bp.post("/counter/cases")
def open_case() -> Response:
    """Open a case for the citizen who was found a moment ago by this very officer."""
    csrf.check()
    with _at_counter() as at:
        agency_id = _officer(at, "counter_open")
        known = _open(at, request.form.get("found", ""))
        citizen = counter.masked(at.db, services().tree, UUID(known["citizen"])) if known else None
        if known is None or citizen is None:
            return show(_page(at, errors=(FieldError("nik", _("Terlalu lama. Cari warganya lagi.")),)), 400)
        document = request.form.get("document", "")
        if document not in counter.DOCUMENTS or request.form.get("checked") != "yes":
            error = FieldError("checked", _("Periksa dokumen aslinya dulu, lalu beri tanda centang."))
            return show(_citizen_page(at, citizen, known["reason"], (error,)), 400)
        try:
            case_id = counter.open_case(
                at.db,
                citizen.citizen_id,
                reason=known["reason"],
                document=document,
                officer=at.actor,
                agency_id=agency_id,
                now=at.now,
            )
        except CaseRefused as exc:
            error = FieldError("checked", _explain(exc.reason))
            return show(_citizen_page(at, citizen, known["reason"], (error,)), 409)
        tell(at.db, citizen.citizen_id, "case_opened", {"account_url": f"{services().settings.issuer}/me"})
    return go(f"{COUNTER}/cases/{case_id}")


@bp.get("/counter/cases/<uuid:case_id>")
def case(case_id: UUID) -> Response:
    """Show a case; another agency's does not exist."""
    with _at_counter() as at:
        return show(_case_page(at, _found(at, case_id)))


@bp.post("/counter/cases/<uuid:case_id>")
def decide(case_id: UUID) -> Response:
    """Decide a case another officer has opened; the code of an approved one is shown once, to be printed."""
    csrf.check()
    decision = request.form.get("decision", "")
    with _at_counter() as at:
        agency_id = _officer(at, "counter_decide")
        row = _found(at, case_id)
        if decision not in ("approved", "refused"):
            return show(_case_page(at, row), 400)
        try:
            decided = counter.decide(
                at.db,
                services().tree,
                case_id,
                "approved" if decision == "approved" else "refused",
                officer=at.actor,
                agency_id=agency_id,
                now=at.now,
            )
        except CaseRefused as exc:
            at.db.rollback()
            return show(_case_page(at, _found(at, case_id), _explain(exc.reason)), 409)
        at.db.refresh(row)
        context = {"decision": decision, "account_url": f"{services().settings.issuer}/me"}
        tell(at.db, row.citizen_id, "case_decided", context)
        return show(_case_page(at, row, code=decided.code))


def _at_counter() -> Any:
    return desk(counter=True)


def _officer(at: Desk, what: str) -> str:
    """Return the agency of an officer; nobody else works at a counter."""
    if at.role is not Role.OFFICER or at.agency_id is None:
        at.refuse(what)
    return at.agency_id


def _found(at: Desk, case_id: UUID) -> SupportCase:
    if at.role is not Role.OFFICER:
        at.require_super("counter")
    row = counter.find(at.db, case_id, at.agency_id)
    if row is None:
        raise Refused(not_found())
    return row


def _page(at: Desk, nik: str = "", errors: Errors = ()) -> CounterPage:
    if at.role is not Role.OFFICER:
        at.require_super("counter")
    rows = counter.listed(at.db, at.agency_id)
    names = operators.names(at.db, [each for row in rows for each in (row.opened_by, row.decided_by)])
    chosen = request.form.get("reason", "")
    return CounterPage(
        **at.frame(),
        action=COUNTER,
        reasons=tuple(Option(name, label, name == chosen) for name, label in _reasons().items()),
        cases=tuple(_line(at, row, names) for row in rows),
        nik=nik,
        errors=errors,
    )


def _citizen_page(at: Desk, found: Masked, reason: str, errors: Errors = ()) -> CounterCitizenPage:
    return CounterCitizenPage(
        **at.frame(),
        action=f"{COUNTER}/cases",
        hidden=(("found", _seal(at, found, reason)),),
        citizen=_shown(found),
        documents=tuple(Option(name, label) for name, label in _documents().items()),
        errors=errors,
    )


def _case_page(at: Desk, row: SupportCase, problem: str = "", code: str = "") -> CounterCasePage:
    found = _seen_again(at, row)
    line = _line(at, row, operators.names(at.db, [row.opened_by, row.decided_by]))
    return CounterCasePage(
        **at.frame(),
        action=f"{COUNTER}/cases/{row.id}",
        case=line,
        citizen=_shown(found) if found is not None else None,
        document=_documents().get(row.document or "", ""),
        may_decide=at.role is Role.OFFICER and row.state == "open" and not line.own and not problem,
        code=code,
        notice=Notice("warning", problem) if problem else None,
    )


def _seen_again(at: Desk, row: SupportCase) -> Masked | None:
    if at.role is not Role.OFFICER or at.agency_id is None:
        return None
    tree = services().tree
    return counter.look_again(at.db, tree, row, officer=at.actor, agency_id=at.agency_id, now=at.now)


def _line(at: Desk, row: SupportCase, names: Any) -> CaseLine:
    expired = row.state == "open" and row.expires_at is not None and row.expires_at <= at.now
    states: dict[str, tuple[str, Tone]] = {
        "open": (_("Menunggu"), "warn"),
        "approved": (_("Disetujui"), "good"),
        "refused": (_("Ditolak"), "bad"),
        "closed": (_("Selesai"), ""),
    }
    late: tuple[str, Tone] = (_("Lewat waktu"), "")
    label, tone = late if expired else states[row.state]
    kinds = {"counter": _("Pemulihan di loket"), "not_me": _("Dikunci pemiliknya")}
    return CaseLine(
        id=str(row.id),
        href=f"{COUNTER}/cases/{row.id}",
        kind=kinds[row.kind],
        state=Badge(label, tone),
        reason=_reasons().get(row.reason, ""),
        opened_at=row.opened_at,
        opened_by=names.get(row.opened_by or "", _("Warga sendiri") if row.opened_by is None else ""),
        decided_by=names.get(row.decided_by or "", ""),
        decided_at=row.decided_at,
        own=row.opened_by == at.actor,
    )


def _shown(found: Masked) -> MaskedCitizen:
    statuses = {"active": _("Berlaku"), "locked": _("Dikunci"), "closed": _("Ditutup")}
    return MaskedCitizen(found.name, found.nik_end, found.birth_year, found.ial, statuses[found.status])


def _reasons() -> dict[str, str]:
    return {
        "lost_phone": _("Ponsel hilang atau ganti"),
        "lost_everything": _("Ponsel, kartu, dan kata sandi hilang"),
        "locked": _("Akun dikunci pemiliknya"),
    }


def _documents() -> dict[str, str]:
    return {"ktp": _("KTP"), "family_card": _("Kartu keluarga dan KTP anggota"), "passport": _("Paspor")}


def _explain(reason: str) -> str:
    words = {
        "own": _("Kasus yang Anda buka harus diputuskan petugas lain."),
        "open": _("Sudah ada kasus yang menunggu untuk warga ini."),
        "closed": _("Akun ini tidak dapat dipulihkan di loket."),
        "gone": _("Kasus ini sudah diputuskan atau lewat waktunya."),
    }
    return str(words.get(reason, _("Kasus ini tidak dapat dibuka.")))


def _seal(at: Desk, found: Masked, reason: str) -> str:
    """Bind what was found to this officer for a quarter of an hour, so that no id from a form opens a file."""
    ends = int((at.now + FORM_LIFETIME).timestamp())
    content = orjson.dumps({"citizen": found.citizen_id.hex, "reason": reason, "ends": ends})
    return services().tree.vault.system("pii").seal(content, _place(at)).hex()


def _open(at: Desk, text: str) -> dict[str, Any] | None:
    try:
        opened = services().tree.vault.system("pii").unseal(bytes.fromhex(text), _place(at))
    except (SealBroken, UnknownVersion, ValueError):
        return None
    known: dict[str, Any] = orjson.loads(opened)
    return known if known["ends"] > at.now.timestamp() else None


def _place(at: Desk) -> Place:
    return Place("support_case", "form", at.actor)
