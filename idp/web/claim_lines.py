"""Why a claim is asked for, on what ground, and who vouches for it, in the citizen's language."""

from __future__ import annotations

from typing import Final

from flask_babel import gettext as _

from idp.domain.consent.decisions import CONSENT
from idp.domain.exchange.preview import Preview
from idp.protocol.oauth.client import Client
from idp.protocol.oidc.catalogue import CLAIMS, SOURCES, Sensitivity

CLOSED: Final = frozenset({"nik", "family_card_number", "npwp", "bpjs_number"})
"""Values that pages keep closed until the citizen opens them."""


def is_closed(name: str) -> bool:
    """Tell whether a value stays closed at first sight."""
    claim = CLAIMS.get(name)
    return name in CLOSED or (claim is not None and claim.sensitivity is Sensitivity.SPECIFIC)


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
    use = client.claims.get(name)
    given = (use.purpose.get(language) or use.purpose.get("id")) if use is not None else None
    return given or str(_("Untuk melayani Anda di %(service)s", service=client.name(language)))


def basis(client: Client, name: str) -> str:
    """Name the legal ground on which a client processes a claim (UU PDP art. 20)."""
    words = {
        "consent": _("Persetujuan Anda"),
        "law": _("Diwajibkan undang-undang"),
        "public_duty": _("Tugas pelayanan publik"),
        "contract": _("Perjanjian dengan Anda"),
        "vital_interest": _("Menyelamatkan keselamatan Anda"),
        "legitimate_interest": _("Kepentingan yang sah"),
    }
    named = ground(client, name)
    return str(words.get(named, named))


def ground(client: Client, name: str) -> str:
    """Return the ground by its name in registrations; consent where a client gives none."""
    use = client.claims.get(name)
    return use.legal_basis if use is not None else CONSENT


def is_notice(client: Client, name: str) -> bool:
    """Tell what is given on another ground than consent from what the citizen is asked for."""
    use = client.claims.get(name)
    return use is not None and use.by_law
