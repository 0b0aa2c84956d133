"""What commands work on: the deployment that the environment describes."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from idp.clock import system_clock
from idp.domain.registry.metadata import accept
from idp.domain.registry.policy import Policy
from idp.domain.registry.registrations import judged
from idp.domain.store import migrate
from idp.domain.store.database import Database
from idp.services import Services, wire
from idp.settings import Settings


class NotMigrated(Exception):
    """The database is not at this code's schema; the message says what to run."""


class SandboxOnly(Exception):
    """A command that does not exist where real people are served."""


def settings() -> Settings:
    """Read the settings of this deployment."""
    return Settings.from_env(os.environ)


@contextmanager
def open_database() -> Iterator[Database]:
    """Open the database alone, whatever its schema."""
    database = Database(settings().database_url)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def open_services(given: Settings | None = None) -> Iterator[Services]:
    """Open database and keys.

    Raises:
        NotMigrated: when the schema is another code's.
    """
    chosen = given or settings()
    with_schema(chosen)
    services = wire(chosen)
    try:
        yield services
    finally:
        services.close()


def with_schema(given: Settings) -> None:
    """Refuse a database that `idp db upgrade` has not prepared for this code."""
    database = Database(given.database_url)
    try:
        found = migrate.current(database)
    finally:
        database.close()
    if found != migrate.head():
        raise NotMigrated(f"the database is at schema {found or 'none'}: run `idp db upgrade` first")


def require_sandbox(given: Settings) -> None:
    """Refuse where real people are served (contract section 7)."""
    if given.production:
        raise SandboxOnly("this command exists in the sandbox only")


def actor() -> str:
    """Name who acts here, for the audit log and the rule of two: the user of this machine."""
    return f"cli:{getpass.getuser()}"


def policy(services: Services, *, fetching: bool = False) -> Policy:
    """Return the circumstances registrations are judged in; `fetching` may call the client's addresses.

    Never fetch within a transaction: the database would wait for a stranger's server.
    """
    return Policy(
        production=services.settings.production,
        issuer=services.settings.issuer,
        today=services.clock().date(),
        check_url=services.outbound.guard.check_url,
        fetch=services.outbound.document if fetching else None,
    )


def judge(services: Services, metadata: Mapping[str, Any], environment: str) -> None:
    """Judge a registration before any transaction: its sector document may have to be fetched.

    Raises:
        BadRedirectUri, BadMetadata: with every violation.
    """
    accept(metadata, judged(policy(services, fetching=True), environment, services.clock()))


def now() -> datetime:
    """Return the moment, for commands that work without services."""
    return system_clock()
