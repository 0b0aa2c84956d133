"""The front door of a production deployment: straight to the citizen's own pages."""

from __future__ import annotations

from flask import Blueprint, Response

from idp.web.render import go

bp = Blueprint("home", __name__)


@bp.get("/")
def home() -> Response:
    """Lead to "Akun saya"."""
    return go("/me")
