"""Collect translatable texts, keep the English catalogues complete, compile them.

Usage: messages.py update | check | compile FILE.po FILE.mo

The texts in code and templates are Bahasa Indonesia and need no catalogue of their own. Javanese and Sundanese
are complete for the pages of `COVERED`; what else they know is welcome, the rest stays Bahasa Indonesia.
"""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "N_": None,
}
HEADER = {
    "project": "Gerbang",
    "version": "1",
    "msgid_bugs_address": "SECURITY.md",
    "last_translator": "Gerbang",
    "language_team": "Gerbang",
}
OPTIONS = {"**.html": {"extensions": "jinja2.ext.do", "silent": "false"}}


@dataclass(frozen=True)
class Side:
    """A trust zone with texts of its own."""

    name: str
    folders: tuple[str, ...]
    locale: str

    def english(self) -> Path:
        """Give the English catalogue."""
        return ROOT / self.locale / "en" / "LC_MESSAGES" / "messages.po"


SIDES = (
    Side("provider", ("idp", "templates"), "templates/locale"),
    Side("agencies", ("clients",), "clients/locale"),
)

REGIONAL = {"jv": "Javanese", "su": "Sundanese"}
COVERED = (
    "templates/auth/",
    "templates/consent/",
    "templates/elsewhere/",
    "templates/error.html",
    "templates/help.html",
    "templates/layout.html",
    "templates/logout/",
    "templates/partials/agency.html",
    "templates/partials/authenticator.html",
    "templates/partials/challenge.html",
    "templates/partials/changes.html",
    "templates/partials/claims.html",
    "templates/partials/contact_choice.html",
    "templates/partials/form.html",
    "templates/partials/lists.html",
    "templates/partials/notice.html",
    "templates/partials/passkey.html",
    "templates/partials/recovery_card.html",
    "templates/partials/steps.html",
    "templates/recover/",
    "templates/register/",
    "templates/selfservice/area.html",
    "templates/selfservice/history.html",
    "templates/selfservice/home.html",
    "templates/senders.html",
    "idp/web/challenges.py",
    "idp/web/claim_lines.py",
    "idp/web/errors.py",
    "idp/web/frontchannel/",
    "idp/web/passkeys.py",
    "idp/web/password_words.py",
    "idp/web/places.py",
    "idp/web/selfservice/words.py",
)
"""The citizen's pages that speak the regional languages (how-to/translate.md). One more is a promise more."""


def texts(side: Side) -> Iterator[tuple[str, int, str | tuple[str, ...], str | None, list[str]]]:
    """Yield every text with its place and the comments made for translators."""
    methods = [("**/locale/**", "ignore"), ("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
    for folder in side.folders:
        if (ROOT / folder).is_dir():
            for name, line, message, comments, context in extract_from_dir(
                ROOT / folder, methods, OPTIONS, KEYWORDS, comment_tags=("i18n:",)
            ):
                yield f"{folder}/{name}", line, message, context, comments


def template(side: Side) -> Catalog:
    """Collect the texts of one side, in the order of their places."""
    catalog = Catalog(project="Gerbang", charset="utf-8", fuzzy=False)
    for name, line, message, context, comments in sorted(texts(side), key=lambda text: (text[0], text[1])):
        catalog.add(message, None, [(name, line)], auto_comments=comments, context=context)
    return catalog


def load(side: Side) -> Catalog:
    """Read the English catalogue; an absent one is empty."""
    if not side.english().exists():
        return Catalog("en", header_comment=f"# English texts of the {side.name}.", fuzzy=False, **HEADER)
    with side.english().open("rb") as file:
        return read_po(file, locale="en")


def regional(language: str) -> Path:
    """Give the catalogue of a regional language; only the provider's pages have one."""
    return ROOT / SIDES[0].locale / language / "LC_MESSAGES" / "messages.po"


def load_regional(language: str) -> Catalog:
    """Read the catalogue of a regional language; an absent one is empty."""
    if not regional(language).exists():
        words = f"# {REGIONAL[language]} texts of the citizen's pages; they wait for a native reader."
        return Catalog(language, header_comment=words, fuzzy=False, **HEADER)
    with regional(language).open("rb") as file:
        return read_po(file, locale=language)


def is_covered(message: Message) -> bool:
    """Tell whether a text stands on a page that speaks the regional languages."""
    return any(place.startswith(COVERED) for place, _line in message.locations)


def missing(side: Side) -> list[str]:
    """List the texts without an English translation that holds."""
    return _gaps(load(side), template(side))


def missing_regional(language: str) -> list[str]:
    """List the texts of the covered pages without a translation into a regional language."""
    return _gaps(load_regional(language), filter(is_covered, template(SIDES[0])))


def _gaps(english: Catalog, wanted: Iterable[Message]) -> list[str]:
    found = []
    for message in wanted:
        if not message.id:
            continue
        known = english.get(message.id, message.context)
        strings = [] if known is None else [known.string] if isinstance(known.string, str) else known.string
        if known is None or known.fuzzy or not strings or not all(strings):
            place = ":".join(map(str, message.locations[0]))
            found.append(f"{place} {message.id!r}")
    return found


def update() -> None:
    """Bring the English catalogues up to the code: new texts are added, gone ones are dropped."""
    for side in SIDES:
        english = load(side)
        english.update(template(side), no_fuzzy_matching=True, update_creation_date=False)
        english.obsolete.clear()
        if not len(english):
            continue
        side.english().parent.mkdir(parents=True, exist_ok=True)
        with side.english().open("wb") as file:
            write_po(file, english, width=100, omit_header=False, sort_by_file=True, include_lineno=False)
        print(f"{side.english().relative_to(ROOT)}: {len(english)} texts, {len(missing(side))} to translate")
    for language in REGIONAL:
        update_regional(language)


def update_regional(language: str) -> None:
    """Bring a regional catalogue up to the code: texts of covered pages are added, texts that are gone are dropped."""
    known, every = load_regional(language), template(SIDES[0])
    wanted = Catalog(project="Gerbang", charset="utf-8", fuzzy=False)
    for message in every:
        old = known.get(message.id, message.context) if message.id else None
        if message.id and (is_covered(message) or (old is not None and old.string)):
            wanted.add(message.id, None, message.locations, context=message.context)
    known.update(wanted, no_fuzzy_matching=True, update_creation_date=False)
    known.obsolete.clear()
    regional(language).parent.mkdir(parents=True, exist_ok=True)
    with regional(language).open("wb") as file:
        write_po(file, known, width=100, omit_header=False, sort_by_file=True, include_lineno=False)
    gaps = len(missing_regional(language))
    print(f"{regional(language).relative_to(ROOT)}: {len(known)} texts, {gaps} to translate")


def check() -> int:
    """Fail when a text has no English translation, or one of a covered page no Javanese or Sundanese one."""
    gaps = [f"English: {gap}" for side in SIDES for gap in missing(side)]
    gaps += [f"{name}: {gap}" for language, name in REGIONAL.items() for gap in missing_regional(language)]
    for gap in gaps:
        print(f"no translation into {gap}", file=sys.stderr)
    return 1 if gaps else 0


def compile_catalogue(source: Path, target: Path) -> None:
    """Write the binary form that gettext reads."""
    with source.open("rb") as file:
        catalog = read_po(file, locale=source.parent.parent.name)
    with target.open("wb") as file:
        write_mo(file, catalog)


def main(arguments: list[str]) -> int:
    """Dispatch."""
    match arguments:
        case ["update"]:
            update()
        case ["check"]:
            return check()
        case ["compile", source, target]:
            compile_catalogue(Path(source), Path(target))
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
