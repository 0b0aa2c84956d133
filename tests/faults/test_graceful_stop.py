"""SIGTERM under load: what is in flight is answered, then the server ends (reliability E17)."""

import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conftest import NewProvider, Start
from tests.faults import invariants
from tests.faults.deployment import code_of, deploy
from tests.faults.load import Load, Report
from tests.support import schema
from tests.support.postgres import Cluster
from tests.support.processes import wait_until

pytestmark = [pytest.mark.kills, pytest.mark.slow]

EXIT_SECONDS = 30
HOLD = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(3)
connection.execute("ROLLBACK")
"""


def test_a_request_that_waits_for_the_database_is_still_answered(
    sqlite_url: str, new_provider: NewProvider, start: Start
) -> None:
    deployment = deploy(new_provider(sqlite_url), workers=1)
    channel = deployment.channel()
    code = code_of(deployment.authorize(channel))
    assert code is not None
    holder = start([sys.executable, "-c", HOLD, sqlite_url.removeprefix("sqlite:///")], name="holder")
    assert wait_until(lambda: "held" in holder.output())
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(deployment.redeem, channel, code)
        time.sleep(0.5)
        deployment.server.send(signal.SIGTERM)
        assert waiting.result().status == 200
    assert deployment.server.process.wait(EXIT_SECONDS) == 0


@pytest.mark.durable
def test_no_request_is_lost_when_the_server_stops_under_load(
    durable_cluster: Cluster, new_provider: NewProvider, record_property: Report
) -> None:
    """What the server has begun is answered. A request on an idle connection that the server closes in that very
    moment was never read; its client may send it again (RFC 9112 section 9.3.1).
    """
    with schema.postgres_copy(durable_cluster) as url:
        provider = new_provider(url)
        deployment = deploy(provider)
        with Load(deployment).running() as ledger:
            ledger.wait_for(50)
            began = time.monotonic()
            deployment.server.send(signal.SIGTERM)
            assert deployment.server.process.wait(EXIT_SECONDS) == 0
            seconds = time.monotonic() - began
        deployment.server = provider.serve(workers=2)
        figures = invariants.check(deployment, ledger)
        record_property("figures", f"stopped after {seconds:.1f} s: {figures}, {dict(ledger.statuses)}")
        assert figures["committed, reply lost"] == 0
        provider.stop()
