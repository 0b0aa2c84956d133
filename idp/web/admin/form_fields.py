"""The client form: a registration as fields, and what was sent as RFC 7591 metadata."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from idp.domain.registry.policy import GROUNDS, SIGNING_ALGS
from idp.protocol.oidc.acr import AAL2
from idp.protocol.oidc.catalogue import CLAIMS, SCOPES
from idp.web import locale
from idp.web.admin import advanced_fields, words
from idp.web.pages.admin import Option
from idp.web.pages.admin_client_form import ClaimRow, FieldGroup, FormField

SPARE_ROWS = 4
MOST_ROWS = 60
TEXTS = (
    "client_uri",
    "policy_uri",
    "tos_uri",
    "backchannel_logout_uri",
    "security_events_uri",
    "jwks_uri",
    "required_role",
)
LISTS = ("redirect_uris", "post_logout_redirect_uris")
SELECTS = (
    "profile",
    "application_type",
    "token_endpoint_auth_method",
    "id_token_signed_response_alg",
    "min_acr",
)
FIELD_OF = {
    "client_name#en": "client_name_en",
    "claims": "claim-1",
    "grant_types": "grant_types",
} | advanced_fields.FIELD_OF
"""The field of a member where the names differ."""


def metadata_from(form: MultiDict[str, str], base: Mapping[str, Any]) -> dict[str, Any]:
    """Turn what was sent into metadata; members the form does not show stay as they are."""
    metadata = dict(base)
    values: dict[str, Any] = {name: form.get(name, "").strip() or None for name in (*TEXTS, *SELECTS)}
    values |= {name: form.get(name, "").split() or None for name in LISTS}
    values["client_name"] = form.get("client_name", "").strip() or None
    values["client_name#en"] = form.get("client_name_en", "").strip() or None
    values["scope"] = " ".join(form.getlist("scope")) or None
    values["grant_types"] = form.getlist("grant_types") or None
    values["response_types"] = ["code"] if "authorization_code" in form.getlist("grant_types") else []
    values["jwks"] = _json(form.get("jwks", ""))
    values["claims"] = _claims(form) or None
    values |= advanced_fields.sent(form, base)
    values["waivers"] = _waivers(form.get("waivers", "")) or None
    for name, value in values.items():
        if value is None:
            metadata.pop(name, None)
        else:
            metadata[name] = value
    return metadata


def groups_of(metadata: Mapping[str, Any]) -> tuple[FieldGroup, ...]:
    """Show a registration as fields, in the order one thinks of them."""
    scope = str(metadata.get("scope") or "openid profile").split()
    grants = metadata.get("grant_types") or ["authorization_code"]
    language = locale.language()
    algorithms = {name: name for name in SIGNING_ALGS}
    scopes = {s.name: s.label(language) for s in SCOPES.values()}
    return (
        FieldGroup(
            _("Nama dan jenis"),
            (
                _text(metadata, "client_name", _("Nama (Indonesia)"), required=True),
                _text(metadata, "client_name#en", _("Nama (Inggris)"), name="client_name_en"),
                _select(metadata, "profile", _("Profil keamanan"), words.profiles(), "national"),
                _select(metadata, "application_type", _("Jenis aplikasi"), words.application_types(), "web"),
            ),
        ),
        FieldGroup(
            _("Alamat"),
            (
                _area(metadata, "redirect_uris", _("Alamat kembali setelah masuk"), _one_per_line(), True),
                _area(
                    metadata, "post_logout_redirect_uris", _("Alamat kembali setelah keluar"), _one_per_line()
                ),
                _text(metadata, "backchannel_logout_uri", _("Alamat pemberitahuan keluar (back-channel)")),
                _text(
                    metadata, "security_events_uri", _("Alamat pemberitahuan perubahan dan penarikan izin")
                ),
                _text(metadata, "client_uri", _("Halaman layanan")),
                _text(metadata, "policy_uri", _("Kebijakan privasi")),
                _text(metadata, "tos_uri", _("Ketentuan layanan")),
            ),
        ),
        FieldGroup(
            _("Bukti diri klien"),
            (
                _select(
                    metadata,
                    "token_endpoint_auth_method",
                    _("Cara klien membuktikan diri"),
                    words.auth_methods(),
                    "private_key_jwt",
                ),
                _text(metadata, "jwks_uri", _("Alamat kunci publik (jwks_uri)")),
                FormField(
                    "jwks",
                    _("Kunci publik (JWK Set)"),
                    "area",
                    _pretty(metadata.get("jwks")),
                    (),
                    _("Hanya kunci publik. Kunci pribadi tetap pada instansi."),
                ),
                FormField(
                    "waivers",
                    _("Pengecualian"),
                    "area",
                    _waiver_lines(metadata.get("waivers")),
                    (),
                    _(
                        "Satu per baris: aturan | tanggal akhir (TTTT-BB-HH) | alasan. Contoh aturan: client_secret."
                    ),
                ),
            ),
        ),
        FieldGroup(
            _("Yang boleh diminta"),
            (
                FormField(
                    "grant_types", _("Cara memperoleh token"), "checks", "", _ticked(words.grants(), grants)
                ),
                FormField("scope", _("Cakupan (scope)"), "checks", "", _ticked(scopes, scope)),
                _select(metadata, "min_acr", _("Tingkat masuk paling rendah"), words.levels(), AAL2),
                _select(
                    metadata, "id_token_signed_response_alg", _("Algoritma ID Token"), algorithms, "ES256"
                ),
                _text(
                    metadata,
                    "required_role",
                    _("Peran yang wajib dimiliki"),
                    hint=_("Misalnya civil_servant; boleh kosong."),
                ),
            ),
        ),
        advanced_fields.advanced(metadata),
    )


def rows_of(claims: object) -> tuple[ClaimRow, ...]:
    """Show each item with its purpose, and a few empty rows."""
    uses = (
        [(n, u) for n, u in claims.items() if isinstance(u, Mapping)] if isinstance(claims, Mapping) else []
    )
    filled = [_row(number, name, use) for number, (name, use) in enumerate(uses, 1)]
    return (*filled, *(_row(len(filled) + spare, "", {}) for spare in range(1, SPARE_ROWS + 1)))


def _row(number: int, chosen: str, use: Mapping[str, Any]) -> ClaimRow:
    language = locale.language()
    purpose = use.get("purpose")
    purpose = purpose if isinstance(purpose, Mapping) else {}
    ground = use.get("legal_basis", GROUNDS[0])
    options = (
        Option("", _("Pilih data"), not chosen),
        *(Option(c.name, f"{c.name}: {c.label(language)}", c.name == chosen) for c in CLAIMS.values()),
    )
    return ClaimRow(
        number=number,
        items=options,
        grounds=words.options(words.grounds(), str(ground)),
        required=bool(use.get("required", False)),
        purpose_id=str(purpose.get("id") or ""),
        purpose_en=str(purpose.get("en") or ""),
    )


def _claims(form: MultiDict[str, str]) -> dict[str, Any]:
    claims: dict[str, Any] = {}
    for number in _numbers(form):
        name = form.get(f"claim-{number}", "").strip()
        if not name:
            continue
        texts = {language: form.get(f"purpose-{language}-{number}", "").strip() for language in ("id", "en")}
        claims[name] = {
            "required": form.get(f"required-{number}") == "yes",
            "purpose": {language: text for language, text in texts.items() if text},
            "legal_basis": form.get(f"ground-{number}", ""),
        }
    return claims


def _numbers(form: MultiDict[str, str]) -> Sequence[int]:
    return [n for n in range(1, MOST_ROWS + 1) if f"claim-{n}" in form]


def _json(text: str) -> Any:
    """Read a key set; what is no JSON is handed on as text, so that the registry's rules name it."""
    if not text.strip():
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text.strip()


