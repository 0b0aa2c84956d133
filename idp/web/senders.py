"""The public list of who writes in our name, and what we never ask for (features M6)."""

from __future__ import annotations

from email.utils import parseaddr
from urllib.parse import urlsplit

from flask import Blueprint, Response

from idp.channels.post_office import channels_of
from idp.domain.messages.channels import Channel
from idp.web.context import services
from idp.web.pages import SendersPage
from idp.web.render import show

bp = Blueprint("senders", __name__)


@bp.get("/senders")
def senders() -> Response:
    """Show the senders of this deployment."""
    settings = services().settings
    channels = channels_of(settings)
    return show(
        SendersPage(
            host=urlsplit(settings.issuer).netloc,
            email=parseaddr(settings.mail_from)[1],
            sms=settings.sms_sender if Channel.SMS in channels else "",
            whatsapp=settings.whatsapp_sender if Channel.WHATSAPP in channels else "",
        )
    )
