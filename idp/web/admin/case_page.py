"""A case about data as an officer who has said why sees it: both sides, the citizen's words, what may be answered."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import gettext as _

from idp.domain.cases import data_cases, data_desk
from idp.domain.cases.data_cases import ANSWERED, OPEN, Words
from idp.domain.citizens import profile
from idp.domain.citizens.models import Citizen
from idp.domain.exchange import disputes
from idp.domain.exchange.dispute_models import DataCase, Observation
from idp.domain.exchange.disputes import CONFLICT, POPULATION
from idp.domain.exchange.models import Publisher
from idp.domain.sessions.operators import Role
from idp.protocol.oidc.subject import subject
from idp.web import case_words
from idp.web.admin import case_fields
from idp.web.admin.desk import DATA_CASES, Desk
from idp.web.context import services
from idp.web.pages import FieldError, Side
from idp.web.pages.admin import Option
from idp.web.pages.admin_cases import AdminOpenCasePage, DeskCaseLine
from keys import DataKey


def opened_page(
    at: Desk,
    row: DataCase,
    data_key: DataKey,
    line: DeskCaseLine,
    opened: str,
    errors: tuple[FieldError, ...] = (),
) -> AdminOpenCasePage:
    """Show everything in a case, and the answers this officer may give; `opened` proves that they have opened it."""
    words = data_cases.words(data_key, row)
    held = data_desk.current(at.db, row)
    value = disputes.opened(data_key, held) if held is not None else None
    observed = (
        list(disputes.observations(at.db, row.citizen_id, row.attribute)) if row.kind == CONFLICT else []
    )
    mine = at.may_change and row.owner_id == (POPULATION if at.role is Role.SUPER else at.agency_id)
    claim = str(words.proposed.get("claim", ""))
    name, number = _person(at, row, data_key)
    answers = _answers(row, editable=held is not None) if mine and row.state == OPEN else ()
    return AdminOpenCasePage(
        **at.frame(),
        action=f"{DATA_CASES}/{row.id}",
        hidden=(("opened", opened),),
        case=line,
        person=name,
        subject=number,
        sides=_sides(at, row, data_key, value, observed),
        proposed=case_words.written(claim, words.proposed.get("value", "")),
        said=str(words.said.get("text", "")),
        right=_right(at, words),
        document=words.document,
        answers=answers,
        fields=case_fields.fields(row.attribute, value, _wanted(row, words, data_key, observed), request.form)
        if answers
        else (),
        text=request.form.get("text", "") or words.answer,
        new_value=case_words.written(row.attribute, words.new_value) if words.new_value is not None else "",
        may_confirm=mine and row.state == ANSWERED and row.answered_by != at.actor,
        own=row.answered_by == at.actor,
        errors=errors,
    )


def _answers(row: DataCase, *, editable: bool) -> tuple[Option, ...]:
    chosen = request.form.get("answer", "")
    words = {"keep": _("Data kami sudah benar")}
    if editable and row.attribute not in data_desk.IDENTIFIERS:
        words["correct"] = _("Data kami dibetulkan menjadi isi di bawah ini")
    if row.kind != CONFLICT:
        words["reject"] = _("Permintaan ini tidak dapat kami kabulkan")
    return tuple(Option(name, str(label), name == chosen) for name, label in words.items())


def _sides(
    at: Desk, row: DataCase, data_key: DataKey, value: Any, observed: list[Observation]
) -> tuple[Side, ...]:
    who = case_words.names(at.db, [row.owner_id, *(each.source for each in observed)])
    shown = case_words.written(row.attribute, value) if value is not None else ""
    sides = [Side(row.owner_id, who[row.owner_id], shown, owner=True)]
    for each in observed:
        held = case_words.written(row.attribute, disputes.opened(data_key, each))
        since = each.verified_at.date() if each.verified_at is not None else None
        sides.append(Side(each.source, who[each.source], held, since))
    return tuple(sides)


def _wanted(row: DataCase, words: Words, data_key: DataKey, observed: list[Observation]) -> Any:
    """Return what somebody says it should be: the citizen, or the only other source."""
    if words.proposed:
        claim, value = words.proposed.get("claim"), words.proposed.get("value")
        return value if claim == row.attribute else {str(claim): value}
    return disputes.opened(data_key, observed[0]) if len(observed) == 1 else None


def _right(at: Desk, words: Words) -> str:
    key = str(words.said.get("right", ""))
    if key == "unsure":
        return str(_("Warga tidak tahu, atau keduanya salah"))
    return case_words.names(at.db, [key]).get(key, "")


def _person(at: Desk, row: DataCase, data_key: DataKey) -> tuple[str, str]:
    """Return a citizen's name and what their agency knows them by: the NIK where law lets it, else its own subject."""
    known = profile.read(at.db, data_key, row.citizen_id)
    name = str(known["name"].value) if "name" in known else ""
    publisher = at.db.get(Publisher, row.owner_id)
    if at.agency_id is not None and publisher is not None and publisher.subject != "nik":
        client = services().clients.get(publisher.client_id)
        citizen = at.db.get_one(Citizen, row.citizen_id)
        return name, subject(citizen.account_id, client, services().tree.sector_salt) if client else ""
    if row.owner_id == POPULATION or publisher is not None:
        return name, str(known["nik"].value) if "nik" in known else ""
    return name, ""
