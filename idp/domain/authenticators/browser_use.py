"""One browser, many people: the pattern of somebody who signs in for others for money (features M5, "joki").

Families share phones and officers help at counters, so nothing is refused; somebody looks at it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite

from idp.domain.audit.abuse_events import ManyAccountsInOneBrowser
from idp.domain.audit.record import record
from idp.domain.authenticators.models import BrowserUse
from idp.domain.store.database import Session
from keys import KeyTree

log = structlog.get_logger()

WINDOW: Final = timedelta(days=30)
ALARMS: Final = (6, 12, 25, 50, 100, 250, 500, 1000)
"""How many people one browser may have been used by before somebody is told, and told again."""


def note(db: Session, tree: KeyTree, browser: bytes, account_id: UUID, device: str, now: datetime) -> None:
    """Note whose first factor was right in a browser; an alarm is raised once at each step."""
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    account = tree.mac("browser-use", account_id.bytes)
    known = db.scalar(
        select(BrowserUse.last_at).where(BrowserUse.browser == browser, BrowserUse.account == account)
    )
    statement = insert(BrowserUse).values(browser=browser, account=account, last_at=now)
    db.execute(statement.on_conflict_do_update(index_elements=["browser", "account"], set_={"last_at": now}))
    if known is not None and known > now - WINDOW:
        return
    people = db.scalar(
        select(func.count()).where(BrowserUse.browser == browser, BrowserUse.last_at > now - WINDOW)
    )
    if people in ALARMS:
        record(db, ManyAccountsInOneBrowser(accounts=people, device=device), now)
        log.warning("many_accounts_in_one_browser", accounts=people)
