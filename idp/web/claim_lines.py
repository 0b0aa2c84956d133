"""Why a claim is asked for, on what ground, and who vouches for it, in the citizen's language."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

from flask_babel import gettext as _

from idp.domain.consent.decisions import CONSENT, Shown
from idp.domain.exchange.preview import Preview
from idp.protocol.oauth.client import Client
from idp.protocol.oidc.catalogue import CLAIMS, SOURCES, Sensitivity, base
from idp.protocol.oidc.display import readable
from idp.web.pages import ClaimLine

CLOSED: Final = frozenset({"nik", "family_card_number", "npwp", "bpjs_number"})
"""Values that pages keep closed until the citizen opens them."""


def is_closed(name: str) -> bool:
    """Tell whether a value stays closed at first sight."""
    claim = CLAIMS.get(name)
    return name in CLOSED or (claim is not None and claim.sensitivity is Sensitivity.SPECIFIC)


def shown(
    client: Client, name: str, opened: Preview, language: str, *, required: bool, until: datetime
) -> Shown:
    """Write one line of a consent page: what the citizen sees is what is kept."""
    return Shown(
        name=name,
        label=CLAIMS[name].label(language),
        value=readable(name, opened.claims.get(name), language),
        source=source(name, opened, language),
        purpose=purpose(client, name, language),
        legal_basis=basis(client, name),
        required=required,
        ground=ground(client, name),
        notice=is_notice(client, name),
        until=until.date().isoformat(),
    )


def line(kept: Shown, opened: Preview) -> ClaimLine:
    """Put a line of the record on a page."""
    origin = opened.provenance.get(kept.name)
    return ClaimLine(
        name=kept.name,
        label=kept.label,
        value=kept.value,
        source=kept.source,
        purpose=kept.purpose,
        legal_basis=kept.legal_basis,
        verified_on=origin.verified_at.date() if origin and origin.verified_at else None,
        sensitive=is_closed(kept.name),
        until=date.fromisoformat(kept.until),
    )


def source(name: str, opened: Preview, language: str) -> str:
    """Name who vouches for a claim; who would, where there is no value."""
    origin = opened.provenance.get(name)
    return source_label(origin.source if origin is not None else CLAIMS[name].source, language)


def source_label(key: str, language: str) -> str:
    """Name a source."""
    found = SOURCES.get(key)
    return found.label(language) if found is not None else ""


def purpose(client: Client, name: str, language: str) -> str:
    """Say what a client needs a claim for."""
    use = client.use(name)
    given = (use.purpose.get(language) or use.purpose.get("id")) if use is not None else None
    return given or str(_("Untuk melayani Anda di %(service)s", service=client.name(language)))


def basis(client: Client, name: str) -> str:
    """Name the legal ground on which a client processes a claim (UU PDP art. 20)."""
    return ground_in_words(ground(client, name))


def ground_in_words(named: str) -> str:
    """Say a ground of UU PDP article 20 in words; one of a later version as it is."""
    words = {
        "consent": _("Persetujuan Anda"),
        "law": _("Diwajibkan undang-undang"),
        "public_duty": _("Tugas pelayanan publik"),
        "contract": _("Perjanjian dengan Anda"),
        "vital_interest": _("Menyelamatkan keselamatan Anda"),
        "legitimate_interest": _("Kepentingan yang sah"),
    }
    return str(words.get(named, named))


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Put names in the order of the catalogue, questions with their values too; what it does not know comes off."""
    places = {name: place for place, name in enumerate(CLAIMS)}
    known = {name for name in names if name in CLAIMS}
    return tuple(sorted(known, key=lambda name: (places[base(name)], name)))


def ground(client: Client, name: str) -> str:
    """Return the ground by its name in registrations; consent where a client gives none."""
    use = client.use(name)
    return use.legal_basis if use is not None else CONSENT


def is_notice(client: Client, name: str) -> bool:
    """Tell what is given on another ground than consent from what the citizen is asked for."""
    use = client.use(name)
    return use is not None and use.by_law
