"""`idp sandbox` and `idp personas`: the production code with synthetic people around it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from idp.cli import deployment
from idp.cli.output import as_json, document, table
from idp.domain.authenticators import totp
from idp.domain.exchange import publisher_manifests
from idp.domain.proofing.population import PopulationRegistry
from idp.domain.registry import manifests
from idp.domain.store.database import Database
from idp.domain.store.migrate import upgrade
from idp.sandbox import agreements, runner, seed
from idp.sandbox.personas import OPERATORS, personas as fixed_people
from idp.sandbox.runner import Addresses, Processes
from idp.services import Services, wire
from idp.settings import Settings

CLIENTS = runner.ROOT / "clients"


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="The provider.")
@click.option(
    "--agencies-from", default=8101, show_default=True, type=click.IntRange(1, 65500), help="First agency."
)
@click.option(
    "--registry-port", default=8110, show_default=True, type=click.IntRange(1, 65535), help="Simulator."
)
@click.option(
    "--data-dir",
    default="var",
    show_default=True,
    type=click.Path(path_type=Path),
    help="Database, keys, logs.",
)
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 16), help="Server processes.")
def sandbox(port: int, agencies_from: int, registry_port: int, data_dir: Path, workers: int) -> None:
    """Run provider, worker, registry simulator and five agencies, with people to try. Ctrl-C stops all.

    Other IDP_* settings apply; the data stays in --data-dir.

    Example: idp sandbox --port 8000
    """
    addresses = Addresses(port, agencies_from, registry_port)
    settings = {
        "IDP_MODE": "sandbox",
        "IDP_ISSUER": addresses.issuer,
        "IDP_DATA_DIR": str(data_dir.resolve()),
        "IDP_POPULATION_REGISTRY_URL": addresses.registry,
        "IDP_POPULATION_REGISTRY_KEY": runner.REGISTRY_KEY,
    }
    env = runner.environment(settings)
    env.setdefault("IDP_DATABASE_URL", f"sqlite:///{data_dir.resolve() / 'gerbang.sqlite3'}")
    os.umask(0o077)  # keys, data and logs are nobody else's, those of the children too
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    data_dir.chmod(0o700)
    processes = Processes(data_dir / "logs")
    try:
        _start(processes, addresses, env, data_dir, workers)
        _announce(addresses)
        ended = runner.wait_until_stopped(processes)
    except runner.StartFailed as exc:
        raise click.ClickException(str(exc)) from exc
    except KeyboardInterrupt:
        ended = None
    finally:
        processes.stop()
    if ended is not None:
        raise click.ClickException(f"{ended} has ended; see {processes.logs / f'{ended}.log'}")
    click.echo("stopped")


@click.command()
@as_json
def personas(machine: bool) -> None:
    """List the people of the sandbox with their passwords and the code their authenticator shows now.

    Example: idp personas --json
    """
    settings = deployment.settings()
    deployment.require_sandbox(settings)
    step = totp.step_at(deployment.now())
    rows = [
        {
            "key": p.key,
            "name": p.name,
            "identifier": p.identifier,
            "password": p.password,
            "totp_secret": p.totp_secret,
            "code": totp.code_at(p.totp_secret, step),
            "special": p.special,
        }
        for p in fixed_people()
    ]
    if machine:
        document(rows)
    else:
        shown = ("name", "identifier", "password", "code", "special")
        table(shown, [tuple(row[name] for name in shown) for row in rows])


def _start(
    processes: Processes, addresses: Addresses, env: dict[str, str], data_dir: Path, workers: int
) -> None:
    click.echo("Starting the sandbox ...", err=True)
    name = runner.REGISTRY
    registry_env = {**env, "REGISTRY_API_KEY": runner.REGISTRY_KEY}
    processes.start(name, ["-m", "clients", name, "--port", str(addresses.registry_port)], registry_env)
    _make_agency_keys(env, data_dir)
    settings = Settings.from_env(env)
    database = Database(settings.database_url)
    upgrade(database)
    database.close()
    processes.wait_for(name, f"{addresses.registry}/healthz")
    services = wire(settings)
    try:
        register_agencies(services, addresses)
        registry = PopulationRegistry(services.outbound, addresses.registry, runner.REGISTRY_KEY)
        seed.seed(services, registry)
        seed.seed_operators(services)
        agreements.seed(services, (CLIENTS / agency / "client.toml" for agency in runner.AGENCIES))
    finally:
        services.close()
    serve = ["-m", "idp", "serve", "--port", str(addresses.port), "--workers", str(workers)]
    processes.start("provider", serve, env)
    processes.start("worker", ["-m", "idp", "worker"], env)
    for agency in runner.AGENCIES:
        base = addresses.agency(agency)
        arguments = ["-m", "clients", agency, "--port", base.rpartition(":")[2], "--base", base]
        arguments += ["--issuer", addresses.issuer, "--data-dir", str(data_dir)]
        processes.start(agency, arguments, env)
    processes.wait_for("provider", f"{addresses.issuer}/healthz")
    for agency in runner.AGENCIES:
        processes.wait_for(agency, f"{addresses.agency(agency)}/healthz")


def _make_agency_keys(env: dict[str, str], data_dir: Path) -> None:
    processes = Processes(data_dir / "logs")
    processes.start("keys", ["-m", "clients", "keys", "--data-dir", str(data_dir)], env)
    if processes.running["keys"].wait() != 0:
        raise runner.StartFailed(f"the agencies' keys could not be made; see {processes.logs / 'keys.log'}")


def register_agencies(services: Services, addresses: Addresses) -> None:
    """Bring clients and publishers to what the agencies' manifests say."""
    now, policy = services.clock(), deployment.policy(services)
    for agency in runner.AGENCIES:
        file = CLIENTS / agency / "client.toml"
        with services.database.unit_of_work() as db:
            manifest = manifests.read(file, services.settings.data_dir, addresses.agency(agency))
            manifests.apply(db, manifest, policy, seal=services.secret_seal, by=seed.ACTOR, now=now)
            published = publisher_manifests.read(file, addresses.agency(agency))
            if published is not None:
                publisher_manifests.apply(db, published, by=seed.ACTOR, now=now)


def _announce(addresses: Addresses) -> None:
    rows = [
        ("Gerbang", addresses.issuer, "people, codes and the message outbox"),
        ("Akun saya", f"{addresses.issuer}/me", "a citizen's own pages"),
        ("Console", f"{addresses.issuer}/admin", "administrators"),
        *((name.replace("_", " "), addresses.agency(name), "an agency") for name in runner.AGENCIES),
        ("registry simulator", addresses.registry, "answers field by field"),
    ]
    table(("what", "address", "for"), rows)
    click.echo()
    people = [(p.name, p.identifier, p.password, p.totp_secret, p.special) for p in fixed_people()]
    staff = [(o.name, o.identifier, o.password, o.totp_secret, f"administrator, {o.role}") for o in OPERATORS]
    table(("name", "sign in with", "password", "authenticator secret", "special"), [*people, *staff])
    click.echo()
    click.echo("One-time codes: idp personas. Ctrl-C stops everything.")
    sys.stdout.flush()
