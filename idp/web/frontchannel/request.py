"""Reading the parameters of an authorization request; what cannot be read at all is a page."""

from __future__ import annotations

from urllib.parse import parse_qsl

from idp.protocol.authorize.checks import Policy
from idp.protocol.oauth.errors import InvalidRequest, PageOnly
from idp.protocol.oauth.parameters import MOST_PARAMETERS, Parameters, collect
from idp.services import Services


def policy(services: Services) -> Policy:
    """Return what this deployment offers on the front channel."""
    return Policy(registration=True, serving=services.clients.serving)


def read_parameters(encoded: bytes) -> Parameters:
    """Read form-encoded parameters.

    Raises:
        PageOnly: not form-encoded, not UTF-8, or too many.
    """
    try:
        pairs = parse_qsl(
            encoded.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS
        )
        return collect(pairs)
    except (ValueError, InvalidRequest) as exc:
        raise PageOnly("the parameters are not well formed") from exc
