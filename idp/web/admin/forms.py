"""The forms a client declares, with their lint, and waivers for what they still ask (features F9, F21)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from idp.domain.inventory import declared, waivers
from idp.domain.inventory.forms import BadForm
from idp.domain.inventory.lint import Finding, Result, Verdict, asks_again, concept_name
from idp.domain.inventory.models import Waiver
from idp.domain.inventory.reading import read
from idp.domain.registry import listing, search
from idp.domain.registry.changes import NotAllowed
from idp.domain.registry.models import ClientRegistration
from idp.domain.sessions import operators
from idp.domain.sessions.operators import Role
from idp.web import csrf, figures, locale
from idp.web.admin import lint_words, words
from idp.web.admin.desk import HOME, Desk, Refused, desk, localised, not_found
from idp.web.pages import FieldError, Notice
from idp.web.pages.admin import Badge
from idp.web.pages.admin_inventory import AdminFormsPage, AdminWaiversPage, FormLint, LintLine, WaiverLine
from idp.web.render import go, show

bp = Blueprint("forms", __name__)

WAIVERS = "/admin/waivers"
MOST_NAME = 120


@bp.get("/clients/<client_id>/forms")
def forms(client_id: str) -> Response:
    """Show what a client's forms ask although the state knows it."""
    with desk() as at:
        page = _page(at, at.client(client_id, "forms"), notice=_done(request.args.get("done", "")))
    return show(page)


@bp.post("/clients/<client_id>/forms")
def declare(client_id: str) -> Response:
    """Keep the forms of a file as those the client shows, or forget one."""
    csrf.check()
    file, name = request.files.get("file"), request.form.get("form", "")[:MOST_NAME]
    with desk(changing="forms") as at:
        row = at.client(client_id, "forms")
        try:
            if name:
                declared.withdraw(at.db, row.id, name, by=at.actor, now=at.now)
            else:
                content = file.stream.read() if file is not None else b""
                for form in read(content, "form"):
                    declared.declare(at.db, row.id, form, by=at.actor, now=at.now)
        except BadForm as error:
            at.db.rollback()
            said = _("Berkas ini bukan formulir yang dapat dibaca: %(why)s", why=str(error))
            return show(_page(at, at.client(client_id, "forms"), errors=(FieldError("file", said),)), 400)
        except NotAllowed as error:
            at.db.rollback()
            errors = (FieldError("", lint_words.not_allowed(error)),)
            return show(_page(at, at.client(client_id, "forms"), errors=errors), 409)
    return go(f"{HOME}/{client_id}/forms?done={'withdrawn' if name else 'declared'}")


@bp.post("/clients/<client_id>/waivers")
def ask(client_id: str) -> Response:
    """Ask for leave to ask one attribute in one form until a day; somebody else approves."""
    csrf.check()
    typed = {
        name: request.form.get(name, "").strip()[:1000]
        for name in ("form", "attribute", "reason", "starts", "ends")
    }
    with desk(changing="waiver") as at:
        row = at.client(client_id, "waiver")
        try:
            wish = waivers.Wish(
                agency_id=row.agency_id,
                client_id=row.id,
                form=typed["form"],
                attribute=typed["attribute"],
                reason=typed["reason"],
                starts_on=date.fromisoformat(typed["starts"]) if typed["starts"] else at.now.date(),
                ends_on=date.fromisoformat(typed["ends"]),
            )
            waivers.ask(at.db, wish, by=at.actor, now=at.now)
        except (ValueError, NotAllowed) as error:
            field, said = lint_words.wrong_wish(error)
            page = _page(at, row, errors=(FieldError(field, said),), typed=typed)
            return show(page, 400)
    return go(f"{HOME}/{client_id}/forms?done=asked")


@bp.get("/waivers")
def waiver_list() -> Response:
    """List the waivers of this operator's agency, of all to a national one."""
    with desk() as at:
        page = _waivers_page(at, notice=_done(request.args.get("done", "")))
    return show(page)


@bp.post("/waivers/<uuid:waiver_id>")
def decide(waiver_id: UUID) -> Response:
    """Approve a waiver, or end it; only national administrators approve, and never their own."""
    csrf.check()
    decision = request.form.get("decision", "")
    with desk(changing="waiver") as at:
        try:
            row = waivers.find(at.db, waiver_id)
        except NotAllowed as error:
            raise Refused(not_found()) from error
        if at.agency_id is not None and row.agency_id != at.agency_id:
            at.refuse("waiver", 404)
        try:
            if decision == "approve":
                at.require_super("waiver")
                waivers.approve(at.db, waiver_id, by=at.actor, now=at.now)
            elif decision == "end":
                waivers.end(at.db, waiver_id, by=at.actor, now=at.now)
            else:
                return show(_waivers_page(at, errors=(FieldError("", _("Pilih setuju atau akhiri.")),)), 400)
        except NotAllowed as error:
            status = 403 if error.reason == "same_person" else 409
            return show(_waivers_page(at, errors=(FieldError("", lint_words.not_allowed(error)),)), status)
    return go(f"{WAIVERS}?done={decision}")


