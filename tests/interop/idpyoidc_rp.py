"""A relying party made of the PyPI package idpyoidc, configured as its documentation shows.

It talks to the test in JSON lines: a registration comes in, the authorization address goes out, the callback's
address comes in, and what the library made of it goes out. Nothing of ours is imported.
"""

import json
import sys
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from cryptojwt.key_jar import KeyJar
from idpyoidc.client.rp_handler import RPHandler

SERVICES = {
    "discovery": "idpyoidc.client.oidc.provider_info_discovery.ProviderInfoDiscovery",
    "authorization": "idpyoidc.client.oidc.authorization.Authorization",
    "accesstoken": "idpyoidc.client.oidc.access_token.AccessToken",
    "refresh_token": "idpyoidc.client.oidc.refresh_access_token.RefreshAccessToken",
    "userinfo": "idpyoidc.client.oidc.userinfo.UserInfo",
    "end_session": "idpyoidc.client.oidc.end_session.EndSession",
}
PKCE = {
    "function": "idpyoidc.client.oauth2.add_on.pkce.add_support",
    "kwargs": {"code_challenge_length": 64, "code_challenge_method": "S256"},
}


def read() -> dict[str, Any]:
    """Take one line."""
    given: dict[str, Any] = json.loads(sys.stdin.readline())
    return given


def write(value: object) -> None:
    """Give one line."""
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def configured(given: dict[str, Any]) -> RPHandler:
    """Describe the one provider and the registration made there by hand."""
    keys = KeyJar()
    for owner in ("", given["client_id"]):
        keys.import_jwks({"keys": [given["private_jwk"]]}, owner)
    return RPHandler(
        base_url=given["redirect_uri"].rpartition("/")[0],
        keyjar=keys,
        client_configs={
            given["issuer"]: {
                "issuer": given["issuer"],
                "client_type": "oidc",
                "client_id": given["client_id"],
                "redirect_uris": [given["redirect_uri"]],
                "post_logout_redirect_uris": [given["post_logout_redirect_uri"]],
                "response_types": ["code"],
                "response_types_supported": ["code"],
                "client_authn_methods": ["private_key_jwt"],
                "token_endpoint_auth_methods_supported": ["private_key_jwt"],
                "token_endpoint_auth_signing_alg_values_supported": ["ES256"],
                "id_token_signing_alg_values_supported": ["ES256"],
                "services": {name: {"class": path} for name, path in SERVICES.items()},
                "add_ons": {"pkce": PKCE},
            }
        },
    )


def main() -> None:
    """Sign in once and tell what was seen."""
    given = read()
    handler = configured(given)
    write({"url": handler.begin(given["issuer"], req_args={"scope": given["scope"].split()})})
    answer = dict(parse_qsl(urlsplit(read()["url"]).query))
    done = handler.finalize(given["issuer"], answer)
    refreshed = handler.refresh_access_token(done["state"])
    leaving = handler.logout(done["state"], post_logout_redirect_uri=given["post_logout_redirect_uri"])
    write(
        {
            **{name: _plain(value) for name, value in done.items()},
            "refreshed": _plain(refreshed),
            "end_session": leaving["url"],
        }
    )


def _plain(value: Any) -> Any:
    return value.to_dict() if hasattr(value, "to_dict") else value


if __name__ == "__main__":
    main()
