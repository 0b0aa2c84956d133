"""An application that does nothing but show pages, with the catalogues compiled from their sources."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask, render_template
from playwright.sync_api import BrowserContext, Page, Route

from idp.web import admin
from idp.web.assets import init_assets
from idp.web.locale import CATALOGUES, init_locale
from tests.unit.web.samples import SAMPLES
from tools.messages import compile_catalogue

ROOT = Path(__file__).parents[3]
ORIGIN = "http://localhost"
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; frame-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@pytest.fixture(scope="session")
def catalogues(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The .po files of the tree as .mo files of the moment."""
    folder = tmp_path_factory.mktemp("locale")
    for source in CATALOGUES.glob("*/LC_MESSAGES/messages.po"):
        target = folder / source.relative_to(CATALOGUES).with_suffix(".mo")
        target.parent.mkdir(parents=True)
        compile_catalogue(source, target)
    return folder


@pytest.fixture(scope="session")
def gallery(catalogues: Path) -> Flask:
    """Every sample page at /p/<name>."""
    app = Flask("idp", template_folder=ROOT / "templates", static_folder=ROOT / "idp" / "static")
    init_locale(app, catalogues)
    init_assets(app)
    app.register_blueprint(admin.bp)  # its pages link to each other; none of its views is called
    app.context_processor(lambda: {"csrf_token": "the-token", "trace_id": "the-trace"})

    @app.get("/p/<name>")
    def sample(name: str) -> str:
        page = SAMPLES[name]()
        return render_template(page.template, page=page)

    @app.post("/posted")
    def posted() -> str:
        page = SAMPLES["error"]()
        return render_template(page.template, page=page)

    @app.post("/i/1/passkey/options")
    def passkey_options() -> dict[str, object]:
        return {"challenge": "AAAA", "rpId": "localhost", "allowCredentials": []}

    return app


@pytest.fixture
def visit(gallery, new_context: Callable[..., BrowserContext]) -> Iterator[Callable[..., Page]]:
    """Open a sample page; the application answers without a server."""
    client = gallery.test_client()

    def answer(route: Route) -> None:
        path, method = route.request.url.removeprefix(ORIGIN), route.request.method
        with client.open(path, method=method) as found:
            headers = {"Content-Type": found.content_type, "Content-Security-Policy": POLICY}
            route.fulfill(status=found.status_code, headers=headers, body=found.data)

    def open_page(name: str, language: str = "id", *, stay: bool = True, **options: object) -> Page:
        context = new_context(**options)
        context.route("**/*", answer)
        for leaving in ("form_post.js", "logged_out.js"):
            context.route(f"**/{leaving}*", lambda route: route.abort() if stay else answer(route))
        page = context.new_page()
        page.goto(f"{ORIGIN}/p/{name}?ui_locales={language}")
        return page

    yield open_page
