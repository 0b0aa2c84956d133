"""Audit events in words their citizen understands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from flask_babel import gettext as _, lazy_gettext, ngettext

from idp.domain.audit.history import Entry
from idp.domain.sessions import operators
from idp.domain.store.database import Session
from idp.protocol.oidc import acr
from idp.protocol.oidc.catalogue import CLAIMS, SOURCES
from idp.web import locale
from idp.web.pages import HistoryKind, HistoryLine
from idp.web.selfservice.area import service_name

PLAIN: Final[Mapping[str, tuple[HistoryKind, Any]]] = {
    "AccountRegistered": ("account", lazy_gettext("Akun dibuat")),
    "IdentityVerified": ("account", lazy_gettext("Identitas diperiksa dan cocok")),
    "ProofingDeferred": ("account", lazy_gettext("Pemeriksaan identitas ditunda; kami lanjutkan sendiri")),
    "PasswordSet": ("security", lazy_gettext("Kata sandi dibuat atau diganti")),
    "FactorEnrolled": ("security", lazy_gettext("Pengaman kedua dipasang")),
    "MessageCodeSent": ("security", lazy_gettext("Kode dikirim kepada Anda")),
    "PasskeyAdded": ("security", lazy_gettext("Kunci sandi ditambahkan")),
    "PasskeyRemoved": ("security", lazy_gettext("Kunci sandi dihapus")),
    "PasskeyCopied": ("security", lazy_gettext("Kunci sandi ditolak karena mungkin disalin")),
    "PasswordRemoved": ("security", lazy_gettext("Kata sandi dihapus")),
    "RecoveryCardIssued": ("security", lazy_gettext("Kartu pemulihan dibuat")),
    "RecoveryCodeUsed": ("security", lazy_gettext("Kode dari kartu pemulihan dipakai")),
    "ContactAdded": ("account", lazy_gettext("Alamat email atau nomor ponsel ditambahkan")),
    "ContactMadePrimary": ("account", lazy_gettext("Alamat email atau nomor ponsel dijadikan yang utama")),
    "ContactRemoved": ("account", lazy_gettext("Alamat email atau nomor ponsel dihapus")),
    "ChannelsChosen": ("account", lazy_gettext("Cara nomor ponsel menerima pesan dipilih")),
    "LanguageChosen": ("account", lazy_gettext("Bahasa surat dipilih")),
    "FactorRemoved": ("security", lazy_gettext("Satu pengaman kedua dilepas")),
    "SelfStatedRemoved": ("data", lazy_gettext("Anda menghapus data yang Anda sebut sendiri")),
    "DataExported": ("data", lazy_gettext("Anda mengunduh data Anda")),
    "AccountClosed": ("account", lazy_gettext("Akun ditutup")),
    "SignedIn": ("sign_in", lazy_gettext("Anda masuk")),
    "RecoveryLetterWritten": ("security", lazy_gettext("Tautan untuk masuk kembali dikirim kepada Anda")),
    "AccountLocked": ("security", lazy_gettext("Akun dikunci atas permintaan Anda")),
    "AccountUnlocked": ("security", lazy_gettext("Akun dibuka lagi")),
    "CitizenLookedUp": ("security", lazy_gettext("Petugas membuka data akun Anda")),
    "CaseOpened": ("security", lazy_gettext("Kasus bantuan dibuka")),
    "CaseDecided": ("security", lazy_gettext("Kasus bantuan diputuskan petugas kedua")),
    "DataDisputed": ("data", lazy_gettext("Dua instansi menyimpan data yang berbeda tentang Anda")),
    "CorrectionAsked": ("data", lazy_gettext("Anda meminta data dibetulkan")),
    "CorrectionWithdrawn": ("data", lazy_gettext("Anda membatalkan permintaan membetulkan data")),
    "DataCaseViewed": ("data", lazy_gettext("Petugas membuka kasus data Anda")),
    "DataCaseAnswered": ("data", lazy_gettext("Petugas mengusulkan data yang dibetulkan")),
    "DataCaseReturned": ("data", lazy_gettext("Petugas kedua mengembalikan usulan data")),
    "DataCaseDecided": ("data", lazy_gettext("Kasus data Anda dijawab")),
    "DataCaseLate": ("data", lazy_gettext("Kasus data Anda belum dijawab pada waktunya")),
    "PermitIssued": ("security", lazy_gettext("Izin memasang pengaman baru diberikan")),
    "AccountRenewed": ("security", lazy_gettext("Kata sandi dan pengaman baru dipasang")),
    "ChangeAsked": ("security", lazy_gettext("Perubahan penting diminta; berlaku setelah masa tunggu")),
    "ChangeCancelled": ("security", lazy_gettext("Perubahan penting dibatalkan")),
    "ChangeApplied": ("security", lazy_gettext("Perubahan penting mulai berlaku")),
    "SessionEnded": ("sign_out", lazy_gettext("Sesi berakhir")),
    "DeviceRemembered": ("security", lazy_gettext("Perangkat diingat selama 30 hari")),
    "DeviceForgotten": ("security", lazy_gettext("Perangkat tidak diingat lagi")),
    "AttributesChanged": ("data", lazy_gettext("Data Anda berubah; layanan yang memakainya diberi tahu")),
    "CrossDeviceApproved": ("sign_in", lazy_gettext("Komputer disetujui masuk lewat ponsel")),
    "CrossDeviceDenied": ("security", lazy_gettext("Komputer yang meminta masuk ditolak lewat ponsel")),
}
AT_A_SERVICE: Final[Mapping[str, tuple[HistoryKind, Any]]] = {
    "ConsentGranted": ("consent", lazy_gettext("Izin diberikan kepada %(service)s")),
    "AgencyContactChosen": (
        "consent",
        lazy_gettext("Alamat atau nomor yang dilihat %(service)s dipilih"),
    ),
    "ConsentDenied": ("consent", lazy_gettext("Izin untuk %(service)s ditolak")),
    "ConsentWithdrawn": ("consent", lazy_gettext("Izin untuk %(service)s ditarik")),
    "CitizenAsked": ("sign_in", lazy_gettext("%(service)s meminta Anda masuk")),
    "RequestsBlocked": ("security", lazy_gettext("Permintaan dari %(service)s diblokir")),
    "RequestsUnblocked": ("security", lazy_gettext("Permintaan dari %(service)s dibuka lagi")),
    "DecoupledRequestApproved": ("sign_in", lazy_gettext("Permintaan masuk dari %(service)s disetujui")),
    "DecoupledRequestDenied": ("security", lazy_gettext("Permintaan masuk dari %(service)s ditolak")),
    "TokensIssued": ("sign_in", lazy_gettext("Masuk ke %(service)s")),
    "RefreshTokenReused": ("security", lazy_gettext("Sambungan %(service)s dihentikan karena mencurigakan")),
    "TokenExchanged": ("data", lazy_gettext("%(service)s memakai layanan lain atas nama Anda")),
    "ServiceConfirmed": ("data", lazy_gettext("%(service)s memastikan sudah menjalankan pemberitahuan")),
    "ServiceLate": ("data", lazy_gettext("%(service)s terlambat memastikan; pengelola diberi tahu")),
    "SelfStated": ("data", lazy_gettext("Anda menyimpan data sendiri lewat %(service)s")),
    "DataReleased": ("data", lazy_gettext("Data diberikan kepada %(service)s")),
    "ReleaseRefused": ("data", lazy_gettext("Permintaan data dari %(service)s ditolak")),
    "AttributesPushed": ("data", lazy_gettext("%(service)s memperbarui data Anda")),
}
OF_OFFICERS: Final = frozenset(
    {
        "CitizenLookedUp",
        "CaseOpened",
        "CaseDecided",
        "DataCaseViewed",
        "DataCaseAnswered",
        "DataCaseReturned",
        "DataCaseDecided",
        "PermitIssued",
    }
)
LOOKED: Final[Mapping[str, Any]] = {
    "answering": lazy_gettext("Menjawab kasus ini"),
    "confirming": lazy_gettext("Memeriksa sebagai petugas kedua"),
    "asked": lazy_gettext("Warga menanyakannya"),
    "complaint": lazy_gettext("Ada pengaduan"),
}
NOT_ME: Final = "/me/not-me"
REASONS: Final[Mapping[str, Any]] = {
    "logout": lazy_gettext("Anda keluar"),
    "ended_by_owner": lazy_gettext("Diakhiri dari perangkat lain"),
    "factor_removed": lazy_gettext("Kunci sandi yang membukanya dihapus"),
    "replaced": lazy_gettext("Masuk lagi dengan cara lain"),
    "other_account": lazy_gettext("Akun lain masuk di peramban ini"),
    "password_changed": lazy_gettext("Kata sandi diganti"),
    "locked": lazy_gettext("Akun dikunci"),
    "renewed": lazy_gettext("Diingat lagi dengan yang baru"),
    "credentials_changed": lazy_gettext("Cara masuk diganti"),
    "shared": lazy_gettext("Perangkat dipakai bersama"),
    "removed_here": lazy_gettext("Akun dihapus dari peramban itu"),
    "refused": lazy_gettext("Anda menolak"),
    "too_many_codes": lazy_gettext("Terlalu banyak percobaan"),
    "number": lazy_gettext("Angka yang dipilih tidak sama"),
}
METHODS: Final[Mapping[str, Any]] = {
    "password": lazy_gettext("kata sandi"),
    "totp": lazy_gettext("aplikasi autentikator"),
    "recovery_code": lazy_gettext("kartu pemulihan"),
    "passkey": lazy_gettext("kunci sandi"),
    "security_key": lazy_gettext("kunci keamanan"),
    "message_code": lazy_gettext("kode lewat pesan"),
    "whatsapp_code": lazy_gettext("kode lewat pesan"),
    "remembered_device": lazy_gettext("perangkat yang diingat"),
    "another_device": lazy_gettext("persetujuan dari ponsel"),
}


def methods_in_words(methods: Iterable[str]) -> str:
    """Say how somebody signed in; names this version does not know are left out."""
    return " + ".join(str(METHODS[name]) for name in methods if name in METHODS)


def line(db: Session, entry: Entry) -> HistoryLine:
    """Write one event out for its citizen."""
    if entry.event in AT_A_SERVICE:
        kind, words = AT_A_SERVICE[entry.event]
        service = service_name(db, entry.client_id) or _("layanan yang sudah tidak ada")
        text = str(words) % {"service": service}
    elif entry.event == "SignedIn" and entry.detail.get("acr") == acr.AAL1:
        kind, text = "sign_in", _("Kata sandi dimasukkan")
    else:
        kind, words = PLAIN.get(entry.event, ("account", lazy_gettext("Perubahan pada akun")))
        text = str(words)
    not_me_url = NOT_ME if entry.event == "SignedIn" else ""
    detail = _officer(db, entry) if entry.event in OF_OFFICERS else _detail(entry)
    given = entry.detail.get("authorization_id") if entry.event == "ConsentGranted" else None
    return HistoryLine(
        at=entry.at,
        text=text,
        detail=detail,
        kind=kind,
        not_me_url=not_me_url,
        receipt_url=f"/me/receipts/{given}.pdf" if given else "",
    )


def _officer(db: Session, entry: Entry) -> str:
    """Name the officer who did something with a citizen's file (features G14)."""
    name = operators.names(db, [entry.actor]).get(entry.actor or "", "")
    said = str(_("Petugas: %(name)s", name=name)) if name else ""
    why = LOOKED.get(str(entry.detail.get("reason"))) if entry.event == "DataCaseViewed" else None
    return " · ".join(filter(None, (said, str(why) if why is not None else "")))


