"""What was written to citizens: the worker's deliveries, read from the sandbox's mailbox."""

from __future__ import annotations

import re

from idp.deliveries import Deliveries
from idp.domain.messages import letters
from idp.domain.messages.letters import Letter
from idp.services import Services


def delivered(services: Services) -> list[Letter]:
    """Deliver what waits and return every letter, the newest first."""
    Deliveries(services).drain()
    with services.database.unit_of_work() as db:
        kept = letters.latest(db, services.tree.vault.system("pii"), 200)
    return [each.letter for each in kept]


def link(letter: Letter, path: str) -> str:
    """Return the link of a letter that leads to a path of ours, without our own host."""
    found = re.search(re.escape(path) + r"\?[^\s\"<]+", letter.text)
    assert found, letter.text
    return found[0]
