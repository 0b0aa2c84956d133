"""Rows of the statements that read for a release, as sealed values."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from idp.domain.exchange.sources import SealedValue
from idp.domain.store.statements import Row, as_moment, as_uuid


def stored_value(row: Row) -> SealedValue:
    """Read one row of `attribute_value` with the case it was last in."""
    return SealedValue(
        as_uuid(row["id"]),
        row["name"],
        row["sealed"],
        row["source"],
        row["level"],
        _moment(row["verified_at"]),
        _moment(row["valid_from"]),
        _moment(row["valid_until"]),
        row["case_number"],
        row["case_outcome"],
    )


def chosen_contacts(row: Row) -> Iterator[SealedValue]:
    """Read the contacts this client sees instead of the primary ones."""
    for name, column in (("email", "email"), ("phone_number", "phone")):
        if row[f"{column}_sealed"] is not None:
            yield SealedValue.of_contact(
                as_uuid(row[f"{column}_id"]),
                name,
                row[f"{column}_sealed"],
                _moment(row[f"{column}_verified"]),
            )


def stored_values(row: Row) -> tuple[SealedValue, ...]:
    """Take apart what one statement gathered in arrays (PostgreSQL)."""
    if row["ids"] is None:
        return ()
    columns = zip(
        row["ids"],
        row["names"],
        row["sealed"],
        row["sources"],
        row["levels"],
        row["verified"],
        row["valid_from"],
        row["valid_until"],
        row["case_numbers"],
        row["case_outcomes"],
        strict=True,
    )
    return tuple(SealedValue(*column) for column in columns)


def _moment(value: Any) -> datetime | None:
    return as_moment(value) if value is not None else None
