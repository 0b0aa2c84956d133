"""Values of the hot statements: what goes to PostgreSQL in binary comes back the same."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest

from tests.support.databases import postgresql_only

pytestmark = postgresql_only

JAKARTA = timezone(timedelta(hours=7))
MOMENTS = (
    datetime(2026, 11, 24, 5, 0, 0, 1, tzinfo=UTC),
    datetime(2026, 11, 24, 12, 0, 59, 999_999, tzinfo=JAKARTA),
    datetime(1999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(1850, 1, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        *(("timestamptz", moment) for moment in MOMENTS),
        *(("bigint", number) for number in (0, -1, 2**63 - 1, -(2**63))),
        *(("bytea", data) for data in (b"", b"\x00\xff\\x", bytes(range(256)))),
        *(("boolean", truth) for truth in (True, False)),
        *(("text", text) for text in ("", "Siti", "\N{GRINNING FACE} é")),
        ("uuid", UUID("0b2f7e1c-0000-4000-8000-ffffffffffff")),
        *((kind, None) for kind in ("timestamptz", "bigint", "bytea", "boolean", "text", "uuid")),
    ],
)
def test_a_value_comes_back_as_it_went(services, kind, value):
    row = services.database.statements.one(f"SELECT CAST(:value AS {kind}) AS value", {"value": value})
    assert row == {"value": value}
    assert type(row["value"]) is type(value)


def test_one_statement_takes_different_types(services):
    for value in (1, None, 2):
        row = services.database.statements.one("SELECT CAST(:value AS bigint) AS value", {"value": value})
        assert row == {"value": value}
