"""Lines of the ledger in words their citizen understands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from flask_babel import gettext as _, lazy_gettext

from idp.domain.exchange.ledger import Use
from idp.domain.registry.lookup import as_client
from idp.domain.registry.models import Agency, ClientRegistration
from idp.domain.store.database import Session
from idp.protocol.oauth.client import Client
from idp.protocol.oidc.catalogue import CLAIMS
from idp.web import claim_lines, locale
from idp.web.pages import UsedField, UseLine

OCCASIONS: Final[Mapping[str, Any]] = {
    "id_token": lazy_gettext("saat Anda masuk"),
    "userinfo": lazy_gettext("saat layanan meminta data"),
    "exchange": lazy_gettext("saat layanan mengambil data antarlembaga"),
    "publisher": lazy_gettext("saat kami menanyakan data Anda kepada pemiliknya"),
    "introspection": lazy_gettext("saat layanan memeriksa izinnya"),
    "event": lazy_gettext("saat kami memberi tahu layanan"),
}
REASONS: Final[Mapping[str, Any]] = {
    "declined": lazy_gettext("Anda tidak mengizinkannya"),
    "not_covered": lazy_gettext("tidak termasuk yang Anda izinkan"),
    "consent_withdrawn": lazy_gettext("izin Anda sudah ditarik"),
    "consent_expired": lazy_gettext("izin Anda sudah lewat waktunya"),
    "no_agreement": lazy_gettext("tidak ada perjanjian antarlembaga yang berlaku"),
    "in_conflict": lazy_gettext("dua sumber berbeda, dan pemiliknya belum memutuskan"),
    "publisher_unavailable": lazy_gettext("lembaga pemilik data sedang tidak bisa dihubungi"),
    "unknown_to_publisher": lazy_gettext("lembaga pemilik data tidak mengenal Anda"),
    "stale": lazy_gettext("datanya terlalu lama untuk dipakai"),
    "expired": lazy_gettext("masa berlaku datanya sudah habis"),
    "account_not_active": lazy_gettext("akun Anda tidak aktif"),
    "client_suspended": lazy_gettext("layanan itu sedang dihentikan"),
    "session_ended": lazy_gettext("Anda sudah keluar"),
    "token_revoked": lazy_gettext("sambungan layanan itu sudah diakhiri"),
    "quota": lazy_gettext("layanan itu meminta terlalu banyak"),
}


@dataclass(slots=True)
class Names:
    """Services and agencies by name in the language of the page, each looked up once; retired ones too."""

    db: Session
    _clients: dict[str, Client | None] = field(default_factory=dict)
    _agencies: dict[str, str] = field(default_factory=dict)

    def client(self, client_id: str) -> Client | None:
        """Return a service."""
        if client_id not in self._clients:
            row = self.db.get(ClientRegistration, client_id)
            self._clients[client_id] = as_client(row) if row is not None else None
        return self._clients[client_id]

    def service(self, client_id: str) -> str:
        """Name a service."""
        client = self.client(client_id)
        gone = str(_("layanan yang sudah tidak ada"))
        return client.name(locale.spoken()) if client is not None else gone

    def agency(self, client_id: str) -> str:
        """Name the agency of a service."""
        client = self.client(client_id)
        if client is None:
            return ""
        if client.agency_id not in self._agencies:
            row = self.db.get(Agency, client.agency_id)
            self._agencies[client.agency_id] = agency_name(row) if row is not None else ""
        return self._agencies[client.agency_id]


def agency_name(row: Agency) -> str:
    """Name an agency in the language of the page."""
    return row.name_en if locale.language().startswith("en") else row.name_id


def use_line(use: Use, names: Names) -> UseLine:
    """Write one line of the ledger out."""
    client = names.client(use.client_id)
    behalf = use.on_behalf_of
    return UseLine(
        id=str(use.id),
        at=use.at,
        service=names.service(use.client_id),
        agency=names.agency(use.client_id),
        fields=tuple(_field(name, use, client) for name in use.claims),
        occasion=str(OCCASIONS.get(use.channel, "")),
        on_behalf_of=_acting_for(behalf, names) if behalf else "",
        refused=use.refused,
        reason=reason(use.reason) if use.reason else "",
    )


def reason(code: str) -> str:
    """Say why something did not leave; a code of a later version as it is."""
    return str(REASONS.get(code, code))


def label(name: str) -> str:
    """Name a field."""
    return CLAIMS[name].label(locale.language()) if name in CLAIMS else name


def field_address(name: str) -> str:
    """Where everything is that was read of a field."""
    return f"/me/uses/{name}" if name in CLAIMS else ""


def _acting_for(behalf: str, names: Names) -> str:
    """Name the service data was read for; whoever is no service by what was written down."""
    client = names.client(behalf)
    return client.name(locale.spoken()) if client is not None else behalf


def _field(name: str, use: Use, client: Client | None) -> UsedField:
    """Say what was kept with the line; from before it was kept, what the service is registered with."""
    language, terms = locale.language(), use.terms.get(name, {})
    purposes = terms.get("purpose") or {}
    purpose = str(purposes.get(language) or purposes.get("id") or "") if isinstance(purposes, Mapping) else ""
    ground, source = terms.get("legal_basis"), terms.get("source")
    if client is not None and not terms and client.use(name) is not None:
        purpose, ground = claim_lines.purpose(client, name, language), claim_lines.ground(client, name)
    return UsedField(
        label=label(name),
        href=field_address(name),
        purpose=purpose,
        legal_basis=claim_lines.ground_in_words(str(ground)) if ground else "",
        source=claim_lines.source_label(str(source), language) if source else "",
    )
