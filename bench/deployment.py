"""A deployment worth measuring: durable PostgreSQL, 64 citizens, two clients, one server process on one core."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from idp.domain.citizens.enrolment import NewCitizen, create_citizen
from idp.domain.registry.models import Agency, ClientRegistration
from idp.domain.store.database import Database
from idp.domain.store.migrate import upgrade
from idp.protocol.client_auth import secret_digest
from idp.server import command as server_command
from idp.services import Services, wire
from idp.settings import Settings
from tests.support.postgres import Cluster
from tests.support.processes import answers_http, clean_environment, free_port, wait_until

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "Correct-Horse-9-Battery"  # noqa: S105 - of synthetic people in a throw-away database
SECRET = "a-client-secret-of-32-characters"  # noqa: S105 - as above
REDIRECT = "http://127.0.0.1:9/cb"
CITIZENS = 64
SERVER_CPU, DATABASE_CPU = "0", "1"


@contextmanager
def running(threads: int) -> Iterator[Path]:
    """Start everything and give the description that the load generator reads."""
    folder = Path(tempfile.mkdtemp(prefix="gerbang-bench-"))
    os.sched_setaffinity(0, {int(DATABASE_CPU)})  # inherited by the database
    cluster = Cluster(durable=True)
    cluster.start()
    server: subprocess.Popen[bytes] | None = None
    try:
        port = free_port()
        env = _environment(folder, _database(cluster), f"http://127.0.0.1:{port}")
        _prepare(env)
        began = time.monotonic()
        command = ["taskset", "-c", SERVER_CPU, *server_command("127.0.0.1", port, 1, threads)]
        with (folder / "server.log").open("wb") as log:
            server = subprocess.Popen(command, env=env, cwd=ROOT, stdout=log, stderr=log)
        wait_until(answers_http(f"http://127.0.0.1:{port}/.well-known/openid-configuration"), seconds=30)
        cold = round(time.monotonic() - began, 2)
        if cluster.program is None:
            raise RuntimeError("the database does not run")
        yield _describe(folder, port, server.pid, cluster.program.pid, cold)
    finally:
        if server is not None:
            server.terminate()
            server.wait(timeout=30)
        cluster.destroy()


def _environment(folder: Path, database_url: str, issuer: str) -> dict[str, str]:
    return clean_environment(
        IDP_ISSUER=issuer,
        IDP_DATABASE_URL=database_url,
        IDP_MASTER_KEY=urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode(),
        IDP_DATA_DIR=str(folder),
        IDP_SESSION_IDLE="86400",
        PYTHONPATH=str(ROOT),
    )


def _prepare(env: dict[str, str]) -> None:
    settings = Settings.from_env(env)
    database = Database(settings.database_url)
    upgrade(database)
    database.close()
    services = wire(settings)
    try:
        _people(services)
        _clients(services)
    finally:
        services.close()


def _people(services: Services) -> None:
    password_hash = services.hasher.hash(PASSWORD)
    now = datetime.now(UTC)  # noqa: TID251 - a clock of its own for synthetic people
    for number in range(1, CITIZENS + 1):
        new = NewCitizen(
            name="Warga Teladan",
            email=f"user{number}@contoh.id",
            email_confirmed=True,
            username=f"user{number}",
            password_hash=password_hash,
        )
        with services.database.unit_of_work() as db:
            create_citizen(db, services.tree, new, synthetic_allowed=True, now=now)


def _clients(services: Services) -> None:
    now = services.clock()
    web: dict[str, Any] = {
        "client_name": "Bench",
        "redirect_uris": [REDIRECT],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "scope": "openid profile email offline_access",
        "token_endpoint_auth_method": "client_secret_basic",
        "id_token_signed_response_alg": "ES256",
        "min_acr": "urn:gerbang:acr:aal1",
    }
    machine = {**web, "redirect_uris": [], "grant_types": ["client_credentials"], "scope": "openid api"}
    with services.database.unit_of_work() as db:
        db.add(Agency(id="bench", name_id="Bench", name_en="Bench", created_at=now))
        db.flush()
        for client_id, metadata in (("web", web), ("svc", machine)):
            db.add(
                ClientRegistration(
                    id=client_id,
                    agency_id="bench",
                    environment="sandbox",
                    profile="oidc_core",
                    status="approved",
                    client_metadata=metadata,
                    secret_digest=secret_digest(SECRET),
                    created_at=now,
                    updated_at=now,
                )
            )


def _database(cluster: Cluster) -> str:
    url = cluster.url(cluster.create_database())
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def _describe(folder: Path, port: int, server_pid: int, database_pid: int, cold: float) -> Path:
    for name, pid in (("server.pid", server_pid), ("database.pid", database_pid)):
        (folder / name).write_text(f"{pid}\n")
    description = {
        "name": "gerbang",
        "base": f"http://127.0.0.1:{port}",
        "alg": "ES256",
        "storage": "pg",
        "hash": "argon2id m=19MiB t=2 p=1",
        "cold_start_s": cold,
        "pidfiles": {"server": str(folder / "server.pid"), "db": [str(folder / "database.pid")]},
        "users": {"pattern": "user%d", "n": CITIZENS, "password": PASSWORD},
        "cc": {"id": "svc", "secret": SECRET, "scope": "api"},
        "web": {
            "id": "web",
            "secret": SECRET,
            "redirect_uri": REDIRECT,
            "scope": "openid profile email offline_access",
        },
        "first_extra": "&prompt=consent",
        "sso_scope": "openid profile email",
    }
    path = folder / "gerbang.json"
    path.write_text(json.dumps(description))
    return path


if os.cpu_count() == 1:
    sys.exit("the benchmark needs two cores: one for the server, one for database and load")
