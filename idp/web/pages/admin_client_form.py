"""The form of a client registration in the console."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from idp.web.pages.admin import AdminPage, Option


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of the client form: a text, lines of text, a choice of one, or boxes to tick."""

    name: str
    label: str
    kind: Literal["text", "area", "select", "checks"]
    value: str = ""
    options: tuple[Option, ...] = ()
    hint: str = ""
    required: bool = False

    @property
    def is_filled(self) -> bool:
        """Tell whether somebody put something here."""
        return bool(self.value) or any(option.chosen and option.value for option in self.options)


@dataclass(frozen=True, slots=True)
class FieldGroup:
    """Fields that belong together, perhaps folded away while they are empty and right."""

    title: str
    fields: tuple[FormField, ...]
    folded: bool = False


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """One row of purposes: an item, whether it is needed, why, and on which ground."""

    number: int
    items: tuple[Option, ...]
    grounds: tuple[Option, ...]
    required: bool = False
    purpose_id: str = ""
    purpose_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminClientFormPage(AdminPage):
    """Register or change a client (#client-form, #client-submit); every violation is shown at once.

    Row n of the purposes posts `claim-n`, `required-n`, `ground-n`, `purpose-id-n`, `purpose-en-n`.
    """

    template: ClassVar[str] = "admin/client_form.html"
    data_page: ClassVar[str] = "admin-client-edit"

    action: str
    back_url: str
    groups: tuple[FieldGroup, ...]
    claims: tuple[ClaimRow, ...]
    client_id: str = ""
    waits: bool = False
    """What is saved here waits for a second person."""

    def unfolds(self, group: FieldGroup) -> bool:
        """Tell whether a folded group is shown open: something is in it, or wrong in it."""
        return any(each.is_filled or self.error_for(each.name) for each in group.fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminClientNewPage(AdminClientFormPage):
    """Register a client: the same form, with agency, environment and a readable id to choose."""

    data_page: ClassVar[str] = "admin-client-new"
