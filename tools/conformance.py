"""Which sentence of which specification which test holds: read from the tests themselves, so that it cannot lie.

A file in tests/spec is a specification, or a part of one: its docstring's first sentence is the title. A test's name
begins with the section (`test_4_1_2_…`) or the requirement (`test_d16_…`) it holds; any other test says what follows
from the whole. Files in tests/attacks are the catalogue of attacks, each test named by its number (`test_o064_…`).
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.requirements import database_of

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("spec", "attacks", "deploy")
GENERAL = "–"
_NAME = re.compile(
    r"test_(?:(?P<section>\d+(?:_\d+)*)|(?P<requirement>[a-z]{1,2}\d{1,3})(?:_to_[a-z]?\d+)?)_(?P<words>.+)"
)


@dataclass(frozen=True)
class Held:
    """One test and what it holds."""

    section: str
    words: str
    name: str


@dataclass(frozen=True)
class Specification:
    """One file of tests."""

    path: str
    title: str
    tests: tuple[Held, ...]

    def sections(self) -> dict[str, list[Held]]:
        """Group the tests, sections in their order, what follows from the whole last."""
        groups: dict[str, list[Held]] = defaultdict(list)
        for test in self.tests:
            groups[test.section].append(test)
        return {section: groups[section] for section in sorted(groups, key=_order)}


def specifications() -> Iterator[Specification]:
    """Read every file of every folder."""
    for folder in FOLDERS:
        for path in sorted((ROOT / "tests" / folder).glob("test_*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            title = " ".join((ast.get_docstring(tree) or "").split("\n\n")[0].split()).rstrip(".")
            names = [
                node.name
                for node in tree.body
                if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
            ]
            yield Specification(str(path.relative_to(ROOT)), title, tuple(map(held, names)))


def held(name: str) -> Held:
    """Read what a test holds from its name."""
    match = _NAME.fullmatch(name)
    if match is None:
        return Held(GENERAL, name.removeprefix("test_").replace("_", " "), name)
    section = match["section"].replace("_", ".") if match["section"] else _spelled(match["requirement"])
    return Held(section, match["words"].replace("_", " "), name)


def _spelled(requirement: str) -> str:
    """Write a requirement as its list does: `D16`, and `O-064` for an attack."""
    upper = requirement.upper()
    return f"O-{upper[1:]}" if upper.startswith("O") else upper


def parts() -> list[str]:
    """Write the reference page: specification, section, test."""
    written = []
    for spec in specifications():
        rows = [
            f"| {section if number == 0 else ''} | {test.words} | `{test.name}` |"
            for section, tests in spec.sections().items()
            for number, test in enumerate(tests)
        ]
        head = f"## {spec.title}\n\n`{spec.path}`\n\n| Section | What is held | Test |\n|---|---|---|"
        written.append("\n".join([head, *rows]))
    return written


def table(outcomes: Mapping[str, str]) -> list[str]:
    """Sum up a run: for each specification how many tests passed on which database, and every one that failed."""
    lines: list[str] = []
    red: list[str] = []
    total: dict[str, int] = defaultdict(int)
    for spec in specifications():
        counts: dict[str, int] = defaultdict(int)
        for node, outcome in outcomes.items():
            if node.partition("::")[0] == spec.path:
                counts[f"{database_of(node)} {outcome}"] += 1
                if outcome != "passed":
                    red.append(node)
        for key, count in counts.items():
            total[key] += count
        lines.append(f"{_verdict(counts)}  {_figures(counts)}  {spec.title[:90]}")
    head = f"{'':6}{'sqlite':>8}{'postgresql':>12}{'pure':>7}"
    return [
        "",
        head,
        *lines,
        f"{_verdict(total)}  {_figures(total)}  together",
        *(f"  red: {node}" for node in red),
    ]


def _verdict(counts: Mapping[str, int]) -> str:
    if not counts:
        return "—   "
    return "FAIL" if any(key.endswith("failed") for key in counts) else "PASS"


def _figures(counts: Mapping[str, int]) -> str:
    sqlite, postgresql, pure = (
        counts.get(f"{place} passed", 0) for place in ("sqlite", "postgresql", "pure")
    )
    return f"{sqlite:>8}{postgresql:>12}{pure:>7}"


def _order(section: str) -> tuple[int, list[int], str]:
    if section == GENERAL:
        return 2, [], ""
    if section[0].isdigit():
        return 0, [int(number) for number in section.split(".")], ""
    return 1, [int(re.sub(r"\D", "", section))], section
