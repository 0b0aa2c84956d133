"""The audit log: sealed in order, gapless, provable to an outsider, closed to the application itself."""

import hashlib
import io
import json
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from idp.domain.audit import chain, checkpoints
from idp.domain.audit.events import ClientAuthenticationFailed, CodeIssued, PasswordSet, SignInRefused
from idp.domain.audit.export import export
from idp.domain.audit.history import history
from idp.domain.audit.record import record
from idp.domain.audit.verify import verify
from tests.support import state
from tests.support.race import race


def happen(services, count, reason="secret"):
    for _ in range(count):
        with services.database.unit_of_work() as db:
            record(db, ClientAuthenticationFailed(client_id="tax", reason=reason), services.clock())


def log(services):
    return sorted(state.rows(services.database, "audit_log"), key=lambda row: row["seq"])


def check(services, known=()):
    return verify(services.database, services.keyring, known)


def force(services, *statements):
    """Do what only the owner of the database can: without the triggers, then put them back."""
    with services.database.engine.begin() as connection:
        if services.database.dialect == "postgresql":
            for table in ("audit_log", "audit_checkpoint"):
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        else:
            for table in ("audit_log", "audit_checkpoint"):
                for verb in ("update", "delete"):
                    connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_{verb}"))
        for statement in statements:
            connection.execute(text(statement))


def test_events_are_sealed_in_order_without_a_gap(services):
    happen(services, 5)
    assert chain.seal_pending(services.database, batch=3) == 3
    happen(services, 1)
    assert chain.seal_all(services.database) == 3
    rows = log(services)
    assert [row["seq"] for row in rows] == [1, 2, 3, 4, 5, 6]
    assert bytes(rows[0]["prev_hash"]) == bytes(32)
    for before, after in pairwise(rows):
        assert bytes(after["prev_hash"]) == bytes(before["row_hash"])
    assert len({bytes(row["salt"]) for row in rows}) == 6
    assert state.count(services.database, "audit_pending") == 0
    assert check(services).ok


def test_many_sequencers_make_one_chain(services):
    happen(services, 40)
    results = race([lambda: chain.seal_all(services.database)] * 4)
    assert not [result for result in results if isinstance(result, Exception)]
    chain.seal_all(services.database)
    assert [row["seq"] for row in log(services)] == list(range(1, 41))
    assert check(services).ok


def test_a_rolled_back_act_leaves_no_gap(services):
    happen(services, 1)
    with pytest.raises(RuntimeError), services.database.unit_of_work() as db:
        record(db, SignInRefused(reason="password"), services.clock())
        raise RuntimeError
    happen(services, 1)
    chain.seal_all(services.database)
    assert [row["seq"] for row in log(services)] == [1, 2]


@pytest.mark.parametrize(
    ("edit", "broken"),
    [
        ('UPDATE audit_log SET detail = \'{"reason":"other"}\' WHERE seq = 3', 3),
        ("UPDATE audit_log SET client_id = 'health' WHERE seq = 2", 2),
        ("UPDATE audit_log SET event = 'SignedIn' WHERE seq = 1", 1),
        ("DELETE FROM audit_log WHERE seq = 3", 3),
        ("DELETE FROM audit_log WHERE seq = 5", 5),
        ("DELETE FROM audit_log", 1),
        ("DELETE FROM audit_checkpoint", None),
        ("UPDATE audit_checkpoint SET row_hash = prev_hash FROM audit_log", 5),
    ],
)
def test_a_forced_edit_is_named(services, edit, broken):
    happen(services, 5)
    chain.seal_all(services.database)
    checkpoints.sign_due(services.database, services.keyring, services.clock())
    assert check(services).ok
    force(services, edit)
    report = check(services)
    assert report.broken == broken
    assert report.ok is (broken is None)


def test_a_log_written_anew_from_the_start_fails_against_a_checkpoint_kept_elsewhere(services):
    happen(services, 3)
    chain.seal_all(services.database)
    checkpoints.sign_due(services.database, services.keyring, services.clock())
    (kept,) = state.rows(services.database, "audit_checkpoint")
    force(services, "DELETE FROM audit_log", "DELETE FROM audit_checkpoint")
    happen(services, 3, reason="forged")
    chain.seal_all(services.database)
    checkpoints.sign_due(services.database, services.keyring, services.clock())
    assert check(services).ok, "the chain alone cannot know"
    report = check(services, [kept["signature"]])
    assert report.broken == 3
    assert not check(services, ["e30.e30.AAAA"]).ok


