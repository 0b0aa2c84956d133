"""Keep a ledger of what ran, on which database, and why the rest did not (read by tools/suite.py)."""

import json
import os
from collections import Counter
from pathlib import Path

import pytest


class Ledger:
    """A pytest plugin; with xdist it lives in the controlling process, which sees every report."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.outcomes: dict[str, str] = {}
        self.where: Counter[str] = Counter()
        self.not_run: Counter[str] = Counter()
        self.figures: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note one phase of one test."""
        if report.skipped:
            if not hasattr(report, "wasxfail"):
                self.not_run[self._reason(report)] += 1
            return
        if report.failed:
            self.outcomes[report.nodeid] = "failed"
        elif report.when == "call":
            self.outcomes.setdefault(report.nodeid, "passed")
            self.where.update(str(value) for key, value in report.user_properties if key == "where")
            self.figures += [str(value) for key, value in report.user_properties if key == "figures"]

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note a file that could not even be read, or that skips itself whole."""
        if report.failed:
            self.outcomes[report.nodeid] = "failed"
        elif report.skipped:
            self.not_run[self._reason(report)] += 1

    def pytest_sessionfinish(self) -> None:
        """Write the ledger."""
        failed = sorted(name for name, outcome in self.outcomes.items() if outcome == "failed")
        ledger = {
            "counts": Counter(self.outcomes.values()),
            "where": self.where,
            "not_run": self.not_run,
            "failed": failed,
            "figures": self.figures,
            "outcomes": self.outcomes,
        }
        self.path.write_text(json.dumps(ledger), encoding="utf-8")

    @staticmethod
    def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
        text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        return f"{text.removeprefix('Skipped: ')} ({report.nodeid.split('::')[0]})"


def register(config: pytest.Config) -> None:
    """Keep a ledger when GERBANG_LEDGER says where; xdist workers keep none."""
    path = os.environ.get("GERBANG_LEDGER")
    if path and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Ledger(Path(path)), "gerbang-ledger")
