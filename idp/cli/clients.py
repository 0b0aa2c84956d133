"""`idp clients`: registrations from the command line, as RFC 7591 metadata or as manifests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from joserfc.jwk import ECKey

from idp.cli import deployment
from idp.cli.agreements import asked_as_object, print_asked
from idp.cli.output import as_json, document, fail, read_object, table
from idp.cli.registration_tokens import tokens
from idp.domain.exchange import agreement_manifests, publisher_manifests
from idp.domain.exchange.agreement_manifests import Difference as Asked
from idp.domain.exchange.agreement_steps import Hand
from idp.domain.inventory import declared
from idp.domain.registry import agencies, changes, listing, manifests, registrations
from idp.domain.registry.manifests import Difference, Manifest
from idp.protocol.oauth.client import Environment
from idp.services import Services

ENVIRONMENTS = click.Choice([e.value for e in Environment])


@click.group()
def clients() -> None:
    """Register and look after clients: the applications that citizens sign in to."""


clients.add_command(tokens)


@clients.command()
@click.option(
    "--json", "source", required=True, metavar="FILE", help="RFC 7591 metadata; - for standard input."
)
@click.option("--agency", "agency_id", help="The agency that owns it; default the operator's own.")
@click.option("--environment", type=ENVIRONMENTS, help="Default: this deployment's mode.")
def create(source: str, agency_id: str | None, environment: str | None) -> None:
    """Register a client from RFC 7591 metadata plus `profile`; prints the response, the secret once.

    A production client is a draft until somebody else approves it.

    Example: idp clients create --json client.json
    """
    metadata = read_object(source)
    with deployment.open_services() as services:
        chosen = environment or str(metadata.get("environment") or services.settings.mode)
        deployment.judge(services, metadata, chosen)
        with services.database.unit_of_work() as db:
            now, by = services.clock(), deployment.actor()
            owner = agency_id or agencies.ensure_default(db, by=by, now=now)
            made = registrations.register(
                db,
                metadata,
                agency_id=owner,
                environment=chosen,
                by=by,
                now=now,
                seal=services.secret_seal,
                policy=deployment.policy(services),
            )
        document(registrations.response(made.client, made.secret))


@clients.command()
@click.argument("name")
@click.option("--redirect", "redirects", multiple=True, required=True, help="Redirect URI; may be repeated.")
@click.option("--post-logout-redirect", "goodbye", help="Where citizens come back to after signing out.")
@click.option("--scope", default="openid profile email", show_default=True, help="Scopes to register.")
@as_json
def new(name: str, redirects: tuple[str, ...], goodbye: str | None, scope: str, machine: bool) -> None:
    """Register a sandbox client with a key pair of its own; prints a ready .env.

    The private key is made here and kept nowhere else: save the output.

    Example: idp clients new "Izin Usaha" --redirect http://127.0.0.1:5000/cb > .env
    """
    with deployment.open_services() as services:
        deployment.require_sandbox(services.settings)
        key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, private=True)
        key.ensure_kid()
        metadata = {
            "client_name": name,
            "redirect_uris": list(redirects),
            "post_logout_redirect_uris": [] if goodbye is None else [goodbye],
            "scope": scope,
            "grant_types": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_method": "private_key_jwt",
            "token_endpoint_auth_signing_alg": "ES256",
            "jwks": {"keys": [key.as_dict(private=False)]},
        }
        with services.database.unit_of_work() as db:
            now, by = services.clock(), deployment.actor()
            made = registrations.register(
                db,
                metadata,
                agency_id=agencies.ensure_default(db, by=by, now=now),
                environment=Environment.SANDBOX,
                by=by,
                now=now,
                seal=services.secret_seal,
                policy=deployment.policy(services),
            )
        values = {
            "OIDC_ISSUER": services.settings.issuer,
            "OIDC_CLIENT_ID": made.client.id,
            "OIDC_REDIRECT_URI": redirects[0],
            **({} if goodbye is None else {"OIDC_POST_LOGOUT_REDIRECT_URI": goodbye}),
            "OIDC_SCOPE": scope,
            "OIDC_TOKEN_ENDPOINT_AUTH_METHOD": "private_key_jwt",
            "OIDC_CLIENT_PRIVATE_JWK": json.dumps(key.as_dict(private=True), separators=(",", ":")),
        }
    if machine:
        document(values)
    else:
        for variable, value in values.items():
            click.echo(f"{variable}={_quoted(value)}")


@clients.command("list")
@click.option("--agency", "agency_id", help="Only this agency's.")
@click.option("--search", default="", help="Part of the id or name.")
@as_json
def list_clients(agency_id: str | None, search: str, machine: bool) -> None:
    """List clients.

    Example: idp clients list --search pajak
    """
    with deployment.open_services() as services, services.database.unit_of_work() as db:
        rows = list(listing.every(db, agency_id=agency_id, search=search))
    if machine:
        document([registrations.response(row) for row in rows])
    else:
        table(
            ("client_id", "agency", "environment", "profile", "status", "name"),
            ((r.id, r.agency_id, r.environment, r.profile, r.status, listing.name_of(r)) for r in rows),
        )


@clients.command()
@click.argument("client_id")
@as_json
def show(client_id: str, machine: bool) -> None:
    """Show one client and the changes that wait for a second person. Secrets are never shown again.

    Example: idp clients show tax-demo
    """
    with deployment.open_services() as services, services.database.unit_of_work() as db:
        row = registrations.find(db, client_id)
        waiting = [
            {"id": str(c.id), "kind": c.kind, "by": c.proposed_by, "at": c.proposed_at.isoformat()}
            for c in changes.open_of(db, client_id)
        ]
        answer = {**registrations.response(row), "revision": row.revision, "waiting": waiting}
    if machine:
        document(answer)
    else:
        for name, value in answer.items():
            click.echo(
                f"{name}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
            )


@clients.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--base", help="Public address that stands for {base} in the manifest.")
@as_json
def plan(file: Path, base: str | None, machine: bool) -> None:
    """Print what applying a manifest would change; changes nothing.

    Example: idp clients plan clients/tax/client.toml
    """
    with deployment.open_services() as services:
        manifest = _judged(services, file, base)
        with services.database.unit_of_work() as db:
            about_agency = list(manifests.agency_changes(db, manifest))
            found = manifests.plan(db, manifest, deployment.policy(services), services.clock())
            asked = agreement_manifests.plan(db, agreement_manifests.read(file), services.clock())
    if machine:
        document({"agency": about_agency, "clients": list(map(_as_object, found)), **asked_as_object(asked)})
        return
    for name, old, value in about_agency:
        click.echo(f"agency {manifest.agency_id}: {name}: {old} -> {value}")
    _print(found)
    print_asked(asked)


@clients.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--base", help="Public address that stands for {base} in the manifest.")
@as_json
def apply(file: Path, base: str | None, machine: bool) -> None:
    """Bring the registry to what a manifest says; applying it again changes nothing.

    Example: idp clients apply clients/tax/client.toml
    """
    with deployment.open_services() as services:
        found, asked = apply_manifest(services, file, base)
    if machine:
        document({"clients": list(map(_as_object, found)), **asked_as_object(asked)})
    else:
        _print(found)
        print_asked(asked)


@clients.command()
@click.argument("client_id")
@as_json
def approve(client_id: str, machine: bool) -> None:
    """Approve the change that waits for a client; not by the user who proposed it.

    Example: idp clients approve tax
    """
    with deployment.open_services() as services:
        with services.database.reading() as db:
            row = registrations.find(db, client_id)
            waiting = changes.open_of(db, client_id)
        if not waiting:
            if row.status == registrations.APPROVED_STATUS:
                _tell(row.id, row.status, machine)
                return
            fail(f"nothing waits for approval at client {client_id}")
        change = waiting[-1]
        wanted = change.proposal if change.proposal is not None else registrations.full_metadata(row)
        deployment.judge(services, wanted, row.environment)
        with services.database.unit_of_work() as db:
            by, now = deployment.actor(), services.clock()
            asking = declared.stopped(db, change, row, by=by, now=now)
            if not asking:
                row = registrations.approve(db, change.id, by=by, now=now, policy=deployment.policy(services))
        if asking:
            raise declared.why(asking)
        _tell(row.id, row.status, machine)


@clients.command()
@click.argument("client_id")
@click.option(
    "--reason",
    type=click.Choice(registrations.SUSPENSIONS),
    default="security",
    show_default=True,
    help="Why.",
)
@as_json
def suspend(client_id: str, reason: str, machine: bool) -> None:
    """Stop a client at once; nothing is issued to it any more.

    Example: idp clients suspend tax-demo --reason security
    """
    with deployment.open_services() as services, services.database.unit_of_work() as db:
        row = registrations.suspend(db, client_id, reason, by=deployment.actor(), now=services.clock())
        _tell(row.id, row.status, machine)


@clients.command("rotate-secret")
@click.argument("client_id")
@as_json
def rotate_secret(client_id: str, machine: bool) -> None:
    """Give a client a new secret, shown once; the old one is void at once.

    Example: idp clients rotate-secret legacy-portal
    """
    with deployment.open_services() as services, services.database.unit_of_work() as db:
        secret = registrations.rotate_secret(
            db, client_id, seal=services.secret_seal, by=deployment.actor(), now=services.clock()
        )
    if machine:
        document({"client_id": client_id, "client_secret": secret, "client_secret_expires_at": 0})
    else:
        click.echo(secret)


def apply_manifest(
    services: Services, file: Path, base: str | None = None
) -> tuple[tuple[Difference, ...], tuple[Asked, ...]]:
    """Apply one manifest in one transaction, after all of it was judged."""
    manifest = _judged(services, file, base)
    agreements = agreement_manifests.read(file)
    published = publisher_manifests.read(file, base)
    now, by = services.clock(), deployment.actor()
    with services.database.unit_of_work() as db:
        policy = deployment.policy(services)
        found = manifests.apply(db, manifest, policy, seal=services.secret_seal, by=by, now=now)
        if published is not None:
            publisher_manifests.apply(db, published, by=by, now=now)
        return found, agreement_manifests.apply(db, agreements, Hand(by, platform=True), now)


def _judged(services: Services, file: Path, base: str | None) -> Manifest:
    manifest = manifests.read(file, services.settings.data_dir, base)
    for entry in manifest.clients:
        deployment.judge(services, entry.metadata, entry.environment)
    return manifest


def _tell(client_id: str, status: str, machine: bool) -> None:
    if machine:
        document({"client_id": client_id, "status": status})
    else:
        click.echo(f"{client_id}: {status}")


def _print(found: tuple[Difference, ...]) -> None:
    marks = {manifests.CREATE: "+", manifests.CHANGE: "~", manifests.SAME: "="}
    for difference in found:
        note = " (waits for a second person)" if difference.waits else ""
        click.echo(f"{marks[difference.action]} {difference.client_id}: {difference.action}{note}")
        for name, old, value in difference.members:
            before = "" if difference.action == manifests.CREATE else f"{_short(old)} -> "
            click.echo(f"    {name}: {before}{_short(value)}")
        if difference.secret is not None:
            click.echo(f"    client_secret: {difference.secret}")


def _as_object(difference: Difference) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "client_id": difference.client_id,
        "action": difference.action,
        "waits": difference.waits,
        "members": {name: {"old": old, "new": value} for name, old, value in difference.members},
    }
    return answer if difference.secret is None else {**answer, "client_secret": difference.secret}


def _short(value: object) -> str:
    shown = json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= 100 else shown[:97] + "..."


def _quoted(value: str) -> str:
    return value if value.replace("-", "").isalnum() else "'" + value.replace("'", "'\\''") + "'"
