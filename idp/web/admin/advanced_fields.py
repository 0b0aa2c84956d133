"""The folded part of the client form: what a client needs only for one specification or another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from idp.protocol.authorize import request_object
from idp.protocol.client_auth.tls import MATCHES
from idp.protocol.decoupled.ciba import DELIVERY_MODES
from idp.protocol.oauth import jose
from idp.protocol.oidc.once_only import TYPES
from idp.web.admin import words
from idp.web.admin.facts import member_labels
from idp.web.pages.admin import Option
from idp.web.pages.admin_client_form import FieldGroup, FormField

PROTECTION = "protection"
FLAGS = (
    "require_pushed_authorization_requests",
    "require_signed_request_object",
    "dpop_bound_access_tokens",
    "tls_client_certificate_bound_access_tokens",
    "backchannel_logout_session_required",
    "frontchannel_logout_session_required",
)
TEXTS = ("frontchannel_logout_uri", "backchannel_client_notification_endpoint", *MATCHES)
LISTS = ("resource_uris",)
SELECTS = ("request_object_signing_alg", "backchannel_token_delivery_mode")
LONGEST_NUMBER = 6
SECONDS_PER_DAY = 24 * 60 * 60
FIELD_OF = dict.fromkeys(FLAGS, PROTECTION)


def sent(form: MultiDict[str, str], base: Mapping[str, Any]) -> dict[str, Any]:
    """Read what was sent; None takes a member away. A box left empty is no change to a member that is false."""
    values: dict[str, Any] = {name: form.get(name, "").strip() or None for name in (*TEXTS, *SELECTS)}
    values |= {name: form.get(name, "").split() or None for name in LISTS}
    values["consent_lifetime"] = _seconds(form.get("consent_lifetime", "").strip(), base)
    values["authorization_details_types"] = form.getlist("authorization_details_types") or None
    ticked = form.getlist(PROTECTION)
    for name in FLAGS:
        values[name] = True if name in ticked else (False if base.get(name) is False else None)
    return values


def advanced(metadata: Mapping[str, Any]) -> FieldGroup:
    """Show these members, folded away while nothing is in them."""
    labels = member_labels()
    ticked = [name for name in FLAGS if metadata.get(name) is True]
    kinds = metadata.get("authorization_details_types") or ()
    return FieldGroup(
        _("Lanjutan: token terikat, permintaan bertanda tangan, layanan, sertifikat, CIBA"),
        (
            FormField(
                PROTECTION,
                _("Perlindungan tambahan"),
                "checks",
                "",
                words.options({name: labels[name] for name in FLAGS}, ticked),
            ),
            FormField(
                "consent_lifetime",
                _("Masa berlaku izin (hari)"),
                "text",
                _days(metadata.get("consent_lifetime")),
                (),
                _(
                    "Setelah itu warga ditanya lagi. Paling lama 365 hari untuk data terbatas atau spesifik, 730 hari "
                    "untuk yang lain; kosong berarti seperti biasa di sini."
                ),
            ),
            _choice(
                metadata,
                "request_object_signing_alg",
                labels,
                (*jose.ALGORITHMS, request_object.UNSIGNED),
            ),
            _text(metadata, "frontchannel_logout_uri", labels),
            FormField(
                "resource_uris",
                labels["resource_uris"],
                "area",
                "\n".join(metadata.get("resource_uris") or ()),
                (),
                _(
                    "Layanan (API) milik klien ini, satu alamat per baris. Token untuknya hanya berlaku di sana."
                ),
            ),
            FormField(
                "authorization_details_types",
                labels["authorization_details_types"],
                "checks",
                "",
                words.options(
                    {name: _("Data cukup sekali: satu keperluan, satu penerima") for name in TYPES}, kinds
                ),
            ),
            *(_text(metadata, member, labels) for member in MATCHES),
            _choice(metadata, "backchannel_token_delivery_mode", labels, DELIVERY_MODES),
            _text(metadata, "backchannel_client_notification_endpoint", labels),
        ),
        folded=True,
    )


def _seconds(days: str, base: Mapping[str, Any]) -> Any:
    """Read days; what was not changed stays, and what is no number is handed on, so that the rules name it."""
    if days == _days(base.get("consent_lifetime")):
        return base.get("consent_lifetime")
    if not days.isascii() or not days.isdigit() or len(days) > LONGEST_NUMBER:
        return days or None
    return int(days) * SECONDS_PER_DAY


def _days(seconds: object) -> str:
    if isinstance(seconds, int):
        days, rest = divmod(seconds, SECONDS_PER_DAY)
        return str(days) if not rest else f"{seconds / SECONDS_PER_DAY:g}"
    return str(seconds or "")


def _text(metadata: Mapping[str, Any], member: str, labels: Mapping[str, str]) -> FormField:
    return FormField(member, labels[member], "text", str(metadata.get(member) or ""))


def _choice(
    metadata: Mapping[str, Any], member: str, labels: Mapping[str, str], values: Sequence[str]
) -> FormField:
    chosen = metadata.get(member)
    offered = (
        Option("", _("Tidak ditentukan"), chosen is None),
        *(Option(v, v, v == chosen) for v in values),
    )
    return FormField(member, labels[member], "select", "", offered)
