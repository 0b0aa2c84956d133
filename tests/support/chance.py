"""Chance that can be repeated: the same seed gives the same choices (`secrets` gives others each time)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")


class Chance:
    """Choices drawn from SHA-256 of a seed and a counter."""

    def __init__(self, seed: int) -> None:
        self._seed, self._count = seed, 0

    def below(self, limit: int) -> int:
        """Give a whole number from 0 to below `limit`."""
        self._count += 1
        digest = hashlib.sha256(f"{self._seed}.{self._count}".encode()).digest()
        return int.from_bytes(digest[:8]) % limit

    def choice(self, items: Sequence[Item]) -> Item:
        """Give one of them."""
        return items[self.below(len(items))]

    def some(self, items: Sequence[Item]) -> list[Item]:
        """Give at least one of them, each once, in any order."""
        left, count = list(items), 1 + self.below(len(items))
        return [left.pop(self.below(len(left))) for _ in range(count)]
