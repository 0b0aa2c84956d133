"""Pages and authorization responses as Flask responses."""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template

from idp.protocol.authorize.response import AuthorizationResponse
from idp.protocol.oauth.client import Client
from idp.web import csrf
from idp.web.context import services
from idp.web.headers import allow_form_target
from idp.web.jarm import secured
from idp.web.pages import FormPostPage
from idp.web.pages.base import Page

SEE_OTHER = 303


def show(page: Page, status: int = 200) -> Response:
    """Render a page."""
    return make_response(render_template(page.template, page=page, csrf_token=csrf.token()), status)


def go(address: str) -> Response:
    """Send the browser on with 303, never 307 or 308 (RFC 9700 §4.12)."""
    response = redirect(address, SEE_OTHER)
    return make_response(response)


def answer(response: AuthorizationResponse, client: Client) -> Response:
    """Bring an authorization response to the client in the mode it asked for (RFC 9207, FP §2, JARM §2.3)."""
    response = secured(services(), response, client)
    if response.is_form:
        allow_form_target(response.redirect_uri)
        return show(FormPostPage(action=response.redirect_uri, fields=tuple(response.parameters.items())))
    return go(response.location)
