"""Colours of the design tokens, light and dark, have the contrast that WCAG 2.2 AA asks for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).parents[3] / "idp" / "static" / "css" / "tokens.css"
TEXT = 4.5  # SC 1.4.3
CONTROL = 3.0  # SC 1.4.11
SURFACES = ("paper", "surface", "surface-2")
PAIRS = [
    *[(ink, surface, TEXT) for ink in ("ink", "ink-2", "accent") for surface in SURFACES],
    *[(ink, "tint", TEXT) for ink in ("ink", "accent", "accent-2")],
    ("on-accent", "accent", TEXT),
    ("on-accent", "accent-2", TEXT),
    ("bad", "surface", TEXT),
    ("bad", "paper", TEXT),
    *[(kind, f"{kind}-tint", TEXT) for kind in ("good", "warn", "bad")],
    *[("ink", f"{kind}-tint", TEXT) for kind in ("good", "warn", "bad")],
    ("good", "surface", CONTROL),
    *[("edge", surface, CONTROL) for surface in ("paper", "surface")],
    *[("focus", surface, CONTROL) for surface in SURFACES],
]


def themes() -> dict[str, dict[str, str]]:
    light, dark = TOKENS.read_text(encoding="utf-8").split("prefers-color-scheme: dark")
    found = {"light": dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", light))}
    found["dark"] = found["light"] | dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", dark))
    return found


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "surface", "least"), PAIRS)
def test_a_pair_of_colours_can_be_told_apart(theme, ink, surface, least):
    colours = themes()[theme]
    assert contrast(colours[ink], colours[surface]) >= least
