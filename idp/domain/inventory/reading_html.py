"""Forms in HTML, read as a browser reads them (Lexbor): no entity grows, no address is followed, no script runs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from idp.domain.inventory.forms import MOST_CHOICES, MOST_FIELDS, BadForm, Field, Form, text

MOST_TAGS: Final = 50_000
MOST_PARTS: Final = 5_000
DEEPEST: Final = 512
"""Browsers stop at the same depth."""
_BETWEEN: Final = (b" ", b"\t", b"\n", b"\f", b"/")
_TAG: Final = re.compile(rb"<(/?)([a-zA-Z][a-zA-Z0-9-]*)")
CLOSED_BY_THEMSELVES: Final = frozenset(
    {
        *(
            b"area",
            b"base",
            b"br",
            b"col",
            b"embed",
            b"hr",
            b"img",
            b"input",
            b"link",
            b"meta",
            b"source",
            b"wbr",
        ),
        *(
            b"p",
            b"li",
            b"dt",
            b"dd",
            b"option",
            b"optgroup",
            b"tr",
            b"td",
            b"th",
            b"thead",
            b"tbody",
            b"tfoot",
        ),
        *(b"param", b"track", b"path", b"use", b"rect", b"circle", b"line"),
    }
)
"""Tags that need no end, or often have none."""
NOT_TYPED: Final = frozenset({"hidden", "submit", "button", "reset", "image", "password", "search"})
CONTROLS: Final = "input, select, textarea"
SKIPPED: Final = frozenset({"script", "style", "select", "option", "textarea", "template"})
CLAIM: Final = ("data-claim", "data-gerbang-attribute")
"""Where a page made with our prefill kit names the attribute."""


def read_html(body: bytes) -> Sequence[Form]:
    """Read every form of a page; controls outside any form are one of their own.

    Raises:
        BadForm: when the page is too large to look at.
    """
    for tag in (b"script", b"style"):
        body = _without(body, tag)
    _require_flat(body)
    tree = LexborHTMLParser(body)
    controls = tree.css(CONTROLS)
    if len(controls) > MOST_FIELDS * 10:
        raise BadForm(f"more than {MOST_FIELDS} fields")
    page = _Page(tree)
    groups: dict[str, tuple[LexborNode | None, list[LexborNode]]] = {}
    for node in controls:
        owner = page.form_of(node)
        key = str(owner.mem_id) if owner is not None else ""
        groups.setdefault(key, (owner, []))[1].append(node)
    return [
        Form(
            name=text(_attribute(owner, "name") or _attribute(owner, "id")),
            title=page.title_of(owner),
            fields=tuple(page.fields(nodes)),
        )
        for owner, nodes in groups.values()
    ]


def _without(body: bytes, tag: bytes) -> bytes:
    """Take a page's scripts or styles out, to the end where one never ends."""
    lower, parts, start = body.lower(), [], 0
    while (begin := lower.find(b"<" + tag, start)) >= 0:
        parts.append(body[start:begin])
        end = lower.find(b"</" + tag, begin)
        close = lower.find(b">", end) if end >= 0 else -1
        if close < 0:
            return b" ".join(parts)
        start = close + 1
    return b" ".join((*parts, body[start:]))


def _require_flat(body: bytes) -> None:
    """Refuse before it is parsed what would keep a parser busy: it looks at all open tags and attributes for each one.

    Raises:
        BadForm: when a page has too many tags, a tag with too many attributes, or nests too deep.
    """
    if body.count(b"<") > MOST_TAGS * 2:
        raise BadForm(f"more than {MOST_TAGS} tags")
    depth = 0
    for count, found in enumerate(_TAG.finditer(body)):
        if count > MOST_TAGS:
            raise BadForm(f"more than {MOST_TAGS} tags")
        if found[2].lower() not in CLOSED_BY_THEMSELVES:
            depth = max(0, depth - 1) if found[1] else depth + 1
            if depth > DEEPEST:
                raise BadForm(f"tags nested deeper than {DEEPEST}")
    if any(sum(map(part.count, _BETWEEN)) > MOST_PARTS for part in body.split(b"<")):
        raise BadForm("a tag with too many attributes, or a text too long for a form")


