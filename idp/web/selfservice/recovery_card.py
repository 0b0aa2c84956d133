"""The recovery card: how much of it is left, and a new one, shown once (attacks O-104; ASVS 6.5.2)."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Response

from idp.domain.authenticators import recovery_codes
from idp.web import csrf
from idp.web.context import services
from idp.web.pages import AccountRecoveryCardPage
from idp.web.render import show
from idp.web.selfservice.area import at_home, bp
from idp.web.selfservice.authenticators import picture
from idp.web.selfservice.telling import told

ADDRESS = "/me/security/recovery-card"


@bp.get(ADDRESS)
def recovery_card() -> Response:
    """Tell how many codes are left; the codes themselves are never shown again."""
    with at_home(fresh=True) as (db, resident):
        page = AccountRecoveryCardPage(
            citizen_name=resident.name,
            action=ADDRESS,
            left=recovery_codes.left(db, resident.session.account_id),
        )
    return show(page)


@bp.post(ADDRESS)
def new_recovery_card() -> Response:
    """Make a card and show it in this answer only; the old one is void from now on."""
    csrf.check()
    deployment = services()
    now = deployment.clock()
    codes = recovery_codes.new_codes()
    with at_home(fresh=True, back=ADDRESS) as (db, resident):
        account_id, citizen_id = resident.session.account_id, resident.citizen.id
        recovery_codes.issue(db, deployment.tree, account_id, codes, now, citizen_id=citizen_id)
        told(db, citizen_id, "recovery_card")
        page = AccountRecoveryCardPage(
            citizen_name=resident.name,
            action=ADDRESS,
            left=len(codes),
            codes=codes,
            made_on=now.date(),
            issuer_host=urlsplit(deployment.settings.issuer).netloc,
            qr_uri=picture("\n".join(codes)),
            offer_end_others=True,
        )
    return show(page)
