"""The authorization details type `once_only`: data the state already holds, from agency to agency (RFC 9396 §2).

    {"type": "once_only", "claims": ["npwp"], "purpose": {"id": "Menghitung bantuan"},
     "locations": ["https://api.tax.example"], "recipient": "benefits", "actions": ["read"]}

`claims` are names of the claim catalogue, `purpose` says why in the citizen's language, `locations` are the services
that hold the data, `recipient` is the client that gets it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Final

from idp.protocol.oauth.authorization_details import Circumstances, Detail, DetailType, required_texts
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.errors import InvalidAuthorizationDetails
from idp.protocol.oidc import acr
from idp.protocol.oidc.catalogue import CLAIMS, Sensitivity, lender_of
from idp.protocol.oidc.claims import registered

ACTIONS: Final = ("read",)
PURPOSE_LANGUAGES: Final = ("id", "en")
MOST_CLAIMS: Final = 30
MOST_LOCATIONS: Final = 10
LONGEST_PURPOSE: Final = 200


class OnceOnly:
    """Reading named claims once, for a purpose, instead of asking the citizen to type them."""

    name: Final = "once_only"
    fields: Final = ("actions", "claims", "locations", "purpose", "recipient")

    def canonical(self, given: Detail, known: Circumstances) -> dict[str, object]:
        """Check claims, purpose, places and recipient; claims come in the order of the catalogue.

        Raises:
            InvalidAuthorizationDetails: a claim this client may not read, no purpose in Indonesian, a place that
                nobody serves, a recipient that has no part in it, an action that does not exist.
        """
        actions = required_texts(given, "actions", len(ACTIONS)) if "actions" in given else ACTIONS
        if not set(actions) <= set(ACTIONS):
            raise InvalidAuthorizationDetails("actions can only be read")
        locations = required_texts(given, "locations", MOST_LOCATIONS) if "locations" in given else ()
        recipient = _recipient(given, locations, known)
        found: dict[str, object] = {
            "actions": list(actions),
            "claims": _claims(given, known),
            "purpose": _purpose(given),
            "recipient": recipient.client_id,
        }
        if not is_agreed(found, recipient.agency_id, known.agreed):
            raise InvalidAuthorizationDetails("no agreement in force lets the recipient have these claims")
        if locations:
            found["locations"] = list(locations)
        return found

    def min_acr(self, detail: Detail) -> str:
        """Ask for two factors before specific data moves."""
        return acr.AAL2 if self.asks_each_time(detail) else acr.AAL1

    def asks_each_time(self, detail: Detail) -> bool:
        """Ask for specific data each time, as everywhere (UU PDP art. 4, 20)."""
        names = detail["claims"]
        return isinstance(names, list) and any(CLAIMS[n].sensitivity is Sensitivity.SPECIFIC for n in names)


TYPES: Final[Mapping[str, DetailType]] = {OnceOnly.name: OnceOnly()}
"""The types on offer (RFC 9396 §10)."""


def is_agreed(detail: Detail, agency_id: str, agreed: Callable[[str], Collection[str]]) -> bool:
    """Tell whether agreements in force cover what a detail lets an agency have of other agencies."""
    names = detail.get("claims")
    foreign = {n for n in names if is_foreign(n, agency_id)} if isinstance(names, list | tuple) else set()
    return not foreign or foreign <= set(agreed(agency_id))


def is_foreign(name: str, agency_id: str) -> bool:
    """Tell whether an attribute is another agency's: neither this one's nor held by the gate itself."""
    return name not in CLAIMS or lender_of(name) not in (None, agency_id)


def _claims(given: Detail, known: Circumstances) -> list[str]:
    asked = set(required_texts(given, "claims", MOST_CLAIMS))
    if not asked <= registered(known.client):
        raise InvalidAuthorizationDetails("claims has a name that this client may not read")
    return [name for name in CLAIMS if name in asked]


def _purpose(given: Detail) -> dict[str, str]:
    purpose = given.get("purpose")
    if not isinstance(purpose, dict) or "id" not in purpose or not purpose.keys() <= set(PURPOSE_LANGUAGES):
        raise InvalidAuthorizationDetails("purpose must be an object with a text in id, and perhaps in en")
    for text in purpose.values():
        fits = isinstance(text, str) and text.strip() and text.isprintable() and len(text) <= LONGEST_PURPOSE
        if not fits:
            raise InvalidAuthorizationDetails(f"purpose must be texts of 1 to {LONGEST_PURPOSE} characters")
    return {language: purpose[language].strip() for language in PURPOSE_LANGUAGES if language in purpose}


def _recipient(given: Detail, locations: tuple[str, ...], known: Circumstances) -> Client:
    """The client that asks, or one that serves a place named here: nobody else has a part in it."""
    parties = {known.client.client_id: known.client}
    for location in locations:
        server = known.serving(location)
        if server is None:
            raise InvalidAuthorizationDetails("nobody serves one of the locations")
        parties[server.client_id] = server
    recipient = given.get("recipient", known.client.client_id)
    if not isinstance(recipient, str) or recipient not in parties:
        raise InvalidAuthorizationDetails("recipient must be this client or one that serves a location")
    return parties[recipient]