class _Page:
    """A page and where its labels are."""

    def __init__(self, tree: LexborHTMLParser) -> None:
        self._heading = text((tree.css_first("h1") or tree.css_first("title") or _EMPTY).text())
        self._by_id: dict[str, LexborNode] = {}
        for node in tree.css("[id]"):
            self._by_id.setdefault(_attribute(node, "id"), node)
        self._labels: dict[str, str] = {}
        for node in tree.css("label[for]"):
            target = _attribute(node, "for")
            self._labels[target] = " ".join(filter(None, (self._labels.get(target, ""), _words(node))))

    def form_of(self, node: LexborNode) -> LexborNode | None:
        named = self._by_id.get(_attribute(node, "form"))
        return named if named is not None else next(_around(node, "form"), None)

    def title_of(self, owner: LexborNode | None) -> str:
        return text(_attribute(owner, "aria-label")) or self._heading

    def fields(self, nodes: Sequence[LexborNode]) -> Iterator[Field]:
        """Yield the questions; the buttons of one choice are one question."""
        grouped: dict[str, Field] = {}
        for node in nodes:
            kind = _kind(node)
            if kind in NOT_TYPED:
                continue
            field = self._field(node, kind)
            if kind not in ("radio", "checkbox") or not field.name:
                grouped[f"#{len(grouped)}"] = field
            elif field.name in grouped:
                before = grouped[field.name]
                choices = before.choices or (before.label,)
                grouped[field.name] = replace(
                    before,
                    choices=(*choices, field.label)[:MOST_CHOICES],
                    label=before.section,
                    kind="choice",
                )
            elif kind == "radio":
                grouped[field.name] = replace(
                    field, choices=(field.label,), label=field.section, kind="choice"
                )
            else:
                grouped[field.name] = field
        yield from grouped.values()

    def _field(self, node: LexborNode, kind: str) -> Field:
        legends = [found for each in _around(node, "fieldset") if (found := _legend(each))]
        return Field(
            name=text(_attribute(node, "name") or _attribute(node, "id")),
            label=self._label(node) or text(_attribute(node, "placeholder")),
            kind=kind,
            hint=text(_attribute(node, "title")) or self._described(node),
            section=text(legends[0]) if legends else "",
            autocomplete=text(_attribute(node, "autocomplete")),
            choices=_options(node) if node.tag == "select" else (),
            attribute=next((found for name in CLAIM if (found := text(_attribute(node, name)))), ""),
            required="required" in node.attributes,
            prefilled=_prefilled(node),
        )

    def _label(self, node: LexborNode) -> str:
        """Find the label as a browser names a control: aria, `for`, the label around it."""
        by_reference = [
            _words(self._by_id[each])
            for each in _attribute(node, "aria-labelledby").split()
            if each in self._by_id
        ]
        around = next((_words(each) for each in _around(node, "label")), "")
        candidates = (
            " ".join(by_reference),
            _attribute(node, "aria-label"),
            self._labels.get(_attribute(node, "id"), "") if _attribute(node, "id") else "",
            around,
        )
        return next((found for each in candidates if (found := text(each))), "")

    def _described(self, node: LexborNode) -> str:
        texts = (
            _words(self._by_id[each])
            for each in _attribute(node, "aria-describedby").split()
            if each in self._by_id
        )
        return text(" ".join(texts))


def _prefilled(node: LexborNode) -> bool:
    """Tell whether nobody types it: it is locked, or the prefill kit fills it wherever the value is known."""
    names = node.attributes.keys()
    return bool({"readonly", "disabled"} & names) or (
        "data-known" in names and bool(_attribute(node, CLAIM[0]))
    )


def _kind(node: LexborNode) -> str:
    if node.tag == "select":
        return "choice"
    return "text" if node.tag == "textarea" else _attribute(node, "type").lower() or "text"


def _around(node: LexborNode, tag: str) -> Iterator[LexborNode]:
    above, depth = node.parent, 0
    while above is not None and depth < DEEPEST:
        if above.tag == tag:
            yield above
        above, depth = above.parent, depth + 1


def _legend(fieldset: LexborNode) -> str:
    child = fieldset.first_child
    while child is not None:
        if child.tag == "legend":
            return _words(child)
        child = child.next
    return ""


def _words(node: LexborNode) -> str:
    """Return the words a label says, without those of a control or a script within it."""
    texts = (
        each.text_content or ""
        for each in node.traverse(include_text=True)
        if each.is_text_node and (each.parent is None or each.parent.tag not in SKIPPED)
    )
    return " ".join(" ".join(texts).split())


def _options(node: LexborNode) -> tuple[str, ...]:
    """Return the choices of a list; the one without a value is the prompt to choose."""
    options = node.css("option")[:MOST_CHOICES]
    told = (text(each.text()) for each in options if each.attributes.get("value", "-") != "")
    return tuple(found for found in told if found)


def _attribute(node: LexborNode | None, name: str) -> str:
    return (node.attributes.get(name) or "") if node is not None else ""


class _Nothing:
    """Stands where a page has no heading."""

    def text(self) -> str:
        """Say nothing."""
        return ""


_EMPTY: Final = _Nothing()
