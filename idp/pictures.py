"""Making a small, harmless picture of one that a stranger gave: decoded, scaled, written anew, nothing else kept."""

from __future__ import annotations

import io
import warnings
from typing import Final

from PIL import Image, UnidentifiedImageError

FORMATS: Final = ("PNG", "JPEG", "WEBP")
"""Formats without script; a drawing (SVG) can carry some and is refused (attacks O-115)."""
SIDE: Final = 132
"""Pixels: 44 at three device pixels each."""
MOST_PIXELS: Final = 4_000_000
COLOURS: Final = 64


_REFUSALS: Final = (
    UnidentifiedImageError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
    OSError,
    SyntaxError,
    ValueError,
)


class NoPicture(ValueError):
    """The bytes are no picture of a kind we take, or one too large to open."""


def small_png(body: bytes) -> bytes:
    """Return a square PNG of at most 64 colours, a few kilobytes, without the original's metadata.

    Raises:
        NoPicture: for anything but a PNG, JPEG or WebP picture of at most four million pixels.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(body), formats=FORMATS) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise NoPicture("the picture is too large")
                drawn = picture.convert("RGBA")
    except _REFUSALS as exc:
        raise NoPicture("this is no PNG, JPEG or WebP picture") from exc
    drawn.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    square = Image.new("RGBA", (SIDE, SIDE))
    square.paste(drawn, ((SIDE - drawn.width) // 2, (SIDE - drawn.height) // 2))
    written = io.BytesIO()
    square.quantize(COLOURS, method=Image.Quantize.FASTOCTREE).save(written, "PNG", optimize=True)
    return written.getvalue()
