"""Attack catalogue, section 18: HTTP itself, logs, the audit log, data at rest."""

import contextlib
import io
import json
import re
from datetime import date

import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from idp import logs
from idp.deliveries import Deliveries
from idp.domain.audit import chain, checkpoints
from idp.domain.audit.verify import verify
from tests import factories
from tests.rp import RP, Provider
from tests.support.databases import sqlite_only
from tests.visitor import Visitor

PAGES = ("/authorize", "/logout", "/signin", "/me", "/register", "/help", "/healthz", "/readyz", "/metrics")
MACHINES = ("/token", "/userinfo", "/introspect", "/revoke", "/jwks", "/.well-known/openid-configuration")


@pytest.fixture
def lines(monkeypatch):
    """Every line the log writes, as production writes it."""
    written = io.StringIO()
    before = structlog.get_config()
    monkeypatch.setattr("sys.stderr", written)
    logs.configure("json")
    structlog.configure(cache_logger_on_first_use=False)
    yield lambda: written.getvalue().splitlines()
    structlog.configure(**before)


# --- O-135 methods ---


@sqlite_only
@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH", "CONNECT", "BREW"])
def test_o135_unknown_methods(provider, method):
    for path in (*PAGES, *MACHINES):
        response = provider.machine.open(path, method=method, base_url=factories.ISSUER)
        assert response.status_code in (400, 404, 405, 501), (method, path)
        assert b"BREW" not in response.data


@sqlite_only
@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_o135_a_method_cannot_be_overridden(provider, rp, citizen, header):
    rp.browser.sign_in(citizen)
    with provider.unchanged():
        assert rp.browser.get("/me/sessions", headers={header: "POST"}).page == "account-sessions"
        assert provider.get("/token", headers={header: "POST"}).status == 405


# --- O-136 malformed ---

MALFORMED = {
    "invalid UTF-8": b"grant_type=%ff%fe&code=%c3%28",
    "raw bytes": b"grant_type=\xff\xfe",
    "NUL": b"grant_type=authorization_code&code=a%00b",
    "a raw NUL": b"grant_type=a\x00b",
    "5,000 parameters": b"&".join(b"p%d=1" % n for n in range(5000)),
    "no form at all": b"{" * 5000,
}


@sqlite_only
@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
@pytest.mark.parametrize("path", ["/token", "/introspect", "/revoke", "/userinfo", "/authorize", "/logout"])
def test_o136_malformed_bodies(provider, path, body):
    answer = provider.post(path, body, content_type="application/x-www-form-urlencoded")
    assert 300 <= answer.status < 500, (path, answer.status, answer.text[:200])


@sqlite_only
@pytest.mark.parametrize(
    "path", ["/authorize", "/logout", "/signin", "/me/history", "/interaction/x", "/register"]
)
@pytest.mark.parametrize(
    "query",
    ["client_id=%ff", "page=%00", "next=%c3%28", "ui_locales=%00%ff", "x=" + "a" * 20_000, "%", "&&&=&"],
)
def test_o136_malformed_addresses(provider, path, query):
    answer = provider.get(f"{path}?{query}")
    assert 200 <= answer.status < 500, (answer.status, answer.text[:200])
    assert answer.status != 200 or path in ("/register", "/me/history")


@sqlite_only
@pytest.mark.parametrize("path", ["/token", "/authorize", "/logout", "/register"])
def test_o136_ten_megabytes(provider, path):
    answer = provider.post(path, b"a=" + b"x" * 10_000_000, content_type="application/x-www-form-urlencoded")
    assert answer.status in (400, 403, 413)


@sqlite_only
def test_o136_deep_json(provider, rp):
    deep = '{"userinfo":' * 5000 + "{}" + "}" * 5000
    assert rp.authorize(claims=deep).error == "invalid_request"
    answer = provider.post("/token", "[" * 10_000, content_type="application/json")
    assert answer.status == 400


# --- O-137 a failure of ours ---


