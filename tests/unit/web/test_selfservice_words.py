"""Every event of a citizen's history has words, a kind, and nothing a citizen would not understand."""

from datetime import UTC, datetime

import pytest
from flask import Flask

from idp.domain.audit.history import SHOWN, Entry
from idp.web.locale import init_locale
from idp.web.selfservice import words

UNKNOWN = "Perubahan pada akun"


@pytest.fixture
def app(catalogues):
    made = Flask(__name__)
    init_locale(made, catalogues)
    return made


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("event", SHOWN)
def test_an_event_in_words(app, event, language, monkeypatch):
    monkeypatch.setattr(words, "service_name", lambda _db, _client: "Layanan Pajak")
    detail = {"claims": ["name", "x"], "granted": ["name"], "source": "population_registry", "left": 1}
    entry = Entry(datetime(2026, 11, 24, tzinfo=UTC), event, "tax", detail | {"device": "Chrome", "acr": ""})
    with app.test_request_context(f"/?ui_locales={language}"):
        line = words.line(None, entry)
    assert line.text
    assert line.text not in (UNKNOWN, event)
    assert "%(" not in line.text + line.detail


def test_every_word_is_about_an_event_that_is_shown():
    assert {*words.PLAIN, *words.AT_A_SERVICE} <= set(SHOWN)
