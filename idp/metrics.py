"""What is counted: requests by endpoint and status, and how the work in the background stands.

With PROMETHEUS_MULTIPROC_DIR set, the counts of all worker processes are added up (prometheus_client, multiprocess
mode); without it each process tells its own.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
MULTIPROCESS: Final = "PROMETHEUS_MULTIPROC_DIR"
SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)

OWN: Final = CollectorRegistry()
REQUESTS: Final = Counter("gerbang_http_requests", "Requests answered.", ("endpoint", "status"), registry=OWN)
UNKNOWN_CLIENTS: Final = Counter(
    "gerbang_unknown_client_authentications",
    "Client authentications under an id that nobody has; the audit log keeps some of them.",
    registry=OWN,
)
DURATION: Final = Histogram(
    "gerbang_http_request_seconds", "Time to answer.", ("endpoint",), registry=OWN, buckets=SECONDS
)


class Requests:
    """Counts answers; the label values are looked up once per endpoint and status."""

    def __init__(self) -> None:
        self._counters: dict[tuple[str, int], Counter] = {}
        self._durations: dict[str, Histogram] = {}

    def observe(self, endpoint: str, status: int, seconds: float) -> None:
        """Count one answer."""
        counter = self._counters.get((endpoint, status))
        if counter is None:
            counter = self._counters[endpoint, status] = REQUESTS.labels(endpoint, str(status))
        duration = self._durations.get(endpoint)
        if duration is None:
            duration = self._durations[endpoint] = DURATION.labels(endpoint)
        counter.inc()
        duration.observe(seconds)


class Gauges(Collector):
    """Values that are read when somebody asks."""

    def __init__(self, values: dict[str, tuple[str, float]]) -> None:
        self._values = values

    def collect(self) -> Iterator[Metric]:
        """Give every value as a gauge."""
        for name, (text, value) in self._values.items():
            yield GaugeMetricFamily(name, text, value=value)


@dataclass(frozen=True, slots=True)
class Kept:
    """A counter that the database keeps for all nodes: name, text, label names, and a value for each set of labels."""

    name: str
    text: str
    labels: tuple[str, ...]
    values: Sequence[tuple[tuple[str, ...], float]]


class KeptCounters(Collector):
    """Counters of the database, as they stand when somebody asks."""

    def __init__(self, counters: Sequence[Kept]) -> None:
        self._counters = counters

    def collect(self) -> Iterator[Metric]:
        """Give every counter."""
        for kept in self._counters:
            family = CounterMetricFamily(kept.name, kept.text, labels=kept.labels)
            for labels, value in kept.values:
                family.add_metric(labels, value)
            yield family


def exposition(values: dict[str, tuple[str, float]], kept: Sequence[Kept] = ()) -> bytes:
    """Write everything in the text format, `values` as gauges and `kept` as counters."""
    if os.environ.get(MULTIPROCESS):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        counted = generate_latest(registry)
    else:
        counted = generate_latest(OWN)
    gauges = CollectorRegistry()
    gauges.register(Gauges(values))
    gauges.register(KeptCounters(kept))
    return counted + generate_latest(gauges)
