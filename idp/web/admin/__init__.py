"""The operators' console: its own cookie, its own sign-in, every page bounded by role and agency (features K1)."""

from __future__ import annotations

from flask import Blueprint

from idp.web.admin import sign_in
from idp.web.admin.desk import require_origin

bp = Blueprint("admin", __name__, url_prefix="/admin")
bp.before_request(require_origin)
for module in (sign_in,):
    bp.register_blueprint(module.bp)
