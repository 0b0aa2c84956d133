"""The `idp` command: everything an operator does outside the console, one file per noun."""

from __future__ import annotations

from typing import Any

import click
from sqlalchemy.exc import DBAPIError

from idp import logs
from idp.cli import (
    admins,
    agreements,
    audit,
    backups,
    ciba,
    citizens,
    clients,
    database,
    doctor,
    inventory,
    keys,
    publishers,
    sandbox,
    serving,
)
from idp.cli.deployment import NotMigrated, SandboxOnly
from idp.cli.output import fail
from idp.domain.citizens.enrolment import DuplicateIdentity, SyntheticRefused
from idp.domain.citizens.identifiers import Malformed
from idp.domain.citizens.names import BadName
from idp.domain.exchange.agreement_terms import BadAgreement
from idp.domain.exchange.publishers import BadPublisher
from idp.domain.registry.agencies import BadAgency
from idp.domain.registry.changes import NotAllowed
from idp.domain.registry.manifests import BadManifest
from idp.protocol.oauth.errors import ProtocolError
from idp.settings import SettingsError
from keys import KeysError

FORESEEN = (
    SettingsError,
    NotMigrated,
    SandboxOnly,
    ProtocolError,
    NotAllowed,
    BadAgency,
    BadAgreement,
    BadManifest,
    BadPublisher,
    backups.BackupFailed,
    KeysError,
    DuplicateIdentity,
    Malformed,
    BadName,
)


class Commands(click.Group):
    """Says in one line what went wrong, without a trace of the code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except SyntheticRefused:
            fail("production has no synthetic people: a NIK of 99… is refused")
        except FORESEEN as exc:
            fail(str(exc) or type(exc).__name__)
        except DBAPIError as exc:
            fail(f"the database refused: {type(exc.orig).__name__}")


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name=None, version="1", prog_name="Gerbang")
def main() -> None:
    """Operate Gerbang: sign in once, for every public service.

    Settings come from IDP_* in the environment; see docs/reference/settings.md.

    Example: idp sandbox
    """
    logs.configure("console")


main.add_command(serving.serve)
main.add_command(serving.worker)
main.add_command(sandbox.sandbox)
main.add_command(sandbox.personas)
main.add_command(database.db)
main.add_command(clients.clients)
main.add_command(publishers.publishers)
main.add_command(citizens.citizens)
main.add_command(ciba.ciba)
main.add_command(admins.admins)
main.add_command(agreements.agreements)
main.add_command(keys.keys)
main.add_command(audit.audit)
main.add_command(inventory.inventory)
main.add_command(doctor.doctor)
