"""The re-entry meter's counters: per client, form and day; never a value and never a person (features F8)."""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from idp.domain.store.base import Base, Digest, Name, Small


class MeterDay(Base):
    """What the submitted forms of one day needed typed.

    `slot` spreads the reports of a busy form over several rows, so that they do not wait for each other.
    """

    __tablename__ = "meter_day"
    __table_args__ = (Index("ix_meter_day_day", "day"),)

    client_id: Mapped[Name] = mapped_column(primary_key=True)
    form: Mapped[Name] = mapped_column(primary_key=True)
    day: Mapped[Small] = mapped_column(primary_key=True)
    slot: Mapped[Small] = mapped_column(primary_key=True)
    forms: Mapped[Small]
    prefilled: Mapped[Small]
    typed: Mapped[Small]
    typed_known: Mapped[Small]


class MeterField(Base):
    """How often one claim of the catalogue was typed into a form on one day although the state knows it."""

    __tablename__ = "meter_field"
    __table_args__ = (Index("ix_meter_field_day", "day"),)

    client_id: Mapped[Name] = mapped_column(primary_key=True)
    form: Mapped[Name] = mapped_column(primary_key=True)
    day: Mapped[Small] = mapped_column(primary_key=True)
    slot: Mapped[Small] = mapped_column(primary_key=True)
    claim: Mapped[Name] = mapped_column(primary_key=True)
    typed: Mapped[Small]


class MeterReport(Base):
    """The mark of a report that was counted: sent again, it changes nothing."""

    __tablename__ = "meter_report"

    day: Mapped[Small] = mapped_column(primary_key=True)
    digest: Mapped[Digest] = mapped_column(primary_key=True)
