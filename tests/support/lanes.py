"""How the second part of the suite is shared out: what stands on the same town or file keeps to one lane."""

from xdist.scheduler import LoadFileScheduling

ONE_TOWN = "tests/journeys/"


class Lanes(LoadFileScheduling):  # type: ignore[misc]  # xdist has no types
    """Files go to whoever is free; all journeys go together, for they share the sandbox the first of them starts."""

    def _split_scope(self, nodeid: str) -> str:
        return ONE_TOWN if nodeid.startswith(ONE_TOWN) else str(super()._split_scope(nodeid))
