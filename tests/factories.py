"""Plain functions with honest defaults: a deployment, a client, a citizen, a session, a consent."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from joserfc.jwk import ECKey, Key
from sqlalchemy import update

from idp.clock import FrozenClock
from idp.domain.authenticators import passwords, totp
from idp.domain.citizens import profile
from idp.domain.citizens.enrolment import NewCitizen, create_citizen
from idp.domain.citizens.models import Account, Citizen
from idp.domain.consent import decisions
from idp.domain.consent.models import Authorization
from idp.domain.grants.asking import subject_digest
from idp.domain.registry.models import Agency, ClientRegistration
from idp.domain.sessions import browser, logout
from idp.domain.store.stamps import bump
from idp.protocol.client_auth import secret_digest
from idp.protocol.oidc import acr
from idp.protocol.oidc.claims import claims_of
from idp.protocol.oidc.subject import subject
from idp.services import Services, wire
from idp.settings import Settings
from tests.support import keys

ISSUER = "http://localhost:8000"
REDIRECT = "https://agency.example/callback"
PASSWORD = "melati kuning di tepi sawah"
SECRET = "a-client-secret-of-43-characters-0123456789"
ADDRESS = {
    "street_address": "Jalan Melati 7",
    "rt": "003",
    "rw": "012",
    "village_code": "33.74.01.1001",
    "village": "Kembangsari",
    "district_code": "33.74.01",
    "district": "Semarang Tengah",
    "regency_code": "33.74",
    "regency": "Kota Semarang",
    "province_code": "33",
    "province": "Jawa Tengah",
    "postal_code": "50133",
    "kind": "ktp",
}


def a_deployment(database_url: str, folder: Path, clock: FrozenClock, **settings: Any) -> Services:
    """A wired sandbox over a migrated database, with the keys of this test process."""
    values: dict[str, Any] = {
        "issuer": ISSUER,
        "data_dir": folder,
        "database_url": database_url,
        "master_key": keys.ROOT_KEY,
        "hash_queue": 50,
    } | settings
    if values["master_key"] == keys.ROOT_KEY:
        keys.give(database_url, clock())
    return wire(Settings(**values), clock)


_HASHES: dict[bytes, str] = {}


def a_hash(services: Services, password: str = PASSWORD) -> str:
    """The stored hash of a password; computed once for each pepper, as checking it costs enough."""
    seasoned = services.tree.pepper(password.encode())
    if seasoned not in _HASHES:
        _HASHES[seasoned] = passwords.hashed(services.hasher, password)
    return _HASHES[seasoned]


@dataclass(frozen=True)
class TestClient:
    """A registered client and what it signs or authenticates with."""

    __test__ = False

    client_id: str
    secret: str | None
    key: Key | None = field(repr=False)
    redirect_uri: str = REDIRECT


def a_client(
    services: Services,
    client_id: str = "tax",
    *,
    profile_name: str = "national",
    environment: str = "sandbox",
    status: str = "approved",
    key: Key | None = None,
    **metadata: Any,
) -> TestClient:
    """Register a client straight into the store; `private_key_jwt` with ES256 unless told otherwise."""
    if key is None:
        key = ECKey.generate_key("P-256", {"kid": f"{client_id}-1", "alg": "ES256", "use": "sig"})
    method = metadata.get("token_endpoint_auth_method", "private_key_jwt")
    values: dict[str, Any] = {
        "client_name": f"Layanan {client_id}",
        "client_name#en": f"Service {client_id}",
        "redirect_uris": [REDIRECT],
        "post_logout_redirect_uris": ["https://agency.example/bye"],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "scope": "openid profile birth email phone address offline_access",
        "token_endpoint_auth_method": "private_key_jwt",
        "id_token_signed_response_alg": "ES256",
        "min_acr": acr.AAL1 if profile_name == "oidc_core" else acr.AAL2,
        **({"jwks": {"keys": [key.as_dict(private=False)]}} if method == "private_key_jwt" else {}),
        **metadata,
    }
    now = services.clock()
    with services.database.unit_of_work() as db:
        if db.get(Agency, f"agency-{client_id}") is None:
            db.add(
                Agency(
                    id=f"agency-{client_id}",
                    name_id=f"Dinas {client_id}",
                    name_en=f"Office of {client_id}",
                    created_at=now,
                )
            )
        db.add(
            ClientRegistration(
                id=client_id,
                agency_id=f"agency-{client_id}",
                environment=environment,
                profile=profile_name,
                status=status,
                client_metadata=values,
                secret_digest=secret_digest(SECRET) if method.startswith("client_secret") else None,
                created_at=now,
                updated_at=now,
            )
        )
        bump(db, "registry")
    services.clients.clear()
    has_key = method == "private_key_jwt"
    return TestClient(
        client_id,
        SECRET if method.startswith("client_secret") else None,
        key if has_key else None,
        values["redirect_uris"][0],
    )


@dataclass(frozen=True)
class TestCitizen:
    """A person with an account."""

    __test__ = False

    account_id: UUID
    citizen_id: UUID
    name: str
    email: str = ""
    password: str = field(default=PASSWORD, repr=False)
    totp_secret: str | None = field(default=None, repr=False)


def a_citizen(
    services: Services,
    name: str = "Siti Aminah",
    nik: str | None = "9933744501900001",
    *,
    signs_in: bool = False,
    authenticator: bool = True,
    **overrides: Any,
) -> TestCitizen:
    """A citizen whom the population registry has confirmed; `signs_in` gives a password (and an authenticator)."""
    now = services.clock()
    email = f"{name.split()[0].lower()}@contoh.id"
    secret = totp.new_secret() if signs_in and authenticator else None
    if signs_in:
        overrides = {"password_hash": a_hash(services)} | overrides
    new = NewCitizen(
        **(
            {
                "name": name,
                "nik": nik,
                "birthdate": date(1990, 1, 5),
                "email": email,
                "email_confirmed": True,
                "phone_number": "081234567890" if nik and nik.endswith("0001") else None,
                "source": "population_registry",
                "level": "ial1",
            }
            | overrides
        )
    )
    with services.database.unit_of_work() as db:
        person = create_citizen(db, services.tree, new, synthetic_allowed=True, now=now)
        db.get_one(Citizen, person.citizen_id).ial = "ial1"
        profile.write(
            db,
            person.data_key,
            person.citizen_id,
            "id_address",
            ADDRESS,
            source="population_registry",
            level="ial1",
            verified_at=now,
            now=now,
        )
        if secret is not None:
            seal = services.tree.vault.system("factor")
            totp.enrol(db, seal, person.account_id, secret, now, citizen_id=person.citizen_id)
    return TestCitizen(person.account_id, person.citizen_id, name, email, PASSWORD, secret)


def a_session(services: Services, citizen: TestCitizen, level: str = acr.AAL2) -> str:
    """A live session of a citizen; the value of its cookie."""
    methods = ("password", "totp") if acr.meets(level, acr.AAL2) else ("password",)
    with services.database.unit_of_work() as db:
        _session, handle = browser.start(
            db,
            account_id=citizen.account_id,
            citizen_id=citizen.citizen_id,
            methods=methods,
            place=browser.Place("Chrome, Android", "192.0.2.0/24"),
            limits=services.session_limits,
            now=services.clock(),
        )
    return handle.text


def a_consent(
    services: Services,
    citizen: TestCitizen,
    client_id: str,
    scope: str,
    claims: tuple[str, ...],
    resource: tuple[str, ...] = (),
) -> UUID:
    """A standing authorization for these claims; what else the scopes stand for was never shown."""
    client = services.clients.get(client_id)
    assert client is not None
    now = services.clock()
    with services.database.unit_of_work() as db:
        row = db.get_one(Citizen, citizen.citizen_id)
        assert row.data_key is not None
        data_key = services.tree.vault.open(row.id, row.data_key)
        lines = [decisions.Shown(name, name, "", "", "", "consent", True) for name in claims]
        authorization = decisions.grant(
            db,
            data_key,
            citizen_id=citizen.citizen_id,
            client=client,
            scope=scope.split(),
            shown=lines,
            allowed=frozenset(),
            absent=claims_of(tuple(scope.split())),
            reach=decisions.Reach(resource),
            language="id",
            expires_at=now + timedelta(days=365),
            now=now,
            subject=subject_digest(subject(citizen.account_id, client, services.tree.sector_salt)),
        )
        return authorization.id


def suspend(services: Services, client_id: str, status: str = "suspended") -> None:
    """Take a client out of service, as the console does; `approved` brings it back."""
    with services.database.unit_of_work() as db:
        db.get_one(ClientRegistration, client_id).status = status
        bump(db, "registry")


def amend(services: Services, client_id: str, profile_name: str | None = None, **metadata: Any) -> None:
    """Change the registration of a client."""
    with services.database.unit_of_work() as db:
        row = db.get_one(ClientRegistration, client_id)
        row.client_metadata = {**row.client_metadata, **metadata}
        row.profile = profile_name or row.profile
        bump(db, "registry")
    services.clients.clear()


def lock(services: Services, citizen: TestCitizen, status: str = "locked") -> None:
    """Lock an account."""
    with services.database.unit_of_work() as db:
        db.get_one(Account, citizen.account_id).status = status


def erase(services: Services, citizen: TestCitizen) -> None:
    """Forget a person: the key that opens their values is gone (decisions 16)."""
    with services.database.unit_of_work() as db:
        row = db.get_one(Citizen, citizen.citizen_id)
        row.erased_at, row.data_key = services.clock(), None


def withdraw(services: Services, citizen: TestCitizen, client_id: str) -> None:
    """Take back what a citizen gave a client."""
    with services.database.unit_of_work() as db:
        db.execute(
            update(Authorization)
            .where(Authorization.citizen_id == citizen.citizen_id, Authorization.client_id == client_id)
            .values(withdrawn_at=services.clock())
        )


def sign_out(services: Services, citizen: TestCitizen) -> None:
    """End every session of a citizen."""
    with services.database.unit_of_work() as db:
        logout.end_all(db, citizen.account_id, "signed_out", services.clock())
