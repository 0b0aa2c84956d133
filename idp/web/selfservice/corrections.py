"""The citizen says that data is wrong, follows what comes of it, and sees two sources side by side (F12, G7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from flask import Response, abort, request
from flask_babel import gettext as _

from idp.domain.cases import corrections, data_cases
from idp.domain.cases.corrections import UNSURE
from idp.domain.cases.data_cases import DataCaseRefused
from idp.domain.citizens.profile import Value
from idp.domain.exchange import disputes
from idp.domain.exchange.dispute_models import DataCase
from idp.domain.exchange.disputes import CONFLICT
from idp.domain.store.database import Session
from idp.web import case_words, csrf
from idp.web.claim_lines import is_closed
from idp.web.context import services
from idp.web.pages import (
    AccountCasePage,
    AccountCasesPage,
    AccountCorrectionPage,
    DataCaseLine,
    DataLine,
    FieldError,
    Notice,
    Side,
)
from idp.web.pages.admin import Badge
from idp.web.render import go, show
from idp.web.selfservice.area import Resident, at_home, bp

CASES: Final = "/me/cases"
MOST_PROPOSED, MOST_REASON, MOST_DOCUMENT = 500, 1000, 120
Errors = tuple[FieldError, ...]


@bp.get("/me/data/<name>/correct")
def correct(name: str) -> Response:
    """Ask what it should be."""
    with at_home() as (db, resident):
        origin = _correctable(resident, name)
        waiting = disputes.undecided(db, resident.citizen.id, name, disputes.CORRECTION)
        if waiting is not None:
            return go(f"{CASES}/{waiting.id}")
        return show(_correction_page(db, resident, name, origin))


@bp.post("/me/data/<name>/correct")
def ask_correction(name: str) -> Response:
    """Pass the request on to the owner of the value; what the citizen says replaces nothing (UU PDP art. 30)."""
    csrf.check()
    with at_home() as (db, resident):
        origin = _correctable(resident, name)
        proposed, reason = _typed("proposed", MOST_PROPOSED), _typed("reason", MOST_REASON)
        now, errors = services().clock(), []
        if not case_words.is_typed_well(name, proposed, now.date()):
            errors.append(FieldError("proposed", _("Isi data yang seharusnya.")))
        if not reason:
            errors.append(FieldError("reason", _("Tulis mengapa data ini salah.")))
        if errors:
            return show(_correction_page(db, resident, name, origin, tuple(errors)), 400)
        try:
            case_id = corrections.ask(
                db,
                resident.data_key,
                citizen_id=resident.citizen.id,
                attribute=name,
                claim=name,
                proposed=proposed,
                reason=reason,
                document=_typed("document", MOST_DOCUMENT),
                now=now,
            ).id
        except DataCaseRefused as refused:
            if refused.reason == "many":
                error = FieldError("", _("Hari ini Anda sudah mengirim banyak permintaan. Coba lagi besok."))
                return show(_correction_page(db, resident, name, origin, (error,)), 429)
            if refused.case_id is None:
                abort(404)
            case_id = refused.case_id
    return go(f"{CASES}/{case_id}")


@bp.get(CASES)
def cases() -> Response:
    """List the citizen's cases."""
    with at_home() as (db, resident):
        found = data_cases.of_citizen(db, resident.citizen.id)
        who = case_words.names(db, [case.owner_id for case in found])
        page = AccountCasesPage(
            citizen_name=resident.name, cases=tuple(_case_line(case, who) for case in found)
        )
    return show(page)


@bp.get(f"{CASES}/<uuid:case_id>")
def one_case(case_id: UUID) -> Response:
    """Show one case of the citizen; anybody else's does not exist."""
    with at_home() as (db, resident):
        return show(_case_page(db, resident, _own(db, resident, case_id)))


@bp.post(f"{CASES}/<uuid:case_id>/withdraw")
def withdraw_case(case_id: UUID) -> Response:
    """Call an own request off."""
    csrf.check()
    with at_home() as (db, resident):
        case = _own(db, resident, case_id)
        if not corrections.withdraw(db, resident.citizen.id, case_id, services().clock()):
            return show(_case_page(db, resident, case, _too_late()), 409)
    return go(f"{CASES}/{case_id}")


@bp.post(f"{CASES}/<uuid:case_id>/say")
def say_of_case(case_id: UUID) -> Response:
    """Keep which side the citizen says is right; the owner answers all the same."""
    csrf.check()
    with at_home() as (db, resident):
        case = _own(db, resident, case_id)
        right = request.form.get("right", "")
        if right != UNSURE and right not in {side.key for side in _sides(db, resident, case)}:
            errors = (FieldError("right", _("Pilih salah satu.")),)
            return show(_case_page(db, resident, case, errors=errors), 400)
        text = _typed("text", MOST_REASON)
        if not corrections.say(db, resident.data_key, resident.citizen.id, case_id, right=right, text=text):
            return show(_case_page(db, resident, case, _too_late()), 409)
        db.refresh(case)
        done = Notice("success", str(_("Terima kasih. Pemilik data membacanya bersama kasus ini.")))
        return show(_case_page(db, resident, case, done))


