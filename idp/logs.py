"""Structured logs on standard error: one JSON object a line, or readable lines for people (ASVS 16.2).

Nobody's data belongs here (ASVS 16.2.5): only the members of `ALLOWED` are written; an exception is written as its
type and where it came from, never with its text, which may quote what a person typed; and whatever still looks like
a secret or a person is blanked.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import structlog
from structlog.typing import Processor

JSON = "json"
LONGEST: Final = 300
FRAMES: Final = 12
ALLOWED: Final = frozenset(
    {
        *("event", "level", "timestamp", "trace_id", "error", "where", "dropped"),
        *("attempts", "check", "client_id", "count", "delivery", "detail", "endpoint", "failures", "job"),
        *("kind", "method", "mode", "path", "pid", "port", "reason", "revision", "rows", "seconds", "state"),
        *("status", "threads", "workers"),
    }
)
"""What a line may say; other members are dropped and counted."""

_AS_IT_IS: Final = frozenset({"timestamp", "level", "trace_id"})
_BLANKED: Final = (
    (re.compile(r"eyJ[\w-]{5,}\.[\w.-]*"), "[token]"),
    (re.compile(r"\b[a-z]\d{4,6}[0-9a-f]{2}\.[\w-]{16,}"), "[handle]"),
    (re.compile(r"://[^/@\s:]+:[^/@\s]+@"), "://[login]@"),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "[email]"),
    (re.compile(r"(?<![\w.])\d{16}(?![\w.])"), "[number]"),
    (re.compile(r"(?<!\w)(?:\+62|0062|08)[\d -]{7,15}"), "[phone]"),
    (re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]"), "?"),
)

Entry = MutableMapping[str, Any]


def configure(log_format: str) -> None:
    """Choose the form of every log line; values are escaped, so a line cannot be forged (ASVS 16.4.1)."""
    form: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=True)
        if log_format == JSON
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            where,
            only_allowed,
            blank,
            form,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def where(_logger: object, _method: str, entry: Entry) -> Entry:
    """Replace an exception by its type and the places it passed."""
    given = entry.pop("exc_info", None)
    error = given[1] if isinstance(given, tuple) else sys.exc_info()[1] if given is True else given
    if isinstance(error, BaseException):
        entry.setdefault("error", type(error).__name__)
        entry["where"] = _places(error.__traceback__)
    return entry


def only_allowed(_logger: object, _method: str, entry: Entry) -> Entry:
    """Drop members nobody has allowed, and say how many."""
    others = [name for name in entry if name not in ALLOWED]
    for name in others:
        del entry[name]
    if others:
        entry["dropped"] = len(others)
    return entry


def blank(_logger: object, _method: str, entry: Entry) -> Entry:
    """Blank what looks like a token, a handle, an address or a number of a person, in every value."""
    for name, value in entry.items():
        if name not in _AS_IT_IS and value is not None and not isinstance(value, bool | int | float):
            entry[name] = [blanked(item) for item in value] if isinstance(value, list) else blanked(value)
    return entry


def blanked(value: object) -> str:
    """Return a text in which nothing looks like a secret or a person."""
    text = str(value)[:LONGEST]
    for pattern, instead in _BLANKED:
        text = pattern.sub(instead, text)
    return text


def _places(trace: TracebackType | None) -> list[str]:
    return [
        f"{Path(frame.filename).name}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(trace)[-FRAMES:]
    ]
