"""A relying party in two hundred lines: authorize, redeem, refresh, userinfo, introspect, revoke (architecture 4.6).

It speaks to the provider's WSGI application the way a client speaks HTTP, and reads answers the way a client does.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any, cast
from urllib.parse import quote, urlencode

from flask import Flask
from joserfc import jws, jwt
from joserfc.jwk import KeySet, KeySetSerialization
from werkzeug.datastructures import MultiDict
from werkzeug.test import Client

from idp.app import create_app
from idp.domain.authenticators import totp
from idp.services import Services
from idp.web.cookies import BROWSER, SESSION
from tests import factories
from tests.answers import Answer as Answer
from tests.factories import TestCitizen, TestClient
from tests.support import state

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
VERIFIER = "verifier-0123456789-0123456789-0123456789-ABCDEF"
SECRET_PARAMETERS = ("code", "code_verifier", "refresh_token", "token", "client_assertion", "client_secret")
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


class Browser:
    """A browser with its own cookies; `sign_in` puts a session into it without the pages."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.http = Client(provider.app)
        self.http.set_cookie(BROWSER, secrets.token_urlsafe(32), domain="localhost")

    def sign_in(self, citizen: TestCitizen, level: str = "urn:gerbang:acr:aal2") -> Browser:
        cookie = factories.a_session(self.provider.services, citizen, level)
        self.http.set_cookie(SESSION, cookie, domain="localhost")
        return self

    def cookie(self, name: str) -> str | None:
        found = self.http.get_cookie(name, domain="localhost")
        return found.value if found else None

    def sign_out(self) -> Browser:
        """Forget the session here; the server still has it."""
        self.http.delete_cookie(SESSION, domain="localhost")
        return self

    def get(self, path: str, **kwargs: Any) -> Answer:
        return Answer(self.http.get(path, base_url=factories.ISSUER, **kwargs))

    def post(self, path: str, data: Any = None, **kwargs: Any) -> Answer:
        return Answer(self.http.post(path, data=data, base_url=factories.ISSUER, **kwargs))

    def follow(self, answer: Answer) -> Answer:
        """Go where our own redirects lead, until a page or an address of somebody else."""
        for _ in range(10):
            if answer.location is None or not answer.location.startswith("/"):
                return answer
            answer = self.get(answer.location)
        raise AssertionError(f"redirects never end: {answer.location}")

    def submit(
        self, page: Answer, form: str, button: str | None = None, tick: tuple[str, ...] = (), **typed: str
    ) -> Answer:
        """Fill a form, send it, and go where it leads."""
        found = page.forms[form]
        pairs = found.filled(button, tick, **typed)
        return self.follow(self.post(found.action, data=MultiDict(pairs)))

    def give_password(self, page: Answer, citizen: TestCitizen) -> Answer:
        """Sign in on the login page; where several people use this browser, as another one."""
        if page.page == "select-account":
            page = self.follow(self.submit(page, "account-form", "account-other"))
        assert page.page == "login", page.page
        return self.submit(
            page, "login-form", "login-submit", identifier=citizen.email, password=citizen.password
        )

    def give_code(self, page: Answer, citizen: TestCitizen) -> Answer:
        """Type the six digits of the authenticator of this moment."""
        assert page.page == "mfa", page.page
        assert citizen.totp_secret is not None
        code = totp.code_at(citizen.totp_secret, totp.step_at(self.provider.services.clock()))
        return self.submit(page, "mfa-form", "mfa-submit", otp=code)


