"""What reaches production: changes that wait, decided by somebody other than their author (features K2)."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from idp.domain.audit.events import AccessRefused
from idp.domain.audit.record import record
from idp.domain.inventory import declared
from idp.domain.inventory.lint import Result, concept_name
from idp.domain.registry import listing, registrations, search
from idp.domain.registry.changes import ACTIVATE, AMEND, NotAllowed
from idp.domain.registry.search import Waiting
from idp.domain.registry.violations import BadMetadata, BadRedirectUri
from idp.domain.sessions import operators
from idp.domain.sessions.operators import Role
from idp.web import csrf, locale
from idp.web.admin import facts, refusals, words
from idp.web.admin.desk import HOME, Desk, Refused, desk, localised, not_found, policy
from idp.web.pages import FieldError, Notice
from idp.web.pages.admin import AdminApprovalPage, AdminApprovalsPage, ChangeLine, Difference
from idp.web.render import go, show

bp = Blueprint("approvals", __name__)

APPROVALS = "/admin/approvals"


@bp.get("/approvals")
def approvals() -> Response:
    """List what waits, the oldest first."""
    with desk() as at:
        found = search.waiting(at.db, at.agency_id)
        names = operators.names(at.db, (each.change.proposed_by for each in found))
        owners = search.agencies(at.db, (each.client.agency_id for each in found))
        page = AdminApprovalsPage(
            **at.frame(),
            notice=_decided(request.args.get("done", "")),
            changes=tuple(
                ChangeLine(
                    href=f"{APPROVALS}/{each.change.id}",
                    client_id=each.client.id,
                    name=listing.name_of(each.client, locale.language()),
                    agency=localised(
                        owners[each.client.agency_id].name_id, owners[each.client.agency_id].name_en
                    ),
                    kind=words.change_kinds()[each.change.kind],
                    proposed_by=names.get(each.change.proposed_by, each.change.proposed_by),
                    proposed_at=each.change.proposed_at,
                    own=each.change.proposed_by == at.actor,
                )
                for each in found
            ),
        )
    return show(page)


@bp.get("/approvals/<uuid:change_id>")
def approval(change_id: UUID) -> Response:
    """Show a change: old and new side by side."""
    with desk() as at:
        page = _page(at, _in_reach(at, change_id))
    return show(page)


@bp.post("/approvals/<uuid:change_id>")
def decide(change_id: UUID) -> Response:
    """Approve or refuse; the author cannot, and only national administrators decide (ASVS 2.3.5)."""
    csrf.check()
    decision = request.form.get("decision", "")
    with desk(changing="decide") as at:
        each = _in_reach(at, change_id)
        at.require_super("decide")
        errors: tuple[FieldError, ...]
        try:
            if decision == "approve":
                asking = declared.stopped(at.db, each.change, each.client, by=at.actor, now=at.now)
                if asking:
                    return show(_page(at, each, _asks_known(asking)), 409)
                registrations.approve(at.db, change_id, by=at.actor, now=at.now, policy=policy())
            elif decision == "refuse":
                registrations.refuse(at.db, change_id, by=at.actor, now=at.now)
            else:
                return show(_page(at, each, (FieldError("", _("Pilih setuju atau tolak.")),)), 400)
        except NotAllowed as error:
            own = error.reason == "same_person"
            if own:
                event = AccessRefused(actor=at.actor, client_id=each.client.id, what="decide_own_change")
                record(at.db, event, at.now)
            errors = (FieldError("", refusals.not_allowed(error)),)
            return show(_page(at, _in_reach(at, change_id), errors), 403 if own else 409)
        except (BadMetadata, BadRedirectUri) as error:
            return show(_page(at, each, refusals.field_errors(error.violations, {}, linked=False)), 409)
    return go(f"{APPROVALS}?done={decision}")


def _asks_known(found: tuple[Result, ...]) -> tuple[FieldError, ...]:
    """Name each form and what it still asks although the state knows it (features F9)."""
    return tuple(
        FieldError(
            "",
            _(
                "Formulir %(form)s meminta yang sudah diketahui negara, tanpa dispensasi: %(what)s.",
                form=each.form.title or each.form.name,
                what=", ".join(concept_name(one.concept, locale.language()) for one in each.asked),
            ),
        )
        for each in found
    )


def _decided(done: str) -> Notice | None:
    return {
        "approve": Notice("success", _("Disetujui dan berlaku.")),
        "refuse": Notice("info", _("Ditolak. Tidak ada yang berubah.")),
    }.get(done)


def _page(at: Desk, each: Waiting, errors: tuple[FieldError, ...] = ()) -> AdminApprovalPage:
    change, client = each.change, each.client
    standing = registrations.full_metadata(client)
    first_time = change.kind == ACTIVATE
    owner = search.agencies(at.db, [client.agency_id])[client.agency_id]
    names = operators.names(at.db, (change.proposed_by, change.decided_by))
    own, stale = change.proposed_by == at.actor, change.base_revision != client.revision
    may_decide = at.role is Role.SUPER and change.decision is None and not own
    differences: tuple[Difference, ...] = ()
    if change.kind == AMEND and change.proposal is not None and change.decision != "approved":
        differences = facts.differences(standing, change.proposal)
    elif first_time:
        differences = facts.differences({}, standing)
    return AdminApprovalPage(
        **at.frame(),
        notice=_why_not(at, own=own, stale=stale) if change.decision is None else None,
        errors=errors,
        action=f"{APPROVALS}/{change.id}",
        client_id=client.id,
        name=listing.name_of(client, locale.language()),
        owner=localised(owner.name_id, owner.name_en),
        client_url=f"{HOME}/{client.id}",
        kind=words.change_kinds()[change.kind],
        proposed_by=names.get(change.proposed_by, change.proposed_by),
        proposed_at=change.proposed_at,
        reason=change.reason,
        differences=differences,
        first_time=first_time,
        decision=words.decisions().get(change.decision or "", ""),
        decided_by=names.get(change.decided_by or "", change.decided_by or ""),
        decided_at=change.decided_at,
        may_approve=may_decide and not stale,
        may_refuse=may_decide,
    )


def _why_not(at: Desk, *, own: bool, stale: bool) -> Notice | None:
    if own:
        return Notice("info", _("Anda yang mengusulkan ini"), _("Orang lain yang harus memutuskannya."))
    if at.role is not Role.SUPER:
        return Notice("info", _("Menunggu administrator nasional"))
    if stale:
        return Notice(
            "warning",
            _("Pendaftaran klien ini sudah berubah sejak diusulkan"),
            _("Usulan ini hanya dapat ditolak; mintalah usulan baru."),
        )
    return None


def _in_reach(at: Desk, change_id: UUID) -> Waiting:
    each = search.change(at.db, change_id)
    if each is None:
        raise Refused(not_found())
    if at.agency_id is not None and each.client.agency_id != at.agency_id:
        at.refuse("approval", 404, client_id=each.client.id)
    return each
