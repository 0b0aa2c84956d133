"""`idp doctor`: is this deployment well, and is that client?"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import click

from idp.cli import backups, deployment
from idp.cli.output import as_json, document
from idp.domain.registry import registrations
from idp.domain.registry.lookup import as_client
from idp.outbound import OutboundFailed, OutboundRefused
from idp.protocol.oauth.client import Client
from idp.services import Services

Finding = tuple[str, bool, str]


@click.command()
@click.argument("client_id", required=False)
@as_json
def doctor(client_id: str | None, machine: bool) -> None:
    """Check configuration, database and keys; for a client its redirect URIs, keys and logout endpoint.

    Exit 1 when something is wrong.

    Example: idp doctor tax-demo
    """
    with deployment.open_services() as services:
        findings = list(_deployment(services) if client_id is None else _client(services, client_id))
    well = all(ok for _, ok, _ in findings)
    if machine:
        document({"ok": well, "findings": [{"what": w, "ok": ok, "detail": d} for w, ok, d in findings]})
    else:
        for what, ok, detail in findings:
            click.echo(f"{'ok ' if ok else 'BAD'}  {what}" + (f": {detail}" if detail else ""))
    if not well:
        raise click.exceptions.Exit(1)


def _deployment(services: Services) -> Iterator[Finding]:
    settings = services.settings
    yield "settings", True, f"{settings.mode}, issuer {settings.issuer}"
    problems = backups.problems(services.database)
    yield "database", not problems, "; ".join(problems) or services.database.dialect
    algorithms = services.keyring.algorithms
    yield "signing keys", {"ES256", "RS256"} <= set(algorithms), ", ".join(algorithms)
    yield (
        "mail",
        settings.smtp_url is not None or not settings.production,
        "" if settings.smtp_url else "outbox page",
    )
    if settings.population_registry_url is None:
        yield "population registry", not settings.production, "not configured: identities stay self-stated"
    else:
        yield _reachable(services, "population registry", settings.population_registry_url)


def _client(services: Services, client_id: str) -> Iterator[Finding]:
    with services.database.unit_of_work() as db:
        row = registrations.find(db, client_id)
        client, status = as_client(row), row.status
    yield "status", status == "approved", status
    for uri in client.redirect_uris:
        parts = urlsplit(uri)
        loopback = parts.hostname in ("localhost", "127.0.0.1", "::1")
        yield "redirect URI", parts.scheme == "https" or loopback or client.is_native, uri
    yield _keys(services, client)
    if client.backchannel_logout_uri is None:
        yield "back-channel logout", False, "not registered: its sessions outlive ours"
    else:
        yield _reachable(services, "back-channel logout", client.backchannel_logout_uri)


def _keys(services: Services, client: Client) -> Finding:
    if client.jwks_uri is not None:
        return _reachable(services, "key set", client.jwks_uri)
    if client.jwks is not None:
        return "key set", True, "registered"
    method = client.token_endpoint_auth_method
    return "key set", method != "private_key_jwt", f"none, {method}"


def _reachable(services: Services, what: str, url: str) -> Finding:
    try:
        answer = services.outbound.get(url)
    except OutboundRefused as exc:
        return what, False, f"{url}: {exc}"
    except OutboundFailed as exc:
        return what, False, f"{url}: no answer ({exc})"
    return what, answer.status < 500, f"{url} answers {answer.status}"
