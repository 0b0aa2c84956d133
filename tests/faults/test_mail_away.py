"""The mail server is down: what happened still happens, the letter waits and goes out once (E16)."""

import json
import time
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from idp.domain.events.models import Outbox
from idp.domain.store.database import Database
from tests.conftest import NewProvider
from tests.faults.deployment import REDIRECT, SCOPE, Deployment, deploy
from tests.support.person import Person
from tests.support.processes import wait_until
from tests.support.smtp import Mailbox, text_of

pytestmark = [pytest.mark.kills, pytest.mark.slow]

ADDRESS = "siti@contoh.id"
DELIVERED_SECONDS = 60


def outbox(deployment: Deployment) -> list[dict[str, Any]]:
    """The messages in the outbox."""
    database = Database(deployment.provider.env["IDP_DATABASE_URL"])
    try:
        with database.unit_of_work() as db:
            rows = db.scalars(select(Outbox).where(Outbox.kind == "message"))
            return [{"attempts": row.attempts, "done": row.done_at is not None} for row in rows]
    finally:
        database.close()


def test_a_letter_waits_for_the_mail_server(
    sqlite_url: str, new_provider: NewProvider, smtp: Mailbox
) -> None:
    provider = new_provider(sqlite_url, smtp_url=smtp.url)
    smtp.stop()
    deployment = deploy(provider, workers=1)
    worker = provider.work()

    # A sign-in with two factors from a new browser is told to the citizen by a letter.
    query = urlencode(
        {
            "client_id": deployment.client_id,
            "redirect_uri": REDIRECT,
            "response_type": "code",
            "scope": SCOPE,
            "nonce": "n",
            "claims": json.dumps({"id_token": {"acr": {"essential": True, "value": "urn:gerbang:acr:aal2"}}}),
        }
    )
    with Person(deployment.credentials) as person:
        began = time.monotonic()
        there = person.visit(f"{provider.issuer}/authorize?{query}", until=REDIRECT)
        assert "code=" in there.url
        assert "mfa" in there.pages
        assert time.monotonic() - began < 15

    assert wait_until(lambda: any(row["attempts"] >= 1 for row in outbox(deployment)), seconds=30)
    assert smtp.messages == []

    smtp.start()
    letter = smtp.wait_for(ADDRESS, seconds=DELIVERED_SECONDS)
    assert "Siti Aminah" in text_of(letter)
    assert wait_until(lambda: all(row["done"] for row in outbox(deployment)), seconds=10)
    time.sleep(2)
    assert len(smtp.to(ADDRESS)) == 1
    assert worker.stop() == 0
