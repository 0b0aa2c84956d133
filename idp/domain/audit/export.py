"""Exporting the log as JSON lines that anybody can verify with the standard library (docs/reference/events.md).

A verifier needs this and nothing of ours::

    expected, prev = 1, "0" * 64
    for line in file:
        r = json.loads(line)
        if r.get("type") == "checkpoint":
            continue  # a JWS: check it with the keys this deployment published
        h = r.pop("row_hash")
        text = json.dumps(r, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert r["seq"] == expected and r["prev_hash"] == prev
        assert hashlib.sha256(text.encode()).hexdigest() == h
        expected, prev = expected + 1, h
"""

from __future__ import annotations

from typing import IO

import orjson
from sqlalchemy import select

from idp.domain.audit.chain import exported
from idp.domain.audit.models import AuditCheckpoint
from idp.domain.audit.verify import records
from idp.domain.store.database import Database


def export(database: Database, out: IO[str], after: int = 0) -> int:
    """Write every record after `after`, then every checkpoint; return how many records."""
    count = 0
    for row in records(database, after):
        out.write(orjson.dumps(exported(row), option=orjson.OPT_SORT_KEYS).decode() + "\n")
        count += 1
    with database.unit_of_work() as db:
        checkpoints = db.execute(
            select(AuditCheckpoint.seq, AuditCheckpoint.signature)
            .where(AuditCheckpoint.seq > after)
            .order_by(AuditCheckpoint.seq)
        ).all()
    for seq, signature in checkpoints:
        line = {"type": "checkpoint", "seq": seq, "signature": signature}
        out.write(orjson.dumps(line, option=orjson.OPT_SORT_KEYS).decode() + "\n")
    return count
