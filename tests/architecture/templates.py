"""See a template as a visitor would: its HTML without Jinja, its texts, its forms."""

from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import Environment

from tests.architecture.tree import tree_files
from tests.support.processes import ROOT

SPOKEN_ATTRIBUTES = {"alt", "title", "aria-label", "placeholder", "content", "data-show", "data-hide"}
SILENT_META = {"viewport", "robots", "theme-color", "color-scheme", "referrer", "format-detection"}
LEXER = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"], autoescape=True)


def template_files(folder: str = "templates") -> list[Path]:
    """Give the HTML and text templates of a folder."""
    return [
        path
        for path in tree_files()
        if path.is_relative_to(ROOT / folder)
        and path.suffix in {".html", ".txt"}
        and "locale" not in path.parts
    ]


@cache
def without_jinja(path: Path) -> str:
    """Give what a template writes literally; expressions, statements and translated blocks are gone."""
    kept: list[str] = []
    translated = False
    block: list[str] = []
    for _line, kind, value in LEXER.lex(path.read_text(encoding="utf-8"), filename=str(path)):
        if kind == "block_begin":
            block = []
        elif kind == "name":
            block.append(value)
        elif kind == "block_end" and block:
            translated = block[0] == "trans" or (translated and block[0] != "endtrans")
        elif kind == "data" and not translated:
            kept.append(value)
    return "".join(kept)


@dataclass
class Form:
    """One form of a page."""

    attributes: dict[str, str | None]
    fields: set[str] = field(default_factory=set)

    @property
    def posts(self) -> bool:
        """Whether it changes something."""
        return (self.attributes.get("method") or "").lower() == "post"


class Seen(HTMLParser):
    """Everything literal on a page."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.inline: list[str] = []
        self.forms: list[Form] = []
        self._silent: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note attributes, forms and fields."""
        values = dict(attrs)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        silent = tag == "meta" and values.get("name") in SILENT_META
        self.texts += [
            value
            for name, value in attrs
            if value and name in SPOKEN_ATTRIBUTES and not silent and tag != "link"
        ]
        if tag == "form":
            self.forms.append(Form(values))
        elif self.forms and values.get("name"):
            self.forms[-1].fields.add(str(values["name"]))
        if tag in {"script", "style"}:
            self._silent = tag
            if tag == "style" or "src" not in values:
                self.inline.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Leave scripts and styles."""
        if tag == self._silent:
            self._silent = None

    def handle_data(self, data: str) -> None:
        """Note a text."""
        if self._silent is None and data.strip():
            self.texts.append(data.strip())


@cache
def seen(path: Path) -> Seen:
    """Parse a template."""
    parser = Seen()
    if path.suffix == ".html":
        parser.feed(without_jinja(path))
        parser.close()
    else:
        parser.texts = [line.strip() for line in without_jinja(path).splitlines() if line.strip()]
    return parser
