"""kill -9 of a random worker in the middle of parallel token requests (attacks O-144, reliability E3, E19)."""

import os
import secrets
import time

import pytest

from tests.conftest import NewProvider
from tests.faults import invariants
from tests.faults.deployment import Deployment, deploy, kill
from tests.faults.load import Ledger, Load, Report
from tests.support import schema
from tests.support.postgres import Cluster
from tests.support.processes import wait_until

pytestmark = [pytest.mark.kills, pytest.mark.slow]

KILLS = int(os.environ.get("GERBANG_KILLS", "200"))
WORKERS = 2
KILLS_ON_SQLITE = max(1, KILLS // 5)
LONGEST_SECONDS = 240
SEALER_EVERY = 25
LEAST_ANSWERS_BETWEEN = 8


def kill_workers(deployment: Deployment, ledger: Ledger, times: int) -> float:
    """Kill a random worker again and again, each time after the server has answered token requests since.

    Now and then the process that seals the audit log is killed as well.
    """
    began = time.monotonic()
    sealing = deployment.provider.work()
    for number in range(1, times + 1):
        ledger.wait_for(LEAST_ANSWERS_BETWEEN)
        assert time.monotonic() - began < LONGEST_SECONDS
        alive = deployment.workers()
        if alive:
            kill(secrets.choice(alive))
        if number % SEALER_EVERY == 0:
            sealing.kill()
            sealing = deployment.provider.work()
    sealing.stop()
    return time.monotonic() - began


def experiment(deployment: Deployment, kills: int, record: Report) -> None:
    with Load(deployment).running() as ledger:
        seconds = kill_workers(deployment, ledger, kills)
    assert wait_until(lambda: deployment.settled(WORKERS), seconds=10)
    figures = invariants.check(deployment, ledger)
    invariants.check_audit(deployment)
    record("figures", f"{kills} kills in {seconds:.0f} s: {figures}, {dict(ledger.statuses)}")
    assert figures["acknowledged"] > kills


@pytest.mark.durable
def test_o144_nothing_is_lost_or_doubled_on_postgresql(
    durable_cluster: Cluster, new_provider: NewProvider, record_property: Report
) -> None:
    with schema.postgres_copy(durable_cluster) as url:
        provider = new_provider(url)
        experiment(deploy(provider, workers=WORKERS), KILLS, record_property)
        provider.stop()


def test_o144_nothing_is_lost_or_doubled_on_sqlite(
    sqlite_url: str, new_provider: NewProvider, record_property: Report
) -> None:
    experiment(deploy(new_provider(sqlite_url), workers=WORKERS), KILLS_ON_SQLITE, record_property)


def test_one_worker_that_falls_again_and_again_takes_nobody_with_it(
    sqlite_url: str, new_provider: NewProvider
) -> None:
    deployment = deploy(new_provider(sqlite_url), workers=1)
    for _ in range(6):
        kill(deployment.workers()[0])
        assert wait_until(lambda: bool(deployment.workers()), seconds=5)
        assert wait_until(lambda: deployment.channel().send("GET", "/jwks").status == 200, seconds=5)
    assert deployment.server.running
