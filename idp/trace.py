"""The trace id of the request being served: on every log line, audit event and error page."""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar

_CURRENT: ContextVar[str | None] = ContextVar("trace_id", default=None)
_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")


def begin(traceparent: str | None = None) -> str:
    """Start a trace, joining the caller's when it sends a well-formed `traceparent` (W3C Trace Context §3.2)."""
    match = _TRACEPARENT.fullmatch(traceparent) if traceparent else None
    trace_id = match[1] if match else secrets.token_hex(16)
    _CURRENT.set(trace_id)
    return trace_id


def current() -> str | None:
    """Return the trace id of this request, or None outside of one."""
    return _CURRENT.get()
