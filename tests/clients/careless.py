"""A connector written by hand that leaves out what it is told to: the contract tests must notice."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Any, Self
from urllib.parse import parse_qs

import httpx
from flask import Flask, Response, request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry, extract_compact
from werkzeug.serving import make_server

SITI = "9974115705940001"
VALUES = {
    "npwp": {"value": SITI, "verified_at": "2026-02-01T00:00:00Z"},
    "npwp_branch": {"value": "508", "verified_at": "2026-02-01T00:00:00Z"},
}
NEEDED = ("iss", "aud", "exp", "iat", "jti", "sub", "client_id", "claims", "nik")


class Careless:
    """One connector on a port of its own; `without` names the checks it does not make."""

    def __init__(self, issuer: str, *without: str) -> None:
        self.issuer, self._without = issuer, frozenset(without)
        self._used: set[str] = set()
        self._keys: KeySet | None = None
        self._lock = threading.Lock()
        app = Flask("careless")
        methods = ["GET", "POST", "PUT", "DELETE"] if "method" in without else ["GET"]
        app.add_url_rule("/attributes", view_func=self._answer, methods=methods)
        self._server = make_server("127.0.0.1", 0, app, threaded=True)
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}/attributes"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _minds(self, check: str) -> bool:
        return check not in self._without

    def _answer(self) -> Response:
        presented = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not presented and not self._minds("address"):
            presented = request.args.get("access_token", "")
        if not presented:
            return _refuse(401, "", "" if not self._minds("challenge") else "Bearer")
        try:
            header, claims = self._verified(presented)
        except (JoseError, ValueError, httpx.HTTPError):
            return _refuse(401, "invalid_token")
        scope = claims.get("scope") if isinstance(claims.get("scope"), str) else ""
        if "attributes" not in scope.split() and self._minds("scope"):
            return _refuse(403, "insufficient_scope")
        if any(self._minds(name) and not holds() for name, holds in self._checks(header, claims).items()):
            return _refuse(401, "invalid_token")
        if not self._first_use(claims.get("jti")) and self._minds("once"):
            return _refuse(401, "invalid_token")
        return self._told(claims)

    def _verified(self, presented: str) -> tuple[dict[str, Any], dict[str, Any]]:
        parts = extract_compact(presented.encode())
        header = dict(parts.headers())
        if header.get("alg") == "none" and not self._minds("none"):
            return header, json.loads(parts.payload)
        if not self._minds("signature"):
            return header, json.loads(parts.payload)
        if self._keys is None or (self._minds("rotation") and header.get("kid") not in self._names()):
            found = httpx.get(f"{self.issuer}/jwks", trust_env=False).json()
            self._keys = KeySet.import_key_set(found)
        key: Any = self._keys
        if "jwk" in header and not self._minds("own_key"):
            key = KeySet.import_key_set({"keys": [header["jwk"]]})
        token = jwt.decode(presented, key, registry=JWSRegistry(algorithms=["ES256"]))
        return dict(token.header), dict(token.claims)

    def _names(self) -> set[str | None]:
        return {key.kid for key in self._keys or ()}

    def _checks(self, header: dict[str, Any], claims: dict[str, Any]) -> dict[str, Callable[[], bool]]:
        now = time.time()
        exp, iat = claims.get("exp", now), claims.get("iat", now)
        return {
            "type": lambda: header.get("typ") == "at+jwt",
            "issuer": lambda: claims.get("iss", self.issuer) == self.issuer,
            "audience": lambda: claims.get("aud", self.endpoint) == self.endpoint,
            "client": lambda: claims.get("client_id", self.issuer) == self.issuer,
            "expiry": lambda: exp > now,
            "future": lambda: iat <= now + 10,
            "life": lambda: exp - iat <= 60,
            "presence": lambda: all(name in claims for name in NEEDED),
        }

    def _first_use(self, jti: Any) -> bool:
        if not self._minds("race"):
            seen = jti in self._used
            time.sleep(0.1)
            self._used.add(jti)
            return not seen
        with self._lock:
            seen = jti in self._used
            self._used.add(jti)
            return not seen

    def _told(self, claims: dict[str, Any]) -> Response:
        query = parse_qs(request.query_string.decode())
        asked = query.get("claims", [])
        if len(asked) != 1 and self._minds("question"):
            return _refuse(400, "invalid_request")
        nik = request.args.get("nik", claims.get("nik")) if not self._minds("person") else claims.get("nik")
        if nik not in (None, SITI):
            return (
                _refuse(404, "not_found") if self._minds("unknown") else _said({"sub": "", "attributes": {}})
            )
        names = set(VALUES)
        if self._minds("asked"):
            names &= set(" ".join(asked).split())
        if self._minds("allowed"):
            names &= set(claims.get("claims", ()))
        told = {name: dict(VALUES[name]) for name in sorted(names)}
        sub = claims.get("sub") if self._minds("sub") else "somebody"
        return _said({"sub": sub, "attributes": told}, stored=not self._minds("no_store"))


def _said(document: dict[str, Any], *, stored: bool = False) -> Response:
    headers = {} if stored else {"Cache-Control": "no-store"}
    return Response(json.dumps(document), mimetype="application/json", headers=headers)


def _refuse(status: int, error: str, scheme: str = "Bearer") -> Response:
    challenge = f'{scheme} error="{error}"' if error else scheme
    headers = {"WWW-Authenticate": challenge} if scheme else {}
    return Response(json.dumps({"error": error}), status, headers, mimetype="application/json")
