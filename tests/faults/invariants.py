"""The invariant checker (reliability section 4): what must be true after every experiment."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from idp.domain.audit.models import AuditPending, AuditRecord
from idp.domain.grants.models import AuthorizationCode, Family
from idp.domain.store.database import Database
from tests.faults.deployment import Deployment
from tests.faults.load import THREADS, Ledger, Line
from tests.support.processes import wait_until


@dataclass(frozen=True)
class Stored:
    """The rows after the experiment."""

    families: dict[str, Family]
    claims: Counter[str]
    """How many used codes name a family."""
    issued: Counter[str]
    """How many audit rows say that a family's tokens were issued."""


def stored(deployment: Deployment) -> Stored:
    """Read what the database holds."""
    database = Database(deployment.provider.env["IDP_DATABASE_URL"])
    try:
        with database.unit_of_work() as db:
            families = {row.id.hex: row for row in db.scalars(select(Family))}
            used = db.scalars(
                select(AuthorizationCode.family_id).where(AuthorizationCode.used_at.is_not(None))
            )
            claims = Counter(family.hex if family else "" for family in used)
            audited: list[Any] = [
                *db.scalars(select(AuditPending.detail).where(AuditPending.event == "TokensIssued")),
                *db.scalars(select(AuditRecord.detail).where(AuditRecord.event == "TokensIssued")),
            ]
            issued = Counter(json.loads(text)["family_id"].replace("-", "") for text in audited)
            db.expunge_all()
    finally:
        database.close()
    return Stored(families, claims, issued)


def check(deployment: Deployment, ledger: Ledger) -> dict[str, int]:
    """Check everything and give the figures; what the clients hold is used for real."""
    rows = stored(deployment)
    assert not ledger.unexpected, ledger.unexpected[:5]

    # Nothing doubled: one code, at most one grant, in the answers and in the rows.
    assert [line for line in ledger.lines if line.acknowledged > 1] == []
    assert set(rows.families) <= set(rows.claims), "a family that no code started"
    assert max(rows.claims.values()) == 1
    assert max(rows.issued.values()) == 1

    # Nothing half-written: a claimed code has its family, a family its audit row.
    assert set(rows.claims) <= set(rows.families), "a code was used up and gave nothing"
    assert set(rows.issued) == set(rows.families)

    # Nothing lost: every 200 has its row, and what it handed out works.
    acknowledged = [line for line in ledger.lines if line.acknowledged]
    assert [line for line in acknowledged if line.family not in rows.families] == []
    live = [line for line in acknowledged if not line.doubled]
    for line in live:
        row = rows.families[line.family]
        assert row.revoked_at is None, (line, row.revoke_reason)
        assert row.generation in (
            (line.generation, line.generation + 1) if line.uncertain_refresh else (line.generation,)
        )
    with ThreadPoolExecutor(THREADS) as pool:
        broken = [fault for fault in pool.map(lambda line: _use(deployment, line), live) if fault]
    assert not broken, broken[:5]

    # What was committed although its answer was lost is bounded by the requests without an answer.
    unacknowledged = len(rows.families) - len(acknowledged)
    uncertain = sum(line.uncertain_redemptions for line in ledger.lines)
    assert unacknowledged <= uncertain
    advanced = sum(rows.families[line.family].generation > line.generation for line in live)
    return {
        "codes": len(ledger.lines),
        "acknowledged": len(acknowledged),
        "answered": ledger.answered,
        "lost replies": ledger.lost,
        "committed, reply lost": unacknowledged + advanced,
        "acknowledged but lost": 0,
        "doubled": 0,
    }


def check_audit(deployment: Deployment) -> None:
    """Seal what is left and verify the chain from its first record, as an operator does."""
    worker = deployment.provider.work()
    database = Database(deployment.provider.env["IDP_DATABASE_URL"])
    try:
        assert wait_until(lambda: _pending(database) == 0, seconds=30), worker.output()[-2000:]
    finally:
        database.close()
    assert worker.stop() == 0
    deployment.provider.run("audit", "verify")


def _pending(database: Database) -> int:
    with database.unit_of_work() as db:
        return db.scalar(select(func.count()).select_from(AuditPending)) or 0


def _use(deployment: Deployment, line: Line) -> str:
    """Use the tokens of a line once more."""
    channel = deployment.channel()
    seen = deployment.userinfo(channel, line.access_token)
    if seen.status != 200:
        return f"userinfo: {seen.status} {seen.body[:200]!r}"
    if line.uncertain_refresh:
        return ""
    again = deployment.refresh(channel, line.refresh_token)
    return "" if again.status == 200 else f"refresh: {again.status} {again.body[:200]!r}"
