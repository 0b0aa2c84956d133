"""What a rule of the contract is, and how it is tried."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from clients.connector_check.connector import Answer, BrokenError, Connector

Try = Callable[[Connector], None]


@dataclass(frozen=True, slots=True)
class Rule:
    """One sentence of docs/reference/connector.md; `attempt` raises `BrokenError` when it does not hold."""

    id: str
    words: str
    attempt: Try


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one rule went; `why` is empty when it holds."""

    rule: Rule
    why: str = ""

    @property
    def holds(self) -> bool:
        """Whether the connector keeps the rule."""
        return not self.why


def tried(rule: Rule, connector: Connector) -> Outcome:
    """Try one rule."""
    try:
        rule.attempt(connector)
    except BrokenError as error:
        return Outcome(rule, str(error))
    return Outcome(rule)


def answered(answer: Answer) -> Answer:
    """Require a good answer.

    Raises:
        BrokenError: with what came instead, and the likely reason.
    """
    hints = {
        401: "does it trust the issuer of this check, and is its own address the audience?",
        403: "is the scope of the token read as a text?",
        404: "does it know this person?",
        503: "can it reach the issuer of this check?",
    }
    if answer.status != 200:
        hint = hints.get(answer.status)
        raise BrokenError(f"answered {answer.status} instead of 200" + (f"; {hint}" if hint else ""))
    return answer


def refused(answer: Answer, status: int, error: str | None = None) -> None:
    """Require a refusal that tells nothing about the citizen (RFC 6750 §3).

    Raises:
        BrokenError: when it was answered, refused in another way, or without the challenge.
    """
    if answer.attributes:
        raise BrokenError(f"answered {answer.status} with attributes")
    if answer.status != status:
        raise BrokenError(f"answered {answer.status} instead of {status}")
    challenge = next((v for n, v in answer.headers.items() if n.lower() == "www-authenticate"), "")
    if status == 401 and not challenge.lower().startswith("bearer"):
        raise BrokenError("WWW-Authenticate: Bearer is missing")
    if error is not None and f'error="{error}"' not in challenge:
        raise BrokenError(f'WWW-Authenticate does not say error="{error}"')
