"""On what terms a client reads a claim: source, legal basis, purpose, as the ledger and the client are told them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import orjson

from idp.protocol.oauth.client import ClaimUse, Client
from idp.protocol.oidc.catalogue import CLAIMS

Terms = Mapping[str, Mapping[str, object]]
BASIS: Final = "consent"
"""What holds where a registration gives no ground of its own (UU PDP art. 20)."""
_NO_USE: Final = ClaimUse()


def terms_of(client: Client, names: tuple[str, ...]) -> tuple[Terms, str]:
    """Return the terms by claim, and the same as JSON for the ledger; most answers are remembered."""
    return _terms(names, tuple((client.use(name) or _NO_USE).terms for name in names))


@lru_cache(maxsize=4096)
def _terms(
    names: tuple[str, ...], uses: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
) -> tuple[Terms, str]:
    terms: dict[str, dict[str, object]] = {}
    for name, (basis, purpose) in zip(names, uses, strict=True):
        terms[name] = {"source": CLAIMS[name].source, "legal_basis": basis}
        if purpose:
            terms[name]["purpose"] = dict(purpose)
    return terms, orjson.dumps(terms, option=orjson.OPT_SORT_KEYS).decode()
