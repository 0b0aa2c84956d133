"""The public catalogue of attributes, for people and for machines (features F1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

import orjson
from flask import Blueprint, Response, abort, request, url_for
from flask_babel import gettext as _

from idp.domain.exchange import agreements, published
from idp.domain.exchange.agreement_models import Agreement
from idp.domain.exchange.agreement_terms import last_day
from idp.domain.registry import search
from idp.domain.registry.models import Agency
from idp.domain.store.database import Session
from idp.protocol.oidc.attributes import ENTRIES
from idp.protocol.oidc.attributes.schema import catalogue, json_schema
from idp.protocol.oidc.catalogue import CLAIMS, HELD_HERE, SOURCES, Claim, Kind, Sensitivity
from idp.web import locale
from idp.web.admin import words
from idp.web.admin.desk import argument, localised
from idp.web.context import services, unit_of_work
from idp.web.pages.admin import Badge, Tone
from idp.web.pages.catalogue import (
    AttributeLine,
    AttributePage,
    CataloguePage,
    CodeLine,
    OwnerGroup,
    ReaderLine,
    VersionLine,
)
from idp.web.render import show

bp = Blueprint("catalogue", __name__)

SCHEMA: Final = "application/schema+json"
FRESH: Final = timedelta(hours=1)
TONES: Final[Mapping[Sensitivity, Tone]] = {
    Sensitivity.GENERAL: "",
    Sensitivity.RESTRICTED: "warn",
    Sensitivity.SPECIFIC: "bad",
}


@bp.get("/catalogue")
def attributes() -> Response:
    """Show every attribute under its owner, or those that match."""
    text, owner, sensitivity = argument("q"), argument("owner"), argument("sensitivity")
    with unit_of_work() as db:
        by_publisher = published.by_attribute(db)
        joined = search.agencies(db, SOURCES)
    found = [name for name in CLAIMS if _matches(CLAIMS[name], text, owner, sensitivity)]
    return show(
        CataloguePage(
            groups=tuple(_groups(found, by_publisher, joined)),
            total=len(found),
            text=text,
            owners=words.options({id: s.label(locale.language()) for id, s in SOURCES.items()}, owner),
            sensitivities=words.options(sensitivities(), sensitivity),
            filtered=bool(text or owner or sensitivity),
        )
    )


@bp.get("/catalogue/<name>")
def attribute(name: str) -> Response:
    """Show one attribute in full."""
    if name not in ENTRIES:
        abort(404)
    with unit_of_work() as db:
        return show(_page(db, CLAIMS[name]))


@bp.get("/catalogue.json")
def as_json() -> Response:
    """Give the catalogue to machines."""
    with unit_of_work() as db:
        by_publisher = {name: (agency.id,) for name, agency in published.by_attribute(db).items()}
    return _document(catalogue(by_publisher), "application/json")


@bp.get("/catalogue/<name>.schema.json")
def as_schema(name: str) -> Response:
    """Give one attribute as JSON Schema."""
    if name not in ENTRIES:
        abort(404)
    return _document(json_schema(name), SCHEMA)


def sensitivities() -> dict[str, str]:
    """Say how carefully an attribute is handled."""
    return {
        Sensitivity.GENERAL.value: _("Umum"),
        Sensitivity.RESTRICTED.value: _("Terbatas"),
        Sensitivity.SPECIFIC.value: _("Spesifik"),
    }


def _matches(claim: Claim, text: str, owner: str, sensitivity: str) -> bool:
    if owner and claim.source != owner:
        return False
    if sensitivity and claim.sensitivity.value != sensitivity:
        return False
    entry, source = ENTRIES[claim.name], SOURCES[claim.source]
    said = " ".join(
        (
            *(claim.name, claim.label_id, claim.label_en, entry.meaning_id, entry.meaning_en),
            *(claim.scope, source.label_id, source.label_en),
        )
    ).lower()
    return all(word in said for word in text.lower().split())


def _groups(
    found: list[str], by_publisher: Mapping[str, Agency], joined: Mapping[str, Agency]
) -> Iterator[OwnerGroup]:
    language = locale.language()
    for id, source in SOURCES.items():
        lines = tuple(
            AttributeLine(
                name=name,
                href=url_for("catalogue.attribute", name=name),
                label=CLAIMS[name].label(language),
                meaning=ENTRIES[name].meaning(language),
                sensitivity=_badge(CLAIMS[name].sensitivity),
                published=name in by_publisher,
            )
            for name in found
            if CLAIMS[name].source == id
        )
        if lines:
            agency = joined.get(id)
            named = localised(agency.name_id, agency.name_en) if agency is not None else ""
            yield OwnerGroup(id, source.label(language), lines, named, id not in HELD_HERE)


def _page(db: Session, claim: Claim) -> AttributePage:
    language, entry = locale.language(), ENTRIES[claim.name]
    publisher = published.by_attribute(db).get(claim.name)
    readers = agreements.readers(db, claim.name, services().clock())
    names = search.agencies(db, (row.consumer_id for row in readers))
    return AttributePage(
        name=claim.name,
        label=claim.label(language),
        meaning=entry.meaning(language),
        owner=SOURCES[claim.source].label(language),
        publisher=localised(publisher.name_id, publisher.name_en) if publisher is not None else "",
        by_agreement=claim.source not in HELD_HERE,
        asking=_asking(claim.name),
        scope=claim.scope,
        kind=_kinds()[claim.kind],
        sensitivity=_badge(claim.sensitivity),
        sensitivity_note=_notes()[claim.sensitivity],
        law=entry.law,
        fresh_days=entry.fresh_days,
        example=orjson.dumps(entry.example, option=orjson.OPT_INDENT_2).decode(),
        schema=claim.schema,
        codes=tuple(CodeLine(code.value, code.label(language)) for code in entry.codes),
        readers=tuple(_reader(row, names) for row in readers),
        versions=tuple(VersionLine(v.number, v.since, v.change(language)) for v in reversed(entry.versions)),
    )


def _asking(name: str) -> str:
    value = {"lives_in_regency": '{"value": "34.04"}', "lives_in_province": '{"value": "34"}'}.get(
        name, "null"
    )
    return f'{{"userinfo": {{"{name}": {value}}}}}'


def _reader(row: Agreement, names: Mapping[str, Agency]) -> ReaderLine:
    agency = names[row.consumer_id]
    return ReaderLine(
        agency=localised(agency.name_id, agency.name_en),
        purpose=localised(row.purpose_id, row.purpose_en),
        basis=words.grounds()[row.legal_basis],
        reference=row.legal_reference,
        until=last_day(row.expires_at),
        retention_days=row.retention_days,
    )


def _badge(sensitivity: Sensitivity) -> Badge:
    return Badge(sensitivities()[sensitivity.value], TONES[sensitivity])


def _notes() -> dict[Sensitivity, str]:
    return {
        Sensitivity.GENERAL: _("Data pribadi umum (UU PDP Pasal 4 ayat 3)."),
        Sensitivity.RESTRICTED: _(
            "Nomor resmi: hanya untuk layanan yang terdaftar memintanya satu per satu."
        ),
        Sensitivity.SPECIFIC: _(
            "Data pribadi spesifik (UU PDP Pasal 4 ayat 2): paling lama 12 bulan tanpa undang-undang."
        ),
    }


def _kinds() -> dict[Kind, str]:
    return {
        Kind.TEXT: _("teks"),
        Kind.BOOLEAN: _("ya atau tidak"),
        Kind.DATE: _("tanggal, seperti 1991-04-17"),
        Kind.TIME: _("saat, dalam detik"),
        Kind.OBJECT: _("beberapa isian bersama"),
        Kind.LIST: _("daftar"),
    }


def _document(value: dict[str, Any], kind: str) -> Response:
    """Answer a document anybody may keep for an hour and ask about again by its tag (RFC 9110 §8.8.3)."""
    body = orjson.dumps(value, option=orjson.OPT_INDENT_2)
    response = Response(body, content_type=kind)
    response.set_etag(sha256(body).hexdigest()[:32])
    response.cache_control.public = True
    response.cache_control.max_age = int(FRESH.total_seconds())
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.make_conditional(request)
    return response
