"""Resource indicators: which protected resources a token may be for (RFC 8707 §2)."""

import re
from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

from idp.protocol.oauth.errors import InvalidTarget

MOST_RESOURCES: Final = 10
LONGEST_RESOURCE: Final = 500

_VISIBLE = re.compile(r"[\x21-\x7e]+")


def parse_resources(values: Collection[str]) -> tuple[str, ...]:
    """Take the values of `resource`: absolute URIs without fragment; order kept, doubles dropped (RFC 8707 §2).

    Raises:
        InvalidTarget: one of them is no such URI, or there are too many.
    """
    resources = tuple(dict.fromkeys(values))
    if len(resources) > MOST_RESOURCES:
        raise InvalidTarget("too many resources", parameter="resource")
    for resource in resources:
        if not is_resource(resource):
            raise InvalidTarget("resource must be an absolute URI without a fragment", parameter="resource")
    return resources


def is_resource(text: str) -> bool:
    """Tell an absolute URI without a fragment from anything else (RFC 8707 §2, RFC 3986 §4.3)."""
    if len(text) > LONGEST_RESOURCE or not _VISIBLE.fullmatch(text) or "#" in text:
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return bool(parts.scheme and (parts.netloc or parts.path))
