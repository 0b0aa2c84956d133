"""The rules about answers: whose, which, how they look."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from clients.clock import system_clock
from clients.connector_check.connector import LARGEST, LONGEST_SECONDS, Answer, BrokenError, Connector
from clients.connector_check.formats import FORMATS, LEVELS
from clients.connector_check.rules import Rule, answered, refused

MEMBERS = {"value", "verified_at", "valid_from", "valid_until", "level"}
STRANGE = "a_claim_nobody_publishes"


def a_right_question_is_answered(connector: Connector) -> None:
    """Everything else builds on this one."""
    answer = answered(connector.ask())
    if not answer.attributes:
        raise BrokenError("none of the claims is told; name a person and claims it knows")


def about_the_citizen_of_the_token(connector: Connector) -> None:
    """`sub` comes back as it was asked."""
    if answered(connector.ask()).document.get("sub") != connector.gate.person["sub"]:
        raise BrokenError("`sub` is not that of the token")


def no_more_than_was_asked(connector: Connector) -> None:
    """A token may name more than the question."""
    for name in connector.names:
        _only(connector.ask(names=[name]), {name}, "asked for")


def no_more_than_the_token_allows(connector: Connector) -> None:
    """A question may name more than the token; it may also be refused for that."""
    for name in connector.names:
        others = [other for other in connector.names if other != name]
        answer = connector.ask(connector.gate.token([name]))
        if answer.status != 403:
            _only(answered(answer), {name}, "in the token")
        answer = connector.ask(connector.gate.token(others or [STRANGE]), [name])
        if name in answer.attributes:
            raise BrokenError(f"told {name}, which the token does not name")


def nothing_of_its_own_accord(connector: Connector) -> None:
    """Claims it does not publish are left out, not an error."""
    names = [*connector.names, STRANGE]
    _only(answered(connector.ask(connector.gate.token(names), names)), set(connector.names), "published")


def the_question_cannot_change_the_person(connector: Connector) -> None:
    """Only the token says who it is about."""
    before = answered(connector.ask())
    query = {"claims": " ".join(connector.names), **connector.unknown, "subject": "somebody"}
    after = connector.ask(query=query)
    if after.status == 400:
        return
    if _told(answered(after)) != _told(before) or after.document.get("sub") != before.document.get("sub"):
        raise BrokenError("a parameter of the question changed the answer")


def an_unknown_person_is_404(connector: Connector) -> None:
    """Not an empty answer, not an error of the server."""
    token = connector.gate.token(list(connector.names), person=connector.unknown)
    refused(connector.ask(token), 404)


def values_say_since_when(connector: Connector) -> None:
    """`verified_at` is required, `valid_from`, `valid_until` and `level` are optional, nothing else is known."""
    now = system_clock()
    for name, said in answered(connector.ask()).attributes.items():
        if not isinstance(said, dict) or "value" not in said:
            raise BrokenError(f"{name}: no object with a value")
        if set(said) - MEMBERS:
            raise BrokenError(f"{name}: unknown members {', '.join(sorted(set(said) - MEMBERS))}")
        if _moment(name, said, "verified_at") > now + timedelta(seconds=60):
            raise BrokenError(f"{name}: verified_at lies in the future")
        for member in {"valid_from", "valid_until"} & set(said):
            _moment(name, said, member)
        if said.get("level", LEVELS[0]) not in LEVELS:
            raise BrokenError(f"{name}: level is none of {', '.join(LEVELS)}")


def values_have_their_types(connector: Connector) -> None:
    """As the catalogue says; a claim this check does not know must not be empty."""
    for name, said in answered(connector.ask()).attributes.items():
        value = said.get("value") if isinstance(said, dict) else None
        looks, words = FORMATS.get(name, (lambda found: found not in (None, "", [], {}), "not empty"))
        if not looks(value):
            raise BrokenError(f"{name} is not {words}")


def answers_are_json(connector: Connector) -> None:
    """`application/json`, one object with `sub` and `attributes`."""
    answer = answered(connector.ask())
    if _header(answer, "content-type").partition(";")[0].strip().lower() != "application/json":
        raise BrokenError("Content-Type is not application/json")
    if set(answer.document) != {"sub", "attributes"}:
        raise BrokenError("the object has not exactly sub and attributes")


def answers_are_not_kept(connector: Connector) -> None:
    """Neither by proxies nor by browsers (RFC 9111 §5.2.2.5)."""
    answer = answered(connector.ask())
    if "no-store" not in _header(answer, "cache-control").lower():
        raise BrokenError("Cache-Control: no-store is missing")
    if _header(answer, "set-cookie"):
        raise BrokenError("it sets a cookie")


def answers_are_small_and_quick(connector: Connector) -> None:
    """64 KB and two seconds; Gerbang waits no longer."""
    answer = answered(connector.ask())
    if len(answer.body) > LARGEST:
        raise BrokenError("more than 64 KB")
    if answer.seconds > LONGEST_SECONDS:
        raise BrokenError(f"took {answer.seconds:.1f} seconds")


def a_question_names_claims(connector: Connector) -> None:
    """Once, and at least one."""
    for query in ([], [("claims", "")], [("claims", name) for name in (*connector.names, STRANGE)]):
        refused(connector.ask(query=query), 400)


def only_questions_are_answered(connector: Connector) -> None:
    """No other method does anything."""
    for method in ("POST", "PUT", "DELETE"):
        answer = connector.ask(method=method)
        if answer.attributes or answer.status not in (404, 405, 501):
            raise BrokenError(f"{method} was answered {answer.status} instead of 405")


def unknown_person(subject: str) -> dict[str, str]:
    """Return a citizen nobody knows."""
    person = {"sub": "nobody-" + secrets.token_hex(8)}
    return {**person, "nik": "9900000000000000"} if subject == "nik" else person


RULES = (
    Rule("A01", "a right question is answered 200", a_right_question_is_answered),
    Rule("A02", "the answer is about the citizen of the token", about_the_citizen_of_the_token),
    Rule("A03", "no more is told than was asked", no_more_than_was_asked),
    Rule("A04", "no more is told than the token allows", no_more_than_the_token_allows),
    Rule("A05", "claims it does not publish are left out", nothing_of_its_own_accord),
    Rule("A06", "the question cannot change the person", the_question_cannot_change_the_person),
    Rule("A07", "a person it does not know is 404", an_unknown_person_is_404),
    Rule("A08", "every value says when it was verified", values_say_since_when),
    Rule("A09", "values have the type of the catalogue", values_have_their_types),
    Rule("A10", "the answer is one JSON object with sub and attributes", answers_are_json),
    Rule("A11", "answers are not stored on the way", answers_are_not_kept),
    Rule("A12", "answers are at most 64 KB and take at most 2 seconds", answers_are_small_and_quick),
    Rule("A13", "a question must name claims, once", a_question_names_claims),
    Rule("A14", "methods other than GET are refused", only_questions_are_answered),
)


def _only(answer: Answer, allowed: set[str], words: str) -> None:
    more = sorted(set(answered(answer).attributes) - allowed)
    if more:
        raise BrokenError(f"told {', '.join(more)}, which is not {words}")


def _told(answer: Answer) -> dict[str, Any]:
    return {n: said.get("value") if isinstance(said, dict) else said for n, said in answer.attributes.items()}


def _moment(name: str, said: dict[str, Any], member: str) -> datetime:
    try:
        when = datetime.fromisoformat(said[member])
    except (KeyError, TypeError, ValueError) as error:
        raise BrokenError(f"{name}: {member} is missing or no RFC 3339 moment") from error
    if when.tzinfo is None:
        raise BrokenError(f"{name}: {member} has no time zone")
    return when.astimezone(UTC)


def _header(answer: Answer, name: str) -> str:
    return next((value for key, value in answer.headers.items() if key.lower() == name), "")
