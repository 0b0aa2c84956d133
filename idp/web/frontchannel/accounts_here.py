"""The accounts that signed in completely in this browser, as their neighbours may see them (features B5)."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from flask_babel import gettext as _

from idp.domain.authenticators import known_browsers
from idp.domain.citizens import names, people, profile
from idp.domain.citizens.models import Citizen
from idp.domain.citizens.profile import Value
from idp.domain.store.database import Session
from idp.web import cookies
from idp.web.context import services
from idp.web.locale import written_date
from idp.web.pages import AccountChoice

MOST = 5


def known_here(db: Session) -> tuple[AccountChoice, ...]:
    """Return the accounts this browser knows, the one used last first: a short name and a masked hint, never a NIK."""
    found = (
        choice(
            db,
            known.account_id,
            _("Terakhir dipakai di sini %(date)s", date=written_date(known.last_at.date())),
        )
        for known in known_browsers.accounts_of(db, cookies.browser_digest(), MOST)
    )
    return tuple(choice for choice in found if choice is not None)


def are_several(db: Session) -> bool:
    """Tell whether more than one person signs in from this browser."""
    return len(known_browsers.accounts_of(db, cookies.browser_digest(), MOST)) > 1


def choice(db: Session, account_id: UUID, otherwise: str, *, full: bool = False) -> AccountChoice | None:
    """Describe an account by a short name and a masked contact, or by what to say `otherwise`.

    The name of whoever is signed in here may be `full`.
    """
    citizen_id = people.citizen_of(db, account_id)
    citizen = db.get(Citizen, citizen_id) if citizen_id is not None else None
    if citizen is None or citizen.data_key is None:
        return None
    values = profile.read(db, services().tree.vault.open(citizen.id, citizen.data_key), citizen.id)
    if "name" not in values:
        return None
    name = str(values["name"].value)
    return AccountChoice(str(account_id), name if full else names.shortened(name), _hint(values) or otherwise)


def _hint(values: Mapping[str, Value]) -> str:
    """Mask a contact so that its owner knows it and nobody learns it."""
    if "email" in values:
        local, _at, domain = str(values["email"].value).rpartition("@")
        return f"{local[:1]}•••@{domain}"
    if "phone_number" in values:
        return f"•••• {str(values['phone_number'].value)[-3:]}"
    return ""
