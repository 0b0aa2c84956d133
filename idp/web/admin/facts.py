"""A registration in readable form: grouped facts, purposes in words, and what differs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _, ngettext

from idp.domain.registry.models import ClientRegistration
from idp.domain.registry.registrations import differing, full_metadata
from idp.protocol.client_auth.tls import MATCHES
from idp.protocol.oidc.catalogue import CLAIMS, SCOPES
from idp.web import locale
from idp.web.admin import words
from idp.web.pages.admin import Difference, Fact, FactGroup, PurposeLine

SECONDS_PER_DAY = 24 * 60 * 60
APART = ("claims", "response_types")
"""Shown elsewhere, or following from another member."""


def groups(row: ClientRegistration) -> tuple[FactGroup, ...]:
    """Show what is registered, grouped; a member without a place of its own is among the others."""
    metadata = full_metadata(row)
    labels = member_labels()
    left = dict(metadata)
    found = []
    for title, members in _groups().items():
        facts = tuple(_fact(name, left.pop(name), labels) for name in members if name in left)
        if facts:
            found.append(FactGroup(title, facts))
    rest = tuple(_fact(name, left[name], labels) for name in sorted(left) if name not in APART)
    if rest:
        found.append(FactGroup(_("Lainnya"), rest))
    return tuple(found)


def purposes(metadata: Mapping[str, Any]) -> tuple[PurposeLine, ...]:
    """Say why a client reads each item."""
    language = locale.language()
    uses = metadata.get("claims")
    lines = []
    for name, use in uses.items() if isinstance(uses, Mapping) else ():
        purpose = use.get("purpose", {})
        ground = str(use.get("legal_basis", "consent"))
        lines.append(
            PurposeLine(
                label=CLAIMS[name].label(language) if name in CLAIMS else name,
                name=name,
                required=bool(use.get("required")),
                purpose=str(purpose.get(language) or purpose.get("id") or ""),
                legal_basis=words.grounds().get(ground, ground),
            )
        )
    return tuple(lines)


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Put old and new side by side, member by member."""
    labels = member_labels()
    return tuple(
        Difference(
            label=labels.get(name, name), name=name, old=written(old.get(name)), new=written(new.get(name))
        )
        for name in differing(old, new)
    )


