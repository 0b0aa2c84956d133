"""The copy of a citizen's data as a PDF: the same as the JSON, for reading and printing (features G6).

Noto Sans has the letters of every name in Latin, Greek and Cyrillic script; the font travels in the file.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

import fontpkg_noto_sans
import segno
from flask_babel import gettext as _
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    Flowable,
    KeepTogether,
    LongTable,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    TableStyle,
)

FONT: Final = "NotoSans"
MOST_LINES: Final = 300
"""Of a long list the newest are printed; the JSON has all of them."""
MOST_CHARS: Final = 600


class _Style:
    title = ParagraphStyle("title", fontName=FONT, fontSize=18, leading=24, spaceAfter=4)
    heading = ParagraphStyle("heading", fontName=FONT, fontSize=13, leading=18, spaceBefore=14, spaceAfter=4)
    text = ParagraphStyle("text", fontName=FONT, fontSize=9, leading=12)
    small = ParagraphStyle("small", fontName=FONT, fontSize=8, leading=11, textColor=HexColor("#4a5c61"))
    rows = TableStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, HexColor("#c9d3d2")),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ]
    )


Row = Sequence[str]
Section = tuple[str, Sequence[int], Iterable[Row]]
"""A heading, the widths of the columns in hundredths of the page, and the lines."""


def document(
    name: str,
    made: str,
    sections: Iterable[Section],
    *,
    title: str = "",
    code: str = "",
    caption: str = "",
    most: int = MOST_LINES,
) -> bytes:
    """Write the sections of a copy; `code` is a text for a QR code at the end, `caption` what it is for."""
    _register()
    title = title or str(_("Data saya di Gerbang"))
    out = io.BytesIO()
    page = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=48,
        rightMargin=48,
        topMargin=48,
        bottomMargin=48,
        title=title,
        author="Gerbang",
    )
    story: list[Flowable] = [
        Paragraph(escape(title), _Style.title),
        Paragraph(escape(name), _Style.text),
        Paragraph(escape(made), _Style.small),
    ]
    for heading, widths, rows in sections:
        story += _section(heading, widths, list(rows), page.width, most)
    if code:
        story += [
            Spacer(1, 16),
            KeepTogether([_Qr(code), Spacer(1, 6), Paragraph(escape(caption), _Style.small)]),
        ]
    page.build(story, onFirstPage=_number, onLaterPages=_number)
    return out.getvalue()


class _Qr(Flowable):  # type: ignore[misc]  # reportlab has no types
    """A QR code, drawn module by module, with the quiet zone around it (ISO/IEC 18004)."""

    side: Final = 240.0
    quiet: Final = 4

    def __init__(self, text: str) -> None:
        super().__init__()
        self.matrix = segno.make_qr(text, error="l").matrix
        self.width = self.height = self.side

    def draw(self) -> None:
        """Draw each dark stretch of a row as one box, so that no seams show."""
        module = self.side / (len(self.matrix) + 2 * self.quiet)
        for number, row in enumerate(self.matrix):
            y = self.side - (number + self.quiet + 1) * module
            x = self.quiet
            for dark, run in groupby(row):
                length = len(list(run))
                if dark:
                    self.canv.rect(x * module, y, length * module, module, stroke=0, fill=1)
                x += length


def _section(heading: str, widths: Sequence[int], rows: list[Row], width: float, most: int) -> list[Flowable]:
    found: list[Flowable] = [Paragraph(escape(heading), _Style.heading)]
    if not rows:
        return [*found, Paragraph(escape(str(_("Tidak ada."))), _Style.small)]
    cells = [[Paragraph(_text(cell), _Style.text) for cell in row] for row in rows[:most]]
    found.append(LongTable(cells, colWidths=[width * part / 100 for part in widths], style=_Style.rows))
    if len(rows) > most:
        more = _("Dan %(n)s lagi; semuanya ada di berkas JSON.", n=len(rows) - most)
        found += [Spacer(1, 4), Paragraph(escape(str(more)), _Style.small)]
    return found


def _text(cell: str) -> str:
    return escape(cell[:MOST_CHARS]).replace("\n", "<br/>")


def _number(canvas: Any, page: Any) -> None:
    canvas.setFont(FONT, 8)
    canvas.drawRightString(A4[0] - 48, 28, str(page.page))


@cache
def _register() -> None:
    files = Path(fontpkg_noto_sans.__file__).parent / "files"
    pdfmetrics.registerFont(TTFont(FONT, str(files / "NotoSans[wdth,wght].ttf")))