@sqlite_only
def test_o137_a_failure_shows_an_incident_number_and_nothing_else(provider, rp, citizen, monkeypatch, lines):
    secret = "SELECT secret FROM /srv/gerbang/idp line 42"

    def broken(*_args, **_kwargs):
        raise RuntimeError(secret)

    monkeypatch.setattr("idp.web.selfservice.home.history", broken)
    answer = rp.browser.sign_in(citizen).get("/me")
    assert (answer.status, answer.page, answer.error) == (500, "error", "server_error")
    for leak in (secret, "Traceback", "RuntimeError", ".py", "Werkzeug", "SELECT"):
        assert leak not in answer.text
    (line,) = [json.loads(one) for one in lines() if "unforeseen" in one]
    assert line["trace_id"] in answer.text, "the citizen can name the incident"


# --- O-138, O-139 logs ---


@sqlite_only
def test_o138_no_secret_and_no_person_is_ever_logged(services, lines):
    provider = Provider(services)
    siti = factories.a_citizen(services, signs_in=True)
    rp = RP(provider, factories.a_client(services))
    visitor = Visitor(provider, rp.browser).open(rp.authorize().location)
    visitor.password("9933744501900001", "salah sekali bukan sandi")
    visitor.password(siti.email, siti.password).code(siti)
    answer = rp.browser.submit(visitor.answer, "consent-form", "consent-allow")
    tokens = rp.redeem(answer.code)
    rp.redeem(answer.code)
    rp.userinfo(tokens["access_token"])
    rp.userinfo(tokens["access_token"] + "x")
    rp.refresh("r2078101." + "x" * 43)
    rp.browser.get("/logout", query_string={"id_token_hint": tokens["id_token"]})
    Deliveries(services).drain()
    written = "\n".join(lines())
    assert written, "something was logged"
    canaries = {
        "password": siti.password,
        "a wrong password": "salah sekali",
        "authenticator": siti.totp_secret,
        "code": answer.code,
        "access token": tokens["access_token"],
        "id token": tokens["id_token"],
        "refresh token": tokens["refresh_token"],
        "cookie": rp.browser.cookie("__Host-gerbang-browser"),
        "name": "Siti",
        "email": siti.email,
        "NIK": "9933744501900001",
        "phone": "81234567890",
        "account": str(siti.account_id),
    }
    assert [name for name, value in canaries.items() if value in written] == []
    assert not [secret for secret in provider.secrets if len(secret) > 20 and secret in written]


@sqlite_only
@pytest.mark.parametrize(
    "name", ['siti\r\n{"event":"forged"}', "siti\x1b[2J\x1b[31m", "siti\u2028\u2029", "siti\x00"]
)
def test_o139_a_line_cannot_be_forged(provider, rp, name, lines):
    visitor = Visitor(provider, rp.browser).open(rp.authorize().location)
    form = visitor.form
    visitor.send(form.action, [*form.filled("login-submit", password="x" * 12), ("identifier", name)])
    provider.get(f"/no{name}".replace("\x00", ""))
    rp.authorize(scope=name)
    structlog.get_logger().info("probe", value=name)
    for line in lines():
        json.loads(line)
        assert line.isascii()
        assert not re.search(r"[\x00-\x1f]", line)
    assert not [line for line in lines() if json.loads(line)["event"] == "forged"]


# --- O-140 the audit log ---


def test_o140_the_application_cannot_rewrite_the_log(provider, rp, citizen):
    services = provider.services
    rp.tokens(citizen)
    chain.seal_all(services.database)
    checkpoints.sign_due(services.database, services.keyring, services.clock())
    assert verify(services.database, services.keyring).ok
    for statement in (
        "UPDATE audit_log SET client_id = 'health'",
        "DELETE FROM audit_log",
        "UPDATE audit_checkpoint SET seq = seq + 1",
        "DELETE FROM audit_checkpoint",
        *(["TRUNCATE audit_log"] if services.database.dialect == "postgresql" else []),
    ):
        with pytest.raises(DBAPIError, match="append-only"), services.database.engine.begin() as connection:
            connection.execute(text(statement))
    assert verify(services.database, services.keyring).ok


