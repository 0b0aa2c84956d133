"""Password hashing in a bounded pool: argon2id, 19 MiB, two passes (reliability 3).

A hash costs some 35 ms of a core. Twenty sign-ins at once would starve the token endpoint of threads and of processor
time. So few may wait, fewer than the server has threads, and those over the queue are told to come back in a moment;
and hashes are computed by threads of their own that step back for everybody else.
"""

from __future__ import annotations

import os
import secrets
import sys
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final

from argon2 import DEFAULT_HASH_LENGTH, DEFAULT_RANDOM_SALT_LENGTH, PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION, Type

from idp.protocol.oauth.errors import TemporarilyUnavailable

MEMORY_KIB = 19_456
PASSES = 2
RETRY_AFTER_SECONDS = 2
STEP_BACK: Final = 5
"""On the scale of nice: a third of the share of a thread that serves."""
Pepper = Callable[[bytes], bytes]


class Hashes:
    """Computes peppered argon2id hashes in threads of its own, `parallel` at once."""

    def __init__(self, pepper: Pepper, parallel: int) -> None:
        self._pepper = pepper
        self._hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=1, type=Type.ID)
        self._threads = ThreadPoolExecutor(parallel, thread_name_prefix="hash", initializer=_step_back)
        self._nobody = _a_hash_of_nothing()

    def hash(self, password: str) -> str:
        """Hash a password for storage."""
        return self._threads.submit(self._hasher.hash, self._seasoned(password)).result()

    def verify(self, stored: str | None, password: str) -> bool:
        """Check a password; an absent hash costs the same time and is always wrong."""
        seasoned = self._seasoned(password)
        try:
            right = self._threads.submit(self._hasher.verify, stored or self._nobody, seasoned).result()
        except (VerificationError, InvalidHashError):
            return False
        return right and stored is not None

    def outdated(self, stored: str) -> bool:
        """Tell whether a hash was made with other parameters and should be made anew at sign-in."""
        return self._hasher.check_needs_rehash(stored)

    def _seasoned(self, password: str) -> str:
        return b64encode(self._pepper(password.encode("utf-8"))).decode("ascii")


class HashPool:
    """The only way to hashes: at most `parallel` are computed at once, `queue` more may wait."""

    def __init__(self, pepper: Pepper, *, parallel: int, queue: int) -> None:
        self._hashes = Hashes(pepper, parallel)
        self._places = threading.BoundedSemaphore(parallel + queue)

    @contextmanager
    def place(self) -> Iterator[Hashes]:
        """Hold a place in the queue. Take it before a guess is counted: nothing has to be undone for who is sent away.

        Raises:
            TemporarilyUnavailable: when the queue is full.
        """
        if not self._places.acquire(blocking=False):
            raise TemporarilyUnavailable("too many sign-ins at once", retry_after=RETRY_AFTER_SECONDS)
        try:
            yield self._hashes
        finally:
            self._places.release()


def _step_back() -> None:
    """Let other threads go first where the system can (Linux knows priorities of single threads)."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), STEP_BACK)


def _a_hash_of_nothing() -> str:
    """Write down a hash that no password has; checking against it costs what checking against a real one costs."""
    salt, digest = (
        b64encode(secrets.token_bytes(size)).decode("ascii").rstrip("=")
        for size in (DEFAULT_RANDOM_SALT_LENGTH, DEFAULT_HASH_LENGTH)
    )
    return f"$argon2id$v={ARGON2_VERSION}$m={MEMORY_KIB},t={PASSES},p=1${salt}${digest}"
