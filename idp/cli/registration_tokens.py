"""`idp clients token`: who may let clients register themselves (RFC 7591 §3; protocol R7)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import click

from idp.cli import deployment
from idp.cli.output import as_json, document, table
from idp.domain.registry import agencies, initial_tokens
from idp.domain.registry.models import InitialAccessToken
from idp.protocol.oauth.client import Environment

ENVIRONMENTS = click.Choice([e.value for e in Environment])


@click.group("token")
def tokens() -> None:
    """Make, list and revoke the tokens by which clients register themselves."""


@tokens.command()
@click.option(
    "--agency", "agency_id", help="The agency that will own the clients; default the operator's own."
)
@click.option("--environment", type=ENVIRONMENTS, help="Default: this deployment's mode.")
@click.option("--uses", type=click.IntRange(1, initial_tokens.MOST_USES), default=1, show_default=True)
@click.option(
    "--days", type=click.IntRange(1, initial_tokens.LONGEST_LIFE.days), default=7, show_default=True
)
@as_json
def create(agency_id: str | None, environment: str | None, uses: int, days: int, machine: bool) -> None:
    """Make an initial access token; it is printed this once.

    Whoever makes it counts as an author of the clients it registers: production ones need somebody else's approval.

    Example: idp clients token create --agency tax --uses 3
    """
    with deployment.open_services() as services, services.database.unit_of_work() as db:
        now, by = services.clock(), deployment.actor()
        minted = initial_tokens.mint(
            db,
            agency_id=agency_id or agencies.ensure_default(db, by=by, now=now),
            environment=environment or services.settings.mode,
            uses=uses,
            life=timedelta(days=days),
            by=by,
            now=now,
            production=services.settings.production,
        )
        described = _described(minted.token, "open")
    if machine:
        document({**described, "initial_access_token": minted.text})
    else:
        click.echo(minted.text)


@tokens.command("list")
@click.option("--agency", "agency_id", help="Only this agency's.")
@as_json
def list_tokens(agency_id: str | None, machine: bool) -> None:
    """List the latest tokens, without the tokens themselves.

    Example: idp clients token list
    """
    with deployment.open_services() as services, services.database.unit_of_work() as db:
        now = services.clock()
        rows = [_described(t, initial_tokens.state_of(t, now)) for t in initial_tokens.latest(db, agency_id)]
    if machine:
        document(rows)
    else:
        head = ("id", "agency_id", "environment", "state", "uses_left", "uses", "expires_at", "created_by")
        table(head, ([row[name] for name in head] for row in rows))


@tokens.command()
@click.argument("token_id", type=click.UUID)
@as_json
def revoke(token_id: UUID, machine: bool) -> None:
    """End a token at once; the clients it registered stay.

    Example: idp clients token revoke 0b9f1c2e-5a57-4a43-9a6e-0d0c1f6c9b11
    """
    with deployment.open_services() as services, services.database.unit_of_work() as db:
        row = initial_tokens.revoke(db, token_id, by=deployment.actor(), now=services.clock())
        described = _described(row, "revoked")
    if machine:
        document(described)
    else:
        click.echo(f"{described['id']}: revoked")


def _described(token: InitialAccessToken, state: str) -> dict[str, Any]:
    return {
        "id": str(token.id),
        "agency_id": token.agency_id,
        "environment": token.environment,
        "state": state,
        "uses_left": token.uses_left,
        "uses": token.uses,
        "expires_at": token.expires_at.isoformat(timespec="seconds"),
        "created_by": token.created_by,
    }
