"""The composition root: one Flask application for the pages, the lane for the machines in front of it."""

from __future__ import annotations

from pathlib import Path

import structlog
from flask import Flask, g, request

from idp import metrics, trace
from idp.sandbox import pages as sandbox
from idp.services import Services
from idp.web import (
    admin,
    board,
    catalogue,
    cookies,
    headers,
    health,
    home,
    logos,
    receipt_check,
    selfservice,
    senders,
)
from idp.web.assets import init_assets
from idp.web.draining import Draining
from idp.web.errors import init_errors
from idp.web.frontchannel import (
    authorize,
    changes,
    check_session,
    consent,
    cross_device,
    elsewhere,
    enrol,
    interaction,
    login,
    logout,
    mfa,
    not_me,
    passkey,
    recover,
    recover_identity,
    recover_permit,
    register,
    register_passkey,
    select_account,
)
from idp.web.lane import Lane
from idp.web.locale import init_locale
from idp.web.page_limits import init_page_limits
from idp.web.proxies import TrustedProxies

ROOT = Path(__file__).resolve().parent.parent
MOST_FORM_BYTES = 256 * 1024
MOST_FORM_PARTS = 100


def create_app(services: Services) -> Flask:
    """Build the application over a wired deployment."""
    app = Flask(__name__, template_folder=str(ROOT / "templates"), static_folder="static")
    app.extensions["idp"] = services
    app.config.update(MAX_CONTENT_LENGTH=MOST_FORM_BYTES, MAX_FORM_PARTS=MOST_FORM_PARTS)
    init_assets(app)
    init_locale(app)
    init_errors(app)
    init_page_limits(app, services.settings)
    requests = metrics.Requests()
    begin_counting, count = health.count_pages(requests)
    app.before_request(begin_counting)
    app.before_request(_begin)
    app.after_request(count)
    app.after_request(cookies.keep_browser)
    app.after_request(headers.secure)
    for module in (
        authorize,
        interaction,
        login,
        mfa,
        passkey,
        register,
        register_passkey,
        consent,
        select_account,
        logout,
        check_session,
        elsewhere,
        enrol,
        cross_device,
        changes,
        not_me,
        recover,
        recover_identity,
        recover_permit,
    ):
        app.register_blueprint(module.bp)
    app.register_blueprint(admin.bp)
    app.register_blueprint(board.bp)
    app.register_blueprint(catalogue.bp)
    app.register_blueprint(health.bp)
    app.register_blueprint(senders.bp)
    app.register_blueprint(receipt_check.bp)
    app.register_blueprint(selfservice.bp)
    app.register_blueprint(logos.bp)
    app.register_blueprint(home.bp if services.settings.production else sandbox.bp)
    app.context_processor(
        lambda: {"trace_id": trace.current() or "", "shared_device": g.get("shared_device", False)}
    )
    lane = Lane(app.wsgi_app, services, requests.observe)
    proxied = TrustedProxies(lane, services.settings.trusted_proxies)
    app.wsgi_app = Draining(proxied)  # type: ignore[method-assign]
    return app


def _begin() -> None:
    trace_id = trace.begin(request.headers.get("traceparent"))
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(trace_id=trace_id)
