"""Run the test suite in two parts and say at the end what ran, and what did not and why.

Usage: suite.py [--conformance] [PATH ...] [-- PYTEST OPTION ...]

The first part runs in parallel, its files in memory where there is room. The second part, tests marked `serial`
(browser journeys, killed processes), runs when the first has gone: they wait more than they compute, so journeys take
two lanes and the others a third (tests/support/lanes.py). A narrowed selection has one lane only. Each part leaves a
ledger (tests/support/ledger.py).
"""

import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.support import memory  # noqa: E402  - this file runs as a program
from tools import conformance, requirements  # noqa: E402

NOTHING_COLLECTED = 5  # pytest's exit code; right for a part, wrong for the whole
SOME_FAILED = 1
INTERRUPTED = 2


@dataclass
class Totals:
    """What the ledgers of all parts add up to."""

    counts: Counter[str] = field(default_factory=Counter)
    where: Counter[str] = field(default_factory=Counter)
    not_run: Counter[str] = field(default_factory=Counter)
    broken: list[int] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    figures: list[str] = field(default_factory=list)
    outcomes: dict[str, str] = field(default_factory=dict)

    def add(self, ledger: Path, code: int) -> None:
        """Add one part, if it lived long enough to write its ledger."""
        if code not in {0, SOME_FAILED, NOTHING_COLLECTED}:
            self.broken.append(code)
        if not ledger.exists():
            return
        part = json.loads(ledger.read_text(encoding="utf-8"))
        self.counts.update(part["counts"])
        self.where.update(part["where"])
        self.not_run.update(part["not_run"])
        self.failed.extend(part["failed"])
        self.figures.extend(part["figures"])
        self.outcomes.update(part["outcomes"])

    def lines(self, seconds: float) -> list[str]:
        """Write the last lines of a run."""
        ran = self.counts["passed"] + self.counts["failed"]
        text = f"Ran {ran} tests in {seconds / 60:.1f} min: {self.counts['passed']} passed"
        text += f", {self.counts['failed']} failed" if self.counts["failed"] else ""
        text += "".join(f"; {count} {place}" for place, count in sorted(self.where.items()))
        lines = [*self.figures, text + "."]
        lines += [f"  failed: {name}" for name in self.failed]
        lines += [
            f"A part ended early (pytest exit code {code}); what it left is missing." for code in self.broken
        ]
        if self.not_run:
            lines.append(f"Did not run: {self.not_run.total()}")
            lines += [f"  {count} × {reason}" for reason, count in self.not_run.most_common()]
        elif not self.broken:
            lines.append("Did not run: nothing; every test of this selection ran.")
        return lines


def split(arguments: Sequence[str]) -> tuple[list[str], list[str], str]:
    """Separate paths, pytest options and a marker expression."""
    at = arguments.index("--") if "--" in arguments else len(arguments)
    paths, options, marker = list(arguments[:at]), list(arguments[at + 1 :]), ""
    while "-m" in options:
        where = options.index("-m")
        marker = options[where + 1]
        del options[where : where + 2]
    return paths, options, marker


def workers(paths: Sequence[str]) -> list[str]:
    """Spread over two processes, except where starting them costs more than it saves."""
    alone = len(paths) == 1 and (".py" in paths[0])
    count = os.environ.get("GERBANG_TEST_WORKERS", str(min(4, max(2, (os.cpu_count() or 2)))))
    return ["-p", "no:xdist"] if alone or count == "0" else ["-n", count, "--dist", "worksteal"]


def lanes(paths: Sequence[str], marker: str) -> list[str]:
    """Give the second part three lanes when it is all of it: what was asked for by name is watched while it runs."""
    single = paths or marker or os.environ.get("GERBANG_TEST_WORKERS") == "0"
    return ["-p", "no:xdist"] if single else ["-n", "3", "--dist", "loadfile"]


def in_memory() -> dict[str, str]:
    """Say where files lie that need not outlive a power cut; the second part keeps its promises on a disk."""
    folder = memory.folder()
    return {} if folder is None else {"PYTEST_DEBUG_TEMPROOT": str(folder)}


def run_part(options: Sequence[str], ledger: Path, settings: Mapping[str, str]) -> int:
    """Run one part and give its exit code."""
    command = [sys.executable, "-m", "pytest", *options]
    # The processes of one run agree on the order of sets; the next run has another one.
    seed = os.environ.get("PYTHONHASHSEED", str(secrets.randbelow(2**32)))
    environment = {**settings, **os.environ, "GERBANG_LEDGER": str(ledger), "PYTHONHASHSEED": seed}
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def main(arguments: Sequence[str]) -> int:
    """Run both parts; nothing collected in one of them is fine, in both is not."""
    reports = "--conformance" in arguments
    paths, options, marker = split([each for each in arguments if each != "--conformance"])
    if reports:
        paths += requirements.elsewhere()
    if not paths or any("interop" in path for path in paths):
        subprocess.run([sys.executable, str(ROOT / "tools" / "node.py")], cwd=ROOT, check=False)
    chosen = f"({marker}) and " if marker else ""
    parts: tuple[tuple[list[str], dict[str, str]], ...] = (
        ([*workers(paths), "-m", f"{chosen}not serial", *options, *paths], in_memory()),
        ([*lanes(paths, marker), "-m", f"{chosen}serial", *options, *paths], {}),
    )
    totals, codes, started = Totals(), [], time.monotonic()
    with tempfile.TemporaryDirectory(prefix="gerbang-ledger-") as folder:
        for number, (part, settings) in enumerate(parts):
            ledger = Path(folder) / f"{number}.json"
            codes.append(run_part(part, ledger, settings))
            totals.add(ledger, codes[-1])
            if codes[-1] == INTERRUPTED:
                break
    if reports:
        print("\n".join([*conformance.table(totals.outcomes), "", *requirements.table(totals.outcomes)]))
    print("\n" + "\n".join(totals.lines(time.monotonic() - started)), flush=True)
    if all(code == NOTHING_COLLECTED for code in codes):
        print("No test matches.", file=sys.stderr)
        return NOTHING_COLLECTED
    return next((code for code in codes if code not in {0, NOTHING_COLLECTED}), 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
