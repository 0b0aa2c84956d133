"""Sign in with Gerbang: the authorization code flow by Authlib's Flask client, and nothing home-made."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from authlib.integrations.flask_client import OAuth, OAuthError
from authlib.oauth2.rfc7523 import PrivateKeyJWT, private_key_jwt_sign
from flask import Flask, Response, g, request
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet
from joserfc.jws import extract_compact

from clients import logout_token
from clients.clock import Clock
from clients.credentials import ALGORITHM
from clients.deployment import Deployment
from clients.manifest import Manifest
from clients.store import Store, Visit

ACRS = ("urn:gerbang:acr:aal1", "urn:gerbang:acr:aal2", "urn:gerbang:acr:aal3")
CLAIMS_STAY_FRESH = timedelta(minutes=5)
KEYS_STAY_FRESH = timedelta(minutes=1)
ASSERTION_SECONDS = 60
TIMEOUT_SECONDS = 10
SELF_STATED = "gerbang_self_stated_endpoint"
PLAIN_CODE = re.compile(r"[a-z_]{1,40}")  # an error code may be made up by whoever wrote the link
OUT_OF_TOKENS = "token_invalid"  # Authlib's word for: expired, and there is no refresh token
FAILURES = (OAuthError, JoseError, requests.RequestException, KeyError, ValueError)


class SignInError(Exception):
    """Signing in did not work; `kind` chooses the page: denied, not_for_you, expired, away, too_weak, ended, failed."""

    def __init__(self, kind: str, code: str = "") -> None:
        super().__init__(kind)
        self.kind, self.code = kind, code if PLAIN_CODE.fullmatch(code) else ""


class ShortAssertion(PrivateKeyJWT):  # type: ignore[misc]
    """A client assertion for the issuer that lives one minute (RFC 7523 §3, RFC 7523bis)."""

    alg = ALGORITHM

    def sign(self, auth: Any, token_endpoint: str) -> str:
        """Sign one assertion."""
        return str(
            private_key_jwt_sign(
                auth.client_secret,
                client_id=auth.client_id,
                token_endpoint=token_endpoint,
                header=dict(self.headers),
                alg=self.alg,
                expires_in=ASSERTION_SECONDS,
            )
        )


class Tokens:
    """The tokens in use during one request; a refresh puts new ones in and keeps them at once."""

    def __init__(
        self, now: Mapping[str, Any], keep: Callable[[Mapping[str, Any]], None] = lambda _now: None
    ) -> None:
        self.now, self._keep = now, keep

    def renew(self, answer: Mapping[str, Any]) -> None:
        """Take over the answer to a refresh."""
        self.now = {**self.now, **_lasting(answer)}
        self._keep(self.now)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A finished sign-in."""

    visit: Visit
    acr: str


