"""Structured logs on standard error: one JSON object a line, or readable lines for people (ASVS 16.2)."""

from __future__ import annotations

import sys

import structlog
from structlog.typing import Processor

JSON = "json"


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
            structlog.processors.format_exc_info,
            form,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
