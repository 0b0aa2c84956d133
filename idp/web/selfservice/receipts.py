"""A citizen's consent receipts: all of them, as signed JWT and as PDF (features F22; UU PDP art. 24, 32)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final
from uuid import UUID

from flask import Response, abort, make_response, request
from flask_babel import gettext as _

from idp.domain.consent import receipts as acts
from idp.domain.consent.models import Authorization
from idp.domain.consent.receipts import Act, Line, Parties
from idp.domain.registry.lookup import as_client
from idp.domain.registry.models import Agency, ClientRegistration
from idp.domain.store.database import Session
from idp.protocol.oidc.catalogue import CLAIMS
from idp.protocol.oidc.subject import subject
from idp.web import locale, receipts
from idp.web.context import services
from idp.web.locale import written_date, written_moment
from idp.web.pages import AccountReceiptsPage, ReceiptLine
from idp.web.render import show
from idp.web.selfservice import copy_pdf
from idp.web.selfservice.area import Resident, at_home, bp, service_name
from idp.web.selfservice.copy_pdf import Row, Section

ADDRESS: Final = "/me/receipts"
JWT: Final = "application/jwt"
PDF: Final = "application/pdf"


def address(act_id: UUID) -> str:
    """Where the receipt of an act is, without the ending that chooses its form."""
    return f"{ADDRESS}/{act_id}"


@bp.get(ADDRESS)
def consent_receipts() -> Response:
    """List every consent act, those of one service when it is named."""
    client_id = request.args.get("service") or None
    with at_home() as (db, resident):
        rows = acts.acts(db, resident.citizen.id, client_id)
        lines = tuple(_line(db, Act.opened(row, resident.data_key)) for row in rows)
        page = AccountReceiptsPage(
            citizen_name=resident.name,
            lines=lines,
            service=service_name(db, client_id) if lines else "",
            check_url=f"{services().settings.issuer}{receipts.CHECK}",
        )
    return show(page)


@bp.get(f"{ADDRESS}/<uuid:act_id>.jwt")
def receipt_jwt(act_id: UUID) -> Response:
    """Hand over a receipt for machines, and for whoever wants to check it."""
    with at_home() as (db, resident):
        act, parties = _found(db, resident, act_id)
        content = receipts.full(services(), act, parties)
    return _file(content.encode("ascii"), JWT, act, "jwt")


@bp.get(f"{ADDRESS}/<uuid:act_id>.pdf")
def receipt_pdf(act_id: UUID) -> Response:
    """Hand over a receipt for reading, with a code that carries the signed one."""
    now = services().clock()
    with at_home() as (db, resident):
        act, parties = _found(db, resident, act_id)
        content = copy_pdf.document(
            resident.name,
            str(_("Dibuat %(moment)s", moment=written_moment(now))),
            _sections(act, parties),
            title=str(_("Tanda terima izin untuk %(service)s", service=parties.service)),
            code=receipts.link(services(), act, parties),
            caption=str(
                _(
                    "Kode ini memuat tanda terima yang kami tandatangani. Siapa pun dapat memeriksanya di %(address)s, "
                    "atau tanpa kami dengan kunci di %(keys)s.",
                    address=f"{parties.issuer}{receipts.CHECK}",
                    keys=f"{parties.issuer}/jwks",
                )
            ),
        )
    return _file(content, PDF, act, "pdf")


def _file(content: bytes, kind: str, act: Act, ending: str) -> Response:
    response = make_response(content)
    name = f"gerbang-{act.row.client_id}-{act.row.granted_at:%Y-%m-%d}.{ending}"
    response.headers["Content-Type"] = kind
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _found(db: Session, resident: Resident, act_id: UUID) -> tuple[Act, Parties]:
    """Open an act of this citizen; another's is not found."""
    row = acts.act(db, resident.citizen.id, act_id)
    if row is None:
        abort(404)
    registration = db.get_one(ClientRegistration, row.client_id)
    client, agency = as_client(registration), db.get_one(Agency, registration.agency_id)
    parties = Parties(
        issuer=services().settings.issuer,
        client_id=client.client_id,
        service=client.name(row.language),
        agency=agency.name_en if row.language.startswith("en") else agency.name_id,
        subject=subject(resident.session.account_id, client, services().tree.sector_salt),
        policy_uri=client.policy_uri,
    )
    return Act.opened(row, resident.data_key), parties


def _line(db: Session, act: Act) -> ReceiptLine:
    language = locale.language()
    given = (*act.told(), *act.agreed())
    return ReceiptLine(
        service=service_name(db, act.row.client_id),
        at=act.row.granted_at,
        until=act.row.expires_at.date(),
        state=act.state(services().clock()),
        items=tuple(CLAIMS[line["name"]].label(language) for line in given if line["name"] in CLAIMS),
        url=address(act.row.id),
    )


def _sections(act: Act, parties: Parties) -> Iterator[Section]:
    yield str(_("Izin")), (30, 70), _facts(act.row, parties)
    widths = (24, 28, 24, 24)
    agreed, told = list(act.agreed()), list(act.told())
    if agreed:
        yield str(_("Anda izinkan")), widths, _lines(agreed)
    if told:
        yield str(_("Diberikan karena undang-undang, tanpa izin Anda")), widths, _lines(told)
    refused = [(str(line["label"]),) for line in act.refused()]
    if refused:
        yield str(_("Tidak Anda berikan")), (100,), refused
    if act.words:
        yield str(_("Selain itu")), (100,), [(words,) for words in act.words]


def _facts(row: Authorization, parties: Parties) -> Iterator[Row]:
    yield str(_("Layanan")), parties.service
    yield str(_("Instansi")), parties.agency
    yield str(_("Nomor tanda terima")), str(row.id)
    yield str(_("Diberikan")), written_moment(row.granted_at)
    yield str(_("Berlaku")), str(_("sampai %(date)s", date=written_date(row.expires_at.date())))
    if row.withdrawn_at is not None:
        yield str(_("Ditarik")), written_moment(row.withdrawn_at)
    yield str(_("Teks yang Anda lihat")), f"{row.text_version} ({row.language})"
    yield str(_("Menarik izin")), f"{parties.issuer}/me/services/{parties.client_id}"


def _lines(lines: Iterable[Line]) -> Iterator[Row]:
    """Say what, for what, on which ground and from where; values stay out of it."""
    for line in lines:
        yield str(line["label"]), str(line["purpose"]), str(line["legal_basis"]), str(line["source"])
