"""The registry's words in the language of the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask_babel import gettext as _

from idp.protocol.decoupled.ciba import CIBA_GRANT
from idp.protocol.decoupled.request import DEVICE_GRANT
from idp.protocol.oauth.client import Environment
from idp.protocol.oauth.token_exchange import TOKEN_EXCHANGE
from idp.protocol.oidc.acr import AAL1, AAL2, AAL3
from idp.web.pages.admin import Badge, Option, Tone

TONES: Mapping[str, Tone] = {"draft": "warn", "approved": "good", "suspended": "bad", "retired": ""}


def statuses() -> dict[str, str]:
    """Say the states of a client."""
    return {
        "draft": _("Rancangan"),
        "approved": _("Berlaku"),
        "suspended": _("Dihentikan"),
        "retired": _("Ditutup"),
    }


def status(value: str) -> Badge:
    """Say one state of a client."""
    return Badge(statuses().get(value, value), TONES.get(value, ""))


def environments() -> dict[str, str]:
    """Say the environments of a client."""
    return {
        Environment.SANDBOX.value: _("Uji coba"),
        Environment.PRODUCTION.value: _("Produksi"),
    }


def profiles() -> dict[str, str]:
    """Say the security profiles (contract 4)."""
    return {
        "national": _("Nasional (baku)"),
        "fapi2": _("FAPI 2.0 (data pribadi spesifik)"),
        "fapi2_message_signing": _("FAPI 2.0 dengan pesan bertanda tangan"),
        "oidc_core": _("OpenID Connect inti (perangkat lunak jadi)"),
    }


def auth_methods() -> dict[str, str]:
    """Say how a client proves who it is."""
    return {
        "private_key_jwt": _("Kunci privat (private_key_jwt)"),
        "client_secret_basic": _("Rahasia klien di header (client_secret_basic)"),
        "client_secret_post": _("Rahasia klien di isi permintaan (client_secret_post)"),
        "client_secret_jwt": _("MAC dengan rahasia klien (client_secret_jwt)"),
        "tls_client_auth": _("Sertifikat dari otoritas (tls_client_auth)"),
        "self_signed_tls_client_auth": _("Sertifikat sendiri (self_signed_tls_client_auth)"),
        "none": _("Tanpa bukti: klien publik (none)"),
    }


def application_types() -> dict[str, str]:
    """Say what kind of application a client is."""
    return {"web": _("Aplikasi web"), "native": _("Aplikasi ponsel atau desktop")}


def levels() -> dict[str, str]:
    """Say the assurance levels of a sign-in."""
    return {
        AAL1: _("AAL1: kata sandi"),
        AAL2: _("AAL2: dua faktor"),
        AAL3: _("AAL3: kunci keamanan"),
    }


def grants() -> dict[str, str]:
    """Say the grant types."""
    return {
        "authorization_code": _("Warga masuk"),
        "refresh_token": _("Perpanjang tanpa masuk lagi"),
        "client_credentials": _("Atas nama klien sendiri"),
        CIBA_GRANT: _("Minta warga masuk tanpa peramban"),
        DEVICE_GRANT: _("Warga masuk di perangkat lain"),
        TOKEN_EXCHANGE: _("Memanggil layanan lain atas nama warga"),
    }


def grounds() -> dict[str, str]:
    """Say the grounds of UU PDP article 20."""
    return {
        "consent": _("persetujuan"),
        "contract": _("perjanjian"),
        "law": _("kewajiban hukum"),
        "vital_interest": _("kepentingan vital"),
        "public_duty": _("tugas pelayanan publik"),
        "legitimate_interest": _("kepentingan sah"),
    }


def suspensions() -> dict[str, str]:
    """Say why a client can be stopped."""
    return {
        "security": _("Keamanan"),
        "agency_request": _("Permintaan instansi"),
        "terms": _("Melanggar ketentuan"),
        "unused": _("Tidak dipakai"),
    }


def change_kinds() -> dict[str, str]:
    """Say what a waiting change does."""
    return {
        "activate": _("Mulai berlaku"),
        "amend": _("Ubah pendaftaran"),
        "resume": _("Jalankan lagi"),
    }


def decisions() -> dict[str, str]:
    """Say how a change was decided."""
    return {
        "approved": _("Disetujui"),
        "refused": _("Ditolak"),
        "replaced": _("Digantikan usulan baru"),
    }


def options(labels: Mapping[str, str], chosen: str | Iterable[str] = ()) -> tuple[Option, ...]:
    """Offer choices, some of them chosen."""
    picked = {chosen} if isinstance(chosen, str) else set(chosen)
    return tuple(Option(value, label, value in picked) for value, label in labels.items())
