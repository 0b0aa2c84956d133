"""Pages and the persona API that exist in a sandbox only (contract section 7); production registers none of them."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, abort, jsonify
from flask_babel import gettext as _

from idp.domain.authenticators import totp
from idp.domain.messages import letters
from idp.domain.messages.channels import Channel
from idp.domain.messages.letters import Kept
from idp.domain.registry import listing
from idp.sandbox.personas import OPERATORS, find, personas
from idp.web import locale
from idp.web.context import services, unit_of_work
from idp.web.frontchannel.codes import channel_name
from idp.web.pages import (
    AddressLine,
    OutboxLine,
    OutboxMessagePage,
    OutboxPage,
    PersonaLine,
    SandboxStartPage,
)
from idp.web.render import show

bp = Blueprint("sandbox", __name__)

OUTBOX = "/sandbox/outbox"
MOST_AGENCIES = 25


@bp.get("/")
def start() -> Response:
    """Show where everything is and who can sign in."""
    issuer = services().settings.issuer
    people = [PersonaLine(p.name, p.identifier, p.password, p.totp_secret, p.special) for p in personas()]
    staff = [
        PersonaLine(o.name, o.identifier, o.password, o.totp_secret, _("administrator")) for o in OPERATORS
    ]
    page = SandboxStartPage(
        addresses=(
            *_agencies(),
            AddressLine(_("Akun saya"), "/me", _("Data, layanan, perangkat, dan riwayat")),
            AddressLine(_("Konsol administrator"), "/admin", _("Pendaftaran layanan dan catatan audit")),
            AddressLine(_("Papan jalan tol"), "/board", _("Berapa isian yang tidak perlu diketik lagi")),
            AddressLine(_("Kotak keluar"), OUTBOX, _("Surat yang tidak jadi dikirim")),
            AddressLine("Discovery", f"{issuer}/.well-known/openid-configuration", "OpenID Connect"),
        ),
        personas=(*people, *staff),
        outbox_url=OUTBOX,
    )
    return show(page)


def _agencies() -> tuple[AddressLine, ...]:
    """List the home pages of the agencies that are registered here."""
    with unit_of_work() as db:
        rows = listing.page(db, size=MOST_AGENCIES, status="approved", environment="sandbox").rows
        homes = [
            (listing.name_of(row, locale.language()), row.client_metadata.get("client_uri")) for row in rows
        ]
    note = _("Layanan contoh: masuk dengan Gerbang")
    return tuple(AddressLine(name, home, note) for name, home in homes if home)


@bp.get(OUTBOX)
def outbox() -> Response:
    """List the messages kept here instead of being sent."""
    with unit_of_work() as db:
        kept = letters.latest(db, services().tree.vault.system("pii"))
    lines = tuple(
        OutboxLine(
            f"{OUTBOX}/{k.id}",
            k.letter.to,
            _title(k),
            k.delivered_at,
            channel="" if k.channel == Channel.EMAIL else channel_name(Channel(k.channel)),
        )
        for k in kept
    )
    return show(OutboxPage(messages=lines))


@bp.get(f"{OUTBOX}/<uuid:letter_id>")
def message(letter_id: UUID) -> Response:
    """Show one message as plain text."""
    with unit_of_work() as db:
        kept = letters.one(db, services().tree.vault.system("pii"), letter_id)
    if kept is None:
        abort(404)
    return show(
        OutboxMessagePage(
            recipient=kept.letter.to,
            subject=_title(kept),
            at=kept.delivered_at,
            text=kept.letter.text,
            outbox_url=OUTBOX,
        )
    )


def _title(kept: Kept) -> str:
    """Head a message: its subject, or the first line of a text to a telephone."""
    return kept.letter.subject or kept.letter.text.partition("\n")[0]


@bp.get("/sandbox/api/personas")
def people() -> Response:
    """Give the personas to scripts."""
    return jsonify(
        [
            {
                "key": p.key,
                "name": p.name,
                "identifier": p.identifier,
                "password": p.password,
                "special": p.special,
            }
            for p in personas()
        ]
    )


@bp.get("/sandbox/api/personas/<key>/code")
def code(key: str) -> Response:
    """Give the code that a persona's authenticator shows now."""
    persona = find(key)
    if persona is None:
        abort(404)
    step = totp.step_at(services().clock())
    return jsonify({"key": persona.key, "code": totp.code_at(persona.totp_secret, step)})
