"""Forms that clients declare, the gate in front of production, and waivers that ran out (features F9, F21)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from idp.domain.audit.inventory_events import FormDeclared, FormWithdrawn, GoLiveRefused
from idp.domain.audit.record import record
from idp.domain.inventory.forms import Form, as_object
from idp.domain.inventory.lint import Result, lint
from idp.domain.inventory.models import DeclaredForm, Waiver
from idp.domain.inventory.reading_json import form_of
from idp.domain.inventory.waivers import leaves
from idp.domain.registry.changes import ACTIVATE, RESUME, NotAllowed
from idp.domain.registry.models import Agency, ClientChange, ClientRegistration
from idp.domain.store.database import Session
from idp.protocol.oauth.client import Environment

MOST_FORMS = 50


@dataclass(frozen=True, slots=True)
class ExpiredWaiver:
    """A waiver whose day has passed while the form still asks, with the names a board shows."""

    waiver: Waiver
    agency: Agency

    @property
    def since(self) -> date:
        """The last day it held."""
        return self.waiver.ends_on


def declare(db: Session, client_id: str, form: Form, *, by: str, now: datetime) -> Result:
    """Keep a form as one that a client shows; an earlier one of the same name is replaced. Returns its lint.

    Raises:
        NotAllowed: `unknown_client`, `retired` or `forms` when there are too many.
    """
    client = db.get(ClientRegistration, client_id, with_for_update=True)
    if client is None:
        raise NotAllowed("unknown_client", f"there is no client {client_id}")
    if client.status == "retired":
        raise NotAllowed("retired", "a retired client shows no forms")
    row, body = db.get(DeclaredForm, (client_id, form.name)), as_object(form)
    result = lint(form, leaves(db, client_id=client_id, agency_id=client.agency_id), now.date())
    if row is not None and row.form == body:
        return result
    if row is None:
        if len(declared(db, client_id)) >= MOST_FORMS:
            raise NotAllowed("forms", f"a client declares at most {MOST_FORMS} forms")
        row = DeclaredForm(client_id=client_id, name=form.name)
        db.add(row)
    row.form, row.declared_by, row.declared_at = body, by, now
    event = FormDeclared(
        actor=by,
        client_id=client_id,
        form=form.name,
        fields=len(form.fields),
        asks_known=len(result.asked),
    )
    record(db, event, now)
    db.flush()
    return result


def withdraw(db: Session, client_id: str, name: str, *, by: str, now: datetime) -> None:
    """Forget a form that is shown no more.

    Raises:
        NotAllowed: `unknown_form`.
    """
    row = db.get(DeclaredForm, (client_id, name))
    if row is None:
        raise NotAllowed("unknown_form", f"client {client_id} declares no form {name}")
    db.delete(row)
    record(db, FormWithdrawn(actor=by, client_id=client_id, form=name), now)


def declared(db: Session, client_id: str) -> Sequence[DeclaredForm]:
    """Return the forms a client declares, by name."""
    return db.scalars(
        select(DeclaredForm).where(DeclaredForm.client_id == client_id).order_by(DeclaredForm.name)
    ).all()


def results(db: Session, client: ClientRegistration, now: datetime) -> tuple[Result, ...]:
    """Lint every form a client declares, as of today."""
    given = leaves(db, client_id=client.id, agency_id=client.agency_id)
    return tuple(lint(form_of(row.form), given, now.date()) for row in declared(db, client.id))


def in_the_way(
    db: Session, change: ClientChange, client: ClientRegistration, now: datetime
) -> tuple[Result, ...]:
    """Return the forms that keep a change from being approved: those of a production client that starts or resumes.

    Other changes pass: a new key or a narrower scope must never wait for a form.
    """
    if client.environment != Environment.PRODUCTION or change.kind not in (ACTIVATE, RESUME):
        return ()
    return tuple(each for each in results(db, client, now) if each.red)


def stopped(
    db: Session, change: ClientChange, client: ClientRegistration, *, by: str, now: datetime
) -> tuple[Result, ...]:
    """Tell which forms keep a change from being approved now, and put the refusal on record (features F9).

    The client is locked until the transaction ends, so that no form is declared in between.
    """
    db.get(ClientRegistration, client.id, with_for_update=True)
    found = in_the_way(db, change, client, now)
    if found:
        names = tuple(each.form.name for each in found)
        record(db, GoLiveRefused(actor=by, client_id=client.id, forms=names), now)
    return found


def why(found: Sequence[Result]) -> NotAllowed:
    """Return the refusal in words: each form and what it asks."""
    names = "; ".join(f"{each.form.name}: {', '.join(f.concept for f in each.asked)}" for each in found)
    return NotAllowed("asks_known", f"declared forms ask for what the state already holds ({names})")


def expired_waivers(db: Session, now: datetime) -> Sequence[ExpiredWaiver]:
    """Return the waivers whose day has passed while the form still asks, the oldest first.

    One drops out when it is ended, when a newer one is in force, or when the declared form asks no more.
    """
    today = now.date()
    rows = db.execute(
        select(Waiver, Agency)
        .join(Agency, Agency.id == Waiver.agency_id)
        .where(Waiver.approved_at.is_not(None), Waiver.ended_at.is_(None), Waiver.ends_on < today)
        .order_by(Waiver.ends_on, Waiver.id)
    ).all()
    newest: dict[tuple[str, str | None, str, str], ExpiredWaiver] = {}
    for waiver, agency in rows:
        newest[waiver.agency_id, waiver.client_id, waiver.form, waiver.attribute] = ExpiredWaiver(
            waiver, agency
        )
    return [each for each in newest.values() if _still_asked(db, each.waiver, today)]


def _still_asked(db: Session, waiver: Waiver, today: date) -> bool:
    given = leaves(db, client_id=waiver.client_id, agency_id=waiver.agency_id)
    if any(
        leave.form == waiver.form and leave.attribute == waiver.attribute and leave.in_force(today)
        for leave in given
    ):
        return False
    row = db.get(DeclaredForm, (waiver.client_id, waiver.form)) if waiver.client_id is not None else None
    if row is None:
        return True
    roots = {each.concept.partition(".")[0] for each in lint(form_of(row.form), given, today).asked}
    return waiver.attribute.partition(".")[0] in roots
