"""`idp audit verify`: the chain and the ledger of releases, each against the other (features F14)."""

import json
from uuid import uuid4

import pytest
from sqlalchemy import delete

from idp.clock import system_clock
from idp.domain.exchange import entries
from idp.domain.exchange.entries import Entry
from idp.domain.exchange.models import Release
from idp.domain.store.database import Database


@pytest.fixture
def database(deployment):
    database = Database(deployment.env["IDP_DATABASE_URL"])
    yield database
    database.close()


@pytest.fixture
def released(database):
    """Two lines of the ledger; the id of one."""
    ids = [uuid4(), uuid4()]
    for release_id in ids:
        entry = Entry(
            id=release_id,
            at=system_clock(),
            citizen_id=uuid4(),
            client_id="tax",
            authorization_id=uuid4(),
            family_id=uuid4(),
            claims="name",
            channel="userinfo",
            trace_id=None,
        )
        entries.write(database.statements, entry)
    return ids[0]


def test_whole_is_exit_0(idp, released):
    done = idp("audit", "verify", "--seal")
    assert done.status == 0
    assert "2 ledger rows, each with its event" in done.out
    found = json.loads(idp("audit", "verify", "--json").out)
    assert found["ledger"] == {"ok": True, "rows": 2, "broken": None, "record": None, "reason": ""}


def test_a_deleted_row_of_the_ledger_is_exit_1_and_named(idp, database, released):
    idp("audit", "verify", "--seal")
    with database.unit_of_work() as db:
        db.execute(delete(Release).where(Release.id == released))
    done = idp("audit", "verify")
    assert done.status == 1
    assert str(released) in done.err
    assert "missing" in done.err
    found = idp("audit", "verify", "--json")
    assert found.status == 1
    assert json.loads(found.out)["ok"] is False
    assert json.loads(found.out)["ledger"]["broken"] == str(released)
