"""Collect translatable texts, keep the English catalogues complete, compile them.

Usage: messages.py update | check | compile FILE.po FILE.mo

The texts in code and templates are Bahasa Indonesia and need no catalogue of their own.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog
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


def missing(side: Side) -> list[str]:
    """List the texts without an English translation that holds."""
    english, found = load(side), []
    for message in template(side):
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


def check() -> int:
    """Fail when a text has no English translation."""
    gaps = [gap for side in SIDES for gap in missing(side)]
    for gap in gaps:
        print(f"no English translation: {gap}", file=sys.stderr)
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
