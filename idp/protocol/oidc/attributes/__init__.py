"""The catalogue of attributes in full: what each means, its values, its law, how fresh it is, its versions (F1).

The hot path never reads this package: it knows the frozen claims of `catalogue.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from idp.protocol.oidc.attributes import agencies, gate, population
from idp.protocol.oidc.attributes.entry import Code, Entry, Version

__all__ = ["ENTRIES", "Code", "Entry", "Version"]

ENTRIES: Final[Mapping[str, Entry]] = MappingProxyType(
    {**gate.ENTRIES, **population.ENTRIES, **agencies.ENTRIES}
)