class Provider:
    """The provider in this process: services, application, and an HTTP client without cookies for machines."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.app: Flask = create_app(services)
        self.machine = Client(self.app, use_cookies=False)
        self.database = services.database
        self.secrets: set[str] = set()
        """Every code, token and assertion seen so far; none of them may ever be on record (protocol X8)."""

    def browser(self) -> Browser:
        return Browser(self)

    def get(self, path: str, **kwargs: Any) -> Answer:
        return Answer(self.machine.get(path, base_url=factories.ISSUER, **kwargs))

    def post(self, path: str, data: Any = None, **kwargs: Any) -> Answer:
        return Answer(self.machine.post(path, data=data, base_url=factories.ISSUER, **kwargs))

    def unchanged(self, *events: str, **options: Any) -> AbstractContextManager[None]:
        """Insist that nothing is given or taken meanwhile, and that these events go on record."""
        return state.unchanged(self.database, *events, **options)

    def recorded(self, *events: str) -> AbstractContextManager[list[state.AuditRow]]:
        """Insist that exactly these events go on record meanwhile."""
        return state.recorded(self.database, *events)

    def count(self, name: str) -> int:
        """How many rows a table has."""
        return state.count(self.database, name)

    def keys(self) -> KeySet:
        return KeySet.import_key_set(cast(KeySetSerialization, self.get("/jwks").json))


class RP:
    """One client at work."""

    def __init__(self, provider: Provider, client: TestClient) -> None:
        self.provider = provider
        self.client = client
        self.browser = provider.browser()

    def request(self, **overrides: Any) -> dict[str, Any]:
        """An authorization request; None leaves the parameter out, a tuple repeats it."""
        values: dict[str, Any] = {
            "client_id": self.client.client_id,
            "redirect_uri": self.client.redirect_uri,
            "response_type": "code",
            "scope": "openid profile email",
            "state": "state-1",
            "nonce": "nonce-1",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        } | overrides
        return {n: v if isinstance(v, tuple) else str(v) for n, v in values.items() if v is not None}

    def authorize(self, **overrides: Any) -> Answer:
        return self.browser.get("/authorize?" + urlencode(self.request(**overrides), True, quote_via=quote))

    def assertion(self, **overrides: Any) -> str:
        assert self.client.key is not None
        now = self.provider.services.clock()
        key = overrides.pop("key", self.client.key)
        header = {"alg": key.alg or "ES256", "kid": key.kid} | overrides.pop("header", {})
        claims = {
            "iss": self.client.client_id,
            "sub": self.client.client_id,
            "aud": factories.ISSUER,
            "iat": int(now.timestamp()),
            "exp": int((now + timedelta(seconds=60)).timestamp()),
            "jti": secrets.token_urlsafe(16),
        } | overrides
        present = {k: v for k, v in claims.items() if v is not None}
        return jwt.encode(header, present, key, algorithms=[header["alg"]])

    def push(self, **overrides: Any) -> Answer:
        """Push an authorization request (RFC 9126 2.1)."""
        answer = self.call("/par", **self.request(**overrides))
        if "request_uri" in answer.json:
            self.provider.secrets.add(answer["request_uri"])
        return answer

    def bring(self, pushed: Answer, **beside: Any) -> Answer:
        """Let the browser bring a pushed request, with parameters beside it (RFC 9126 4)."""
        assert pushed.status == 201, pushed.json
        query = {"client_id": self.client.client_id, "request_uri": pushed["request_uri"]} | beside
        present = {name: str(value) for name, value in query.items() if value is not None}
        return self.browser.get("/authorize?" + urlencode(present, quote_via=quote))

    def request_object(self, **overrides: Any) -> str:
        """A signed authorization request (RFC 9101 4); None leaves a claim out, `key` and `header` are ours to bend."""
        now = int(self.provider.services.clock().timestamp())
        key = overrides.pop("key", self.client.key)
        assert key is not None
        header = {"alg": key.alg or "ES256", "kid": key.kid, "typ": "oauth-authz-req+jwt"}
        header |= overrides.pop("header", {})
        claims: dict[str, Any] = {
            **self.request(),
            "iss": self.client.client_id,
            "aud": factories.ISSUER,
            "iat": now,
            "nbf": now,
            "exp": now + 300,
            "jti": secrets.token_urlsafe(16),
        } | overrides
        present = {name: value for name, value in claims.items() if value is not None}
        known = {name: value for name, value in header.items() if value is not None}
        return jwt.encode(known, present, key, algorithms=[header["alg"]])

    def authorize_signed(self, **overrides: Any) -> Answer:
        """Send a signed authorization request by value."""
        beside = {"client_id": self.client.client_id, "request": self.request_object(**overrides)}
        return self.browser.get("/authorize?" + urlencode(beside, quote_via=quote))

    def authentication(self) -> tuple[dict[str, str], dict[str, str]]:
        """Form parameters and headers that prove who we are."""
        if self.client.key is not None:
            return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": self.assertion()}, {}
        if self.client.secret is not None:
            pair = f"{quote(self.client.client_id, safe='')}:{quote(self.client.secret, safe='')}"
            return {}, {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
        return {"client_id": self.client.client_id}, {}

    def call(self, path: str, **parameters: Any) -> Answer:
        proof, headers = self.authentication()
        form = {**proof, **{k: v for k, v in parameters.items() if v is not None}}
        answer = self.send(path, form, headers)
        given = {v for k, v in form.items() if k in SECRET_PARAMETERS}
        self.provider.secrets |= given | {str(v) for k, v in answer.json.items() if k.endswith("_token")}
        return answer

    def send(self, path: str, form: dict[str, Any], headers: dict[str, str]) -> Answer:
        """Post a form to a machine endpoint; clients that prove a key add to it (tests/dpop_rp.py)."""
        return self.provider.post(path, data=form, headers=headers)

    def redeem(self, code: str, /, **overrides: Any) -> Answer:
        values = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.client.redirect_uri,
            "code_verifier": VERIFIER,
        } | overrides
        return self.call("/token", **values)

    def refresh(self, token: str, /, **overrides: Any) -> Answer:
        return self.call("/token", **{"grant_type": "refresh_token", "refresh_token": token} | overrides)

    def userinfo(self, token: str, **kwargs: Any) -> Answer:
        return self.provider.get("/userinfo", headers={"Authorization": f"Bearer {token}"}, **kwargs)

    def introspect(self, token: str) -> Answer:
        return self.call("/introspect", token=token)

    def revoke(self, token: str, **parameters: Any) -> Answer:
        return self.call("/revoke", token=token, **parameters)

    def id_token(self, tokens: Answer) -> dict[str, Any]:
        """The verified claims of an ID Token."""
        algorithms = ["ES256", "RS256", "PS256", "EdDSA", "Ed25519"]
        return dict(jwt.decode(tokens["id_token"], self.provider.keys(), algorithms=algorithms).claims)

    def header(self, tokens: Answer, name: str = "id_token") -> dict[str, Any]:
        """The JOSE header of a token."""
        return dict(jws.extract_compact(tokens[name].encode()).headers())

    def claims(self, tokens: Answer, name: str = "access_token") -> dict[str, Any]:
        """The claims of a token, not verified."""
        found: dict[str, Any] = json.loads(jws.extract_compact(tokens[name].encode()).payload)
        return found

    def tokens(self, citizen: TestCitizen, **overrides: Any) -> Answer:
        """Sign a consenting citizen in and redeem the code."""
        answer = self.redeem(self.sign_in(citizen, **overrides).code)
        assert answer.ok, answer.json
        return answer

    def begin(self, **overrides: Any) -> Answer:
        """Send an authorization request and go where it leads: a page, or back to the client."""
        return self.browser.follow(self.authorize(**overrides))

    def begin_signed_in(self, citizen: TestCitizen, **overrides: Any) -> Answer:
        """The same in a browser where a citizen is signed in."""
        self.browser.sign_in(citizen)
        return self.begin(**overrides)

    def sign_in(
        self, citizen: TestCitizen, consented: tuple[str, ...] = ("name", "email"), **overrides: Any
    ) -> Answer:
        """Sign a consenting citizen in and return the authorization response."""
        asked = self.request(**overrides)
        scope, resource = asked.get("scope", "openid"), asked.get("resource", ())
        resources = resource if isinstance(resource, tuple) else (resource,)
        factories.a_consent(
            self.provider.services, citizen, self.client.client_id, scope, consented, resources
        )
        self.browser.sign_in(citizen)
        return self.authorize(**overrides)
