"""How the second part of the suite is shared out: what stands on the same town or file keeps to one lane."""

from xdist.scheduler import LoadFileScheduling

JOURNEYS = "tests/journeys/"
SECOND_TOWN = "tests/journeys/test_n"
"""Journeys from here on in the alphabet go through a town of their own, so that both halves take as long."""


class Lanes(LoadFileScheduling):  # type: ignore[misc]  # xdist has no types
    """Files go to whoever is free; journeys stay together by town, which the first of them starts."""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(JOURNEYS):
            return "second town" if nodeid >= SECOND_TOWN else "first town"
        return str(super()._split_scope(nodeid))
