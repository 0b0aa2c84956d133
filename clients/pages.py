"""The few pages every agency has: home, sign in, form, receipt, sign out, privacy, and what went wrong."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import requests
from flask import (
    Blueprint,
    Response,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from joserfc.errors import JoseError
from werkzeug.wrappers import Response as BaseResponse

from clients import wording
from clients.clock import Clock
from clients.logout_token import LogoutTokenError
from clients.manifest import Manifest
from clients.prefill import Prefill, reconcile
from clients.prefill.meter import Report
from clients.reporting import Reporter
from clients.sign_in import Gerbang, SignInError
from clients.store import Store, Visit

if TYPE_CHECKING:
    from clients.agency import Agency


@dataclass(frozen=True, slots=True)
class Desk:
    """What the pages of one agency work with."""

    agency: Agency
    registration: Manifest
    store: Store
    gerbang: Gerbang
    reporter: Reporter
    clock: Clock

    def visit(self) -> Visit | None:
        """Return who is signed in here, if anybody."""
        handle = session.get("visit")
        return self.store.visit(handle) if isinstance(handle, str) else None


def pages(desk: Desk) -> Blueprint:
    """Build the pages of one agency."""
    blueprint = Blueprint("agency", __name__)
    blueprint.add_url_rule("/", view_func=lambda: home(desk), endpoint="home")
    blueprint.add_url_rule("/login", view_func=lambda: login(desk), endpoint="login")
    blueprint.add_url_rule("/callback", view_func=lambda: callback(desk), endpoint="callback")
    blueprint.add_url_rule("/form", view_func=lambda: form(desk), endpoint="form", methods=["GET", "POST"])
    blueprint.add_url_rule(
        "/done/<reference>", view_func=lambda reference: done(desk, reference), endpoint="done"
    )
    blueprint.add_url_rule(
        "/logout", view_func=lambda: logout(desk), endpoint="logout", methods=["GET", "POST"]
    )
    blueprint.add_url_rule("/logged-out", view_func=lambda: logged_out(desk), endpoint="logged_out")
    blueprint.add_url_rule(
        "/backchannel-logout",
        view_func=lambda: backchannel_logout(desk),
        endpoint="backchannel",
        methods=["POST"],
    )
    blueprint.add_url_rule("/privacy", view_func=privacy, endpoint="privacy")
    blueprint.add_url_rule(
        "/logo.svg", view_func=lambda: logo(desk, "logo.svg", "image/svg+xml"), endpoint="logo"
    )
    blueprint.add_url_rule(
        "/logo.png", view_func=lambda: logo(desk, "logo.png", "image/png"), endpoint="logo_picture"
    )
    blueprint.add_url_rule("/accent.css", view_func=lambda: accent(desk), endpoint="accent")
    blueprint.add_url_rule("/healthz", view_func=lambda: jsonify(status="ok"), endpoint="healthz")
    blueprint.register_error_handler(SignInError, lambda error: problem(desk, error))
    blueprint.app_context_processor(lambda: {"csrf_token": csrf_token, "signed_in": desk.visit()})
    return blueprint


def home(desk: Desk) -> str:
    """Show one big button, or what the citizen did here before."""
    visit = desk.visit()
    receipts = desk.store.receipts(visit.sub) if visit else []
    return render_template("home.html", visit=visit, receipts=receipts)


def login(desk: Desk) -> BaseResponse:
    """Start signing in."""
    return desk.gerbang.go(wording.language())


def callback(desk: Desk) -> BaseResponse:
    """Finish signing in; the local session gets a new handle (session fixation)."""
    visit = desk.gerbang.arrive().visit
    former = session.get("visit")
    if isinstance(former, str):
        desk.store.end(former)
    session["visit"] = desk.store.begin(visit)
    compare_later_values(desk, visit)
    return redirect(url_for("agency.form"))


def form(desk: Desk) -> BaseResponse | str:
    """Show the form, known fields filled and locked; check and store what is sent.

    A change of language is sent by the same form, so that nothing typed is lost.
    """
    handle, visit = session.get("visit", ""), desk.visit()
    if visit is None:
        return redirect(url_for("agency.home"))
    if request.method == "GET":
        visit = desk.gerbang.fresh(handle, visit)
        compare_later_values(desk, visit)
        return _form_page(desk, Prefill.of(desk.agency.form, visit.claims), {}, {})
    prefill = Prefill.of(desk.agency.form, visit.claims)
    sent = prefill.submit(request.form, wording.problem)
    if "lang" in request.args:
        return _form_page(desk, prefill, sent.typed, {}, sent.keep)
    errors = dict(sent.errors)
    if not _from_our_page():
        errors[""] = _("Halaman ini sudah lama terbuka. Periksa isian Anda lalu kirim sekali lagi.")
    if errors:
        return make_response(_form_page(desk, prefill, sent.typed, errors, sent.keep), 422)
    report = Report.of(desk.agency.form, sent, desk.clock().date())
    reference = desk.store.file_application(
        visit.sub,
        desk.agency.form.name,
        sent.answers,
        sent.count,
        unverified=sent.unverified,
        report=report.fields(),
    )
    desk.reporter.soon()
    if sent.keep:
        desk.gerbang.keep(handle, visit, sent.keep)
    return redirect(url_for("agency.done", reference=reference), 303)


def compare_later_values(desk: Desk, visit: Visit) -> None:
    """Compare what was typed in earlier applications with what its owner says by now (later fill)."""
    for application in desk.store.open_applications(visit.sub):
        if application.form == desk.agency.form.name:
            found = reconcile(desk.agency.form, application.answers, application.fields, visit.claims)
            desk.store.settle(application.reference, "verified", found.verified)
            desk.store.settle(application.reference, "different", found.different)


def done(desk: Desk, reference: str) -> BaseResponse | str:
    """Confirm an application, and say how little had to be typed."""
    visit = desk.visit()
    receipts = desk.store.receipts(visit.sub) if visit else []
    receipt = next((receipt for receipt in receipts if receipt.reference == reference), None)
    return render_template("done.html", receipt=receipt) if receipt else redirect(url_for("agency.home"))


def logout(desk: Desk) -> BaseResponse | str:
    """Ask, then end the local session and go on to sign out at the provider."""
    visit = desk.visit()
    if request.method == "GET" or not _from_our_page():
        return render_template("logout.html") if visit else redirect(url_for("agency.logged_out"))
    desk.store.end(session.pop("visit", ""))
    if visit is None:
        return redirect(url_for("agency.logged_out"))
    try:
        return desk.gerbang.leave(visit, wording.language())
    except (SignInError, RuntimeError, requests.RequestException):
        return redirect(url_for("agency.logged_out", only="here"))


def logged_out(desk: Desk) -> str:
    """Say that the citizen is out: everywhere, or only here when the provider did not answer."""
    everywhere = "state" in request.args and desk.gerbang.returned_from_leaving()
    return render_template("logged_out.html", everywhere=everywhere, only_here="only" in request.args)


def backchannel_logout(desk: Desk) -> Response:
    """End the sessions a logout token names (OpenID Connect Back-Channel Logout 1.0 §2.5 to §2.8)."""
    try:
        named = desk.gerbang.read_logout_token(request.form.get("logout_token", ""))
    except LogoutTokenError as error:
        return make_response(jsonify(error="invalid_request", error_description=str(error)), 400)
    except (requests.RequestException, JoseError, RuntimeError):
        return make_response(jsonify(error="temporarily_unavailable"), 503, {"Retry-After": "30"})
    desk.store.end_for(sub=named.sub, sid=named.sid)
    return make_response("", 200)


def privacy() -> str:
    """List what is asked and why, straight from the registration (UU PDP art. 21)."""
    return render_template("privacy.html")


def problem(desk: Desk, error: SignInError) -> tuple[str, int]:
    """Explain what went wrong and offer a way on."""
    if error.kind == "ended":
        session.pop("visit", None)
    statuses = {"away": 503, "denied": 403, "not_for_you": 403, "too_weak": 403, "ended": 401}
    return render_template("problem.html", kind=error.kind, code=error.code), statuses.get(error.kind, 400)


def logo(desk: Desk, name: str, mimetype: str) -> Response:
    """Serve the agency's own mark: a drawing for its own pages, a picture for the provider's (`logo_uri`)."""
    body = (desk.agency.folder / name).read_bytes()
    return Response(body, mimetype=mimetype, headers={"Cache-Control": "public, max-age=86400"})


def accent(desk: Desk) -> Response:
    """Serve the agency's colour."""
    css = wording.accent(desk.agency.accent, desk.agency.accent_dark)
    return Response(css, mimetype="text/css", headers={"Cache-Control": "public, max-age=3600"})


def csrf_token() -> str:
    """Return the key that shows a form came from our own page."""
    session.setdefault("csrf_token", secrets.token_urlsafe(16))
    return str(session["csrf_token"])


def _from_our_page() -> bool:
    return hmac.compare_digest(request.form.get("csrf_token", "").encode(), csrf_token().encode())


def _form_page(
    desk: Desk,
    prefill: Prefill,
    typed: Mapping[str, str],
    errors: Mapping[str, str],
    keep: Collection[str] = (),
) -> str:
    return render_template(
        "form.html",
        form=desk.agency.form,
        prefill=prefill,
        typed=typed,
        errors=errors,
        keep=keep,
        switch_form="service-form",
        words=wording,
    )
