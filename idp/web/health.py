"""For whoever operates the deployment: alive, ready, and what is counted."""

from __future__ import annotations

import hmac
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from ipaddress import ip_address
from typing import Any

import orjson
import structlog
from flask import Blueprint, Response, current_app, g, request

from idp import metrics
from idp.domain.audit import chain
from idp.domain.events import announcements, outbox
from idp.domain.messages import tally
from idp.domain.store import health, migrate
from idp.services import Services
from idp.web.context import services
from keys import RotationPolicy

log = structlog.get_logger()
bp = Blueprint("health", __name__)

MOST_SKEW = timedelta(seconds=5)
FRESH_SECONDS = 1.0
FORWARDED = ("X-Forwarded-For", "Forwarded")


@dataclass
class Readiness:
    """The last look at what we depend on; a flood of questions asks the database once a second."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    at: float = float("-inf")
    checks: dict[str, bool] = field(default_factory=dict)
    lag: dict[str, float] = field(default_factory=dict)

    def look(self, deployment: Services) -> None:
        """Look again unless the last look is fresh."""
        with self.lock:
            if time.monotonic() - self.at < FRESH_SECONDS:
                return
            self.checks, self.lag = _look(deployment)
            self.at = time.monotonic()


@bp.get("/healthz")
def alive() -> Response:
    """Say that this process answers."""
    return _json({"status": "ok"}, 200)


@bp.get("/readyz")
def ready() -> Response:
    """Say whether this process can serve: database, schema, keys, clock; lag is told, not judged."""
    found: Readiness = current_app.extensions.setdefault("readiness", Readiness())
    found.look(services())
    fine = all(found.checks.values())
    body = {"status": "ready" if fine else "not_ready", "checks": found.checks, "lag_seconds": found.lag}
    return _json(body, 200 if fine else 503)


@bp.get("/metrics")
def counted() -> Response:
    """Give the counts in the Prometheus text format to whoever may have them (ASVS 13.4.5)."""
    refusal = _refusal(services().settings.metrics_token)
    if refusal is not None:
        return refusal
    exposed = metrics.exposition(_gauges(services()), _messages(services()))
    return Response(exposed, content_type=metrics.CONTENT_TYPE)


def count_pages(requests: metrics.Requests) -> tuple[Any, Any]:
    """Return the hooks that count page requests by their route, never by their address."""

    def begin() -> None:
        g.began = time.perf_counter()

    def end(response: Response) -> Response:
        began = g.get("began")
        if began is not None:
            route = request.url_rule.rule if request.url_rule is not None else "none"
            requests.observe(route, response.status_code, time.perf_counter() - began)
        return response

    return begin, end


def _look(deployment: Services) -> tuple[dict[str, bool], dict[str, float]]:
    checks = dict.fromkeys(("database", "schema", "clock"), False)
    lag: dict[str, float] = {}
    now = deployment.clock()
    try:
        with deployment.database.unit_of_work() as db:
            condition = health.examine(db, deployment.database, now)
            oldest = outbox.oldest_due(db, now)
            unsealed = chain.oldest_pending(db)
        checks = {
            "database": True,
            "schema": condition.revision == _head(),
            "clock": condition.skew <= MOST_SKEW,
        }
        lag = {"outbox": _age(oldest, now), "audit": _age(unsealed, now)}
    except Exception as exc:
        log.warning("not_ready", error=type(exc).__name__)
    ring = deployment.keyring
    checks["keys"] = set(RotationPolicy().algorithms) <= {*ring.algorithms, *ring.key_management_algorithms}
    return checks, lag


def _gauges(deployment: Services) -> dict[str, tuple[str, float]]:
    now = deployment.clock()
    try:
        with deployment.database.unit_of_work() as db:
            waiting = outbox.backlog(db, now)
            unsealed = chain.oldest_pending(db)
            overdue, due = announcements.counts(db, now)
    except Exception as exc:
        log.warning("gauges_unread", error=type(exc).__name__)
        return {"gerbang_database_up": ("Whether the database answers.", 0)}
    return {
        "gerbang_database_up": ("Whether the database answers.", 1),
        "gerbang_outbox_open": ("Deliveries that are not done.", waiting.open),
        "gerbang_outbox_dead": ("Deliveries that were given up.", waiting.dead),
        "gerbang_outbox_lag_seconds": (
            "How long the oldest due delivery has waited.",
            _age(waiting.oldest, now),
        ),
        "gerbang_announcements_late": ("Notices that services have not confirmed in time.", overdue),
        "gerbang_announcements_due": ("Notices that services have yet to confirm.", due),
        "gerbang_audit_lag_seconds": (
            "Age of the oldest audit event that is not sealed.",
            _age(unsealed, now),
        ),
    }


def _messages(deployment: Services) -> tuple[metrics.Kept, ...]:
    """Read what was sent and what it cost, which the database counts for all nodes."""
    try:
        with deployment.database.unit_of_work() as db:
            lines = tally.totals(db)
    except Exception as exc:
        log.warning("messages_unread", error=type(exc).__name__)
        return ()
    outcomes = [
        ((line.channel, line.gateway, outcome), float(getattr(line, outcome)))
        for line in lines
        for outcome in ("sent", "delivered", "failed", "refused")
    ]
    costs = [((line.channel, line.gateway), float(line.cost)) for line in lines]
    return (
        metrics.Kept(
            "gerbang_messages",
            "Messages by channel, gateway and what became of them.",
            ("channel", "gateway", "outcome"),
            outcomes,
        ),
        metrics.Kept(
            "gerbang_message_cost_rupiah",
            "What messages have cost, in rupiah.",
            ("channel", "gateway"),
            costs,
        ),
    )


def _age(moment: datetime | None, now: datetime) -> float:
    return max((now - moment).total_seconds(), 0.0) if moment is not None else 0.0


def _refusal(token: str | None) -> Response | None:
    if token is None:
        if _is_loopback(request.remote_addr) and not any(name in request.headers for name in FORWARDED):
            return None
        return _json({"error": "forbidden"}, 403)
    given = request.headers.get("Authorization", "")
    if hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return None
    response = _json({"error": "invalid_token"}, 401)
    response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _is_loopback(address: str | None) -> bool:
    try:
        return address is not None and ip_address(address).is_loopback
    except ValueError:
        return False


def _json(body: Mapping[str, object], status: int) -> Response:
    return Response(
        orjson.dumps(body), status, {"Cache-Control": "no-store"}, content_type="application/json"
    )


@cache
def _head() -> str:
    return migrate.head()
