"""A database that is locked or gone: 503 with Retry-After, nothing half done, healthy again at once (O-143, E6)."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.conftest import NewProvider, Start
from tests.faults import invariants
from tests.faults.deployment import Deployment, Reply, code_of, deploy, kill
from tests.faults.load import Load, Report
from tests.support import schema
from tests.support.postgres import Cluster
from tests.support.processes import wait_until

pytestmark = [pytest.mark.kills, pytest.mark.slow]

HEALTHY_SECONDS = 5
ROUNDS = ("fast", "immediate", "fast", "immediate")
HOLD = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(60)
"""


def assert_come_back_later(reply: Reply) -> None:
    """Hold an answer against what a client or a citizen must see while the database is away."""
    assert reply.status == 503, reply
    assert int(reply.headers["retry-after"]) >= 1
    assert b"Traceback" not in reply.body
    for inside in (b"sqlite", b"psycopg", b"sqlalchemy", b'File "', b"SELECT"):
        assert inside not in reply.body.lower()


def assert_machines_and_people_are_told(deployment: Deployment, code: str, refresh_token: str) -> None:
    channel = deployment.channel()
    for refused in (deployment.redeem(channel, code), deployment.refresh(channel, refresh_token)):
        assert_come_back_later(refused)
        assert refused.headers["content-type"].startswith("application/json")
        assert refused.json["error"] == "temporarily_unavailable"
    page = deployment.authorize(channel)
    assert_come_back_later(page)
    assert page.headers["content-type"].startswith("text/html")
    assert b'data-page="error"' in page.body
    assert channel.send("GET", "/healthz").status == 200
    assert channel.send("GET", "/readyz").status == 503


def holdings(deployment: Deployment) -> tuple[str, str]:
    """A fresh code and a live refresh token."""
    channel = deployment.channel()
    first, second = code_of(deployment.authorize(channel)), code_of(deployment.authorize(channel))
    assert first is not None
    assert second is not None
    tokens = deployment.redeem(channel, second).json
    return first, tokens["refresh_token"]


def assert_nothing_was_spent(deployment: Deployment, code: str, refresh_token: str) -> None:
    """What was presented while the database was away is as good as before."""
    channel = deployment.channel()
    assert deployment.redeem(channel, code).status == 200
    assert deployment.refresh(channel, refresh_token).status == 200


def test_a_locked_sqlite_database(sqlite_url: str, new_provider: NewProvider, start: Start) -> None:
    deployment = deploy(new_provider(sqlite_url), workers=1)
    code, refresh_token = holdings(deployment)
    path = sqlite_url.removeprefix("sqlite:///")
    holder = start([sys.executable, "-c", HOLD, path], name="holder")
    assert wait_until(lambda: "held" in holder.output())

    channel = deployment.channel()
    with ThreadPoolExecutor() as pool:
        redeemed = pool.submit(deployment.redeem, channel, code)
        refreshed = pool.submit(deployment.refresh, channel, refresh_token)
        page = pool.submit(deployment.authorize, channel).result()
    for refused in (redeemed.result(), refreshed.result(), page):
        assert_come_back_later(refused)
    assert b'data-page="error"' in page.body
    assert channel.send("GET", "/jwks").status == 200

    holder.kill()
    assert wait_until(lambda: channel.send("GET", "/readyz").status == 200, seconds=HEALTHY_SECONDS)
    assert_nothing_was_spent(deployment, code, refresh_token)
    assert Path(path).exists()


@pytest.mark.durable
def test_a_stopped_postgresql(durable_cluster: Cluster, new_provider: NewProvider) -> None:
    with schema.postgres_copy(durable_cluster) as url:
        provider = new_provider(url, code_lifetime="300")
        deployment = deploy(provider, workers=1)
        code, refresh_token = holdings(deployment)
        durable_cluster.stop("fast")
        assert_machines_and_people_are_told(deployment, code, refresh_token)

        kill(deployment.workers()[0])  # its successors cannot start for now, and go on trying
        time.sleep(3)
        assert deployment.server.running

        durable_cluster.start()
        channel = deployment.channel()
        assert wait_until(lambda: channel.send("GET", "/readyz").status == 200, seconds=HEALTHY_SECONDS)
        assert_nothing_was_spent(deployment, code, refresh_token)
        provider.stop()


@pytest.mark.durable
def test_o143_postgresql_restarts_under_load(
    durable_cluster: Cluster, new_provider: NewProvider, record_property: Report
) -> None:
    with schema.postgres_copy(durable_cluster) as url:
        provider = new_provider(url)
        deployment = deploy(provider)
        back_after: list[float] = []
        with Load(deployment, tolerated=(503,)).running() as ledger:
            for mode in ROUNDS:
                ledger.wait_for(20)
                durable_cluster.restart(mode)
                began = time.monotonic()
                assert wait_until(lambda: is_healthy(deployment), seconds=HEALTHY_SECONDS)
                back_after.append(round(time.monotonic() - began, 2))
        figures = invariants.check(deployment, ledger)
        found = f"healthy {back_after} s after its return: {figures}, {dict(ledger.statuses)}"
        record_property("figures", found)
        provider.stop()


def is_healthy(deployment: Deployment) -> bool:
    """Whether one sign-on after the other goes through."""
    channel = deployment.channel()
    return all(deployment.authorize(channel).status == 303 for _ in range(5))
