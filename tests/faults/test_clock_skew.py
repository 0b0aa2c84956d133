"""Host and database disagree about the time: more than five seconds is not ready (decision 15, E9)."""

from datetime import timedelta
from pathlib import Path

import pytest

from idp.clock import FrozenClock, system_clock
from tests import factories
from tests.rp import Provider


@pytest.mark.parametrize(
    ("seconds", "ready"), [(0, True), (3, True), (-2, True), (15, False), (-8, False), (86_400, False)]
)
def test_the_clock_decides_about_readiness(
    database_url: str, tmp_path: Path, seconds: int, ready: bool
) -> None:
    clock = FrozenClock(system_clock())
    services = factories.a_deployment(database_url, tmp_path, clock)
    try:
        provider = Provider(services)
        clock.now = system_clock() + timedelta(seconds=seconds)
        answer = provider.get("/readyz")
        assert answer.status == (200 if ready else 503)
        assert answer.json["checks"]["clock"] is ready
        assert answer.json["checks"]["database"] is True
        assert provider.get("/healthz").status == 200
    finally:
        services.close()
