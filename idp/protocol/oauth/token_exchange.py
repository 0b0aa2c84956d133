"""The names of token exchange (RFC 8693 §2.1, §3)."""

from typing import Final

TOKEN_EXCHANGE: Final = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105 - a grant type
ACCESS_TOKEN: Final = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - a token type
LONGEST_CHAIN: Final = 3
"""How many callers one after the other may act for a citizen (RFC 8693 §4.1)."""
