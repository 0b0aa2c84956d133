"""Charts as numbers for a drawing of the server's own: the template writes the SVG, a table stands beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 600
HEIGHT: Final = 120
GAP: Final = 0.25


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a drawing, in its own units; `title` says what it stands for."""

    x: float
    y: float
    width: float
    height: float
    title: str
    tone: str = ""


def columns(values: Sequence[tuple[str, int]], top: int = 0) -> tuple[Bar, ...]:
    """Draw one column per value, as high as its share of the highest (or of `top`)."""
    most = max((value for _label, value in values), default=0)
    most = max(most, top, 1)
    step = WIDTH / max(len(values), 1)
    bars = []
    for number, (label, value) in enumerate(values):
        height = round(HEIGHT * value / most, 1)
        bars.append(
            Bar(
                round((number + GAP / 2) * step, 1),
                round(HEIGHT - height, 1),
                round(step * (1 - GAP), 1),
                height,
                label,
            )
        )
    return tuple(bars)


def shares(parts: Sequence[tuple[str, int, str]], height: float = 16) -> tuple[Bar, ...]:
    """Draw one bar that is divided by shares: (title, value, tone)."""
    whole = sum(value for _title, value, _tone in parts)
    bars, x = [], 0.0
    for title, value, tone in parts:
        width = WIDTH * value / whole if whole else 0.0
        if width:
            bars.append(Bar(round(x, 1), 0, round(width, 1), height, title, tone))
        x += width
    return tuple(bars)