def _pretty(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)


def _text(
    metadata: Mapping[str, Any],
    member: str,
    label: str,
    *,
    name: str = "",
    hint: str = "",
    required: bool = False,
) -> FormField:
    return FormField(name or member, label, "text", str(metadata.get(member) or ""), (), hint, required)


def _area(
    metadata: Mapping[str, Any], member: str, label: str, hint: str, required: bool = False
) -> FormField:
    return FormField(member, label, "area", "\n".join(metadata.get(member) or ()), (), hint, required)


def _select(
    metadata: Mapping[str, Any], member: str, label: str, labels: Mapping[str, str], fallback: str
) -> FormField:
    chosen = str(metadata.get(member) or fallback)
    return FormField(member, label, "select", "", words.options(labels, chosen))


def _ticked(labels: Mapping[str, str], chosen: Collection[str]) -> tuple[Option, ...]:
    return words.options(labels, chosen)


def _one_per_line() -> str:
    return str(_("Satu alamat per baris, persis seperti yang dikirim aplikasi."))


def _waivers(text: str) -> dict[str, Any]:
    """Read waivers; a line that lacks a part is handed on, so that the registry's rules name it."""
    waivers: dict[str, Any] = {}
    for line in text.splitlines()[:MOST_ROWS]:
        name, until, reason = (*(part.strip() for part in line.split("|", 2)), "", "")[:3]
        if name:
            waivers[name] = {"until": until, "reason": reason}
    return waivers


def _waiver_lines(waivers: object) -> str:
    if not isinstance(waivers, Mapping):
        return ""
    return "\n".join(
        f"{name} | {waiver.get('until', '')} | {waiver.get('reason', '')}"
        for name, waiver in waivers.items()
        if isinstance(waiver, Mapping)
    )
