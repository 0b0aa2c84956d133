"""The data-protection page is true as far as a machine can tell: what it names is there (features 7.7)."""

import re

import pytest

from tests.support.processes import ROOT

PAGE = ROOT / "docs" / "explanation" / "data-protection.md"
TEXT = PAGE.read_text(encoding="utf-8")
ROWS = [line for line in TEXT.splitlines() if re.match(r"\| \d", line)]
DUTIES = {
    "4",
    "20",
    "21–24",
    "25, 26",
    "30",
    "31",
    "32",
    "34",
    "35–39",
    "40",
    "41",
    "42–44",
    "46",
    "51",
    "53",
}
NOT_BUILT = {"34", "53"}


def cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip("|").split("|")]


def test_every_duty_of_the_law_has_a_row():
    assert {cells(row)[0] for row in ROWS} == DUTIES
    assert all(len(cells(row)) == 5 for row in ROWS)


def test_every_file_that_is_named_is_there():
    named = re.findall(r"`((?:tests|docs|idp|clients)/[^`]+)`", TEXT)
    assert named
    assert not [name for name in named if not (ROOT / name).exists()]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: cells(row)[0])
def test_what_is_done_is_proved_and_what_is_not_is_said_so(row):
    article, _duty, does, _where, proof = cells(row)
    if article in NOT_BUILT:
        assert "yet" in does and proof == "–"
    else:
        assert "`tests/" in proof


def test_every_page_that_is_named_is_served(provider):
    rules = {rule.rule for rule in provider.app.url_map.iter_rules()}
    named = set(re.findall(r"`(/[a-z/]+)`", TEXT))
    assert named and not [page for page in named if page not in rules]
