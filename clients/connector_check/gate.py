"""A gate of the check's own: an issuer on loopback with a throw-away key, so that no real one is needed."""

from __future__ import annotations

import base64
import json
import secrets
import threading
import time
from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import urlsplit

from flask import Flask, jsonify
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, OKPKey, RSAKey
from werkzeug.serving import WSGIRequestHandler, make_server

TOKEN_SECONDS = 60


def new_key() -> ECKey:
    """Make a signing key."""
    key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, private=True)
    key.ensure_kid()
    return key


class ThrowAwayGate:
    """Discovery and keys at `issuer`, and tokens as good or as bad as a test wants them.

    Raises:
        OSError: when the port of the issuer is taken.
    """

    def __init__(self, issuer: str, endpoint: str, person: dict[str, str], listen: str = "127.0.0.1") -> None:
        self.issuer, self.endpoint, self.person = issuer, endpoint, person
        self.key = new_key()
        self._keys: list[OctKey | RSAKey | ECKey | OKPKey] = [self.key]
        app = Flask("throw_away_gate", static_folder=None)
        app.add_url_rule("/.well-known/openid-configuration", view_func=self._metadata)
        app.add_url_rule("/jwks", view_func=lambda: jsonify(KeySet(self._keys).as_dict(private=False)))
        self._server = make_server(
            listen, urlsplit(issuer).port or 80, app, threaded=True, request_handler=_Quiet
        )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def rotate(self) -> None:
        """Sign with a new key from now on; both are published (OpenID Connect Core 1.0 §10.1.1)."""
        self.key = new_key()
        self._keys.append(self.key)

    def token(
        self,
        claims: list[str],
        *,
        key: ECKey | None = None,
        header: dict[str, Any] | None = None,
        person: Mapping[str, str] | None = None,
        **changes: Any,
    ) -> str:
        """Sign a token for the citizen of this check or another; a change to None removes a member."""
        members = self.claims(claims, **{**(person or {}), **changes})
        joined = {"alg": "ES256", "kid": self.key.kid, "typ": "at+jwt", **(header or {})}
        return jwt.encode({n: v for n, v in joined.items() if v is not None}, members, key or self.key)

    def claims(self, claims: list[str], **changes: Any) -> dict[str, Any]:
        """Return what a token says."""
        now = int(time.time())
        members = {
            "iss": self.issuer,
            "client_id": self.issuer,
            "aud": self.endpoint,
            "iat": now,
            "exp": now + TOKEN_SECONDS,
            "jti": secrets.token_urlsafe(16),
            "scope": "attributes",
            "claims": claims,
            **self.person,
            **changes,
        }
        return {name: value for name, value in members.items() if value is not None}

    def unsigned(self, claims: list[str]) -> str:
        """Return a token without signature (`alg` none)."""
        parts = ({"alg": "none", "typ": "at+jwt", "kid": self.key.kid}, self.claims(claims))
        return ".".join(_encoded(part) for part in parts) + "."

    def with_shared_secret(self, claims: list[str]) -> str:
        """Return a token signed with HMAC, the published key taken for the secret (RFC 8725 §2.1)."""
        public = json.dumps(self.key.as_dict(private=False)).encode()
        header = {"alg": "HS256", "typ": "at+jwt", "kid": self.key.kid}
        return jwt.encode(header, self.claims(claims), OctKey.import_key(public))

    def _metadata(self) -> Any:
        return jsonify(issuer=self.issuer, jwks_uri=f"{self.issuer}/jwks")


class _Quiet(WSGIRequestHandler):
    def log(self, *_args: object) -> None:
        """Say nothing: the report is what is read."""


def _encoded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
