"""Really at the same time: many threads, one starting gun."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


def race(runners: Sequence[Callable[[], Result]]) -> list[Result | Exception]:
    """Start all at once and return what each gave or raised."""
    gun = threading.Barrier(len(runners))

    def run(runner: Callable[[], Result]) -> Result | Exception:
        gun.wait(timeout=10)
        try:
            return runner()
        except Exception as exc:
            return exc

    with ThreadPoolExecutor(len(runners)) as pool:
        return list(pool.map(run, runners))
