"""A small bounded memory that several threads may share."""

from collections import OrderedDict
from threading import Lock
from typing import Final, Generic, TypeVar

V = TypeVar("V")


class Lru(Generic[V]):
    """Remember the most recently used entries and forget the rest."""

    def __init__(self, size: int) -> None:
        self._size: Final = size
        self._entries: OrderedDict[bytes, V] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: bytes) -> V | None:
        """Return an entry and count it as used."""
        with self._lock:
            found = self._entries.get(key)
            if found is not None:
                self._entries.move_to_end(key)
            return found

    def put(self, key: bytes, value: V) -> None:
        """Remember an entry, at the cost of the one unused for longest."""
        with self._lock:
            self._entries[key] = value
            self._entries.move_to_end(key)
            if len(self._entries) > self._size:
                self._entries.popitem(last=False)
