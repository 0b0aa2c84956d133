"""Six digits that we send to a telephone: by SMS for any phone, by WhatsApp where there is data (features C5)."""

from __future__ import annotations

from typing import Final

from flask import Response
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from idp.domain.authenticators import message_codes, one_time_codes
from idp.domain.authenticators.message_codes import MessageFactor
from idp.domain.authenticators.sign_in import Refusal, SignInResult, check_message_code
from idp.domain.messages.channels import Channel, masked
from idp.domain.store.database import Session
from idp.web import cookies
from idp.web.context import place, services
from idp.web.frontchannel import codes
from idp.web.frontchannel.frame import agency_of
from idp.web.frontchannel.login import seconds, slow_down
from idp.web.frontchannel.signed_in import throttle_policy
from idp.web.frontchannel.ways.way import Asking, Way
from idp.web.pages import MessageCodePage, Notice
from idp.web.render import go, show

SEND: Final = "send"


class MessageCode:
    """Type a code that was sent; the page has a button that sends it, coming to the page sends nothing."""

    field = "otp"

    def __init__(self, channel: Channel, factor: str) -> None:
        self.name = channel.value
        self.factor = factor
        self._channel = channel

    def is_open(self, db: Session, asking: Asking) -> bool:
        """Tell whether a confirmed number gets codes on this channel."""
        return codes.available(self._channel) and self._telephone(db, asking) is not None

    def label(self) -> str:
        """Name the way."""
        return str(_("Kode lewat %(channel)s", channel=codes.channel_name(self._channel)))

    def page(self, db: Session, asking: Asking) -> MessageCodePage:
        """Show where a code would go, or ask for the one on its way."""
        telephone = self._telephone(db, asking)
        waiting = None
        if telephone is not None:
            holder = message_codes.holder(services().tree, telephone.id, asking.session.id)
            waiting = one_time_codes.waiting(db, message_codes.PURPOSE, holder, services().clock())
        return MessageCodePage(
            agency=agency_of(asking.waiting),
            action=asking.action,
            method=self.name,
            channel=codes.channel_name(self._channel),
            address=masked(telephone.number or "") if telephone is not None else "",
            sent=waiting is not None,
            resend_wait_seconds=seconds(waiting.resend_wait) if waiting is not None else 0,
            valid_minutes=codes.VALID_MINUTES,
            outbox_url="" if services().settings.production else "/sandbox/outbox",
            cancellable=True,
            other_available=asking.others,
            errors=asking.errors,
            notice=asking.notice,
            wait_seconds=asking.wait_seconds,
            remember_offered=asking.remember_offered,
        )

    def act(self, db: Session, asking: Asking, form: MultiDict[str, str]) -> Response | None:
        """Send a code when its button was pressed; then the page is loaded anew, so that reloading sends nothing."""
        if form.get("action") != SEND:
            return None
        telephone = self._telephone(db, asking)
        here = f"/interaction/{asking.uid}?method={self.name}"
        if telephone is None or telephone.number is None:
            return go(here)
        session = asking.session
        sent = codes.send(
            db,
            codes.Code(
                message_codes.PURPOSE,
                message_codes.holder(services().tree, telephone.id, session.id),
                self._channel,
                telephone.number,
                account_id=session.account_id,
                citizen_id=session.citizen_id,
                proved=True,
            ),
        )
        if sent.on_its_way:
            return go(here)
        if sent.refused:
            notice = Notice(
                "warning",
                str(_("Kode tidak bisa dikirim lewat %(channel)s saat ini", channel=self._named())),
                str(_("Pakai cara lain, atau coba lagi nanti.")),
            )
            return show(self.page(db, asking.saying(notice=notice)), 503)
        return slow_down(show(self.page(db, asking.saying(wait_seconds=seconds(sent.wait)))), sent.wait)

    def problem(self, proof: str) -> str:
        """Say why a code does not do."""
        if not proof.strip():
            return str(_("Isi kodenya dulu."))
        return str(
            _("Kode tidak cocok atau sudah tidak berlaku. Periksa pesan terbaru, atau minta kode baru.")
        )

    def judge(self, db: Session, asking: Asking, proof: str) -> SignInResult:
        """Spend a code."""
        deployment, telephone = services(), self._telephone(db, asking)
        if telephone is None:
            return SignInResult(asking.session.account_id, asking.session.citizen_id, Refusal.CODE)
        return check_message_code(
            db,
            deployment.tree,
            asking.session.account_id,
            (telephone.id, asking.session.id),
            proof,
            place().network,
            deployment.clock(),
            browser=cookies.browser_digest(),
            policy=throttle_policy(),
        )

    def _telephone(self, db: Session, asking: Asking) -> MessageFactor | None:
        session = asking.session
        if session.citizen_id is None:
            return None
        return message_codes.usable(
            db, services().tree, session.account_id, session.citizen_id, self._channel
        )

    def _named(self) -> str:
        return codes.channel_name(self._channel)


SMS: Final[Way] = MessageCode(Channel.SMS, "message_code")
WHATSAPP: Final[Way] = MessageCode(Channel.WHATSAPP, "whatsapp_code")