def _detail(entry: Entry) -> str:
    known = entry.detail
    if entry.event in ("SignedIn", "DeviceRemembered", "CrossDeviceApproved"):
        return str(known.get("device", ""))
    if entry.event in ("SessionEnded", "DeviceForgotten", "CrossDeviceDenied"):
        return str(REASONS.get(str(known.get("reason")), ""))
    if entry.event in ("DataReleased", "ReleaseRefused", "AttributesChanged"):
        return _claims(known.get("claims", ()))
    if entry.event == "AttributesPushed":
        return _claims(known.get("attributes", ()))
    if entry.event in ("ContactAdded", "ContactMadePrimary", "ContactRemoved"):
        return str(_("Alamat email") if known.get("kind") == "email" else _("Nomor ponsel"))
    if entry.event == "ConsentGranted":
        return _claims(known.get("granted", ()))
    if entry.event == "IdentityVerified":
        source = SOURCES.get(str(known.get("source")))
        return source.label(locale.language()) if source is not None else ""
    if entry.event == "RecoveryCodeUsed":
        left = int(known.get("left", 0))
        return str(ngettext("%(num)s kode tersisa", "%(num)s kode tersisa", left))
    return ""


def _claims(names: Any) -> str:
    language = locale.language()
    return ", ".join(CLAIMS[name].label(language) for name in names if name in CLAIMS)
