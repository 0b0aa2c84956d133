"""The civil-service application: two factors and a role that a public body vouches for."""

from dataclasses import replace

import pytest

from idp.sandbox.personas import find
from tests.journeys import provider
from tests.journeys.agencies import Desk, Tally
from tests.journeys.conftest import Begin
from tests.journeys.town import Town
from tests.journeys.walk import DESKTOP, PHONE


@pytest.mark.parametrize(
    ("key", "language", "script", "size"),
    [("asn-pns", "id", True, PHONE), ("asn-pppk", "en", False, DESKTOP)],
)
def test_a_civil_servant_gets_in(
    key: str, language: str, script: bool, size: dict[str, int], town: Town, begin: Begin
) -> None:
    walk, tally = begin(language, script=script, size=size), Tally()
    persona = find(key)
    assert persona is not None and persona.asn is not None
    desk = Desk("civil_service", town.agency("civil_service"), walk, tally)
    desk.open()
    provider.sign_in(walk, replace(town.persona(key), identifier=persona.asn["nip"]))
    walk.at("consent", "consent-civil_service")
    provider.allow(walk, "email", "phone_number")
    walk.at("agency-form")
    for member in ("nip", "agency", "unit", "position"):
        assert desk.locked(member) == persona.asn[member]
    desk.fill_in()
    assert tally.known == []
