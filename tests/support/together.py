"""What several callers of one provider got."""

from collections import Counter
from collections.abc import Iterable

from tests.rp import Answer


def outcomes(answers: Iterable[object]) -> Counter[str]:
    """Count answers by status and error; an exception counts under its name and never passes for an answer."""
    return Counter(
        f"{a.status} {a.error or ''}".strip() if isinstance(a, Answer) else type(a).__name__ for a in answers
    )
