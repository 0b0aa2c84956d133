"""Password hashing in a bounded pool: argon2id, 19 MiB, two passes (reliability 3).

A hash costs some 35 ms of a core. Without a bound, twenty sign-ins at once starve the token endpoint; with one, those
over the queue are told to come back in a moment.
"""

from __future__ import annotations

import secrets
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from argon2 import DEFAULT_HASH_LENGTH, DEFAULT_RANDOM_SALT_LENGTH, PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION, Type

from idp.protocol.oauth.errors import TemporarilyUnavailable

MEMORY_KIB = 19_456
PASSES = 2
RETRY_AFTER_SECONDS = 2
Pepper = Callable[[bytes], bytes]


class HashPool:
    """Computes peppered argon2id hashes, at most `parallel` at once with `queue` more waiting."""

    def __init__(self, pepper: Pepper, *, parallel: int, queue: int) -> None:
        self._pepper = pepper
        self._hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=1, type=Type.ID)
        self._slots = threading.BoundedSemaphore(parallel)
        self._places = threading.BoundedSemaphore(parallel + queue)
        self._nobody = _a_hash_of_nothing()

    def hash(self, password: str) -> str:
        """Hash a password for storage.

        Raises:
            TemporarilyUnavailable: when the queue is full.
        """
        with self._slot():
            return self._hasher.hash(self._seasoned(password))

    def verify(self, stored: str | None, password: str) -> bool:
        """Check a password; an absent hash costs the same time and is always wrong.

        Raises:
            TemporarilyUnavailable: when the queue is full.
        """
        with self._slot():
            try:
                right = self._hasher.verify(stored or self._nobody, self._seasoned(password))
            except (VerificationError, InvalidHashError):
                return False
        return right and stored is not None

    def outdated(self, stored: str) -> bool:
        """Tell whether a hash was made with other parameters and should be made anew at sign-in."""
        return self._hasher.check_needs_rehash(stored)

    def _seasoned(self, password: str) -> str:
        return b64encode(self._pepper(password.encode("utf-8"))).decode("ascii")

    @contextmanager
    def _slot(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise TemporarilyUnavailable("too many sign-ins at once", retry_after=RETRY_AFTER_SECONDS)
        try:
            with self._slots:
                yield
        finally:
            self._places.release()


def _a_hash_of_nothing() -> str:
    """Write down a hash that no password has; checking against it costs what checking against a real one costs."""
    salt, digest = (
        b64encode(secrets.token_bytes(size)).decode("ascii").rstrip("=")
        for size in (DEFAULT_RANDOM_SALT_LENGTH, DEFAULT_HASH_LENGTH)
    )
    return f"$argon2id$v={ARGON2_VERSION}$m={MEMORY_KIB},t={PASSES},p=1${salt}${digest}"
