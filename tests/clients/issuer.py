"""An OpenID Provider of the standards only, on a port of its own, that can also lie.

The real provider never sends a wrong `iss` or another person's UserInfo; an agency must cope all the same.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
import time
from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from werkzeug.serving import make_server
from werkzeug.wrappers import Response as BaseResponse

from clients.logout_token import EVENT

SITI: dict[str, Any] = {
    "sub": "pairwise-siti",
    "name": "Siti Aminah",
    "nik_ref": "nr_5f2b9c1e7a40",
    "birthdate": "1994-05-17",
    "place_of_birth": {"locality": "Semarang", "region": "Jawa Tengah", "country": "ID"},
    "gender": "female",
    "address": {
        "formatted": "Jalan Durian Raya Nomor 12\nKota Semarang",
        "street_address": "Jalan Durian Raya Nomor 12\nRT 004/RW 007\nPedalangan\nKec. Banyumanik",
        "locality": "Kota Semarang",
        "region": "Jawa Tengah",
        "postal_code": "50268",
        "country": "ID",
    },
    "id_address": {
        "street_address": "Jalan Durian Raya Nomor 12",
        "rt": "004",
        "rw": "007",
        "village": "Pedalangan",
        "district": "Banyumanik",
    },
    "phone_number": "+6281234567890",
    "phone_number_verified": True,
    "email": "siti@contoh.id",
    "email_verified": True,
    "claims_provenance": {
        "name": {"source": "population_registry", "verified_at": "2026-11-20T03:00:00Z"},
        "phone_number": {"source": "account", "verified_at": "2026-11-21T03:00:00Z"},
    },
}


def new_key() -> ECKey:
    """Make a signing key."""
    key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, private=True)
    key.ensure_kid()
    return key


class Issuer:
    """The provider: `lies` replaces members of what it says, by place."""

    def __init__(self) -> None:
        self.key = new_key()
        self.person = dict(SITI)
        self.lies: dict[str, dict[str, Any]] = {}
        self.client_jwks: Mapping[str, Any] = {"keys": []}
        self.userinfo_status = 200
        self.requests: list[dict[str, str]] = []
        self.assertions: list[dict[str, Any]] = []
        self.refreshed = 0
        self.confirmed: list[str] = []
        self.confirmation_statuses: list[int] = []
        self.reports: list[dict[str, str]] = []
        self.report_status = 200
        self.stated: list[dict[str, str]] = []
        self._codes: dict[str, dict[str, str]] = {}
        self._tokens: set[str] = set()
        self._listen(0)

    def _listen(self, port: int) -> None:
        self._server = make_server("127.0.0.1", port, self._app(), threaded=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Issuer:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def restart(self) -> None:
        """Come back at the same address."""
        self._listen(self._server.server_port)
        self._thread.start()

    def says(self, place: str, **members: Any) -> dict[str, Any]:
        """Return members with this place's lies; None removes one."""
        told = {**members, **self.lies.get(place, {})}
        return {name: value for name, value in told.items() if value is not None}

    def logout_token(
        self, *, key: ECKey | None = None, header: dict[str, Any] | None = None, **changes: Any
    ) -> str:
        """Sign a logout token for the education agency; None removes a claim."""
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.url,
            "aud": "education-demo",
            "iat": now,
            "exp": now + 120,
            "jti": secrets.token_urlsafe(16),
            "sub": "pairwise-siti",
            "sid": "session-1",
            "events": {EVENT: {}},
            **changes,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        return self._signed(claims, key or self.key, {"typ": "logout+jwt", **(header or {})})

    def access_token(
        self, endpoint: str, *, key: ECKey | None = None, header: dict[str, Any] | None = None, **changes: Any
    ) -> str:
        """Sign a token for a publisher (docs/reference/connector.md); None removes a claim."""
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.url,
            "client_id": self.url,
            "aud": endpoint,
            "iat": now,
            "exp": now + 60,
            "jti": secrets.token_urlsafe(16),
            "sub": "pairwise-siti",
            "nik": "9974115705940001",
            "scope": "attributes",
            **changes,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        return self._signed(claims, key or self.key, {"typ": "at+jwt", **(header or {})})

    def security_event(
        self, uri: str, *, key: ECKey | None = None, header: dict[str, Any] | None = None, **changes: Any
    ) -> str:
        """Sign a security event token for the education agency; None removes a claim."""
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.url,
            "aud": "education-demo",
            "iat": now,
            "jti": secrets.token_hex(16),
            "txn": "t-1",
            "sub_id": {"format": "iss_sub", "iss": self.url, "sub": "pairwise-siti"},
            "events": {uri: {"event_timestamp": now, "claims": ["address"], "confirm_by": now + 259200}},
            **changes,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        return self._signed(claims, key or self.key, {"typ": "secevent+jwt", **(header or {})})

    def _confirmations(self) -> tuple[str, int]:
        status = self.confirmation_statuses.pop(0) if self.confirmation_statuses else 204
        claims = jwt.decode(request.form["client_assertion"], KeySet.import_key_set(self.client_jwks)).claims  # type: ignore[arg-type]
        self.assertions.append(claims)
        if status == 204:
            self.confirmed.append(request.form["jti"])
        return "", status

    def _signed(self, claims: dict[str, Any], key: ECKey, header: dict[str, Any]) -> str:
        return jwt.encode({"alg": "ES256", "kid": key.kid, **header}, claims, key)

    def _app(self) -> Flask:
        app = Flask("issuer")
        app.add_url_rule("/.well-known/openid-configuration", view_func=self._metadata)
        app.add_url_rule("/jwks", view_func=lambda: jsonify(KeySet([self.key]).as_dict(private=False)))
        app.add_url_rule("/authorize", view_func=self._authorize)
        app.add_url_rule("/token", view_func=self._token, methods=["POST"])
        app.add_url_rule("/userinfo", view_func=self._userinfo)
        app.add_url_rule("/confirmations", view_func=self._confirmations, methods=["POST"])
        app.add_url_rule("/meter", view_func=self._meter, methods=["POST"])
        app.add_url_rule("/self-stated", view_func=self._self_stated, methods=["POST"])
        return app

    def _metadata(self) -> Response:
        return jsonify(
            self.says(
                "metadata",
                issuer=self.url,
                authorization_endpoint=f"{self.url}/authorize",
                token_endpoint=f"{self.url}/token",
                userinfo_endpoint=f"{self.url}/userinfo",
                jwks_uri=f"{self.url}/jwks",
                gerbang_meter_endpoint=f"{self.url}/meter",
                gerbang_self_stated_endpoint=f"{self.url}/self-stated",
                end_session_endpoint=f"{self.url}/leave",
                gerbang_event_confirmation_endpoint=f"{self.url}/confirmations",
                id_token_signing_alg_values_supported=["ES256"],
                authorization_response_iss_parameter_supported=True,
            )
        )

    def _authorize(self) -> BaseResponse:
        asked = request.args.to_dict()
        self.requests.append(asked)
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        answer = self.says("answer", code=code, state=asked["state"], iss=self.url)
        query = "&".join(f"{name}={value}" for name, value in answer.items())
        return redirect(f"{asked['redirect_uri']}?{query}")

    def _token(self) -> tuple[Response, int] | Response:
        claims = jwt.decode(request.form["client_assertion"], KeySet.import_key_set(self.client_jwks)).claims  # type: ignore[arg-type]
        self.assertions.append(claims)
        asked: dict[str, str] = {}
        if request.form["grant_type"] == "authorization_code":
            asked = self._codes.pop(request.form["code"])
            digest = hashlib.sha256(request.form["code_verifier"].encode()).digest()
            if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
                return jsonify(error="invalid_grant"), 400
        elif request.form["refresh_token"] not in self._tokens:
            return jsonify(error="invalid_grant"), 400
        else:
            self._tokens.remove(request.form["refresh_token"])
            self.refreshed += 1
        return jsonify(self._token_answer(asked))

    def _token_answer(self, asked: Mapping[str, str]) -> dict[str, Any]:
        now = int(time.time())
        identity = self.says(
            "id_token",
            iss=self.url,
            aud="education-demo",
            sub=self.person["sub"],
            sid="session-1",
            iat=now,
            exp=now + 300,
            nonce=asked.get("nonce"),
            acr="urn:gerbang:acr:aal2",
        )
        access, refresh = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
        self._tokens |= {access, refresh}
        return self.says(
            "token",
            access_token=access,
            refresh_token=refresh,
            token_type="Bearer",
            expires_in=300,
            id_token=self._signed(identity, self.key, {"typ": "JWT"}),
        )

    def _userinfo(self) -> Response | tuple[Response, int]:
        access = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if self.userinfo_status != 200 or access not in self._tokens:
            return jsonify(
                error="invalid_token"
            ), self.userinfo_status if self.userinfo_status != 200 else 401
        return jsonify(self.says("userinfo", **self.person))

    def _meter(self) -> tuple[Response, int]:
        claims = jwt.decode(request.form["client_assertion"], KeySet.import_key_set(self.client_jwks)).claims  # type: ignore[arg-type]
        self.assertions.append(claims)
        if self.report_status == 200:
            self.reports.append(request.form.to_dict())
        return jsonify(counted=self.report_status == 200), self.report_status

    def _self_stated(self) -> tuple[Response, int]:
        access = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if access not in self._tokens:
            return jsonify(error="invalid_token"), 401
        self.stated.append(request.form.to_dict())
        self.person.update(request.form.to_dict())
        return jsonify(stored=list(request.form), kept=[]), 200
