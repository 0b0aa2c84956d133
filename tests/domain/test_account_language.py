"""The language of letters and of the claim `locale` (features H5)."""

from __future__ import annotations

import pytest

from tests.visitor import Visitor

ADDRESS = "/me/language"


@pytest.fixture
def page(provider, citizen):
    return Visitor(provider, provider.browser().sign_in(citizen)).open(ADDRESS)


def choose(page, code):
    form = page.answer.forms["language-form"]
    pairs = [pair for pair in form.filled("language-submit") if pair[0] != "language"]
    return page.send(form.action, [*pairs, ("language", code)])


def test_it_is_kept_and_told_to_services(provider, rp, citizen, page):
    tokens = rp.tokens(citizen, scope="openid profile", consented=("locale",))
    assert rp.userinfo(tokens["access_token"]).json["locale"] == "id"
    with provider.recorded("LanguageChosen", "AttributesChanged"):
        choose(page, "en")
    assert "Language" in page.text, "the pages follow"
    assert rp.userinfo(tokens["access_token"]).json["locale"] == "en"
    with provider.unchanged():
        choose(page, "en")


def test_what_we_do_not_speak_is_refused(provider, page):
    with provider.unchanged():
        for code in ("de", "", "id\x00"):
            assert choose(page.open(ADDRESS), code).status == 400
