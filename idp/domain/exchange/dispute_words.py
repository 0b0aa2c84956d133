"""What people write in a case about data, sealed with the citizen's data key and forgotten with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

import orjson

from idp.domain.exchange.dispute_models import DataCase
from keys import DataKey, Place

Column = Literal["said", "proposed", "document", "answer", "new_value"]


@dataclass(frozen=True, slots=True)
class Words:
    """What stands in a case, opened."""

    said: Mapping[str, Any] = field(repr=False)
    proposed: Mapping[str, Any] = field(repr=False)
    document: str = field(repr=False)
    answer: str = field(repr=False)
    new_value: Any = field(repr=False)


def seal(data_key: DataKey, case_id: UUID, column: Column, value: object) -> bytes | None:
    """Seal what belongs in a column of a case; nothing stays nothing."""
    if value in ("", None):
        return None
    return data_key.seal(orjson.dumps(value, option=orjson.OPT_SORT_KEYS), _place(case_id, column))


def words(data_key: DataKey, case: DataCase) -> Words:
    """Open everything that was written in a case."""

    def opened(column: Column) -> Any:
        sealed = getattr(case, column)
        return None if sealed is None else orjson.loads(data_key.unseal(sealed, _place(case.id, column)))

    return Words(
        said=opened("said") or {},
        proposed=opened("proposed") or {},
        document=opened("document") or "",
        answer=opened("answer") or "",
        new_value=opened("new_value"),
    )


def _place(case_id: UUID, column: Column) -> Place:
    return Place(DataCase.__tablename__, column, case_id.hex)
