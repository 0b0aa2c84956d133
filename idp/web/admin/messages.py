"""Messages in the console: counts, costs and budgets; templates, a preview, a test to oneself (features C5, T1)."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from idp.channels import examples, writing
from idp.channels.parts import parts
from idp.channels.post_office import budgets_of
from idp.domain.audit.message_events import TemplateTried
from idp.domain.audit.record import record
from idp.domain.citizens import identifiers
from idp.domain.citizens.identifiers import Kind, Malformed
from idp.domain.messages import budgets, kinds, tally
from idp.domain.messages.channels import Channel
from idp.domain.messages.send import queue
from idp.web import csrf
from idp.web.admin import words
from idp.web.admin.desk import Desk, Refused, argument, desk, not_found
from idp.web.context import services
from idp.web.frontchannel.codes import channel_name
from idp.web.locale import LANGUAGES
from idp.web.pages import FieldError, Notice
from idp.web.pages.admin_messages import (
    AdminMessagesPage,
    AdminTemplatePage,
    BudgetLine,
    TallyLine,
    TemplateLine,
)
from idp.web.render import go, show

bp = Blueprint("messages", __name__)

MESSAGES = "/admin/messages"
DAYS = 7


@bp.get("/messages")
def messages() -> Response:
    """Show what was sent, what it cost and how much may still go out; national operators only."""
    with desk() as at:
        _national(at)
        lines = tally.by_day(at.db, at.now, DAYS)
        page = AdminMessagesPage(
            **at.frame(),
            tallies=tuple(
                TallyLine(
                    each.day or at.now.date(),
                    channel_name(Channel(each.channel)),
                    each.gateway,
                    each.sent,
                    each.delivered,
                    each.failed,
                    each.refused,
                    each.cost,
                )
                for each in lines
            ),
            budgets=tuple(
                BudgetLine(
                    channel_name(Channel(each.channel)), each.scope, each.period, each.used, each.limit
                )
                for each in budgets.left(at.db, budgets_of(services().settings), at.now)
            ),
            templates=tuple(
                TemplateLine(name, f"{MESSAGES}/templates/{name}", kinds.is_security(name))
                for name in writing.templates()
            ),
            today=sum(each.cost for each in lines if each.day == at.now.date()),
        )
    return show(page)


@bp.get("/messages/templates/<name>")
def template(name: str) -> Response:
    """Show a template in a language and on a channel, with invented values."""
    with desk() as at:
        _national(at)
        done = (
            Notice("success", str(_("Contoh dikirim ke alamat Anda."))) if request.args.get("done") else None
        )
        page = _page(at, name, notice=done)
    return show(page)


@bp.post("/messages/templates/<name>")
def try_template(name: str) -> Response:
    """Send a template with invented values to the operator's own address, and to nobody else."""
    csrf.check()
    with desk(changing="message_template") as at:
        _national(at)
        language = _language(request.form.get("language", ""))
        address = _own(at, request.form.get("address", ""))
        if name not in writing.templates():
            raise Refused(not_found())
        if address is None:
            error = FieldError("address", str(_("Tulis alamat email akun petugas Anda sendiri.")))
            return show(_page(at, name, errors=(error,)), 400)
        message = examples.example(name, Channel.EMAIL, language, services().settings.issuer, address)
        queue(at.db, services().tree.vault.system("pii"), message, at.now)
        event = TemplateTried(actor=at.actor, template=name, channel=Channel.EMAIL.value, language=language)
        record(at.db, event, at.now)
    return go(f"{MESSAGES}/templates/{name}?language={language}&done=1")


def _page(
    at: Desk, name: str, *, notice: Notice | None = None, errors: tuple[FieldError, ...] = ()
) -> AdminTemplatePage:
    if name not in writing.templates():
        raise Refused(not_found())
    asked = argument("channel") or Channel.EMAIL.value
    channel = Channel(asked) if asked in set(Channel) else Channel.EMAIL
    language = _language(request.form.get("language") or argument("language"))
    letter = examples.preview(name, channel, language, services().settings.issuer)
    return AdminTemplatePage(
        **at.frame(),
        notice=notice,
        errors=errors,
        name=name,
        action=f"{MESSAGES}/templates/{name}",
        back_url=MESSAGES,
        channels=words.options({each.value: channel_name(each) for each in Channel}, channel.value),
        languages=words.options(LANGUAGES, language),
        subject=letter.subject,
        text=letter.text,
        parts=parts(letter.text) if channel is Channel.SMS else 0,
        may_try=at.may_change and channel is Channel.EMAIL,
        hidden=(("language", language),),
    )


def _own(at: Desk, typed: str) -> str | None:
    """Return an address when it is the one this operator signs in with; it is kept as a digest only."""
    try:
        address = identifiers.email(typed[: identifiers.MOST_CHARS])
    except Malformed:
        return None
    digest = identifiers.digest(services().tree.blind_index, Kind.EMAIL, address, operator=True)
    return address if identifiers.account_of(at.db, Kind.EMAIL, digest) == at.account_id else None


def _national(at: Desk) -> None:
    """Refuse operators of one agency: messages are the whole deployment's."""
    if at.agency_id is not None:
        at.refuse("messages")


def _language(text: str) -> str:
    return text if text in LANGUAGES else next(iter(LANGUAGES))
