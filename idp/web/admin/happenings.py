"""Audit events in words: what happened, by whom, with everything that is on record."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

from flask_babel import gettext as _

from idp.domain.audit.search import Found
from idp.domain.sessions import operators
from idp.domain.store.database import Session
from idp.web.admin.desk import HOME
from idp.web.pages.admin import EventLine

REGISTRY_EVENTS = (
    "ClientRegistered",
    "ClientAmended",
    "ClientChangeProposed",
    "ClientChangeDecided",
    "ClientSuspended",
    "ClientResumed",
    "ClientRetired",
    "ClientSecretIssued",
    "AccessRefused",
)


def lines(db: Session, found: Iterable[Found], *, people: bool) -> tuple[EventLine, ...]:
    """Describe events for reading; `people` tells whether this operator may see which citizen it was."""
    kept = list(found)
    names = operators.names(db, (each.actor for each in kept))
    said = texts()
    return tuple(
        EventLine(
            at=each.at,
            event=each.event,
            text=said.get(each.event, each.event),
            actor=names.get(each.actor or "", each.actor or ""),
            client_id=each.client_id or "",
            client_url=f"{HOME}/{each.client_id}" if each.client_id else "",
            citizen_id=str(each.citizen_id) if each.citizen_id and people else "",
            trace_id=each.trace_id or "",
            trace_url=f"/admin/audit?{urlencode({'trace': each.trace_id})}" if each.trace_id else "",
            seq=each.seq,
            detail=tuple((name, _value(value)) for name, value in sorted(each.detail.items())),
        )
        for each in kept
    )


def texts() -> dict[str, str]:
    """Say every kind of event in a few words, in the order of this list."""
    return {
        "ClientRegistered": _("Klien didaftarkan"),
        "ClientAmended": _("Pendaftaran klien diubah"),
        "ClientChangeProposed": _("Perubahan klien diusulkan"),
        "ClientChangeDecided": _("Usulan perubahan diputuskan"),
        "ClientSuspended": _("Klien dihentikan"),
        "ClientResumed": _("Klien dijalankan lagi"),
        "ClientRetired": _("Klien ditutup"),
        "ClientSecretIssued": _("Rahasia klien dibuat"),
        "ClientAuthenticationFailed": _("Klien gagal membuktikan diri"),
        "ClientTokenIssued": _("Token untuk klien sendiri diterbitkan"),
        "InitialAccessTokenCreated": _("Token pendaftaran dibuat"),
        "InitialAccessTokenUsed": _("Klien mendaftar sendiri dengan token"),
        "InitialAccessTokenRevoked": _("Token pendaftaran dicabut"),
        "AgencyRegistered": _("Instansi didaftarkan"),
        "AgencyRenamed": _("Nama instansi diubah"),
        "AgreementRequested": _("Perjanjian data diminta"),
        "AgreementAgreed": _("Perjanjian data disetujui pemilik data"),
        "AgreementInForce": _("Perjanjian data mulai berlaku"),
        "AgreementRefused": _("Perjanjian data ditolak"),
        "AgreementSuspended": _("Perjanjian data dihentikan sementara"),
        "AgreementResumeAsked": _("Perjanjian data diminta berlaku lagi"),
        "AgreementResumed": _("Perjanjian data berlaku lagi"),
        "AgreementEndAsked": _("Diminta agar perjanjian data diakhiri"),
        "AgreementEnded": _("Perjanjian data berakhir"),
        "ApplicationsImported": _("Daftar aplikasi diisi dari berkas"),
        "FormDeclared": _("Formulir dicatat"),
        "FormWithdrawn": _("Formulir dihapus"),
        "GoLiveRefused": _("Klien tidak disetujui karena formulirnya"),
        "WaiverAsked": _("Dispensasi diminta"),
        "WaiverApproved": _("Dispensasi disetujui"),
        "WaiverEnded": _("Dispensasi diakhiri"),
        "OperatorCreated": _("Akun petugas dibuat"),
        "OperatorSignedIn": _("Petugas masuk ke konsol"),
        "AccessRefused": _("Akses ke konsol ditolak"),
        "KeysRotated": _("Kunci penanda tangan berganti"),
        "AccountRegistered": _("Akun warga dibuat"),
        "IdentityVerified": _("Identitas diperiksa dan cocok"),
        "IdentityMismatched": _("Identitas tidak cocok"),
        "ProofingDeferred": _("Pemeriksaan identitas ditunda"),
        "ContactAdded": _("Kontak ditambahkan"),
        "ContactMadePrimary": _("Kontak utama diganti"),
        "ContactRemoved": _("Kontak dihapus"),
        "LoginMoved": _("Kontak yang tak pernah dibuktikan tidak lagi untuk masuk"),
        "ChannelsChosen": _("Saluran nomor ponsel dipilih"),
        "AgencyContactChosen": _("Kontak untuk satu layanan dipilih"),
        "LanguageChosen": _("Bahasa dipilih"),
        "FactorRemoved": _("Pengaman kedua dilepas"),
        "PasswordRefused": _("Penggantian kata sandi ditolak"),
        "SelfStated": _("Data disebut sendiri dan disimpan"),
        "SelfStatedRemoved": _("Data yang disebut sendiri dihapus"),
        "DataExported": _("Data diunduh pemiliknya"),
        "AccountClosed": _("Akun ditutup pemiliknya"),
        "PasswordSet": _("Kata sandi dipasang"),
        "FactorEnrolled": _("Pengaman kedua dipasang"),
        "MessageCodeSent": _("Kode dikirim"),
        "MessageRefused": _("Kode tidak dikirim: batas atau nomor"),
        "TemplateTried": _("Contoh pesan dikirim ke petugas sendiri"),
        "PasskeyAdded": _("Kunci sandi ditambahkan"),
        "PasskeyRemoved": _("Kunci sandi dihapus"),
        "ManyAccountsInOneBrowser": _("Banyak akun masuk dari satu peramban"),
        "PasskeyRefused": _("Kunci sandi ditolak"),
        "PasskeyCopied": _("Kunci sandi ditolak: mungkin disalin"),
        "PasswordRemoved": _("Kata sandi dihapus"),
        "RecoveryCardIssued": _("Kartu pemulihan dibuat"),
        "RecoveryCodeUsed": _("Kode pemulihan dipakai"),
        "SignedIn": _("Masuk"),
        "SignInRefused": _("Masuk ditolak"),
        "SecondFactorRefused": _("Pengaman kedua ditolak"),
        "SessionEnded": _("Sesi berakhir"),
        "RecoveryLetterWritten": _("Tautan pemulihan dikirim"),
        "AccountLocked": _("Akun dikunci pemiliknya"),
        "AccountUnlocked": _("Akun dibuka lagi"),
        "CitizenLookedUp": _("Berkas warga dibuka petugas"),
        "CaseOpened": _("Kasus dibuka"),
        "CaseDecided": _("Kasus diputuskan"),
        "DataDisputed": _("Dua instansi menyimpan data yang berbeda"),
        "CorrectionAsked": _("Warga meminta data dibetulkan"),
        "CorrectionWithdrawn": _("Warga membatalkan permintaan membetulkan data"),
        "DataCaseViewed": _("Kasus data dibuka petugas"),
        "DataCaseAnswered": _("Data yang dibetulkan diusulkan"),
        "DataCaseReturned": _("Usulan data dikembalikan"),
        "DataCaseDecided": _("Kasus data dijawab"),
        "DataCaseLate": _("Kasus data lewat waktu"),
        "PermitIssued": _("Izin memasang pengaman baru diberikan"),
        "AccountRenewed": _("Kata sandi dan pengaman baru dipasang"),
        "ChangeAsked": _("Perubahan dengan masa tunggu diminta"),
        "ChangeCancelled": _("Perubahan dengan masa tunggu dibatalkan"),
        "ChangeApplied": _("Perubahan dengan masa tunggu berlaku"),
        "DeviceRemembered": _("Perangkat diingat"),
        "DeviceForgotten": _("Perangkat tidak diingat lagi"),
        "CrossDeviceApproved": _("Komputer disetujui masuk lewat ponsel"),
        "CrossDeviceDenied": _("Komputer ditolak masuk lewat ponsel"),
        "ConsentGranted": _("Persetujuan diberikan"),
        "ConsentDenied": _("Persetujuan ditolak"),
        "ConsentWithdrawn": _("Persetujuan ditarik"),
        "AuthorizationRefused": _("Permintaan masuk ditolak"),
        "RequestPushed": _("Permintaan masuk dikirim lebih dulu"),
        "CodeIssued": _("Kode otorisasi diterbitkan"),
        "CodeReplayed": _("Kode otorisasi dipakai ulang"),
        "TokensIssued": _("Token diterbitkan"),
        "TokensRefreshed": _("Token diperpanjang"),
        "TokenRefused": _("Token ditolak"),
        "TokenRevoked": _("Token dicabut"),
        "RefreshTokenReused": _("Token perpanjangan dipakai ulang"),
        "AskingRefused": _("Permintaan untuk bertanya kepada warga ditolak"),
        "CitizenAsked": _("Klien meminta warga masuk"),
        "DeviceRequestStarted": _("Perangkat lain meminta masuk"),
        "UserCodeRefused": _("Kode perangkat ditolak"),
        "DecoupledRequestApproved": _("Permintaan di layar lain disetujui"),
        "DecoupledRequestDenied": _("Permintaan di layar lain ditolak"),
        "RequestsBlocked": _("Permintaan klien diblokir warga"),
        "RequestsUnblocked": _("Blokir permintaan klien dicabut"),
        "PingUndelivered": _("Pemberitahuan ke klien tidak sampai"),
        "TokenExchanged": _("Token ditukar untuk layanan lain"),
        "ProofReplayed": _("Bukti DPoP dipakai ulang"),
        "DataReleased": _("Data dikirim ke layanan"),
        "ReleaseRefused": _("Permintaan data ditolak"),
        "ReleasesUnusual": _("Pengambilan data tidak biasa"),
        "ConflictsUnusual": _("Laporan data berbeda tidak biasa"),
        "AttributesFetched": _("Data diambil dari pemiliknya"),
        "AttributesPushed": _("Data dikirim pemiliknya"),
        "PublisherFailed": _("Pemilik data tidak menjawab dengan benar"),
        "PublisherRegistered": _("Instansi menyediakan data"),
        "PublisherSuspended": _("Penyediaan data dihentikan sementara"),
        "PublisherResumed": _("Penyediaan data dilanjutkan"),
        "LogoutDelivered": _("Pemberitahuan keluar diterima klien"),
        "LogoutUndelivered": _("Pemberitahuan keluar tidak sampai"),
        "AttributesChanged": _("Data warga berubah dan diberitahukan"),
        "ServiceTold": _("Layanan menerima pemberitahuan"),
        "ServiceNotTold": _("Pemberitahuan tidak sampai ke layanan"),
        "ServiceConfirmed": _("Layanan memastikan pemberitahuan dijalankan"),
        "ServiceLate": _("Layanan terlambat memastikan"),
    }


def _value(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "–"
    return "–" if value is None or value == "" else str(value)
