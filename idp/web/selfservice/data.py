"""Everything we hold about a citizen, with its source (UU PDP art. 32)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import Response, abort, request
from flask_babel import gettext as _

from idp.domain.cases import corrections, data_cases
from idp.domain.citizens.profile import Value
from idp.domain.exchange import disputes, self_stated
from idp.domain.exchange.changes import tell_changed
from idp.domain.exchange.disputes import CONFLICT
from idp.domain.store.database import Session
from idp.protocol.oidc.catalogue import CLAIMS
from idp.protocol.oidc.display import readable
from idp.web import case_words, csrf, locale
from idp.web.claim_lines import is_closed, source_label
from idp.web.context import services
from idp.web.pages import AccountDataPage, DataGroup, DataLine
from idp.web.render import go, show
from idp.web.selfservice import rechecking
from idp.web.selfservice.area import Resident, at_home, bp
from idp.web.selfservice.corrections import CASES
from idp.web.selfservice.telling import notice
from idp.web.use_lines import field_address

CHANGED_AT: Final = {"email": "/me/contacts", "phone_number": "/me/contacts", "locale": "/me/language"}
"""What a citizen changes directly."""


@bp.get("/me/data")
def data() -> Response:
    """Show each value, who vouches for it and since when."""
    with at_home() as (db, resident):
        page = AccountDataPage(
            citizen_name=resident.name,
            groups=_groups(resident.values, _disputed(db, resident)),
            notice=notice(request.args.get("done")) or rechecking.notice(request.args.get("recheck")),
            recheck_action=rechecking.action(resident),
        )
    return show(page)


@bp.post("/me/data/remove")
def remove_stated() -> Response:
    """Take back what the citizen said at a service; what somebody vouches for stays."""
    csrf.check()
    with at_home() as (db, resident):
        name = request.form.get("claim", "")
        now = services().clock()
        if not self_stated.remove(db, resident.citizen.id, name, now):
            abort(404)
        tell_changed(db, services().tree.vault.system("pii"), resident.citizen.id, now)
    return go("/me/data?done=data_removed")


@dataclass(frozen=True, slots=True)
class _Dispute:
    """The case about an attribute that waits, and what other sources hold if it is a conflict."""

    number: str
    href: str
    others: tuple[tuple[str, Any], ...] = ()


def _disputed(db: Session, resident: Resident) -> Mapping[str, _Dispute]:
    waiting = data_cases.undecided_of(db, resident.citizen.id)
    found: dict[str, _Dispute] = {}
    for case in sorted(waiting, key=lambda case: case.kind == CONFLICT):
        others: tuple[tuple[str, Any], ...] = ()
        if case.kind == CONFLICT:
            rows = disputes.observations(db, resident.citizen.id, case.attribute)
            who = case_words.names(db, [row.source for row in rows])
            others = tuple((who[row.source], disputes.opened(resident.data_key, row)) for row in rows)
        found[case.attribute] = _Dispute(case.number, f"{CASES}/{case.id}", others)
    return found


def _groups(values: Mapping[str, Value], disputed: Mapping[str, _Dispute]) -> tuple[DataGroup, ...]:
    titles = {
        "identity": _("Identitas"),
        "contact": _("Kontak"),
        "address": _("Alamat"),
        "family": _("Keluarga"),
        "work": _("Pekerjaan"),
        "other": _("Lainnya"),
    }
    lines: dict[str, list[DataLine]] = {name: [] for name in titles}
    for name, value, origin in _members(values):
        lines[_group(name)].append(_line(name, value, origin, disputed.get(name)))
    return tuple(DataGroup(titles[name], tuple(found)) for name, found in lines.items() if found)


def _members(values: Mapping[str, Value]) -> Iterator[tuple[str, Any, Value]]:
    """Go through the values in the order of the catalogue; what it does not know comes last."""
    flat = {name: (value.value, value) for name, value in values.items()}
    order = {name: number for number, name in enumerate(CLAIMS)}
    for name in sorted(flat, key=lambda name: order.get(name, len(order))):
        value, origin = flat[name]
        yield name, value, origin


def _line(name: str, value: Any, origin: Value, dispute: _Dispute | None) -> DataLine:
    language = locale.language()
    asked = dispute is None and corrections.may_be_asked(name, origin.source)
    held = dispute.others if dispute is not None else ()
    return DataLine(
        name=name,
        others=tuple(
            DataLine(source, readable(name, other, language), source, sensitive=is_closed(name))
            for source, other in held
        ),
        case_number=dispute.number if dispute is not None else "",
        case_url=dispute.href if dispute is not None else "",
        wrong_url=f"/me/data/{name}/correct" if asked else "",
        change_url=CHANGED_AT.get(name, ""),
        label=CLAIMS[name].label(language) if name in CLAIMS else name,
        value=readable(name, value, language),
        source=source_label(origin.source, language),
        verified_on=origin.verified_at.date() if origin.verified_at is not None else None,
        sensitive=is_closed(name),
        uses_url=field_address(name),
        removable=name if origin.source == self_stated.SOURCE and name in self_stated.STATABLE else "",
    )


def _group(name: str) -> str:
    scope = CLAIMS[name].scope if name in CLAIMS else ""
    return {
        "profile": "identity",
        "birth": "identity",
        "gender": "identity",
        "nationality": "identity",
        "titles": "identity",
        "nik": "identity",
        "email": "contact",
        "phone": "contact",
        "address": "address",
        "address:region": "address",
        "family": "family",
        "asn": "work",
    }.get(scope, "other")
