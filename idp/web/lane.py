"""Plain WSGI in front of Flask for the endpoints machines call: the same process, none of Flask's cost.

There is one adapter and not two: these paths never reach Flask (ADR 0008), so a check cannot exist on one of them only.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import orjson
import structlog

from idp import trace
from idp.protocol.oauth.errors import ProtocolError, ServerError
from idp.protocol.oauth.responses import Header, Reply, error_reply
from idp.services import Services
from idp.web.frontchannel.single_sign_on import location_for
from idp.web.headers import FIXED as PAGE_HEADERS, HSTS
from idp.web.machine import openapi
from idp.web.machine.attributes import attributes
from idp.web.machine.backchannel_authentication import backchannel_authentication
from idp.web.machine.device_authorization import device_authorization
from idp.web.machine.documents import (
    ATTRIBUTES,
    CONFIRMATIONS,
    ENDPOINTS,
    METER,
    PAR,
    SELF_STATED,
    Document,
    Documents,
)
from idp.web.machine.event_confirmations import confirm
from idp.web.machine.introspection import introspect
from idp.web.machine.machines import Machines
from idp.web.machine.meter import count as count_report
from idp.web.machine.par import push
from idp.web.machine.registration import configure, register
from idp.web.machine.request import MachineRequest
from idp.web.machine.revocation import revoke
from idp.web.machine.self_stated import state as state_oneself
from idp.web.machine.token import token
from idp.web.machine.userinfo import userinfo

log = structlog.get_logger()

Endpoint = Callable[[MachineRequest], Reply]
StartResponse = Callable[[str, list[Header]], Any]
WsgiApp = Callable[[dict[str, Any], Any], Iterable[bytes]]
Observer = Callable[[str, int, float], None]

MOST_BODY_BYTES = 64 * 1024
DOCUMENT_SECONDS = 3600
STATUS = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
FIXED: tuple[Header, ...] = (("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"))
CORS: tuple[Header, ...] = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "WWW-Authenticate, DPoP-Nonce, Retry-After"),
)
SIGNED_ON: tuple[Header, ...] = (
    ("Cache-Control", "no-store"),
    ("Content-Length", "0"),
    *PAGE_HEADERS.items(),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
)
PREFLIGHT: tuple[Header, ...] = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Allow-Methods", "GET, POST"),
    ("Access-Control-Allow-Headers", "Authorization, Content-Type, DPoP"),
    ("Access-Control-Max-Age", "3600"),
)
NO_CONTENT = (204, 304)
"""Answers that say nothing about a length: 204 must not, 304 would have to tell another one (RFC 9110 §8.6)."""


class Lane:
    """Serves the machine endpoints and hands everything else to Flask."""

    def __init__(self, pages: WsgiApp, services: Services, observe: Observer | None = None) -> None:
        self._pages = pages
        self._services = services
        self._observe = observe
        base = urlsplit(services.settings.issuer).path
        issuer = services.settings.issuer
        origins = [at for at in (issuer, services.settings.mtls_base_url) if at is not None]
        machines = Machines.of(services, tuple(at + ENDPOINTS["token_endpoint"] for at in origins))
        documents = Documents(services)
        self._machines = machines
        self._nonces = machines.nonces
        self._authorize = base + ENDPOINTS["authorization_endpoint"]
        self._registration = base + ENDPOINTS["registration_endpoint"]
        self._configurations = self._registration + "/"
        self._routes: dict[str, tuple[tuple[str, ...], Endpoint]] = {
            base + ENDPOINTS["token_endpoint"]: (("POST",), _bind(token, machines)),
            base + ENDPOINTS["userinfo_endpoint"]: (("GET", "POST"), _bind(userinfo, machines)),
            base + ENDPOINTS["introspection_endpoint"]: (("POST",), _bind(introspect, machines)),
            base + ENDPOINTS["revocation_endpoint"]: (("POST",), _bind(revoke, machines)),
            base + ENDPOINTS["backchannel_authentication_endpoint"]: (
                ("POST",),
                _bind(backchannel_authentication, machines),
            ),
            base + ENDPOINTS["device_authorization_endpoint"]: (
                ("POST",),
                _bind(device_authorization, machines),
            ),
            base + ENDPOINTS[PAR]: (
                ("POST",),
                _bind(push, machines.also_for(*(at + ENDPOINTS[PAR] for at in origins))),
            ),
            base + ENDPOINTS[METER]: (
                ("POST",),
                _bind(count_report, machines.also_for(*(at + ENDPOINTS[METER] for at in origins))),
            ),
            base + ENDPOINTS[CONFIRMATIONS]: (
                ("POST",),
                _bind(confirm, machines.also_for(*(at + ENDPOINTS[CONFIRMATIONS] for at in origins))),
            ),
            base + ENDPOINTS[SELF_STATED]: (("POST",), _bind(state_oneself, machines)),
            base + ENDPOINTS[ATTRIBUTES]: (("GET", "POST"), _bind(attributes, machines)),
            self._registration: (("POST",), _bind(register, machines)),
            base + openapi.PATH: (("GET", "HEAD"), _document(openapi.document(issuer))),
            base + ENDPOINTS["jwks_uri"]: (("GET", "HEAD"), documents.jwks),
            **{path: (("GET", "HEAD"), documents.discovery) for path in documents.paths},
        }

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request."""
        path: str = environ["PATH_INFO"]
        route = self._routes.get(path)
        if route is None and path.startswith(self._configurations):
            route = (("GET", "PUT", "DELETE"), self._configuration(path))
            path = self._configurations  # one name for all of them in the counts
        if route is None:
            if path == self._authorize and environ["REQUEST_METHOD"] == "GET":
                return self._single_sign_on(environ, start_response)
            return self._pages(environ, start_response)
        began = time.perf_counter()
        methods, endpoint = route
        method: str = environ["REQUEST_METHOD"]
        if method in methods:
            reply = self._serve(endpoint, environ, path, method)
        elif method == "OPTIONS":
            reply = Reply(204, PREFLIGHT, b"")
        else:
            reply = Reply(405, (("Allow", ", ".join(methods)),), b"")
        body = b"" if method == "HEAD" else reply.body
        start_response(
            STATUS[reply.status],
            [
                *reply.headers,
                *self._nonce(environ, reply),
                *FIXED,
                *_cors(reply),
                *_length(reply),
                *_transport(environ),
            ],
        )
        if self._observe is not None:
            self._observe(path, reply.status, time.perf_counter() - began)
        return [body]

    def _configuration(self, path: str) -> Endpoint:
        client_id = path.removeprefix(self._configurations)
        return lambda request: configure(self._machines, request, client_id)

    def _nonce(self, environ: dict[str, Any], reply: Reply) -> tuple[Header, ...]:
        """Give who sends proofs the nonce for the next one, in answers no cache keeps (RFC 9449 §8.2)."""
        if "HTTP_DPOP" not in environ or reply.header("Cache-Control") != "no-store":
            return ()
        return (("DPoP-Nonce", self._nonces.current(self._services.clock())),)

    def _single_sign_on(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer an authorization request of which no page is due; all others go to the view."""
        began = time.perf_counter()
        trace.begin(environ.get("HTTP_TRACEPARENT"))
        query = environ.get("QUERY_STRING", "").encode("latin-1")
        location = location_for(self._services, query, environ.get("HTTP_COOKIE", ""))
        if location is None:
            return self._pages(environ, start_response)
        start_response(STATUS[303], [("Location", location), *SIGNED_ON, *_transport(environ)])
        if self._observe is not None:
            self._observe(self._authorize, 303, time.perf_counter() - began)
        return [b""]

    def _serve(self, endpoint: Endpoint, environ: dict[str, Any], path: str, method: str) -> Reply:
        trace_id = trace.begin(environ.get("HTTP_TRACEPARENT"))
        try:
            return endpoint(_request(environ, path, method))
        except ProtocolError as exc:
            log.info("refused", path=path, error=exc.code, detail=exc.public, trace_id=trace_id)
            return error_reply(exc, self._services.settings.issuer, _scheme(environ))
        except _TooLarge:
            return Reply(413, (), b"")
        except Exception as exc:
            log.error("unforeseen", path=path, error=type(exc).__name__, trace_id=trace_id, exc_info=exc)
            return error_reply(ServerError(f"incident {trace_id}"))


class _TooLarge(Exception):
    """The body is larger than any request of ours."""


class _HeaderView:
    """The headers of a WSGI environment under their lower-case names, read when asked for."""

    __slots__ = ("_environ",)

    def __init__(self, environ: dict[str, Any]) -> None:
        self._environ = environ

    def get(self, key: str, /) -> str | None:
        """Return one header field."""
        name = key.upper().replace("-", "_")
        return self._environ.get(name if name == "CONTENT_TYPE" else "HTTP_" + name)


def _request(environ: dict[str, Any], path: str, method: str) -> MachineRequest:
    return MachineRequest(
        method,
        path,
        _HeaderView(environ),
        environ.get("QUERY_STRING", ""),
        _body(environ) if method in ("POST", "PUT") else b"",
        environ.get("REMOTE_ADDR", ""),
    )


def _body(environ: dict[str, Any]) -> bytes:
    text = environ.get("CONTENT_LENGTH") or "0"
    if not text.isdigit() or int(text) > MOST_BODY_BYTES:
        raise _TooLarge
    return bytes(environ["wsgi.input"].read(int(text)))


def _scheme(environ: dict[str, Any]) -> str:
    return "DPoP" if environ.get("HTTP_AUTHORIZATION", "")[:5].lower() == "dpop " else "Bearer"


def _cors(reply: Reply) -> tuple[Header, ...]:
    return () if reply.header("Access-Control-Allow-Origin") else CORS


def _length(reply: Reply) -> tuple[Header, ...]:
    return () if reply.status in NO_CONTENT else (("Content-Length", str(len(reply.body))),)


def _transport(environ: dict[str, Any]) -> tuple[Header, ...]:
    return (("Strict-Transport-Security", HSTS),) if environ["wsgi.url_scheme"] == "https" else ()


def _bind(function: Callable[[Machines, MachineRequest], Reply], machines: Machines) -> Endpoint:
    return lambda request: function(machines, request)


def _document(members: dict[str, Any]) -> Endpoint:
    return Document(orjson.dumps(members), DOCUMENT_SECONDS).answer
