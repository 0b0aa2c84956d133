"""`idp admins`: the first operators, and a way back for one who lost every passkey."""

from __future__ import annotations

import secrets

import click

from idp.cli import deployment
from idp.cli.output import as_json, document, fail
from idp.domain.authenticators import passkeys, passwords, totp
from idp.domain.citizens import identifiers
from idp.domain.citizens.enrolment import create_operator
from idp.domain.sessions import browser
from idp.services import Services

ROLES = ("super", "agency", "readonly", "officer")


@click.group()
def admins() -> None:
    """Make administrators' accounts."""


@admins.command()
@click.option("--identifier", required=True, help="E-mail address or user name to sign in with.")
@click.option("--name", required=True, help="Name as colleagues see it.")
@click.option("--role", type=click.Choice(ROLES), default="super", show_default=True)
@click.option("--agency", "agency_id", help="The agency of an `agency` administrator or an `officer`.")
@click.option("--password", help="Default: a strong one is made and shown once.")
@click.option("--totp-secret", help="Base32; default: one is made and shown once.")
@as_json
def create(
    identifier: str,
    name: str,
    role: str,
    agency_id: str | None,
    password: str | None,
    totp_secret: str | None,
    machine: bool,
) -> None:
    """Create an administrator; password and authenticator secret are shown this once.

    Example: idp admins create --identifier rina@contoh.go.id --name "Rina Hartati"
    """
    if (role in ("agency", "officer")) != (agency_id is not None):
        fail("--agency goes with --role agency or officer, and is needed there")
    chosen, secret = password or secrets.token_urlsafe(18), totp_secret or totp.new_secret()
    if password is not None and len(password) < passwords.MIN_CHARS:
        fail(f"the password needs at least {passwords.MIN_CHARS} characters")
    with deployment.open_services() as services:
        account_id = make(
            services,
            identifier=identifier,
            name=name,
            role=role,
            agency_id=agency_id,
            password=chosen,
            totp_secret=secret,
        )
    answer = {
        "id": account_id,
        "identifier": identifier,
        "role": role,
        "password": chosen,
        "totp_secret": secret,
        "otpauth_uri": totp.uri(secret, identifier),
    }
    if machine:
        document(answer)
    else:
        for member, value in answer.items():
            click.echo(f"{member}: {value}")


@admins.command("forget-passkeys")
@click.option("--identifier", required=True, help="E-mail address or user name of the administrator.")
@as_json
def forget_passkeys(identifier: str, machine: bool) -> None:
    """Take every passkey off an administrator who lost them all; the next sign-in enrols a new one.

    Their console sessions end, too. Make sure of who asks before: this opens the way that a passkey closes.

    Example: idp admins forget-passkeys --identifier rina@contoh.go.id
    """
    found = identifiers.classify(identifier)
    with deployment.open_services() as services, services.database.unit_of_work() as db:
        key = (
            identifiers.digest(services.tree.blind_index, found.kind, found.value, operator=True)
            if found is not None
            else b""
        )
        account_id = identifiers.account_of(db, found.kind, key) if found is not None else None
        if account_id is None:
            fail("there is no administrator with this identifier")
        now, actor = services.clock(), deployment.actor()
        gone = passkeys.remove_all(db, account_id, now, actor=actor)
        for session in browser.live_of(db, account_id, now):
            browser.end(db, session.id, account_id, "passkeys_forgotten", now)
    if machine:
        document({"identifier": identifier, "removed": gone})
    else:
        click.echo(f"{gone} passkeys removed")


def make(
    services: Services,
    *,
    identifier: str,
    name: str,
    role: str,
    agency_id: str | None,
    password: str,
    totp_secret: str,
) -> str:
    """Create the account with both factors in one transaction and return its id."""
    now, actor = services.clock(), deployment.actor()
    password_hash = passwords.hashed(services.hasher, password)
    with services.database.unit_of_work() as db:
        account_id = create_operator(
            db,
            services.tree,
            display_name=name,
            role=role,
            agency_id=agency_id,
            identifier=identifier,
            password_hash=password_hash,
            now=now,
            actor=actor,
        )
        totp.enrol(db, services.tree.vault.system("factor"), account_id, totp_secret, now, actor=actor)
    return str(account_id)
