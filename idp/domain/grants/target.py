"""One token, one audience: what a token request picks among the resources granted (RFC 8707 §2.2; decision 11)."""

from __future__ import annotations

from idp.protocol.oauth.errors import InvalidTarget
from idp.protocol.oauth.requests import TokenRequest
from idp.protocol.oauth.resources import parse_resources

_FITS = """
(CASE WHEN CAST(:target AS text) IS NULL THEN {position}(COALESCE({x}resource, ''), ' ') = 0
      ELSE {position}(' ' || COALESCE({x}resource, CAST(:issuer AS text)) || ' ',
                      ' ' || CAST(:target AS text) || ' ') > 0
 END)
"""
NOT_FITTING = "name one of the resources granted; a token is good at one"


def fits(dialect: str, row: str = "") -> str:
    """Return the condition that what was picked was granted; where several were, one must be picked.

    It reads the parameters `target` and `issuer`; where nothing was granted by name, the issuer was.
    """
    return _FITS.format(position="strpos" if dialect == "postgresql" else "instr", x=f"{row}." if row else "")


def picked(request: TokenRequest) -> str | None:
    """Return the one resource that a token request names, if it names one.

    Raises:
        InvalidTarget: it is no absolute URI, or there are several.
    """
    resources = parse_resources(request.resource)
    if len(resources) > 1:
        raise InvalidTarget("a token is good at one resource; ask for one at a time", parameter="resource")
    return resources[0] if resources else None