def written(value: object) -> str:
    """Write a value of a registration for reading: lists by line, objects indented."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(_("ya") if value else _("tidak"))
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        return "\n".join(value)
    if isinstance(value, Mapping | list | tuple):
        return json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True)
    return str(value)


def member_labels() -> dict[str, str]:
    """Name the members of a registration."""
    return {
        "client_name": _("Nama (Indonesia)"),
        "client_name#en": _("Nama (Inggris)"),
        "profile": _("Profil keamanan"),
        "application_type": _("Jenis aplikasi"),
        "redirect_uris": _("Alamat kembali setelah masuk"),
        "post_logout_redirect_uris": _("Alamat kembali setelah keluar"),
        "backchannel_logout_uri": _("Alamat pemberitahuan keluar (back-channel)"),
        "frontchannel_logout_uri": _("Alamat pemberitahuan keluar (front-channel)"),
        "security_events_uri": _("Alamat pemberitahuan perubahan dan penarikan izin"),
        "backchannel_logout_session_required": _("Pemberitahuan keluar back-channel menyebut sesi"),
        "frontchannel_logout_session_required": _("Pemberitahuan keluar front-channel menyebut sesi"),
        "client_uri": _("Halaman layanan"),
        "policy_uri": _("Kebijakan privasi"),
        "tos_uri": _("Ketentuan layanan"),
        "token_endpoint_auth_method": _("Cara klien membuktikan diri"),
        "token_endpoint_auth_signing_alg": _("Algoritma bukti diri"),
        "jwks": _("Kunci publik (JWK Set)"),
        "jwks_uri": _("Alamat kunci publik (jwks_uri)"),
        "tls_client_auth_subject_dn": _("Subjek sertifikat (tls_client_auth)"),
        "tls_client_auth_san_dns": _("Sertifikat: nama DNS"),
        "tls_client_auth_san_uri": _("Sertifikat: URI"),
        "tls_client_auth_san_ip": _("Sertifikat: alamat IP"),
        "tls_client_auth_san_email": _("Sertifikat: surel"),
        "waivers": _("Pengecualian"),
        "grant_types": _("Cara memperoleh token"),
        "scope": _("Cakupan (scope)"),
        "claims": _("Tujuan setiap data"),
        "consent_lifetime": _("Masa berlaku izin (detik)"),
        "min_acr": _("Tingkat masuk paling rendah"),
        "resource_uris": _("Alamat layanan (API)"),
        "authorization_details_types": _("Izin terperinci (authorization_details)"),
        "dpop_bound_access_tokens": _("Token hanya berlaku dengan kunci pemiliknya (DPoP)"),
        "tls_client_certificate_bound_access_tokens": _("Token hanya berlaku dengan sertifikat pemiliknya"),
        "backchannel_token_delivery_mode": _("CIBA: cara hasil disampaikan"),
        "backchannel_client_notification_endpoint": _("CIBA: alamat pemberitahuan (ping)"),
        "id_token_signed_response_alg": _("Algoritma ID Token"),
        "subject_type": _("Jenis pengenal warga (sub)"),
        "require_pushed_authorization_requests": _("Permintaan wajib dikirim lebih dulu (PAR)"),
        "require_signed_request_object": _("Permintaan wajib ditandatangani"),
        "request_object_signing_alg": _("Algoritma permintaan bertanda tangan"),
        "request_uris": _("Alamat permintaan bertanda tangan"),
        "required_role": _("Peran yang wajib dimiliki"),
    }


def _groups() -> dict[str, tuple[str, ...]]:
    return {
        _("Nama dan jenis"): ("client_name", "client_name#en", "profile", "application_type"),
        _("Alamat"): (
            "redirect_uris",
            "post_logout_redirect_uris",
            "backchannel_logout_uri",
            "backchannel_logout_session_required",
            "frontchannel_logout_uri",
            "frontchannel_logout_session_required",
            "security_events_uri",
            "client_uri",
            "policy_uri",
            "tos_uri",
        ),
        _("Bukti diri klien"): (
            "token_endpoint_auth_method",
            "token_endpoint_auth_signing_alg",
            "jwks",
            "jwks_uri",
            *MATCHES,
            "waivers",
        ),
        _("Yang boleh diminta"): (
            "grant_types",
            "scope",
            "resource_uris",
            "authorization_details_types",
            "consent_lifetime",
            "min_acr",
            "required_role",
            "id_token_signed_response_alg",
            "subject_type",
            "dpop_bound_access_tokens",
            "tls_client_certificate_bound_access_tokens",
        ),
        _("Cara mengirim permintaan"): (
            "require_pushed_authorization_requests",
            "require_signed_request_object",
            "request_object_signing_alg",
            "request_uris",
        ),
    }


def _fact(name: str, value: object, labels: Mapping[str, str]) -> Fact:
    said = {
        "profile": words.profiles(),
        "application_type": words.application_types(),
        "token_endpoint_auth_method": words.auth_methods(),
        "min_acr": words.levels(),
    }.get(name)
    label = labels.get(name, name)
    if said is not None:
        return Fact(label, (said.get(str(value), str(value)),))
    if name == "grant_types" and isinstance(value, list):
        return Fact(label, tuple(f"{words.grants().get(v, v)} ({v})" for v in value))
    if name == "consent_lifetime" and isinstance(value, int):
        days = value // SECONDS_PER_DAY
        return Fact(_("Masa berlaku izin"), (ngettext("%(num)s hari", "%(num)s hari", days),))
    if name == "scope":
        language = locale.language()
        return Fact(label, tuple(_scope(v, language) for v in str(value).split()))
    if name == "jwks" and isinstance(value, Mapping):
        keys = [key for key in value.get("keys", ()) if isinstance(key, Mapping)]
        return Fact(label, tuple(_key(key) for key in keys), code=True)
    plain = name in ("client_name", "client_name#en") or isinstance(value, bool)
    return Fact(label, tuple(written(value).splitlines()), code=not plain)


def _scope(name: str, language: str) -> str:
    return f"{SCOPES[name].label(language)} ({name})" if name in SCOPES else name


def _key(key: Mapping[str, Any]) -> str:
    return " · ".join(str(key[part]) for part in ("kid", "kty", "crv", "alg", "use") if part in key)
