"""The register's overview in a language, for the console, the public board and the report of the command line."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from idp.domain.inventory import overlap
from idp.domain.inventory.lint import concept_name, owner_name, owner_of
from idp.domain.inventory.overlap import Cluster, Retirement
from idp.domain.inventory.summary import summary
from idp.domain.store.database import Session
from idp.web.pages.figures import Bar, ClusterLine, GridRow, Overview, RetirementLine

BARS, LINES = 12, 12
ROUND = ((10**12, " triliun", " trillion"), (10**9, " miliar", " billion"), (10**6, " juta", " million"))
Address = Callable[[str], str]


def overview(db: Session, language: str, *, concept_url: str = "", application_url: str = "") -> Overview:
    """Describe the whole register; the addresses lead on, where there are pages to lead to."""
    found = summary(db)
    numbers, grid = found.headline, found.grid
    most = max(grid.counts.values(), default=1)
    return Overview(
        applications=number(numbers.applications, language),
        agencies=number(numbers.agencies, language),
        asked_again=number(numbers.asked_again, language),
        attributes=number(numbers.attributes, language),
        yearly_cost=rupiah(numbers.yearly_cost, language),
        retirements=number(numbers.retirements, language),
        saving=rupiah(numbers.saving, language),
        bars=tuple(_bar(each, language, concept_url) for each in found.known[:BARS]),
        columns=tuple(concept_name(concept, language) for concept in grid.concepts),
        rows=tuple(
            GridRow(name, tuple(counts))
            for (_owner, name), counts in zip(grid.agencies, grid.rows(), strict=True)
        ),
        most=most,
        unknown=tuple(line(each, language, concept_url) for each in found.unknown[:LINES]),
        proposed=tuple(
            retirement(each, language, application_url) for each in overlap.retirements(db, LINES)
        ),
    )


def line(each: Cluster, language: str, concept_url: str = "") -> ClusterLine:
    """Write one cluster."""
    return ClusterLine(
        concept=each.concept,
        label=label_of(each.concept, language),
        applications=number(each.applications, language),
        agencies=number(each.agencies, language),
        users=number(each.users, language),
        truth=truth_of(each, language),
        href=_concept_url(concept_url, each.concept),
        known=each.known,
    )


def label_of(concept: str, language: str) -> str:
    """Name an attribute, or give back the words of what matches none."""
    return concept.partition(":")[2] if concept.startswith("label:") else concept_name(concept, language)


def truth_of(each: Cluster, language: str) -> str:
    """Name where a value should come from."""
    if each.truth.owner:
        return owner_name(each.truth.owner, language)
    application = each.truth.application
    return f"{application.name} ({application.owner})" if application is not None else ""


def holder(concept: str, language: str) -> str:
    """Name who holds something; empty when nobody we know does."""
    owner = owner_of(concept)
    return owner_name(owner, language) if owner else ""


def retirement(each: Retirement, language: str, application_url: str = "") -> RetirementLine:
    """Write one proposed retirement."""
    retires = each.application.retires_on
    return RetirementLine(
        id=str(each.application.id),
        rank=each.proposal.rank,
        name=each.application.name,
        owner=each.application.owner,
        keeper=each.keeper.name,
        keeper_owner=each.keeper.owner,
        shared=each.proposal.shared,
        fields=each.proposal.fields,
        likeness=each.proposal.likeness,
        saving=number(each.proposal.saving, language),
        retires_on=retires.isoformat() if retires is not None else "",
        href=f"{application_url}/{each.application.id}" if application_url else "",
        keeper_href=f"{application_url}/{each.keeper.id}" if application_url else "",
    )


def number(value: int, language: str) -> str:
    """Write a number as people read it: 27.000, in English 27,000."""
    written = f"{value:,}"
    return written if language.startswith("en") else written.replace(",", ".")


def rupiah(value: int, language: str) -> str:
    """Write a sum as it is said: Rp552,1 miliar, in English Rp552.1 billion."""
    english = language.startswith("en")
    for size, indonesian_word, english_word in ROUND:
        if value >= size:
            short = f"{value / size:.1f}".removesuffix(".0")
            return f"Rp{short}{english_word}" if english else f"Rp{short.replace('.', ',')}{indonesian_word}"
    return f"Rp{number(value, language)}"


def _bar(each: Cluster, language: str, concept_url: str) -> Bar:
    return Bar(
        concept=each.concept,
        label=label_of(each.concept, language),
        owner=truth_of(each, language),
        count=each.applications,
        count_text=number(each.applications, language),
        agencies=number(each.agencies, language),
        users=number(each.users, language),
        href=_concept_url(concept_url, each.concept),
    )


def _concept_url(base: str, concept: str) -> str:
    return f"{base}?{urlencode({'concept': concept})}" if base else ""