class Gerbang:
    """The agency's side of the road to the provider."""

    def __init__(
        self, app: Flask, manifest: Manifest, deployment: Deployment, key: ECKey, store: Store, clock: Clock
    ) -> None:
        self._manifest, self._deployment, self._store, self._clock = manifest, deployment, store, clock
        self._refreshing = threading.Lock()
        self._keys_at = datetime.fromtimestamp(0, UTC)
        issuer = deployment.issuer
        self._remote = OAuth(app, cache=store, update_token=_renewed).register(
            "gerbang",
            client_id=manifest.client_id,
            client_secret=key,
            server_metadata_url=f"{issuer}/.well-known/openid-configuration",
            client_auth_methods=[ShortAssertion(issuer, headers={"kid": key.kid})],
            client_kwargs={
                "token_endpoint_auth_method": "private_key_jwt",
                "code_challenge_method": "S256",
                "default_timeout": TIMEOUT_SECONDS,
                "trust_env": False,
            },
        )

    def metadata(self) -> Mapping[str, Any]:
        """Return the provider's metadata, which must be about the issuer we asked (Discovery §4.3)."""
        found: Mapping[str, Any] = self._remote.load_server_metadata()
        if found.get("issuer") != self._deployment.issuer:
            self._remote.server_metadata.pop("_loaded_at", None)
            raise SignInError("failed", "issuer_mismatch")
        return found

    def go(self, language: str) -> Response:
        """Send the citizen to the provider with state, nonce, PKCE and exactly the registered claims."""
        wishes = {
            "scope": self._manifest.scope,
            "ui_locales": language,
            "claims": json.dumps(self._manifest.claims_request(), separators=(",", ":")),
        }
        if self._manifest.min_acr:
            wishes["acr_values"] = self._manifest.min_acr
        try:
            self.metadata()
            answer: Response = self._remote.authorize_redirect(self._deployment.base + "/callback", **wishes)
        except requests.RequestException as error:
            raise SignInError("away") from error
        return answer

    def arrive(self) -> Arrival:
        """Redeem the code of this request and read who came; anything unexpected ends in `SignInError`."""
        try:
            self._check_issuer()
            token = self._remote.authorize_access_token(claims_options=self._id_token_rules())
            identity = token["userinfo"]
            tokens = Tokens(_lasting(token))
            claims = self._userinfo(tokens, identity["sub"])
        except OAuthError as error:
            raise SignInError(self._kind(error), str(error.error or "")) from error
        except requests.RequestException as error:
            raise SignInError("away") from error
        except FAILURES as error:
            raise SignInError("failed") from error
        self._check_acr(identity.get("acr"))
        visit = Visit(
            sub=identity["sub"],
            sid=identity.get("sid"),
            id_token=token["id_token"],
            tokens=tokens.now,
            claims=claims,
            claims_at=self._clock(),
        )
        return Arrival(visit, str(identity.get("acr", "")))

    def fresh(self, handle: str, visit: Visit) -> Visit:
        """Ask for the claims again when they are a few minutes old; a withdrawn consent ends the visit.

        Refresh tokens rotate, so only one thread at a time may use them (RFC 9700 §4.14.2).
        """
        if self._clock() - visit.claims_at < CLAIMS_STAY_FRESH:
            return visit
        with self._refreshing:
            current = self._store.visit(handle)
            if current is None:
                raise SignInError("ended")
            if self._clock() - current.claims_at < CLAIMS_STAY_FRESH:
                return current
            return self._asked_again(handle, current)

    def _asked_again(self, handle: str, visit: Visit) -> Visit:
        tokens = Tokens(
            visit.tokens, lambda renewed: self._store.update(handle, replace(visit, tokens=renewed))
        )
        try:
            claims = self._userinfo(tokens, visit.sub)
        except requests.HTTPError as error:
            if error.response is None or error.response.status_code not in (401, 403):
                return visit
            self._store.end(handle)
            raise SignInError("ended") from error
        except OAuthError as error:
            if error.error == OUT_OF_TOKENS:
                return visit
            self._store.end(handle)
            raise SignInError("ended") from error
        except FAILURES:
            return visit
        renewed = replace(visit, tokens=tokens.now, claims=claims, claims_at=self._clock())
        self._store.update(handle, renewed)
        return renewed

    def keep(self, handle: str, visit: Visit, claims: Mapping[str, str]) -> None:
        """Let Gerbang keep what the citizen typed and ticked for other services; the form goes on if it cannot."""
        with self._refreshing:
            current = self._store.visit(handle) or visit
            tokens = g.tokens = Tokens(
                current.tokens, lambda renewed: self._store.update(handle, replace(current, tokens=renewed))
            )
            try:
                endpoint = self.metadata().get(SELF_STATED)
                if isinstance(endpoint, str):
                    self._remote.post(endpoint, token=dict(tokens.now), data=dict(claims)).raise_for_status()
            except (*FAILURES, SignInError):
                return
            asked_again = replace(current, tokens=tokens.now, claims_at=current.claims_at - CLAIMS_STAY_FRESH)
            self._store.update(handle, asked_again)

    def leave(self, visit: Visit, language: str) -> Response:
        """Send the citizen to the provider to sign out everywhere (RP-Initiated Logout 1.0 §2)."""
        self.metadata()
        answer: Response = self._remote.logout_redirect(
            post_logout_redirect_uri=self._deployment.base + "/logged-out",
            id_token_hint=visit.id_token,
            client_id=self._manifest.client_id,
            ui_locales=language,
        )
        return answer

    def returned_from_leaving(self) -> bool:
        """Tell whether this request is the answer to a sign-out that began here."""
        try:
            self._remote.validate_logout_response()
        except OAuthError:
            return False
        return True

    def read_logout_token(self, compact: str) -> logout_token.LogoutToken:
        """Validate a logout token; an unknown key is looked up once a minute, since keys rotate."""
        keys = KeySet.import_key_set(self._remote.fetch_jwk_set())
        unknown = _key_id(compact) not in {key.kid for key in keys.keys}
        if unknown and self._clock() - self._keys_at > KEYS_STAY_FRESH:
            self._keys_at = self._clock()
            keys = KeySet.import_key_set(self._remote.fetch_jwk_set(force=True))
        return logout_token.read(
            compact,
            keys=keys,
            issuer=self._deployment.issuer,
            client_id=self._manifest.client_id,
            algorithms=[str(self._manifest.metadata["id_token_signed_response_alg"])],
            now=self._clock(),
            first_use=self._store.first_use,
        )

    def _userinfo(self, tokens: Tokens, sub: str) -> dict[str, Any]:
        """Fetch UserInfo; its `sub` must be the ID Token's (OIDC Core §5.3.2)."""
        g.tokens = tokens
        claims = dict(self._remote.userinfo(token=dict(tokens.now)))
        if claims.get("sub") != sub:
            raise SignInError("failed", "sub_mismatch")
        return claims

    def _kind(self, error: OAuthError) -> str:
        """Choose the page; where a role is needed, a refusal is more often about the role than about consent."""
        kinds = {
            "access_denied": "not_for_you" if self._manifest.required_role else "denied",
            "login_required": "expired",
            "mismatching_state": "expired",
            "unmet_authentication_requirements": "too_weak",
            "temporarily_unavailable": "away",
            "server_error": "away",
        }
        return kinds.get(str(error.error), "failed")

    def _id_token_rules(self) -> dict[str, Any]:
        return {
            "iss": {"essential": True, "value": self._deployment.issuer},
            "aud": {"essential": True, "value": self._manifest.client_id},
        }

    def _check_issuer(self) -> None:
        """Refuse an answer that names another issuer, or none (RFC 9207 §2.4)."""
        named = request.values.get("iss")
        promised = self.metadata().get("authorization_response_iss_parameter_supported") is True
        if (named is None and promised) or (named is not None and named != self._deployment.issuer):
            raise SignInError("failed", "issuer_mismatch")

    def _check_acr(self, acr: Any) -> None:
        needed = self._manifest.min_acr
        if needed and (acr not in ACRS or ACRS.index(acr) < ACRS.index(needed)):
            raise SignInError("too_weak")


def _renewed(_name: str, answer: Mapping[str, Any], **_previous: Any) -> None:
    """Keep rotated tokens before anything else is done with them; Authlib calls this after a refresh."""
    g.tokens.renew(answer)


def _lasting(token: Mapping[str, Any]) -> dict[str, Any]:
    """Keep the tokens themselves; the ID Token has a place of its own."""
    return {name: value for name, value in token.items() if name not in ("userinfo", "id_token")}


def _key_id(compact: str) -> str | None:
    """Read the key id of a token that is not verified yet, only to decide whether to fetch keys."""
    try:
        return extract_compact(compact.encode()).headers().get("kid")
    except (JoseError, ValueError, UnicodeEncodeError):
        return None
