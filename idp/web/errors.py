"""What goes wrong, shown once per channel: a page with a way on and a trace id, in the citizen's language."""

from __future__ import annotations

import structlog
from flask import Flask, Response, request
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

from idp import trace
from idp.protocol.oauth.errors import ProtocolError, PushedRequestRefused, RedirectRefused, UnknownClient
from idp.web.csrf import ForgedForm
from idp.web.pages import ErrorPage, Way
from idp.web.render import show

log = structlog.get_logger()


class Gone(Exception):
    """The page belongs to something that is finished, expired or another browser's."""


def init_errors(app: Flask) -> None:
    """Give every failure its page."""
    app.register_error_handler(ProtocolError, protocol_error)
    app.register_error_handler(ForgedForm, forged_form)
    app.register_error_handler(Gone, gone)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Exception, unforeseen)


def protocol_error(error: ProtocolError) -> Response:
    """Show an error that may not or cannot travel to the client (RFC 6749 §4.1.2.1)."""
    log.info("page_error", error=error.code, detail=error.public, path=request.path)
    if error.status == 503:
        title, text = (
            _("Sedang sibuk"),
            _("Layanan sedang sibuk. Coba lagi sebentar lagi."),
        )
    elif error.status == 429:
        title, text = _("Terlalu banyak percobaan"), _("Tunggu sebentar, lalu coba lagi.")
    elif isinstance(error, UnknownClient):
        title = _("Layanan tidak dikenal")
        text = _("Layanan yang mengirim Anda ke sini tidak terdaftar atau sedang dihentikan.")
    elif isinstance(error, RedirectRefused):
        title = _("Alamat layanan tidak cocok")
        text = _("Demi keamanan, Anda tidak kami teruskan: alamat kembali layanan ini tidak terdaftar.")
    elif isinstance(error, PushedRequestRefused):
        title = _("Tautan masuk ini sudah tidak berlaku")
        text = _("Tautan ini sudah dipakai atau terlalu lama dibuka. Mulailah lagi dari layanan Anda.")
    else:
        title, text = (
            _("Permintaan tidak dapat diproses"),
            _("Layanan mengirim permintaan yang tidak lengkap."),
        )
    response = show(_page(error.code, title, text, error.public), error.status)
    if error.retry_after or error.status == 503:
        response.headers["Retry-After"] = str(error.retry_after or 2)
    return response


def forged_form(_error: ForgedForm) -> Response:
    """Refuse a form that is not from our page in this browser; nothing was done."""
    page = _page(
        "invalid_request",
        _("Halaman ini sudah kedaluwarsa"),
        _(
            "Formulir ini tidak dikirim dari halaman kami di peramban ini. Muat ulang halamannya, lalu coba lagi."
        ),
    )
    return show(page, 403)


def gone(_error: Gone) -> Response:
    """Tell that there is nothing here to go on with, and where to start again."""
    page = _page(
        "invalid_request",
        _("Halaman ini sudah tidak berlaku"),
        _(
            "Proses ini sudah selesai, terlalu lama, atau dimulai di peramban lain. Mulailah lagi dari layanan Anda."
        ),
    )
    return show(page, 400)


def http_error(error: HTTPException) -> Response:
    """Show what HTTP itself refuses: no such page, wrong method, too large."""
    status = error.code or 500
    if status < 400:
        return Response(error.get_body(), status, error.get_headers())
    if status == 404:
        title, text = _("Halaman tidak ditemukan"), _("Alamat ini tidak ada, atau bukan untuk Anda.")
    elif status == 429:
        title, text = _("Terlalu banyak percobaan"), _("Tunggu sebentar, lalu coba lagi.")
    else:
        title, text = _("Permintaan tidak dapat diproses"), _("Periksa alamatnya, lalu coba lagi.")
    response = show(_page("invalid_request", title, text), status)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    if status == 429:
        response.headers.setdefault("Retry-After", "60")
    return response


def unforeseen(error: Exception) -> Response:
    """Keep the reason in the log, show only the trace id (ASVS 16.5.1)."""
    log.error("unforeseen", error=type(error).__name__, path=request.path, exc_info=error)
    page = _page(
        "server_error",
        _("Terjadi gangguan di pihak kami"),
        _("Bukan salah Anda. Coba lagi; bila tetap gagal, sebutkan nomor lacak di bawah kepada petugas."),
    )
    return show(page, 500)


def _page(code: str, title: str, text: str, description: str = "") -> ErrorPage:
    return ErrorPage(
        code=code,
        title=title,
        text=text,
        description=description,
        trace_id=trace.current() or "",
        ways=(Way(_("Akun saya"), "/me"), Way(_("Bantuan"), "/help")),
    )
