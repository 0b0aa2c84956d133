"""The conformance page says what the tests hold: every file names its specification, most tests their section."""

import pytest

from tools import conformance

SPECIFICATIONS = list(conformance.specifications())
NAMES = [spec.path for spec in SPECIFICATIONS]


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
