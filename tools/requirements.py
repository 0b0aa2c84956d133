"""What an OpenID provider must hold, requirement by requirement: read from tests/requirements.toml."""

import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "tests" / "requirements.toml"
RUN = ("tests/spec/", "tests/attacks/", "tests/deploy/")
DATABASES = ("sqlite", "postgresql", "pure")
_DATABASE = re.compile(r"\[(?:.*-)?(sqlite|postgresql)(?:-.*)?\]$")


@dataclass(frozen=True)
class Requirement:
    """One sentence, where it comes from, where it is built, and what holds it."""

    name: str
    spec: str
    section: str
    says: str
    where: str
    tests: tuple[str, ...]
    lacks: str
    not_applicable: str


@dataclass(frozen=True)
class Specification:
    """One specification and the module to open first."""

    name: str
    title: str
    where: str
    tests: tuple[str, ...]


def _document() -> dict[str, Any]:
    return tomllib.loads(SOURCE.read_text(encoding="utf-8"))


def requirements() -> list[Requirement]:
    """Read every requirement, in the order of the file."""
    return [
        Requirement(
            name=name,
            spec=entry["spec"],
            section=entry["section"],
            says=entry["says"],
            where=entry.get("where", ""),
            tests=tuple(entry.get("tests", ())),
            lacks=entry.get("lacks", ""),
            not_applicable=entry.get("not_applicable", ""),
        )
        for name, entry in _document()["requirement"].items()
    ]


def specifications() -> list[Specification]:
    """Read every specification."""
    return [
        Specification(name, entry["title"], entry["where"], tuple(entry["tests"]))
        for name, entry in _document()["specification"].items()
    ]


def unheld_attacks() -> dict[str, str]:
    """Tell which attacks of the catalogue no test is named after, and what is missing."""
    return {name: entry["lacks"] for name, entry in _document().get("attack", {}).items()}


def elsewhere() -> list[str]:
    """Name the tests that hold a requirement outside the folders of `make spec`."""
    return sorted(
        {test for each in requirements() for test in each.tests if not runs_whole(test)},
    )


def runs_whole(test: str) -> bool:
    """True for a test in a folder that `make spec` runs whole."""
    return test.startswith(RUN)


def database_of(node: str) -> str:
    """Tell on which database a test ran, by its node id."""
    match = _DATABASE.search(node)
    return match[1] if match else "pure"


def parts() -> list[str]:
    """Write the two tables of the reference page: where is what, and what holds each requirement."""
    where = [
        f"| {spec.name} | {spec.title} | `{spec.where}` | {_files(spec.tests)} |" for spec in specifications()
    ]
    held = [
        f"| {each.name} | {each.spec} {each.section} | {each.says} | {_where(each)} | {_tests(each)} |"
        for each in requirements()
    ]
    open_ = [f"- {name}: {lacks}" for name, lacks in lacking().items()]
    return [
        "\n".join(
            [
                "## Where is it?\n",
                "| Specification | What it is | Open first | Tests |\n|---|---|---|---|",
                *where,
            ]
        ),
        "\n".join(
            [
                "## Requirement by requirement\n",
                "| | Source | What is held | Module | Tests |\n|---|---|---|---|---|",
                *held,
            ]
        ),
        "\n".join(["## Still open\n", *open_]),
    ]


def lacking() -> dict[str, str]:
    """Tell what is missing, by requirement or attack."""
    return {each.name: each.lacks for each in requirements() if each.lacks} | unheld_attacks()


def table(outcomes: Mapping[str, str]) -> list[str]:
    """Give a line for each requirement: how many of its tests passed on which database."""
    by_test: dict[str, list[str]] = {}
    for node in outcomes:
        by_test.setdefault(node.partition("[")[0], []).append(node)
    total: Counter[str] = Counter()
    lines = []
    for each in requirements():
        if each.not_applicable:
            verdict, figures = "n/a ", " " * 27
        else:
            nodes = [node for test in each.tests for node in by_test.get(test, ())]
            ran = all(test in by_test for test in each.tests)
            failed = any(outcomes[node] != "passed" for node in nodes)
            verdict = "FAIL" if failed else "PASS" if ran else "—   "
            passed = Counter(database_of(node) for node in nodes if outcomes[node] == "passed")
            figures = "".join(
                f"{passed[place]:>{width}}" for place, width in zip(DATABASES, (8, 12, 7), strict=True)
            )
        total[verdict.strip()] += 1
        lines.append(f"{verdict}  {figures}  {each.name:<4} {each.spec} {each.section}")
    summary = f"{total['PASS']} requirements hold, {total['FAIL']} fail, {total['—']} did not run whole, "
    summary += f"{total['n/a']} do not apply; {len(lacking())} with something still open:"
    return [*lines, "", summary, *(f"  {name}: {lacks}" for name, lacks in lacking().items())]


def _files(paths: tuple[str, ...]) -> str:
    return ", ".join(f"`{path.removeprefix('tests/')}`" for path in paths)


def _where(each: Requirement) -> str:
    return f"`{each.where}`" if each.where and not each.not_applicable else "–"


def _tests(each: Requirement) -> str:
    if each.not_applicable:
        return f"does not apply: {each.not_applicable}"
    names = "<br>".join(f"`{test.removeprefix('tests/')}`" for test in each.tests)
    return names + (f"<br>still open: {each.lacks}" if each.lacks else "")