def _page(
    at: Desk,
    row: ClientRegistration,
    *,
    notice: Notice | None = None,
    errors: tuple[FieldError, ...] = (),
    typed: dict[str, str] | None = None,
) -> AdminFormsPage:
    kept = typed or {}
    when = {each.name: each.declared_at for each in declared.declared(at.db, row.id)}
    today = at.now.date()
    return AdminFormsPage(
        **at.frame(),
        notice=notice,
        errors=errors,
        name=listing.name_of(row, locale.language()),
        client_id=row.id,
        client_url=f"{HOME}/{row.id}",
        action=f"{HOME}/{row.id}/forms",
        production=row.environment == "production",
        forms=tuple(
            FormLint(
                name=each.form.name,
                title=each.form.title,
                state=Badge(_("Meminta yang sudah diketahui"), "bad")
                if each.red
                else Badge(_("Bersih"), "good"),
                asked=len(each.asked),
                lines=tuple(
                    _line(finding) for finding in each.findings if finding.verdict is not Verdict.NEW
                ),
                new=sum(finding.verdict is Verdict.NEW for finding in each.findings),
                declared_at=when[each.form.name],
                waivable=words.options(_waivable(each), kept.get("attribute", "")),
            )
            for each in declared.results(at.db, row, at.now)
        ),
        waivers=_waiver_lines(at, waivers.every(at.db, client_id=row.id)),
        reason=kept.get("reason", ""),
        starts=kept.get("starts", today.isoformat()),
        ends=kept.get("ends", ""),
        longest=waivers.last_day(today).isoformat(),
    )


def _waivable(result: Result) -> dict[str, str]:
    """Return what a form may need leave for: what it asks, and what it has had leave for until now."""
    language = locale.language()
    roots = {
        each.concept if each.concept.startswith("held:") else each.concept.partition(".")[0]
        for each in result.findings
        if each.verdict in (Verdict.ASKED, Verdict.WAIVED) and asks_again(each.concept)
    }
    return {root: concept_name(root, language) for root in sorted(roots)}


def _line(finding: Finding) -> LintLine:
    language = locale.language()
    return LintLine(
        name=finding.field.name,
        label=finding.field.label or finding.field.name,
        verdict=lint_words.verdict(finding.verdict),
        asks=figures.label_of(finding.concept, language),
        confidence=f"{finding.confidence:.0%}",
        owner=figures.holder(finding.concept, language),
        because=lint_words.because(finding.matches[0]),
        advice=lint_words.advice(finding),
        attribute=finding.concept,
    )


def _waivers_page(
    at: Desk, *, notice: Notice | None = None, errors: tuple[FieldError, ...] = ()
) -> AdminWaiversPage:
    return AdminWaiversPage(
        **at.frame(),
        notice=notice,
        errors=errors,
        waivers=_waiver_lines(at, waivers.every(at.db, agency_id=at.agency_id)),
        action=WAIVERS,
    )


def _waiver_lines(at: Desk, rows: Sequence[Waiver]) -> tuple[WaiverLine, ...]:
    today, language = at.now.date(), locale.language()
    names = operators.names(at.db, [by for row in rows for by in (row.asked_by, row.approved_by) if by])
    owners = search.agencies(at.db, (row.agency_id for row in rows))
    return tuple(
        WaiverLine(
            id=str(row.id),
            client_id=row.client_id or "",
            form=row.form,
            attribute=concept_name(row.attribute, language),
            reason=row.reason,
            agency=localised(owners[row.agency_id].name_id, owners[row.agency_id].name_en),
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            state=lint_words.waiver_state(waivers.state_of(row, today)),
            asked_by=names.get(row.asked_by, row.asked_by),
            approved_by=names.get(row.approved_by, row.approved_by) if row.approved_by else "",
            may_approve=at.role is Role.SUPER
            and row.asked_by != at.actor
            and waivers.state_of(row, today) == waivers.ASKED,
            may_end=at.may_change and row.ended_at is None,
        )
        for row in rows
    )


def _done(what: str) -> Notice | None:
    return {
        "declared": Notice("success", _("Formulir tercatat dan sudah diperiksa.")),
        "withdrawn": Notice("success", _("Formulir ini tidak lagi tercatat.")),
        "asked": Notice("info", _("Dispensasi diminta."), _("Berlaku setelah disetujui orang kedua.")),
        "approve": Notice("success", _("Dispensasi disetujui.")),
        "end": Notice("success", _("Dispensasi diakhiri.")),
    }.get(what)
