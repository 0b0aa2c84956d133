"""The conformance page says what the tests hold: every file names its specification, most tests their section."""

import ast
import re

import pytest

from tests.support.processes import ROOT
from tools import conformance, requirements

SPECIFICATIONS = list(conformance.specifications())
NAMES = [spec.path for spec in SPECIFICATIONS]
# How many requirements each part of the list has, and which attacks concern the protocol.
PARTS = {
    "G": 13,
    "D": 23,
    "K": 6,
    "A": 31,
    "P": 11,
    "T": 25,
    "I": 8,
    "U": 17,
    "R": 8,
    "L": 11,
    "V": 3,
    "B": 10,
    "N": 6,
    "X": 8,
    "S": 6,
}
ATTACKS = {f"O-{number:03}" for number in (*range(1, 90), *range(128, 135))}


@pytest.mark.parametrize("spec", SPECIFICATIONS, ids=NAMES)
def test_a_file_has_a_title_and_tests(spec):
    assert spec.title
    assert spec.tests


@pytest.mark.parametrize(
    ("name", "section", "words"),
    [
        ("test_4_1_2_state_comes_back_unchanged", "4.1.2", "state comes back unchanged"),
        ("test_d16_the_metadata_tells_what_is_on", "D16", "the metadata tells what is on"),
        ("test_o064_without_authentication", "O-064", "without authentication"),
        ("test_a_suspended_client_gets_nothing", "–", "a suspended client gets nothing"),
    ],
)
def test_a_name_says_section_or_requirement(name, section, words):
    held = conformance.held(name)
    assert (held.section, held.words) == (section, words)


def test_most_tests_name_what_they_hold():
    tests = [test for spec in SPECIFICATIONS for test in spec.tests]
    general = [test for test in tests if test.section == conformance.GENERAL]
    assert len(general) < len(tests) / 4


def test_the_table_tells_what_failed_and_where():
    outcomes = {
        "tests/spec/test_rfc7636_pkce.py::test_4_1_a[sqlite]": "passed",
        "tests/spec/test_rfc7636_pkce.py::test_4_1_a[postgresql]": "failed",
    }
    lines = conformance.table(outcomes)
    (line,) = [line for line in lines if "RFC 7636" in line]
    assert line.split()[:4] == ["FAIL", "1", "0", "0"]
    assert any("red: tests/spec/test_rfc7636_pkce.py::test_4_1_a[postgresql]" in line for line in lines)


def test_every_requirement_is_there_once_and_held_or_says_why_not():
    known = requirements.requirements()
    assert [each.name for each in known] == [
        f"{letter}{number + 1}" for letter, count in PARTS.items() for number in range(count)
    ]
    assert not [each.name for each in known if not (each.tests or each.lacks or each.not_applicable)]
    assert not [each.name for each in known if each.not_applicable and (each.tests or each.lacks)]


def test_every_test_named_there_exists():
    named = {test for each in requirements.requirements() for test in each.tests}
    there = {
        f"{path}::{node.name}"
        for path in {test.partition("::")[0] for test in named}
        for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }
    assert not named - there


def test_every_module_named_there_exists_and_a_specification_has_one_place():
    known = [*requirements.requirements(), *requirements.specifications()]
    assert not [each.name for each in known if each.where and not (ROOT / each.where).is_file()]
    assert not [each.name for each in requirements.specifications() if not each.where]


def test_every_file_of_specifications_is_named():
    named = {path for spec in requirements.specifications() for path in spec.tests}
    assert {spec.path for spec in SPECIFICATIONS if "/spec/" in spec.path} <= named
    assert not [path for path in named if not (ROOT / path).is_file()]


def test_every_attack_on_the_protocol_has_a_test_or_says_what_is_missing():
    tried = {
        f"O-{number}"
        for path in (ROOT / "tests").rglob("test_*.py")
        for line in re.findall(r"^def test_(\w+)", path.read_text(encoding="utf-8"), re.M)
        for number in re.findall(r"(?:^|_)o(\d{3})(?=_)", line)
    }
    unheld = set(requirements.unheld_attacks())
    assert not ATTACKS - tried - unheld
    assert not tried & unheld, "they have tests now"


def test_a_requirement_passes_when_all_its_tests_ran():
    nodes = {test: "passed" for each in requirements.requirements() for test in each.tests}
    assert not [line for line in requirements.table(nodes) if line.startswith(("FAIL", "—"))]
    (first, *_) = nodes
    assert requirements.table({**nodes, first: "failed"})[0].startswith("FAIL")
    assert requirements.table({})[0].startswith("—")
