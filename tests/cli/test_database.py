"""Backups that are read back, restores that revive nothing (contract section 2; attacks O-147)."""

import json
import sqlite3
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from idp.clock import system_clock
from idp.domain.grants.models import Family
from idp.domain.store.database import Database
from tests.cli.conftest import prepared, typing_at

CITIZEN = {"name": "Siti Aminah", "nik": "9974115705940001", "password": "melati kuning di tepi sawah"}


@pytest.fixture
def deployment(new_provider, database_url):
    """A deployment on SQLite and on PostgreSQL."""
    return prepared(new_provider, database_url)


def a_family(now):
    return Family(
        client_id="tax",
        account_id=uuid4(),
        citizen_id=uuid4(),
        authorization_id=uuid4(),
        session_id=uuid4(),
        scope="openid",
        release="{}",
        acr="urn:gerbang:acr:aal2",
        amr="pwd otp",
        auth_time=now,
        offline=True,
        generation=0,
        started_at=now,
        refreshed_at=now,
        expires_at=now + timedelta(days=30),
    )


def families(url):
    database = Database(url)
    try:
        with database.unit_of_work() as db:
            return list(db.scalars(select(Family)))
    finally:
        database.close()


def put(url, row):
    database = Database(url)
    try:
        with database.unit_of_work() as db:
            db.add(row)
    finally:
        database.close()


def test_a_backup_brings_everything_back_and_closes_what_was_open(idp, deployment, database_url, tmp_path):
    file = tmp_path / "backup"
    made = json.loads(idp("citizens", "create", "--json", "-", text=json.dumps(CITIZEN)).out)
    put(database_url, a_family(system_clock()))
    done = json.loads(idp("db", "backup", file, "--json").out)
    assert done["bytes"] == file.stat().st_size
    assert file.stat().st_mode & 0o077 == 0
    later = json.loads(idp("citizens", "create", "--json", "-", text='{"name": "Slamet"}').out)

    restored = json.loads(idp("db", "restore", file, "--yes", "--json").out)

    assert restored["closed"]["families"] == 1
    (family,) = families(database_url)
    assert family.revoke_reason == "restored"
    again = idp("citizens", "create", "--json", "-", text=json.dumps(CITIZEN))
    assert again.status == 1, f"{made['id']} should be back"
    assert later["id"]
    assert json.loads(idp("db", "check", "--json").out)["ok"]
    assert idp("audit", "verify", "--seal").status == 0


def test_an_existing_file_is_not_overwritten(idp, tmp_path):
    file = tmp_path / "backup"
    file.write_text("precious")
    assert idp("db", "backup", file).status == 1
    assert file.read_text() == "precious"


def test_a_file_that_is_no_backup_changes_nothing(idp, tmp_path):
    idp("citizens", "create", "--json", "-", text=json.dumps(CITIZEN))
    file = tmp_path / "nonsense"
    file.write_bytes(b"not a backup" * 1000)
    done = idp("db", "restore", file, "--yes")
    assert done.status == 1
    assert done.err.count("\n") == 1
    assert idp("citizens", "create", "--json", "-", text=json.dumps(CITIZEN)).status == 1


def test_a_damaged_sqlite_backup_is_found(new_provider, sqlite_url, tmp_path):
    idp = typing_at(prepared(new_provider, sqlite_url))
    file = tmp_path / "backup"
    idp("db", "backup", file)
    content = bytearray(file.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 4096] = b"\xff" * 4096
    file.write_bytes(content)
    assert idp("db", "restore", file, "--yes").status == 1


def test_a_database_in_use_is_not_replaced(new_provider, sqlite_url, tmp_path):
    idp = typing_at(prepared(new_provider, sqlite_url))
    file = tmp_path / "backup"
    idp("db", "backup", file)
    connection = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        done = idp("db", "restore", file, "--yes")
    finally:
        connection.close()
    assert done.status == 1
    assert "in use" in done.err


def test_check_says_what_to_do(new_provider, tmp_path):
    idp = typing_at(new_provider(f"sqlite:///{tmp_path / 'empty.sqlite'}"))
    done = idp("db", "check")
    assert done.status == 1
    assert "idp db upgrade" in done.err
