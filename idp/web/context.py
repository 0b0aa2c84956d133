"""What a view needs to know about the request it serves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from flask import current_app, request

from idp.domain.sessions.browser import Limits, Place
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


def session_limits() -> Limits:
    """Return how long a citizen's session may sleep and live."""
    settings = services().settings
    return Limits(settings.session_idle, settings.session_lifetime)


def operator_limits() -> Limits:
    """Return how long a console session may sleep and live."""
    settings = services().settings
    return Limits(settings.operator_session_idle, settings.session_lifetime)


def place() -> Place:
    """Describe the caller for the list of devices, without keeping a full address."""
    return Place(device_name(request.headers.get("User-Agent", "")), network_name(request.remote_addr))
