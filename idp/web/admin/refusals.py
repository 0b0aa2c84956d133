"""What the registry has against something, in the operator's language: every rule a sentence (RFC 7591 §3.2.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask_babel import gettext as _

from idp.domain.registry.changes import NotAllowed
from idp.domain.registry.violations import Rule, Violation
from idp.web.admin.facts import member_labels
from idp.web.pages import FieldError


def not_allowed(error: NotAllowed) -> str:
    """Say why the registry did not do what was asked."""
    return str(
        {
            "same_person": _("Perubahan ini harus diputuskan oleh orang lain, bukan pengusulnya."),
            "decided": _("Perubahan ini sudah diputuskan."),
            "stale": _("Pendaftaran ini sudah berubah sejak Anda membukanya. Lihat lagi, lalu ulangi."),
            "nothing": _("Tidak ada yang berubah."),
            "status": _("Tindakan ini tidak sesuai dengan keadaan klien sekarang."),
            "no_secret": _("Klien ini tidak memakai rahasia."),
            "retired": _("Klien ini sudah berakhir."),
            "reason": _("Pilih alasannya."),
            "unknown_agency": _("Instansi itu tidak terdaftar."),
            "unknown_change": _("Perubahan itu tidak ada."),
            "bad_id": _("ID klien terdiri dari 2 sampai 100 huruf kecil, angka, titik, dan tanda hubung."),
            "taken_id": _("ID klien ini sudah dipakai."),
        }.get(error.reason, str(error))
    )


def field_errors(
    violations: Iterable[Violation], fields: Mapping[str, str], *, linked: bool = True
) -> tuple[FieldError, ...]:
    """Say every violation beside its field; `fields` names the field of a member where they differ."""
    labels = member_labels()
    return tuple(
        FieldError(
            fields.get(v.member, v.member) if linked else "",
            _("%(member)s: %(problem)s", member=labels.get(v.member, v.member), problem=_problem(v)),
        )
        for v in violations
    )


def _problem(violation: Violation) -> str:
    words = _rules().get(violation.rule)
    if words is None:
        return violation.rule.value.format(*violation.detail)
    return str(words).format(*violation.detail)


def _rules() -> Mapping[Rule, str]:
    return {
        Rule.TYPE: _("bentuknya salah"),
        Rule.TOO_LONG: _("terlalu panjang"),
        Rule.REQUIRED: _("wajib diisi"),
        Rule.STANDARD: _("tidak diperbolehkan oleh standar pendaftaran klien"),
        Rule.CHOICE: _("harus salah satu dari: {0}"),
        Rule.UNKNOWN: _("tidak ada di katalog: {0}"),
        Rule.NOT_A_URI: _("bukan alamat lengkap: {0}"),
        Rule.NOT_HTTPS: _("harus memakai https: {0}"),
        Rule.SAME_ORIGIN: _("harus di skema, host, dan port salah satu redirect URI"),
        Rule.NO_FRAGMENT: _("tidak boleh memuat tanda #: {0}"),
        Rule.NO_WILDCARD: _("tidak boleh memuat tanda *: {0}"),
        Rule.NO_CREDENTIALS: _("tidak boleh memuat nama pengguna: {0}"),
        Rule.NATIVE_SCHEME: _("perlu https, alamat lokal, atau skema seperti go.id.contoh.aplikasi: {0}"),
        Rule.WEB_SCHEME: _("aplikasi web perlu alamat https: {0}"),
        Rule.NOT_REACHABLE: _("alamat ini tidak boleh kami hubungi: {0}"),
        Rule.GRANT_RESPONSE: _("response type code dan grant type authorization_code harus bersama"),
        Rule.PUBLIC_GRANT: _(
            "klien tanpa kredensial tidak dapat memakai client_credentials atau pertukaran token"
        ),
        Rule.PUBLIC_CIBA: _("klien tanpa kredensial tidak dapat meminta warga masuk (CIBA)"),
        Rule.ONE_KEY_SOURCE: _("isi jwks atau jwks_uri, jangan keduanya"),
        Rule.KEYS_NEEDED: _("{0} memerlukan jwks atau jwks_uri"),
        Rule.UNSIGNED_REQUESTS: _("tidak boleh none bila permintaan wajib ditandatangani"),
        Rule.KEY_PRIVATE: _("hanya boleh memuat kunci publik"),
        Rule.KEY_UNUSABLE: _("memuat kunci yang tidak dapat dipakai: {0}"),
        Rule.KEY_REPEATED: _("memakai kid yang sama dua kali: {0}"),
        Rule.ENCODING_ALONE: _("memerlukan {0}"),
        Rule.KEYS_UNFIT: _("tidak memuat kunci untuk {0}"),
        Rule.SECRET_NOT_ALLOWED: _(
            "perlu private_key_jwt; rahasia hanya di uji coba atau dengan pengecualian"
        ),
        Rule.KEY_OR_CERTIFICATE: _("profil {0} memerlukan private_key_jwt atau sertifikat klien"),
        Rule.TLS_NAME: _("tls_client_auth memerlukan tepat satu dari: {0}"),
        Rule.CERTIFICATE: _("memuat sertifikat yang tidak cocok dengan kuncinya: {0}"),
        Rule.ONE_BINDING: _("token diikat pada kunci DPoP atau pada sertifikat, tidak keduanya"),
        Rule.ALGORITHM: _("profil {0} memperbolehkan: {1}"),
        Rule.PAIRWISE: _("profil {0} memerlukan pairwise"),
        Rule.WAIVER: _("oidc_core di produksi memerlukan pengecualian dengan tanggal akhir"),
        Rule.WAIVER_SHAPE: _("perlu tanggal akhir (TTTT-BB-HH) dan alasan untuk {0}"),
        Rule.WAIVER_OVER: _("pengecualian untuk {0} sudah berakhir"),
        Rule.SPECIFIC: _("membaca data pribadi spesifik di produksi memerlukan profil fapi2: {0}"),
        Rule.ASSURANCE: _("paling rendah {0} untuk profil ini"),
        Rule.NAME: _("perlu nama dalam bahasa Indonesia dan Inggris"),
        Rule.CLAIMS: _("tulis alasan setiap data yang dibaca; wajib di produksi"),
        Rule.PURPOSE: _("perlu tujuan ({1}) untuk {0}"),
        Rule.CONSENT_LIFETIME: _("harus 1 sampai {0} detik untuk data yang dibaca"),
        Rule.GROUND: _("perlu dasar hukum UU PDP pasal 20 untuk {0}: {1}"),
        Rule.ENVIRONMENT: _("sistem produksi tidak memuat klien uji coba"),
        Rule.OURS: _("tidak boleh alamat sistem ini sendiri: {0}"),
        Rule.SERVED: _("sudah dilayani klien lain: {0}"),
        Rule.SECTOR: _("dokumen di alamat ini harus memuat semua redirect URI"),
    }
