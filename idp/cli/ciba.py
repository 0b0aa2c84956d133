"""`idp ciba`: stands in for the citizen's tap in a sandbox, so that tests of agencies run by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import click

from idp.app import create_app
from idp.cli import deployment
from idp.cli.output import as_json, document, fail
from idp.domain.authenticators.sign_in import second_factors
from idp.domain.citizens.models import Citizen
from idp.domain.grants import decide, decoupled, situation
from idp.domain.grants.decoupled import Decoupled
from idp.domain.grants.situation import Standing
from idp.domain.sessions import browser
from idp.protocol.authorize.prompts import Prompt, next_prompt
from idp.protocol.oauth.client import Client
from idp.protocol.oidc import acr
from idp.services import Services
from idp.web.frontchannel.consent import give
from idp.web.frontchannel.situations import describe

COMMAND = "command"
AMR = "user"
"""Somebody said yes; no factor was checked (RFC 8176 §2)."""


@dataclass(frozen=True, slots=True)
class Stand:
    """Where the citizen of a request stands, as if they had come."""

    client: Client
    standing: Standing
    prompt: Prompt | None


@click.group()
def ciba() -> None:
    """Answer requests that wait for a citizen; sandbox only."""


@ciba.command()
@click.argument("auth_req_id")
@as_json
def approve(auth_req_id: str, machine: bool) -> None:
    """Say yes for the citizen of a request, and consent to the required items where that is due.

    The audit log says that this command did it. The acr is what the citizen could reach; amr is `user`, because no
    factor was checked.

    Example: idp ciba approve a20781f3.JmVkc…
    """
    with _services() as services:
        now = services.clock()
        waiting = _waiting(services, auth_req_id)
        with _session(services, waiting, now) as cookie:
            stand = _stand(services, waiting, cookie, now)
            if stand.prompt is not None and stand.prompt.name == "consent":
                _consent(services, waiting, stand, now)
                stand = _stand(services, waiting, cookie, now)
            if stand.prompt is not None:
                fail(f"the citizen would first have to do this: {stand.prompt.name}")
            with services.database.unit_of_work() as db:
                done = decide.approve(
                    db, services.tree, waiting, stand.client, stand.standing, now, by=COMMAND
                )
        if not done:
            fail("the request was decided by somebody else just now")
    _say("approved", machine)


@ciba.command()
@click.argument("auth_req_id")
@as_json
def deny(auth_req_id: str, machine: bool) -> None:
    """Say no for the citizen of a request.

    Example: idp ciba deny a20781f3.JmVkc…
    """
    with _services() as services:
        waiting = _waiting(services, auth_req_id)
        with services.database.unit_of_work() as db:
            done = decide.deny(db, services.tree, waiting, waiting.citizen_id, services.clock(), by=COMMAND)
        if not done:
            fail("the request was decided by somebody else just now")
    _say("denied", machine)


@contextmanager
def _services() -> Iterator[Services]:
    settings = deployment.settings()
    deployment.require_sandbox(settings)
    with deployment.open_services(settings) as services:
        yield services


def _waiting(services: Services, auth_req_id: str) -> Decoupled:
    with services.database.unit_of_work() as db:
        found = decoupled.by_handle(db, services.tree, "ciba", auth_req_id, services.clock())
    if found is None:
        fail("no request waits under this id: it is unknown, decided or expired")
    return found


@contextmanager
def _session(services: Services, waiting: Decoupled, now: datetime) -> Iterator[str]:
    """Open a session for as long as the command takes, named for what it is."""
    with services.database.unit_of_work() as db:
        citizen = db.get_one(Citizen, waiting.citizen_id)
        session, handle = browser.start(
            db,
            account_id=citizen.account_id,
            citizen_id=citizen.id,
            methods=(),
            place=browser.Place("idp ciba", ""),
            limits=services.session_limits,
            now=now,
        )
        session.acr = acr.AAL2 if second_factors(db, citizen.account_id).totp else acr.AAL1
        session.amr = AMR
        opened = session.id, session.account_id
    try:
        yield handle.text
    finally:
        with services.database.unit_of_work() as db:
            browser.end(db, *opened, COMMAND, now)


def _stand(services: Services, waiting: Decoupled, cookie: str, now: datetime) -> Stand:
    """Ask the policy what the citizen would still have to do."""
    client = services.clients.get(waiting.client_id)
    if client is None:
        fail("the client is not active")
    found = situation.read(services.database.statements, client, cookie, now, started_at=now)
    if found.standing is None or not found.client_stands:
        fail("the client or the citizen's account is not active")
    prompt = next_prompt(describe(services, waiting.asked, client, found.standing))
    return Stand(client, found.standing, prompt)


def _consent(services: Services, waiting: Decoupled, stand: Stand, now: datetime) -> None:
    with create_app(services).test_request_context(), services.database.unit_of_work() as db:
        give(db, waiting.asked, stand.client, stand.standing, frozenset(), now, actor=deployment.actor())


def _say(decision: str, machine: bool) -> None:
    if machine:
        document({"decision": decision})
    else:
        click.echo(decision)