@pytest.mark.parametrize("table", ["audit_log", "audit_checkpoint"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET seq = 9", "DELETE FROM {}"])
def test_the_database_itself_refuses_changes(services, table, statement):
    happen(services, 1)
    chain.seal_all(services.database)
    checkpoints.sign_due(services.database, services.keyring, services.clock())
    with pytest.raises(DBAPIError, match="append-only"), services.database.engine.begin() as connection:
        connection.execute(text(statement.format(table)))
    assert check(services).ok


def test_checkpoints_are_signed_each_minute_or_thousand_records(services, clock):
    def due():
        return checkpoints.sign_due(services.database, services.keyring, clock())

    assert not due(), "nothing to sign"
    happen(services, 1)
    chain.seal_all(services.database)
    assert due()
    happen(services, 1)
    chain.seal_all(services.database)
    assert not due(), "too soon"
    clock.advance(seconds=60)
    assert due()
    assert not due(), "nothing new"
    rows = state.rows(services.database, "audit_checkpoint")
    assert sorted(row["seq"] for row in rows) == [1, 2]


def test_a_checkpoint_outlives_the_key_that_signed_it(services, clock):
    from idp.worker import rotate_keys

    happen(services, 1)
    chain.seal_all(services.database)
    checkpoints.sign_due(services.database, services.keyring, clock())
    for _ in range(3):
        clock.advance(days=100)
        rotate_keys(services)
    clock.advance(days=3)
    rotate_keys(services)
    chain.seal_all(services.database)
    assert check(services).ok
    assert any(row.event == "KeysRotated" for row in state.audit(services.database)) or any(
        row["event"] == "KeysRotated" for row in log(services)
    )


def test_an_export_is_verified_with_the_standard_library_alone(services, citizen):
    happen(services, 4, reason="tanda “kutip” dan é")
    chain.seal_all(services.database)
    checkpoints.sign_due(services.database, services.keyring, services.clock())
    out = io.StringIO()
    count = export(services.database, out)
    expected, prev, signed = 1, "0" * 64, []
    for line in out.getvalue().splitlines():
        row = json.loads(line)
        if row.get("type") == "checkpoint":
            signed.append(row)
            continue
        stated = row.pop("row_hash")
        canonical = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert hashlib.sha256(canonical.encode()).hexdigest() == stated
        assert (row["seq"], row["prev_hash"]) == (expected, prev)
        expected, prev = expected + 1, stated
    assert count == expected - 1 >= 5
    assert [row["seq"] for row in signed] == [count]
    assert checkpoints.opened(signed[0]["signature"], services.keyring).row_hash.hex() == prev


def test_an_export_goes_on_where_the_last_one_ended(services):
    happen(services, 3)
    chain.seal_all(services.database)
    out = io.StringIO()
    assert export(services.database, out, after=2) == 1
    assert json.loads(out.getvalue())["seq"] == 3


def test_a_citizen_sees_their_own_history_sealed_or_not(services, citizen, bob, clock):
    def done(who):
        clock.advance(minutes=1)
        event = PasswordSet(citizen_id=who.citizen_id, account_id=who.account_id)
        with services.database.unit_of_work() as db:
            record(db, event, clock())
            hidden = CodeIssued(
                citizen_id=who.citizen_id, authorization_id=who.account_id, session_id=who.account_id
            )
            record(db, hidden, clock())

    done(citizen)
    done(bob)
    chain.seal_all(services.database)
    done(citizen)
    with services.database.unit_of_work() as db:
        entries, total = history(db, citizen.citizen_id)
        assert [entry.event for entry in entries] == ["PasswordSet", "PasswordSet", "AccountRegistered"]
        assert total == 3
        assert entries[0].at - entries[1].at == timedelta(minutes=2)
        pages = [history(db, citizen.citizen_id, offset=n, limit=1)[0][0] for n in range(3)]
        assert pages == list(entries)
        assert history(db, citizen.citizen_id, offset=3, limit=1)[0] == []
