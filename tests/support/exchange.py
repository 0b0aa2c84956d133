"""Agencies that publish and agencies that read, registered as they are in a deployment."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from joserfc import jwt
from sqlalchemy import select, update

from idp.domain.citizens import profile
from idp.domain.citizens.models import Citizen
from idp.domain.exchange import publishers
from idp.domain.exchange.agreement_models import Agreement
from idp.domain.exchange.models import Release
from idp.domain.registry.models import Agency, ClientRegistration
from idp.domain.store.stamps import bump
from idp.services import Services
from tests import factories
from tests.factories import TestCitizen, TestClient
from tests.rp import RP, Provider

VERIFIED_AT = "2026-11-20T03:00:00Z"


@dataclass(frozen=True)
class Publishing:
    """An agency's client that publishes, and what it signs with."""

    services: Services
    client: TestClient
    agency_id: str

    def push(self, attributes: Mapping[str, Any] | None = None, **overrides: Any) -> str:
        """Sign a push; `header`, `key` and every claim can be bent."""
        now = int(self.services.clock().timestamp())
        key = overrides.pop("key", self.client.key)
        assert key is not None
        header = {
            "alg": "ES256",
            "kid": self.client.key.kid if self.client.key else "",
            "typ": "attributes+jwt",
        }
        header |= overrides.pop("header", {})
        claims = {
            "iss": self.client.client_id,
            "aud": factories.ISSUER,
            "iat": now,
            "exp": now + 120,
            "jti": secrets.token_urlsafe(12),
            "attributes": attributes if attributes is not None else {},
        } | overrides
        return jwt.encode(
            header, {k: v for k, v in claims.items() if v is not None}, key, algorithms=["ES256"]
        )


def a_publisher(
    services: Services,
    agency_id: str = "tax",
    endpoint: str | None = None,
    attributes: Sequence[str] = ("npwp",),
    *,
    subject: str = "nik",
    max_age: timedelta = timedelta(days=30),
    client_id: str | None = None,
    environment: str = "sandbox",
) -> Publishing:
    """Register an agency under its id in the catalogue, with a client that publishes."""
    now, client_id = services.clock(), client_id or f"{agency_id}-office"
    _agency(services, agency_id)
    client = factories.a_client(services, client_id, environment=environment)
    with services.database.unit_of_work() as db:
        db.execute(
            update(ClientRegistration).where(ClientRegistration.id == client_id).values(agency_id=agency_id)
        )
        bump(db, "registry")
        publishers.put(
            db,
            agency_id=agency_id,
            client_id=client_id,
            endpoint=endpoint,
            subject=subject,
            attributes=dict.fromkeys(attributes, max_age),
            by="test",
            now=now,
        )
    forget(services)
    return Publishing(services, client, agency_id)


def a_reader(provider: Provider, *claims: str, client_id: str = "benefits", **metadata: Any) -> RP:
    """An agency's client registered to read these claims, on consent, for a purpose."""
    services = provider.services
    uses = {
        name: {
            "required": True,
            "purpose": {"id": f"Perlu {name}", "en": f"Needs {name}"},
            "legal_basis": "consent",
        }
        for name in claims
    }
    values = {
        "scope": "openid profile birth address nik tax education health business asn",
        "claims": uses,
    } | metadata
    return RP(provider, factories.a_client(services, client_id, **values))


def an_agreement(
    services: Services,
    consumer_id: str,
    owner_id: str,
    *attributes: str,
    lasts: timedelta = timedelta(days=365),
    status: str = "in_force",
) -> UUID:
    """An agreement that was asked, agreed and approved."""
    now, row_id = services.clock(), uuid4()
    _agency(services, owner_id)
    with services.database.unit_of_work() as db:
        db.add(
            Agreement(
                id=row_id,
                consumer_id=consumer_id,
                owner_id=owner_id,
                attributes=" ".join(attributes),
                purpose_id="Menghitung bantuan",
                purpose_en="To work out benefits",
                legal_basis="consent",
                legal_reference="",
                retention_days=365,
                status=status,
                requested_by="a",
                agreed_by="b",
                agreed_at=now,
                approved_by="c",
                approved_at=now,
                created_at=now,
                expires_at=now + lasts,
            )
        )
    return row_id


def set_agreement(services: Services, agreement_id: UUID, status: str) -> None:
    """Move an agreement."""
    with services.database.unit_of_work() as db:
        db.execute(update(Agreement).where(Agreement.id == agreement_id).values(status=status))


def set_agreements(services: Services, consumer_id: str, status: str) -> None:
    """Move every agreement of an agency that reads."""
    with services.database.unit_of_work() as db:
        db.execute(update(Agreement).where(Agreement.consumer_id == consumer_id).values(status=status))


def in_vault(
    services: Services, citizen: TestCitizen, name: str, value: Any, source: str, **options: Any
) -> None:
    """Put a value into the vault as its owner would have."""
    now = services.clock()
    how: dict[str, Any] = {"level": "ial1", "verified_at": now, "now": now} | options
    with services.database.unit_of_work() as db:
        row = db.get_one(Citizen, citizen.citizen_id)
        assert row.data_key is not None
        profile.write(
            db,
            services.tree.vault.open(row.id, row.data_key),
            citizen.citizen_id,
            name,
            value,
            source=source,
            **how,
        )


def values_of(services: Services, citizen: TestCitizen) -> dict[str, profile.Value]:
    """Read the vault."""
    with services.database.unit_of_work() as db:
        row = db.get_one(Citizen, citizen.citizen_id)
        assert row.data_key is not None
        return profile.read(db, services.tree.vault.open(row.id, row.data_key), citizen.citizen_id)


def ledger(services: Services) -> list[Release]:
    """Every line of the ledger, the oldest first."""
    with services.database.unit_of_work() as db:
        return list(db.scalars(select(Release).order_by(Release.at)))


def forget(services: Services) -> None:
    """Let this process see what was changed behind its back."""
    services.clients.clear()
    services.publishing.publications.clear()


def _agency(services: Services, agency_id: str) -> None:
    with services.database.unit_of_work() as db:
        if db.get(Agency, agency_id) is None:
            db.add(Agency(id=agency_id, name_id=agency_id, name_en=agency_id, created_at=services.clock()))
