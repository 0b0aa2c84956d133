"""The operators' console: its own cookie, its own sign-in, every page bounded by role and agency (features K1)."""

from __future__ import annotations

from flask import Blueprint

from idp.web.admin import (
    agencies,
    agreement_form,
    agreements,
    applications,
    approvals,
    audit,
    client_form,
    clients,
    counter,
    data_cases,
    forms,
    late,
    lifecycle,
    messages,
    meter,
    passkeys,
    sign_in,
    tokens,
)
from idp.web.admin.desk import Refused, refused, require_origin

bp = Blueprint("admin", __name__, url_prefix="/admin")
bp.before_request(require_origin)
bp.register_error_handler(Refused, refused)
for module in (
    sign_in,
    passkeys,
    clients,
    counter,
    data_cases,
    late,
    lifecycle,
    client_form,
    approvals,
    agencies,
    agreement_form,
    agreements,
    applications,
    forms,
    audit,
    messages,
    meter,
    tokens,
):
    bp.register_blueprint(module.bp)
