"""Which acr a request needs, and which one its ID Token may state (decision 3, OIDC Core §5.5.1.1)."""

from idp.protocol.authorize.request import AuthorizationRequest
from idp.protocol.oauth.authorization_details import read_stored
from idp.protocol.oauth.client import Client, Profile
from idp.protocol.oauth.errors import UnmetAuthenticationRequirements
from idp.protocol.oidc import acr
from idp.protocol.oidc.once_only import TYPES


def asked(request: AuthorizationRequest, client: Client) -> tuple[str, ...]:
    """The known levels asked for: by the claims parameter, by acr_values, else by the registration."""
    by_claims = acr.known(request.claims.acr_values)
    return by_claims or acr.known(request.acr_values) or acr.known(client.default_acr_values)


def least(request: AuthorizationRequest, client: Client) -> str:
    """The level below which nothing goes: the client's own, and that of each act asked for (features C13)."""
    details = read_stored(request.authorization_details)
    return acr.highest((client.min_acr, *(TYPES[str(detail["type"])].min_acr(detail) for detail in details)))


def needed(request: AuthorizationRequest, client: Client, reachable: str) -> str:
    """The level to reach, or an error where the citizen cannot reach it (decision 3).

    Where pages may be shown, the first asked level within reach counts; under prompt=none any will do.
    """
    floor = least(request, client)
    if not acr.meets(reachable, floor):
        raise UnmetAuthenticationRequirements("the citizen cannot reach the level this client needs")
    within = [level for level in asked(request, client) if acr.meets(reachable, level)]
    if not within:
        if asked(request, client) and _is_binding(request, client):
            raise UnmetAuthenticationRequirements("the citizen cannot reach any of the acr values asked for")
        return floor
    wanted = min(within, key=acr.rank) if request.is_silent else within[0]
    return acr.highest((wanted, floor))


def stated(request: AuthorizationRequest, client: Client, achieved: str) -> str:
    """The acr for the ID Token: one of those asked for where reached, never more than done (Core 5.5.1.1)."""
    return acr.stated(achieved, asked(request, client))


def _is_binding(request: AuthorizationRequest, client: Client) -> bool:
    """An essential acr always binds; a voluntary one binds for every profile but `oidc_core` (decision 3)."""
    return request.claims.acr_is_essential or client.profile is not Profile.OIDC_CORE
