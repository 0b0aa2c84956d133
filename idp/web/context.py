"""What a view needs to know about the request it serves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from flask import current_app, request

from idp.domain.sessions.browser import Place
from idp.domain.sessions.limits import Limits, SessionLimits
from idp.domain.store.database import Session
from idp.services import Services
from idp.web.devices import device_name, network_name


def services() -> Services:
    """Return the wired deployment."""
    return cast(Services, current_app.extensions["idp"])


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """Open a transaction of this request."""
    with services().database.unit_of_work() as db:
        yield db


def session_limits() -> SessionLimits:
    """Return how long a citizen's session may sleep and live, by level."""
    return services().session_limits


def operator_limits() -> SessionLimits:
    """Return how long a console session may sleep and live, whatever its level."""
    settings = services().settings
    return SessionLimits.same(Limits(settings.operator_session_idle, settings.aal3_session_lifetime))


def place() -> Place:
    """Describe the caller for the list of devices, without keeping a full address."""
    return Place(device_name(request.headers.get("User-Agent", "")), network_name(request.remote_addr))
