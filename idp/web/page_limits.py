"""Coarse limits of the pages, by network (Flask-Limiter). What guards passwords and codes counts in the database.

Redis shares the counts; while it is away every node counts by itself with a stricter limit, never without one.
"""

from __future__ import annotations

from flask import Flask, request
from flask_limiter import Limiter

from idp.settings import Settings
from idp.web.devices import network_name

FORMS = "600 per minute"
FORMS_WITHOUT_REDIS = "300 per minute"


def init_page_limits(app: Flask, settings: Settings) -> Limiter:
    """Limit how many forms one network may send; reading pages is free."""
    limiter = Limiter(
        key_func=_network,
        app=app,
        application_limits=[FORMS],
        in_memory_fallback=[FORMS_WITHOUT_REDIS] if settings.redis_url else [],
        storage_uri=settings.redis_url or "memory://",
        strategy="fixed-window",
    )
    limiter.request_filter(_is_reading)
    return limiter


def _network() -> str:
    return network_name(request.remote_addr) or "unknown"


def _is_reading() -> bool:
    return request.method in ("GET", "HEAD", "OPTIONS")
