"""Publish attributes: answer Gerbang's questions about one citizen, and tell it what has changed.

`publish(app, …)` adds the connector of docs/reference/connector.md to a Flask application; `Publisher.push` sends what
changed at the agency, signed with the key of the agency's client.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import requests
from flask import Flask, Response, request
from joserfc import jwt
from joserfc.jwk import ECKey

from clients.clock import Clock
from clients.credentials import ALGORITHM
from clients.gate_keys import GateKeys, KeysUnavailableError
from clients.gate_token import MOST_CLAIMS, SCOPE, FirstUse, GateTokenValidator, Person, Protector, problem
from clients.manifest import Publishing
from clients.records import Attribute

LARGEST_ANSWER = 64 * 1024
STATEMENT_LIFE = timedelta(minutes=5)
TIMEOUT_SECONDS = 10
Find = Callable[[Person], Mapping[str, Attribute] | None]
"""Looks one person up in the agency's own records; None when it knows nothing of them."""


def publish(
    app: Flask, publishing: Publishing, find: Find, *, issuer: str, first_use: FirstUse, clock: Clock
) -> None:
    """Add `GET <endpoint>` to an application; the keys of the issuer are fetched at the first question.

    Raises:
        ValueError: when the manifest names no endpoint.
    """
    if publishing.endpoint is None:
        raise ValueError("the manifest names no endpoint: this agency only pushes")
    validator = GateTokenValidator(
        issuer=issuer,
        endpoint=publishing.endpoint,
        subject=publishing.subject,
        keys=GateKeys(issuer, clock),
        first_use=first_use,
        clock=clock,
    )
    protect = Protector()
    protect.register_token_validator(validator)

    def attributes() -> Response:
        try:
            with protect.acquire([SCOPE]) as token:
                named = _named()
                if named is None:
                    return problem(400, "invalid_request", "claims must name what is asked, once")
                return _answer(find, validator.person(token), named & set(token["claims"]))
        except KeysUnavailableError:
            words = "the keys of the issuer cannot be had"
            return problem(503, "temporarily_unavailable", words, {"Retry-After": "5"})

    def _answer(find: Find, person: Person, names: set[str]) -> Response:
        known = find(person)
        if known is None:
            return problem(404, "not_found", "nothing is known of this person")
        now = clock()
        told = {name: known[name].said(now) for name in publishing.names if name in known and name in names}
        body = json.dumps({"sub": person.sub, "attributes": told}, ensure_ascii=False).encode()
        if len(body) > LARGEST_ANSWER:
            return problem(500, "server_error", "the answer is larger than the contract allows")
        return Response(body, mimetype="application/json", headers={"Cache-Control": "no-store"})

    path = urlsplit(publishing.endpoint).path
    app.add_url_rule(path, endpoint="attributes", view_func=attributes, methods=["GET"])


def _named() -> set[str] | None:
    """Read the names asked for; None when the parameter is missing, empty, repeated or endless."""
    values = request.args.getlist("claims")
    names = values[0].split() if len(values) == 1 else []
    return set(names) if 0 < len(names) <= MOST_CLAIMS else None


class PushRefusedError(Exception):
    """Gerbang does not take the statement; `code` says why."""

    def __init__(self, code: str, words: str = "") -> None:
        super().__init__(f"{code}: {words}" if words else code)
        self.code = code


class GateAwayError(Exception):
    """Gerbang did not answer or is busy; the same values may be pushed again, in a new statement."""


@dataclass(frozen=True, slots=True)
class Publisher:
    """The agency as one that tells Gerbang what has changed."""

    publishing: Publishing
    issuer: str
    key: ECKey
    clock: Clock

    def statement(self, person: Person, attributes: Mapping[str, Attribute]) -> str:
        """Sign a statement about one citizen: good for five minutes and for one use.

        Attributes another agency owns may be in it: what this agency has on file of them, which Gerbang compares.

        Raises:
            ValueError: when it says nothing.
        """
        if not attributes:
            raise ValueError("a statement says something")
        now = self.clock()
        issued = int(now.timestamp())
        claims: dict[str, Any] = {
            "iss": self.publishing.client_id,
            "aud": self.issuer,
            "iat": issued,
            "exp": issued + int(STATEMENT_LIFE.total_seconds()),
            "jti": secrets.token_urlsafe(16),
            **({"nik": person.nik} if self.publishing.subject == "nik" else {"sub": person.sub}),
            "attributes": {name: attribute.said(now) for name, attribute in attributes.items()},
        }
        header = {"alg": ALGORITHM, "kid": self.key.kid, "typ": "attributes+jwt"}
        return jwt.encode(header, claims, self.key)

    def push(self, person: Person, attributes: Mapping[str, Attribute]) -> None:
        """Tell Gerbang; it answers the same whether the person with this NIK has an account or not.

        Raises:
            PushRefusedError: when it says no.
            GateAwayError: when it should be tried again later.
        """
        body = self.statement(person, attributes)
        http = requests.Session()
        http.trust_env = False
        try:
            answer = http.post(
                f"{self.issuer}/attributes",
                data=body,
                headers={"Content-Type": "application/jwt"},
                timeout=TIMEOUT_SECONDS,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise GateAwayError(type(error).__name__) from error
        if answer.status_code == 429 or answer.status_code >= 500:
            raise GateAwayError(str(answer.status_code))
        if not 200 <= answer.status_code < 300:
            raise PushRefusedError(*_reason(answer))


def _reason(answer: requests.Response) -> tuple[str, str]:
    try:
        document = answer.json()
        return str(document["error"]), str(document.get("error_description", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"http_{answer.status_code}", ""
