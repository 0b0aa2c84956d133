"""The rules about access tokens: what is not exactly right is refused (RFC 9068 §4, RFC 8725)."""

from __future__ import annotations

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from clients.connector_check.connector import BrokenError, Connector
from clients.connector_check.gate import new_key
from clients.connector_check.rules import Rule, Try, answered, refused

ROTATION_SECONDS = 15.0
AT_ONCE = 6


def no_token(connector: Connector) -> None:
    """401 with a challenge and no error code (RFC 6750 §3.1)."""
    refused(connector.ask(bare=True), 401)


def a_token_in_the_address(connector: Connector) -> None:
    """Addresses end in logs (RFC 6750 §2.3, RFC 9700 §4.3.2)."""
    token = connector.gate.token(list(connector.names))
    query = {"claims": " ".join(connector.names), "access_token": token}
    answer = connector.ask(query=query, bare=True)
    if answer.attributes or answer.status not in (400, 401):
        raise BrokenError(f"answered {answer.status} instead of 401")


def no_jwt(connector: Connector) -> None:
    """Anything that is no JWT."""
    for token in ("x", "a.b.c", "e30.e30.", "." * 64):
        refused(connector.ask(token), 401, "invalid_token")


def a_strange_key(connector: Connector) -> None:
    """Under its own name, and under that of a key the issuer publishes."""
    strange, names = new_key(), list(connector.names)
    for header in ({"kid": strange.kid}, {"kid": connector.gate.key.kid}, {"kid": None}):
        refused(connector.ask(connector.gate.token(names, key=strange, header=header)), 401, "invalid_token")


def a_key_of_its_own(connector: Connector) -> None:
    """A token cannot bring its key along (RFC 8725 §3.10)."""
    strange = new_key()
    header = {"kid": strange.kid, "jwk": strange.as_dict(private=False)}
    refused(connector.ask(connector.gate.token(list(connector.names), key=strange, header=header)), 401)


def no_signature(connector: Connector) -> None:
    """`alg` none (RFC 9068 §4)."""
    refused(connector.ask(connector.gate.unsigned(list(connector.names))), 401, "invalid_token")


def a_shared_secret(connector: Connector) -> None:
    """The public key is not a secret (RFC 8725 §2.1)."""
    refused(connector.ask(connector.gate.with_shared_secret(list(connector.names))), 401, "invalid_token")


def another_type(connector: Connector) -> None:
    """ID Tokens, logout tokens and JWTs without a type are no access tokens (RFC 9068 §4, RFC 8725 §3.11)."""
    for typ in ("JWT", "logout+jwt", None):
        token = connector.gate.token(list(connector.names), header={"typ": typ})
        refused(connector.ask(token), 401, "invalid_token")


def a_missing_claim(connector: Connector) -> None:
    """None of the claims of section 3 can be left out."""
    needed = ["iss", "aud", "exp", "iat", "jti", "sub", "client_id", "claims"]
    for name in [*needed, *(["nik"] if "nik" in connector.gate.person else [])]:
        answer = connector.ask(_changed(connector, {name: None}))
        try:
            refused(answer, 401, "invalid_token")
        except BrokenError as error:
            raise BrokenError(f"without {name}: {error}") from error


def used_again(connector: Connector) -> None:
    """The same `jti` a second time."""
    token = connector.gate.token(list(connector.names))
    answered(connector.ask(token))
    refused(connector.ask(token), 401, "invalid_token")


def used_at_once(connector: Connector) -> None:
    """Many times at the same moment: one answer."""
    token = connector.gate.token(list(connector.names))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda _n: connector.ask(token), range(AT_ONCE)))
    count = sum(answer.status == 200 for answer in answers)
    if count != 1:
        raise BrokenError(f"{count} of {AT_ONCE} uses were answered")


def another_scope(connector: Connector) -> None:
    """403 `insufficient_scope` (RFC 6750 §3.1)."""
    for scope in ("openid profile", None):
        token = connector.gate.token(list(connector.names), scope=scope)
        refused(connector.ask(token), 403, "insufficient_scope")


def a_new_key(connector: Connector) -> None:
    """Keys rotate: a new one is believed within 15 seconds, and the earlier one still."""
    answered(connector.ask())
    earlier = connector.gate.key
    connector.gate.rotate()
    until = time.monotonic() + ROTATION_SECONDS
    while (answer := connector.ask()).status == 401 and time.monotonic() < until:
        time.sleep(0.5)
    answered(answer)
    names = list(connector.names)
    answered(connector.ask(connector.gate.token(names, key=earlier, header={"kid": earlier.kid})))


def _wrong(changes: Mapping[str, Any]) -> Try:
    def attempt(connector: Connector) -> None:
        now = int(time.time())
        shifted = {n: now + v if n in ("iat", "exp", "nbf") else v for n, v in changes.items()}
        refused(connector.ask(_changed(connector, shifted)), 401, "invalid_token")

    return attempt


def _wrong_audience(connector: Connector) -> None:
    for aud in ("https://another.example/attributes", [connector.endpoint, "https://another.example"]):
        refused(connector.ask(_changed(connector, {"aud": aud})), 401, "invalid_token")


def _changed(connector: Connector, changes: Mapping[str, Any]) -> str:
    changes = dict(changes)
    claims = changes.pop("claims", list(connector.names))
    return connector.gate.token(claims, **changes)


RULES = (
    Rule("T01", "without a token: 401 and a challenge", no_token),
    Rule("T02", "a token in the address does not count", a_token_in_the_address),
    Rule("T03", "what is no JWT is refused", no_jwt),
    Rule("T04", "a key the issuer does not publish is refused", a_strange_key),
    Rule("T05", "a key that comes in the token is refused", a_key_of_its_own),
    Rule("T06", "a token without signature is refused", no_signature),
    Rule("T07", "a token signed with a shared secret is refused", a_shared_secret),
    Rule("T08", "a JWT of another type is refused", another_type),
    Rule("T09", "another issuer is refused", _wrong({"iss": "https://another.example"})),
    Rule("T10", "a token for another audience, or for two, is refused", _wrong_audience),
    Rule("T11", "a token of another client than the issuer is refused", _wrong({"client_id": "an-agency"})),
    Rule("T12", "an expired token is refused", _wrong({"iat": -180, "exp": -120})),
    Rule("T13", "a token from the future is refused", _wrong({"iat": 600, "exp": 660})),
    Rule("T14", "a token that lives longer than a minute is refused", _wrong({"exp": 3600})),
    Rule("T15", "a token that lacks a claim is refused", a_missing_claim),
    Rule("T16", "a token is good once", used_again),
    Rule("T17", "of several uses at once one is answered", used_at_once),
    Rule("T18", "a token of another scope is insufficient", another_scope),
    Rule("T19", "a new key of the issuer is found, the earlier one stays good", a_new_key),
)