def _correctable(resident: Resident, name: str) -> Value:
    value = resident.values.get(name)
    if value is None or not corrections.may_be_asked(name, value.source):
        abort(404)
    return value


def _own(db: Session, resident: Resident, case_id: UUID) -> DataCase:
    case = data_cases.own(db, resident.citizen.id, case_id)
    if case is None:
        abort(404)
    return case


def _typed(name: str, most: int) -> str:
    text = request.form.get(name, "").replace("\r\n", "\n")
    kept = "".join(letter for letter in text if letter.isprintable() or letter == "\n")
    return kept.strip()[:most]


def _too_late() -> Notice:
    return Notice("warning", str(_("Kasus ini sudah dijawab; tidak ada yang berubah.")))


def _correction_page(
    db: Session, resident: Resident, name: str, origin: Value, errors: Errors = ()
) -> AccountCorrectionPage:
    owner = case_words.names(db, [origin.source])[origin.source]
    proposed = _typed("proposed", MOST_PROPOSED)
    return AccountCorrectionPage(
        citizen_name=resident.name,
        action=f"/me/data/{name}/correct",
        line=DataLine(
            label=case_words.attribute_label(name),
            value=case_words.written(name, origin.value),
            source=owner,
            verified_on=origin.verified_at.date() if origin.verified_at is not None else None,
            sensitive=is_closed(name),
        ),
        owner=owner,
        input=case_words.input_for(name),
        options=case_words.options_for(name, proposed),
        proposed=proposed,
        reason=_typed("reason", MOST_REASON),
        document=_typed("document", MOST_DOCUMENT),
        errors=errors,
    )


def _case_line(case: DataCase, who: Mapping[str, str]) -> DataCaseLine:
    late = data_cases.is_late(case, services().clock())
    return DataCaseLine(
        number=case.number,
        href=f"{CASES}/{case.id}",
        kind=case_words.kind_label(case.kind),
        attribute=case_words.attribute_label(case.attribute),
        owner=who[case.owner_id],
        state=case_words.state_badge(case, late),
        opened_at=case.opened_at,
        due_at=case.due_at,
        decided_at=case.decided_at,
        late=late and case.decided_at is None,
    )


def _sides(db: Session, resident: Resident, case: DataCase) -> tuple[Side, ...]:
    observed = disputes.observations(db, resident.citizen.id, case.attribute) if case.kind == CONFLICT else ()
    who = case_words.names(db, [case.owner_id, *(row.source for row in observed)])
    closed = is_closed(case.attribute)
    verdicts = {"right": Badge(_("Benar"), "good"), "wrong": Badge(_("Keliru"), "bad")}
    sides = []
    held = resident.values.get(case.attribute)
    if held is not None:
        shown = case_words.written(case.attribute, held.value)
        since = held.verified_at.date() if held.verified_at is not None else None
        sides.append(Side(case.owner_id, who[case.owner_id], shown, since, owner=True, sensitive=closed))
    for row in observed:
        value = case_words.written(case.attribute, disputes.opened(resident.data_key, row))
        since = row.verified_at.date() if row.verified_at is not None else None
        verdict = verdicts.get(row.verdict or "") if row.case_number == case.number else None
        sides.append(Side(row.source, who[row.source], value, since, sensitive=closed, verdict=verdict))
    return tuple(sides)


def _case_page(
    db: Session, resident: Resident, case: DataCase, notice: Notice | None = None, errors: Errors = ()
) -> AccountCasePage:
    words = data_cases.words(resident.data_key, case)
    line = _case_line(case, case_words.names(db, [case.owner_id]))
    stage = "disputed" if case.kind == CONFLICT else "asked"
    claim, proposed = str(words.proposed.get("claim", "")), words.proposed.get("value", "")
    where = f"{CASES}/{case.id}"
    return AccountCasePage(
        citizen_name=resident.name,
        case=line,
        story=case.outcome or ("late" if line.late else stage),
        sides=_sides(db, resident, case),
        proposed=case_words.written(claim, proposed),
        said=str(words.said.get("text", "")),
        document=words.document,
        answer=words.answer if case.decided_at is not None else "",
        right=str(words.said.get("right", "")),
        withdraw_action=f"{where}/withdraw" if case.kind != CONFLICT and case.decided_at is None else "",
        say_action=f"{where}/say" if case.kind == CONFLICT and case.decided_at is None else "",
        notice=notice,
        errors=errors,
    )
