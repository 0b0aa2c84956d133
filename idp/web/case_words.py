"""Cases about data in words: kinds, states, who answers, and values as people read and type them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from flask_babel import gettext as _

from idp.domain.cases import telling
from idp.domain.exchange.dispute_models import DataCase
from idp.domain.registry import search
from idp.domain.store.database import Session
from idp.protocol.oidc.catalogue import CLAIMS, SOURCES, Kind
from idp.protocol.oidc.display import readable
from idp.web import locale
from idp.web.pages.admin import Badge, Option, Tone

PARTS: Final[Mapping[str, tuple[str, str]]] = {
    "street_address": ("Jalan atau dusun", "Street or hamlet"),
    "rt": ("RT", "RT"),
    "rw": ("RW", "RW"),
    "village": ("Desa atau kelurahan", "Village"),
    "village_code": ("Kode desa atau kelurahan", "Village code"),
    "district": ("Kecamatan", "District"),
    "district_code": ("Kode kecamatan", "District code"),
    "regency": ("Kabupaten atau kota", "Regency or city"),
    "regency_code": ("Kode kabupaten atau kota", "Regency code"),
    "province": ("Provinsi", "Province"),
    "province_code": ("Kode provinsi", "Province code"),
    "postal_code": ("Kode pos", "Postal code"),
    "locality": ("Kota atau kabupaten", "City or regency"),
    "region": ("Provinsi", "Province"),
    "country": ("Negara", "Country"),
    "valid_until": ("Berlaku sampai", "Valid until"),
}
CHOICES: Final = {"gender": ("female", "male")}


def attribute_label(attribute: str) -> str:
    """Name an attribute or a part of one."""
    language = locale.language()
    part = PARTS.get(attribute)
    return part[language == "en"] if part is not None else telling.label(attribute, language)


def kind_label(kind: str) -> str:
    """Say what a case is."""
    return str(_("Data berbeda") if kind == "conflict" else _("Permintaan membetulkan data"))


def state_badge(case: DataCase, late: bool) -> Badge:
    """Say how a case stands."""
    if case.outcome is not None:
        words: dict[str, tuple[str, Tone]] = {
            "corrected": (_("Dibetulkan"), "good"),
            "kept": (_("Data sudah benar"), ""),
            "other_source_wrong": (_("Data pemilik benar"), ""),
            "rejected": (_("Tidak dikabulkan"), "bad"),
            "withdrawn": (_("Dibatalkan"), ""),
        }
        return Badge(*words[case.outcome])
    if late:
        return Badge(_("Terlambat"), "bad")
    return Badge(_("Menunggu petugas kedua") if case.state == "answered" else _("Menunggu jawaban"), "warn")


def names(db: Session, owners: Iterable[str | None]) -> Mapping[str, str]:
    """Name agencies and other sources as citizens know them."""
    language, wanted = locale.language(), {owner for owner in owners if owner}
    found = {
        row.id: row.name_en if language == "en" else row.name_id
        for row in search.agencies(db, wanted).values()
    }
    known = {key: SOURCES[key].label(language) for key in wanted if key in SOURCES}
    return {key: known.get(key) or found.get(key) or key for key in wanted}


def written(attribute: str, value: Any) -> str:
    """Write a value out."""
    return readable(attribute, value, locale.language())


def input_for(claim: str) -> str:
    """Choose how the value of a claim is typed."""
    if claim in CHOICES:
        return "choice"
    kind = CLAIMS[claim].kind if claim in CLAIMS else Kind.TEXT
    return {Kind.DATE: "date", Kind.OBJECT: "lines", Kind.LIST: "lines"}.get(kind, "text")


def options_for(claim: str, chosen: str) -> tuple[Option, ...]:
    """Return the values a claim can have, where there are few."""
    language = locale.language()
    return tuple(
        Option(value, readable(claim, value, language), value == chosen) for value in CHOICES.get(claim, ())
    )


def is_typed_well(claim: str, text: str, today: date) -> bool:
    """Tell whether something typed can be a value of a claim at all: one of its choices, or a day that was."""
    if claim in CHOICES:
        return text in CHOICES[claim]
    if claim in CLAIMS and CLAIMS[claim].kind is Kind.DATE:
        try:
            return date(1850, 1, 1) <= date.fromisoformat(text) <= today
        except ValueError:
            return False
    return bool(text)
