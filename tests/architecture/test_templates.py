"""Pages speak plainly, in two languages, and load nothing from elsewhere."""

import re

import pytest

from tests.architecture.templates import seen, template_files
from tests.architecture.tree import shown
from tools import messages

# Names and signs that are the same in every language.
UNTRANSLATED = re.compile(r"^(?:Gerbang|NIK|KTP|[^A-Za-z]*|[A-Za-z])$")
ATTRIBUTES = re.compile(r'^[\w-]+="')  # written by a macro for use inside a tag
# Said to developers, never to citizens (ui.md): kode, izin, masuk instead.
JARGON = re.compile(
    r"\b(?:OTP|TOTP|tokens?|scopes?|autentikasi|authentication|otorisasi|klaim|PKCE|OIDC)\b", re.I
)
NOT_FOR_CITIZENS = ("admin", "sandbox", "cli")
FORMS_OF_OTHERS = {"templates/form_post.html"}  # posts to the agency, which has no CSRF token of ours

PAGES = [path for folder in ("templates", "clients") for path in template_files(folder)]
NAMES = [shown(path) for path in PAGES]


def for_citizens(place):
    """Tell whether a text at this place is read by citizens."""
    return not set(NOT_FOR_CITIZENS) & set(re.split(r"[/.]", place))


@pytest.mark.parametrize("side", messages.SIDES, ids=lambda side: side.name)
def test_every_text_has_an_english_translation(side):
    assert not messages.missing(side)


@pytest.mark.parametrize("language", messages.REGIONAL)
def test_the_covered_pages_speak_the_regional_languages(language):
    assert not messages.missing_regional(language)


def test_every_covered_place_is_there():
    places = {place for message in messages.template(messages.SIDES[0]) for place, _line in message.locations}
    for covered in messages.COVERED:
        assert any(place.startswith(covered) for place in places), covered


CATALOGUES = {side.name: lambda side=side: messages.load(side) for side in messages.SIDES} | {
    language: lambda language=language: messages.load_regional(language) for language in messages.REGIONAL
}


@pytest.mark.parametrize("name", CATALOGUES)
def test_a_translation_keeps_the_places_for_values(name):
    place = re.compile(r"%\((\w+)\)[sd]")
    wrong = []
    for message in CATALOGUES[name]():
        if not message.id or not message.string:
            continue
        texts = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        wanted = {name for text in texts for name in place.findall(text)}
        if any(set(place.findall(string)) - wanted for string in strings):
            wrong.append(texts[0])
        if wanted - {name for string in strings for name in place.findall(string)}:
            wrong.append(texts[0])
    assert not wrong


def test_citizens_read_plain_words_in_both_languages():
    side = messages.SIDES[0]
    english = messages.load(side)
    found = []
    for message in messages.template(side):
        places = [place for place, _line in message.locations if for_citizens(place)]
        if not message.id or not places:
            continue
        known = english.get(message.id, message.context)
        strings = (
            (known.string,) if known and isinstance(known.string, str) else (known.string if known else ())
        )
        texts = [*(message.id if isinstance(message.id, tuple) else (message.id,)), *strings]
        # A word inside a place for a value, such as %(token)s, is not read by anybody.
        found += [f"{places[0]}: {text!r}" for text in texts if JARGON.search(re.sub(r"%\(\w+\)s", "", text))]
    assert not found


@pytest.mark.parametrize("path", PAGES, ids=NAMES)
def test_every_word_on_a_page_can_be_translated(path):
    bare = [
        text
        for text in seen(path).texts
        if not ATTRIBUTES.match(text) and not all(UNTRANSLATED.match(word) for word in text.split())
    ]
    assert not bare


@pytest.mark.parametrize("path", PAGES, ids=NAMES)
def test_a_page_loads_nothing_from_elsewhere(path):
    found = [
        f"<{tag} {name}={value!r}>"
        for tag, name, value in seen(path).attributes
        if (name in {"src", "srcset", "action", "formaction", "poster"} or tag == "link")
        and re.match(r"(?:https?:)?//", value)
    ]
    assert not found


@pytest.mark.parametrize("path", PAGES, ids=NAMES)
def test_a_page_needs_no_exception_from_the_content_security_policy(path):
    page = seen(path)
    handlers = [
        f"{tag} {name}" for tag, name, _ in page.attributes if name.startswith("on") or name == "style"
    ]
    assert not handlers
    assert not page.inline


@pytest.mark.parametrize("path", PAGES, ids=NAMES)
def test_every_form_that_changes_something_is_protected(path):
    open_forms = [
        form.attributes for form in seen(path).forms if form.posts and "csrf_token" not in form.fields
    ]
    assert not open_forms or shown(path) in FORMS_OF_OTHERS
