"""A sandbox for the journeys of a lane, as `make run` starts it."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from tests.conftest import NewContext
from tests.journeys.town import Town
from tests.journeys.walk import PHONE, Picture, Walk

Begin = Callable[..., Walk]


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The sandbox, started once and stopped for certain."""
    running = Town(tmp_path_factory.mktemp("town"))
    try:
        yield running.open()
    finally:
        running.close()


@pytest.fixture
def begin(new_context: NewContext, picture: Picture) -> Begin:
    """Put a person in front of a browser of their own: `begin("id", script=False, size=PHONE)`."""

    def walk(language: str, *, script: bool = True, size: dict[str, int] = PHONE) -> Walk:
        locale = {"id": "id-ID", "en": "en-GB"}[language]
        page: Page = new_context(locale=locale, java_script_enabled=script, viewport=size).new_page()
        return Walk(page, language, picture if script else _no_picture)

    return walk


def _no_picture(_page: Page, _name: str) -> None:
    """The pages look the same without script; one set of pictures is enough."""