def test_o140_a_forced_edit_by_the_owner_is_seen(provider, rp, citizen):
    services = provider.services
    rp.tokens(citizen)
    chain.seal_all(services.database)
    with services.database.engine.begin() as connection:
        if services.database.dialect == "postgresql":
            connection.execute(text("ALTER TABLE audit_log DISABLE TRIGGER ALL"))
        else:
            connection.execute(text("DROP TRIGGER audit_log_no_update"))
        connection.execute(text("UPDATE audit_log SET detail = '{}' WHERE seq = 2"))
    assert verify(services.database, services.keyring).broken == 2


# --- O-141 data at rest ---


def everything(services):
    """All bytes of the database, the way a thief of the backup reads them."""
    dumped = []
    with services.database.engine.connect() as connection:
        if services.database.dialect == "postgresql":
            query = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
        else:
            query = "SELECT name FROM sqlite_master WHERE type = 'table'"
        for (table,) in connection.execute(text(query)).all():
            for row in connection.execute(text(f'SELECT * FROM "{table}"')):  # noqa: S608
                for value in row:
                    raw = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                    dumped.append(raw)
    return b"\n".join(dumped)


def test_o141_the_database_shows_no_person(provider, services):
    siti = factories.a_citizen(
        services,
        "Kenari Unik Langka",
        "9933744501900001",
        signs_in=True,
        birthdate=date(1993, 7, 19),
        phone_number="081399887766",
    )
    rp = RP(provider, factories.a_client(services))
    visitor = Visitor(provider, rp.browser).open(rp.authorize(login_hint=siti.email).location)
    visitor.password(siti.email, siti.password).code(siti)
    answer = rp.browser.submit(visitor.answer, "consent-form", "consent-allow")
    tokens = rp.redeem(answer.code)
    rp.userinfo(tokens["access_token"])
    Deliveries(services).drain()
    chain.seal_all(services.database)
    dump = everything(services)
    canaries = {
        "name": "Kenari",
        "NIK": "9933744501900001",
        "phone": "81399887766",
        "email": siti.email,
        "birthdate": "1993-07-19",
        "street": "Melati 7",
        "password": siti.password,
        "authenticator": siti.totp_secret,
        "code": answer.code,
        "access token": tokens["access_token"],
        "refresh token": tokens["refresh_token"],
        "session cookie": rp.browser.cookie("__Host-gerbang"),
    }
    lower = dump.lower()
    assert [name for name, value in canaries.items() if value.lower().encode() in lower] == []


# --- operations pages ---


@sqlite_only
def test_metrics_are_not_public(provider, services, clock, tmp_path):
    outside = {"REMOTE_ADDR": "203.0.113.9"}
    inside = {"REMOTE_ADDR": "127.0.0.1"}
    assert provider.get("/metrics", environ_overrides=outside).status == 403
    assert provider.get("/metrics", environ_overrides=inside).ok
    behind_proxy = {"X-Forwarded-For": "203.0.113.9"}
    assert provider.get("/metrics", environ_overrides=inside, headers=behind_proxy).status == 403
    with contextlib.closing(
        factories.a_deployment(
            services.settings.database_url, tmp_path, clock, metrics_token="rahasia-metrik"
        )
    ) as closed:
        guarded = Provider(closed)
        assert guarded.get("/metrics", environ_overrides=inside).status == 401
        wrong = {"Authorization": "Bearer rahasia"}
        assert guarded.get("/metrics", headers=wrong).status == 401
        right = {"Authorization": "Bearer rahasia-metrik"}
        page = guarded.get("/metrics", headers=right, environ_overrides=outside)
        assert page.ok
        assert "gerbang_outbox_lag_seconds" in page.text
        for name in ("Siti", "tax", "9933744501900001"):
            assert name not in page.text
