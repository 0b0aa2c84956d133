"""Log lines say what happened and name nobody (attacks O-138, O-139)."""

import json
import sqlite3
from io import StringIO

import pytest
import structlog

from idp import logs

NIK = "9901011203040005"
EMAIL = "siti.rahasia@contoh.id"
HANDLE = "i207816a.VRfzp2cZZQdG-D4pAAAAAMcJlFQt97-Zs6JDe9ZfnwA"
JWT = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"


@pytest.fixture(params=["json", "console"])
def written(request, monkeypatch):
    before = structlog.get_config()
    out = StringIO()
    monkeypatch.setattr("sys.stderr", out)
    logs.configure(request.param)
    yield lambda: out.getvalue()
    structlog.configure(**before)


def test_o138_an_exception_says_where_but_never_its_text(written):
    log = structlog.get_logger()
    try:
        raise sqlite3.OperationalError(f"no such table [parameters: {EMAIL}, {NIK}]")
    except sqlite3.OperationalError as exc:
        log.error("unforeseen", exc_info=exc)
        log.exception("delivery_broke")
    line = written()
    assert "OperationalError" in line
    assert "test_logs.py" in line
    assert EMAIL not in line
    assert NIK not in line
    assert "parameters" not in line


def test_o138_a_member_nobody_allowed_is_dropped(written):
    structlog.get_logger().info("refused", password="Rahasia-123", status=400)
    line = written()
    assert "400" in line
    assert "dropped" in line
    assert "Rahasia" not in line


@pytest.mark.parametrize(
    "secret",
    [NIK, EMAIL, HANDLE, JWT, "+6281234567890", "081234567890", "smtp://user:hunter2@mail.example"],
)
def test_o138_what_looks_like_a_secret_or_a_person_is_blanked(written, secret):
    structlog.get_logger().info("page_error", path=f"/interaction/{secret}", detail=f"got {secret}")
    line = written()
    assert "page_error" in line
    assert secret not in line
    assert "hunter2" not in line


def test_o138_the_ids_of_a_trace_and_of_a_client_stay_whole(written):
    structlog.get_logger().info("refused", trace_id="9849c00293e1ae35d822afd0f77acb64", client_id="tax")
    assert "9849c00293e1ae35d822afd0f77acb64" in written()
    assert "tax" in written()


def test_o139_a_value_cannot_start_a_line_of_its_own(written):
    structlog.get_logger().info("refused", reason='x\r\n{"event":"forged"}\x1b[31m\u2028')
    line = written()
    assert line.count("\n") == 1
    assert "\x1b" not in line


def test_o139_every_line_is_one_json_object(monkeypatch):
    before = structlog.get_config()
    out = StringIO()
    monkeypatch.setattr("sys.stderr", out)
    logs.configure("json")
    structlog.get_logger().warning("refused", reason="a\r\nb", client_id='"quoted"')
    structlog.configure(**before)
    entry = json.loads(out.getvalue())
    assert entry["reason"] == "a??b"
    assert entry["level"] == "warning"
