"""A relying party that holds a key and proves it with each request (RFC 9449)."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from datetime import timedelta
from typing import Any

from joserfc import jws, jwt
from joserfc.jwk import ECKey, Key

from idp.protocol.oauth.dpop import ALGORITHMS
from tests import factories
from tests.factories import TestClient
from tests.rp import RP, VERIFIER, Answer, Provider

TOKEN = factories.ISSUER + "/token"
USERINFO = factories.ISSUER + "/userinfo"


class DpopRP(RP):
    """One client at work that takes DPoP-bound tokens; it keeps the last nonce it was given, as clients do."""

    def __init__(self, provider: Provider, client: TestClient, key: Key | None = None) -> None:
        super().__init__(provider, client)
        self.proof_key: Key = key or ECKey.generate_key("P-256")
        self.nonce: str | None = None

    @property
    def jkt(self) -> str:
        """The thumbprint of our key (RFC 7638 §3)."""
        return self.proof_key.thumbprint()

    def proof(
        self, method: str = "POST", url: str = TOKEN, token: str | None = None, **overrides: Any
    ) -> str:
        """Make a proof; `header` and claims may be overridden, a value of None leaves the member out."""
        key = overrides.pop("key", self.proof_key)
        header = {"typ": "dpop+jwt", "alg": alg_of(key), "jwk": key.as_dict(private=False)}
        header |= overrides.pop("header", {})
        claims = {
            "jti": secrets.token_urlsafe(16),
            "htm": method,
            "htu": url,
            "iat": int((self.provider.services.clock() + overrides.pop("late", timedelta())).timestamp()),
            "nonce": self.nonce,
            "ath": ath(token) if token is not None else None,
        } | overrides
        present = {k: v for k, v in claims.items() if v is not None}
        header = {k: v for k, v in header.items() if v is not None}
        if header.get("alg") not in (*ALGORITHMS, "RS256"):
            return unsigned(header, present)
        registry = jws.JWSRegistry(algorithms=[header["alg"]], strict_check_header=False)
        return jwt.encode(header, present, key, algorithms=[header["alg"]], registry=registry)

    def send(self, path: str, form: dict[str, Any], headers: dict[str, str]) -> Answer:
        """Post with a proof; when a nonce is asked for, once more with it (RFC 9449 §8)."""
        answer = super().send(path, form, self._proven(path, headers))
        if answer.error == "use_dpop_nonce":
            self.note(answer)
            form = form | self.authentication()[0]  # an assertion is good for one request
            answer = super().send(path, form, self._proven(path, headers))
        self.note(answer)
        return answer

    def pushed(self, **overrides: Any) -> Answer:
        """Push an authorization request without a proof, and let the browser bring it."""
        proof = overrides.pop("proof", None)
        return self.bring(self.call_with(proof, "/par", **self.request(**overrides)))

    def note(self, answer: Answer) -> Answer:
        """Keep the nonce for the next proof (RFC 9449 §8.2)."""
        self.nonce = answer.headers.get("DPoP-Nonce", self.nonce)
        return answer

    def userinfo(self, token: str, proof: str | None = None, **kwargs: Any) -> Answer:
        """Ask with the DPoP scheme and a fresh proof, or the one given."""
        headers = {"Authorization": f"DPoP {token}", "DPoP": proof or self.proof("GET", USERINFO, token)}
        return self.note(
            self.provider.get("/userinfo", headers=headers | kwargs.pop("headers", {}), **kwargs)
        )

    def call_with(self, proof: str | None, path: str = "/token", **parameters: Any) -> Answer:
        """Call with exactly this proof, without trying again."""
        form, headers = self.authentication()
        form |= {k: v for k, v in parameters.items() if v is not None}
        return super().send(path, form, headers if proof is None else headers | {"DPoP": proof})

    def _proven(self, path: str, headers: dict[str, str]) -> dict[str, str]:
        return headers | {"DPoP": self.proof("POST", factories.ISSUER + path)}


def redeemed_with(rp: DpopRP, code: str, proof: str | None, **parameters: Any) -> Answer:
    """Redeem a code with exactly this proof, or none."""
    values = {"code": code, "redirect_uri": rp.client.redirect_uri, "code_verifier": VERIFIER} | parameters
    return rp.call_with(proof, grant_type="authorization_code", **values)


def ath(token: str) -> str:
    """The hash of an access token (RFC 9449 §4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()


def alg_of(key: Key) -> str:
    """The algorithm a key signs with."""
    return {"EC": "ES256", "RSA": "PS256", "OKP": "Ed25519"}[key.key_type]


def unsigned(header: dict[str, Any], claims: dict[str, Any], signature: str = "") -> str:
    """A JWT by somebody who ignores all rules."""
    return f"{_segment(header)}.{_segment(claims)}.{signature}"


def forged(proof: str, members: dict[str, Any], signature: str = "") -> str:
    """A proof with other header members, and a signature that does not fit."""
    header, claims, _ = proof.split(".")
    return f"{_segment(_opened(header) | members)}.{claims}.{signature}"


def resigned(rp: DpopRP, proof: str, members: dict[str, Any]) -> str:
    """A proof with other header members, signed again by the key of the client."""
    header, claims, _ = proof.split(".")
    message = f"{_segment(_opened(header) | members)}.{claims}"
    signature = jws.JWSRegistry.algorithms[alg_of(rp.proof_key)].sign(message.encode(), rp.proof_key)  # type: ignore[arg-type]
    return f"{message}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def _segment(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def _opened(segment: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(segment + "=="))
    return found
