"""`idp keys`: signing and encryption keys by state; rotation by the calendar or at once."""

from __future__ import annotations

from collections.abc import Sequence

import click

from idp.cli import deployment
from idp.cli.output import as_json, document, table
from idp.domain.audit.events import KeysRotated
from idp.domain.audit.record import record
from idp.services import Services
from keys import KeyState, StoredKey, retire, rotate
from keys.rotation import Generate, Transition


@click.group()
def keys() -> None:
    """Look after signing and encryption keys: list, rotate, retire."""


@keys.command("list")
@as_json
def list_keys(machine: bool) -> None:
    """List the keys with their states, the newest first.

    Example: idp keys list
    """
    with deployment.open_services() as services:
        stored = sorted(services.keystore.signing_keys(), key=lambda key: key.created_at, reverse=True)
    if machine:
        document([_as_object(key) for key in stored])
    else:
        table(
            ("kid", "use", "alg", "state", "created"),
            (
                (key.kid, key.public_jwk["use"], key.alg, key.state.value, f"{key.created_at:%Y-%m-%d %H:%M}")
                for key in stored
            ),
        )


@keys.command("rotate")
@click.option("--now", "immediately", is_flag=True, help="Emergency: new keys sign at once.")
@as_json
def rotate_keys(immediately: bool, machine: bool) -> None:
    """Publish new keys; they sign a day later. With --now they sign at once. Encryption keys move with them.

    Example: idp keys rotate --now
    """
    with deployment.open_services() as services:
        done = rotate(
            services.keystore, services.tree, services.clock(), immediate=immediately, begin=not immediately
        )
        _report(services, done, machine)


@keys.command("retire")
@click.argument("kid")
@as_json
def retire_key(kid: str, machine: bool) -> None:
    """Withdraw one key at once: what it signed or what is encrypted to it is refused. For a key that leaked.

    Example: idp keys retire 1Vd8sKq0
    """
    with deployment.open_services() as services:
        _report(services, retire(services.keystore, services.tree, kid, services.clock()), machine)


def _report(services: Services, done: Sequence[Transition], machine: bool) -> None:
    moves = tuple(_words(step) for step in done)
    if moves:
        with services.database.unit_of_work() as db:
            record(db, KeysRotated(actor=deployment.actor(), moves=moves), services.clock())
    if machine:
        document({"moves": moves})
    else:
        click.echo("\n".join(moves) or "nothing is due")


def _words(step: Transition) -> str:
    return f"new {step.alg} {step.state}" if isinstance(step, Generate) else f"{step.kid} {step.new}"


def _as_object(key: StoredKey) -> dict[str, object]:
    moments = {
        KeyState.ACTIVE: key.activated_at,
        KeyState.RETIRING: key.retiring_at,
        KeyState.RETIRED: key.retired_at,
    }
    return {
        "kid": key.kid,
        "use": key.public_jwk["use"],
        "alg": key.alg,
        "state": key.state.value,
        "created_at": key.created_at.isoformat(),
        **{f"{state.value}_at": at.isoformat() for state, at in moments.items() if at is not None},
    }
