"""make_agency: a small relying party around one form; everything particular to an agency is data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask, Response, redirect, request, session
from flask_babel import Babel
from werkzeug.wrappers import Response as BaseResponse

from clients import manifest, wording
from clients.clock import Clock, system_clock
from clients.credentials import cookie_key, key_pair
from clients.deployment import Deployment
from clients.events import EventBook, receive_events
from clients.pages import Desk, pages
from clients.prefill import Form, Words
from clients.publisher import publish
from clients.records import Register
from clients.reporting import Reporter
from clients.security_event import SecurityEvent
from clients.sign_in import Gerbang
from clients.store import Store

HERE = Path(__file__).parent
LANGUAGES = ("id", "en")


@dataclass(frozen=True, slots=True)
class Agency:
    """What makes one agency different from another: its folder, colours, words and form."""

    folder: Path
    accent: str
    accent_dark: str
    welcome: Words
    lead: Words
    form: Form
    thanks: Words

    @property
    def name(self) -> str:
        """The short name: the folder's."""
        return self.folder.name

    @property
    def manifest_path(self) -> Path:
        """Where the registration is written down."""
        return self.folder / "client.toml"


def make_agency(agency: Agency, deployment: Deployment, *, clock: Clock = system_clock) -> Flask:
    """Build the agency's application for one address and one issuer."""
    folder = deployment.folder(agency.name)
    app = Flask(
        agency.name,
        template_folder=str(HERE / "templates"),
        static_folder=str(HERE / "static"),
        root_path=str(HERE),
    )
    app.config.update(
        SECRET_KEY=cookie_key(folder),
        SESSION_COOKIE_NAME=f"agency_{agency.name}",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=deployment.secure,
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(hours=1),
        MAX_CONTENT_LENGTH=64 * 1024,
        BABEL_DEFAULT_LOCALE="id",
        BABEL_DEFAULT_TIMEZONE="Asia/Jakarta",
        BABEL_TRANSLATION_DIRECTORIES=str(HERE / "locale"),
    )
    app.jinja_env.filters.update(day=wording.day, claim_label=wording.claim_label, ground=wording.ground)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    Babel(app, locale_selector=choose_language)
    registration = manifest.read(agency.manifest_path, deployment.base)
    store = Store(folder / "agency.sqlite", clock)
    key = key_pair(folder)
    gerbang = Gerbang(app, registration, deployment, key, store, clock)
    reporter = Reporter(gerbang.metadata, deployment.issuer, registration.client_id, key, store)
    app.register_blueprint(pages(Desk(agency, registration, store, gerbang, reporter, clock)))
    _publish(app, agency, registration, deployment, store, clock)
    receive_events(
        app,
        issuer=deployment.issuer,
        client_id=registration.client_id,
        key=key,
        book=EventBook(folder / "events.sqlite", clock),
        act=lambda event: act_on(event, agency, store),
        algorithm=str(registration.metadata["id_token_signed_response_alg"]),
        clock=clock,
    )
    app.before_request(lambda: _keep_to_one_host(deployment))
    app.after_request(lambda response: _guard(response, deployment))
    app.context_processor(
        lambda: {"agency": agency, "registration": registration, "language": wording.language()}
    )
    return app


def act_on(event: SecurityEvent, agency: Agency, store: Store) -> bool:
    """Do what an event asks of an agency: stop, or look again; what it does not know it leaves (UU PDP art. 40).

    A withdrawn consent or a closed account: what was released is deleted and the visit ends. A changed, corrected or
    disputed attribute: the copy counts as outdated and is asked for again. A locked account: the visit ends.
    """
    if event.kind in ("consent-withdrawn", "account-purged"):
        store.forget(event.sub, {field.name for field in agency.form.fields if field.claim})
    elif event.kind in ("attribute-changed", "attribute-corrected", "attribute-disputed"):
        store.outdate(event.sub)
        return not event.members.get("correct_yours")  # a person corrects a record, and confirms that
    elif event.kind == "account-disabled":
        store.end_for(sub=event.sub, sid=None)
    else:
        return False
    return True


def _publish(
    app: Flask,
    agency: Agency,
    registration: manifest.Manifest,
    deployment: Deployment,
    store: Store,
    clock: Clock,
) -> None:
    """Answer Gerbang's questions, if the manifest says that this agency publishes anything."""
    if registration.publishing is None or registration.publishing.endpoint is None:
        return
    register = Register.of_agency(agency.folder, deployment.folder(agency.name), clock)
    publish(
        app,
        registration.publishing,
        lambda person: register.of(person.nik) if person.nik else None,
        issuer=deployment.issuer,
        first_use=store.first_use,
        clock=clock,
    )


def choose_language() -> str:
    """Choose by `?lang=`, then by an earlier choice, then by the browser; Bahasa Indonesia otherwise."""
    asked = request.args.get("lang")
    if asked in LANGUAGES:
        session["lang"] = asked
        return asked
    kept = session.get("lang")
    return kept if kept in LANGUAGES else request.accept_languages.best_match(LANGUAGES) or "id"


def _keep_to_one_host(deployment: Deployment) -> BaseResponse | None:
    """Send readers who came by another host name to the registered one, where the cookie is valid."""
    if request.method == "GET" and request.host != deployment.host:
        return redirect(deployment.base + request.full_path.rstrip("?"))
    return None


def _guard(response: Response, deployment: Deployment) -> Response:
    """Allow nothing from elsewhere; forms may lead to the provider (sign-out is a form)."""
    issuer = urlsplit(deployment.issuer)
    response.headers.setdefault(
        "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none';"
        f" form-action 'self' {issuer.scheme}://{issuer.netloc}",
    )
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    return response
