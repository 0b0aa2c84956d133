"""What a review found: input that must be refused and not fail, and rules that must hold on every path."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from tests import factories
from tests.support.databases import postgresql_only


@pytest.mark.parametrize(
    "claims",
    [
        '{"userinfo":{"name":{"value":123456789012345678901234567890}}}',
        '{"userinfo":{"name":{"value":"\\ud800"}}}',
        '{"userinfo":{"name":{"value":1e999}}}',
        '{"userinfo":{"na\\udfffme":null}}',
        '{"userinfo":{"name":{"value":' + "[" * 300 + "]" * 300 + "}}}",
    ],
)
def test_claims_that_no_json_writer_can_write_are_refused(rp, claims):
    """They once passed the parser and failed when the request was kept (OIDC Core 5.5; RFC 8259 8.2)."""
    answer = rp.authorize(claims=claims)
    assert answer.error == "invalid_request", (answer.status, answer.text[:200])


def test_an_assertion_of_a_client_that_is_no_text_is_refused(rp):
    """A lone surrogate in `sub` once reached the database driver (RFC 7523 3)."""
    answer = rp.provider.post(
        "/token",
        data={
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJcdWQ4MDAifQ.AAAA",
        },
    )
    assert (answer.status, answer.error) == (401, "invalid_client"), answer.text


def test_a_suspended_client_gets_no_error_redirect(rp):
    """Its address is not a place to send citizens to, for whatever reason (RFC 6749 4.1.2.1)."""
    factories.suspend(rp.provider.services, rp.client.client_id)
    answer = rp.authorize(response_type="token")
    assert answer.is_page and answer.error == "invalid_client", (answer.status, answer.location)


def test_a_client_suspended_while_the_citizen_signs_in_gets_no_answer(rp):
    page = rp.begin()
    factories.suspend(rp.provider.services, rp.client.client_id)
    answer = rp.browser.submit(page, "login-form", "login-cancel")
    assert answer.is_page, answer.location


def test_an_address_taken_away_while_the_citizen_signs_in_gets_no_code(rp, citizen):
    page = rp.begin_signed_in(citizen)
    factories.amend(rp.provider.services, rp.client.client_id, redirect_uris=["https://agency.example/new"])
    answer = rp.browser.submit(page, "consent-form", "consent-allow")
    assert answer.is_page, answer.location


def test_a_form_with_a_line_break_is_a_page(rp):
    answer = rp.browser.post(
        "/authorize",
        data=b"client_id=tax\r\nX-Injected: 1",
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.status == 400, answer.status


def test_consent_to_another_request_is_no_consent_to_this_one(rp, citizen):
    """Two tabs: the small request is allowed, the large one that waits is not (OIDC Core 3.1.2.4)."""
    large = rp.begin_signed_in(citizen, scope="openid profile email phone offline_access", prompt="consent")
    assert large.page == "consent"
    small = rp.begin(scope="openid profile")
    rp.browser.submit(small, "consent-form", "consent-allow")
    uid = large.forms["consent-form"].action.removesuffix("/consent")
    answer = rp.browser.follow(rp.browser.get(uid))
    assert answer.is_page and answer.page == "consent", answer.location


def test_what_a_client_may_no_longer_read_is_not_released(rp, citizen):
    """The registration was amended after the citizen had consented (OIDC Core 5.5; UU PDP art. 16)."""
    tokens = rp.tokens(citizen)
    assert rp.userinfo(tokens["access_token"])["email"]
    factories.amend(rp.provider.services, rp.client.client_id, scope="openid profile")
    assert "email" not in rp.userinfo(tokens["access_token"]).json


def test_a_failed_reload_is_tried_again(rp, monkeypatch):
    """A database that hiccups while the keys are read must not leave this node with yesterday's keys for good."""
    from idp.domain.store.stamps import bump

    services = rp.provider.services
    reloads = []

    def failing():
        reloads.append(1)
        if len(reloads) == 1:
            raise RuntimeError("the database is away")

    services.refresher.check()
    monkeypatch.setattr(services.keys, "reload", failing)
    with services.database.unit_of_work() as db:
        bump(db, "keys")
        bump(db, "registry")
    known = services.clients.get(rp.client.client_id)
    with pytest.raises(RuntimeError):
        services.refresher.check()
    services.refresher.check()
    assert len(reloads) == 2
    assert services.clients.get(rp.client.client_id) is not known


def test_answers_without_content_do_not_tell_a_length(provider):
    """RFC 9110 8.6."""
    preflight = provider.machine.open("/token", method="OPTIONS", base_url=factories.ISSUER)
    assert preflight.status_code == 204
    assert "Content-Length" not in preflight.headers
    etag = provider.get("/jwks").headers["ETag"]
    again = provider.get("/jwks", headers={"If-None-Match": etag})
    assert again.status == 304
    assert "Content-Length" not in again.headers


def test_every_header_of_a_document_is_sent_once(provider):
    names = [name.lower() for name, _ in provider.get("/jwks").headers]
    assert len(names) == len(set(names)), names


def test_hsts_is_on_machine_answers_too(rp, citizen):
    """O-116: every answer over https, also the ones that never see Flask (ASVS 3.4.1)."""
    secure = {"environ_overrides": {"wsgi.url_scheme": "https"}}
    assert "Strict-Transport-Security" in rp.provider.get("/jwks", **secure).headers
    assert "Strict-Transport-Security" not in rp.provider.get("/jwks").headers


@postgresql_only
def test_a_database_address_may_carry_options(services):
    """`?connect_timeout=10` once clashed with our own value in the hot statements."""
    from idp.domain.store.database import Database

    url = services.database.url.update_query_dict({"connect_timeout": "10"})
    database = Database(url.render_as_string(hide_password=False))
    try:
        assert database.statements.one("SELECT 1 AS one", {}) == {"one": 1}
    finally:
        database.close()


def test_a_client_is_found_while_this_request_writes(rp):
    """On SQLite a cold cache inside a unit of work once waited for itself, five seconds, then 503."""
    services = rp.provider.services
    services.clients.clear()
    with services.database.unit_of_work() as db:
        db.execute(text("UPDATE client SET status = status"))
        assert services.clients.get(rp.client.client_id) is not None
        services.refresher.check()


def test_a_thread_that_ended_leaves_no_connection(services):
    """The server ends idle threads and starts new ones; each once left a database connection behind for good."""
    statements = services.database.statements
    before = connections(services)
    for _ in range(5):
        thread = threading.Thread(target=lambda: statements.one("SELECT 1 AS one", {}))
        thread.start()
        thread.join()
    assert connections(services) <= before + 1


def connections(services):
    """How many connections to the database are open."""
    if services.database.dialect == "postgresql":
        count = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        with services.database.unit_of_work() as db:
            return db.scalar(count)
    file = Path(services.database.url.database).resolve()
    return sum(link.resolve() == file for link in Path("/proc/self/fd").iterdir())
