"""The citizen has the population registry asked again: who moved is known here without telling anybody twice (F11)."""

from __future__ import annotations

from typing import Final

from flask import Response
from flask_babel import gettext as _

from idp.domain.exchange.rechecking import Found, recheck
from idp.domain.proofing.population import RegistryUnavailable
from idp.web import csrf
from idp.web.context import services
from idp.web.frontchannel.register_identity import may_ask, population_registry
from idp.web.pages import Notice
from idp.web.render import go
from idp.web.selfservice.area import Resident, at_home, bp

ADDRESS: Final = "/me/data/recheck"
AWAY, TOO_OFTEN = "away", "too_often"
NEEDED: Final = frozenset({"nik", "name", "birthdate"})


def action(resident: Resident) -> str:
    """Return where to ask for it; nothing where there is no registry, or no NIK to ask it by."""
    return ADDRESS if services().settings.population_registry_url and resident.values.keys() >= NEEDED else ""


@bp.post(ADDRESS)
def recheck_data() -> Response:
    """Ask the registry, take over what changed, tell the services that use it."""
    csrf.check()
    with at_home() as (_db, resident):
        allowed, citizen_id = bool(action(resident)), resident.citizen.id
        number = str(resident.values["nik"].value) if allowed else ""
    registry = population_registry()
    if registry is None or not allowed:
        return _back(Found.UNKNOWN)
    if not may_ask(number):
        return _back(TOO_OFTEN)
    deployment = services()
    try:
        found = recheck(deployment.database, deployment.tree, registry, citizen_id, deployment.clock())
    except RegistryUnavailable:
        return _back(AWAY)
    return _back(found)


def notice(outcome: str | None) -> Notice | None:
    """Say what came of it; None for anything we do not know."""
    if outcome == Found.CHANGED:
        return Notice(
            "success",
            str(_("Data Anda sudah diperbarui")),
            str(
                _(
                    "Layanan yang memakainya kami beri tahu. Siapa yang sudah menjalankannya terlihat di sini juga."
                )
            ),
        )
    if outcome == Found.SAME:
        return Notice("success", str(_("Data kependudukan Anda masih sama")))
    if outcome == Found.DIFFERS:
        return Notice(
            "warning",
            str(_("Data kependudukan tidak lagi cocok")),
            str(
                _(
                    "Nama, tanggal lahir, atau NIK di Dukcapil berbeda dari yang ada di sini. Hubungi bantuan kami."
                )
            ),
        )
    if outcome == AWAY:
        return Notice("warning", str(_("Dukcapil sedang tidak menjawab")), str(_("Coba lagi nanti.")))
    if outcome == TOO_OFTEN:
        return Notice("warning", str(_("Sudah diperiksa beberapa kali")), str(_("Coba lagi satu jam lagi.")))
    return None


def _back(outcome: str) -> Response:
    return go(f"/me/data?recheck={outcome}")
