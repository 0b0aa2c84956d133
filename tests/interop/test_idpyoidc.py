"""PyPI idpyoidc signs in unchanged: discovery, code and PKCE, private_key_jwt, UserInfo, refresh, sign-out."""

import sys
from collections.abc import Callable
from typing import Any

from joserfc.jwk import ECKey

from tests.interop.script_client import ScriptClient
from tests.support.person import Person
from tests.support.provider import Provider

HERE = "http://127.0.0.1:9"
SCOPE = "openid profile email"


def test_idpyoidc_signs_in_refreshes_and_signs_out(
    provider: Provider, person: Person, email: str, register: Callable[..., dict[str, Any]]
) -> None:
    key = ECKey.generate_key("P-256", {"kid": "idpy-1", "alg": "ES256", "use": "sig"}, private=True)
    client = register(
        client_name="Layanan idpyoidc",
        redirect_uris=[f"{HERE}/callback"],
        post_logout_redirect_uris=[f"{HERE}/goodbye"],
        grant_types=["authorization_code", "refresh_token"],
        scope=SCOPE,
        token_endpoint_auth_method="private_key_jwt",
        id_token_signed_response_alg="ES256",
        profile="oidc_core",  # it sends `aud` of its assertion as an array (decision 12)
        min_acr="urn:gerbang:acr:aal2",
        jwks={"keys": [key.as_dict(private=False)]},
    )
    with ScriptClient(sys.executable, "idpyoidc_rp.py") as library:
        there = library.tell(
            issuer=provider.issuer,
            client_id=client["client_id"],
            redirect_uri=f"{HERE}/callback",
            post_logout_redirect_uri=f"{HERE}/goodbye",
            scope=SCOPE,
            private_jwk=key.as_dict(private=True),
        )
        assert "code_challenge_method=S256" in there["url"]
        back = person.visit(there["url"], until=f"{HERE}/callback")
        assert back.pages == ("login", "mfa", "consent")
        seen = library.tell(url=back.url)

    assert seen["id_token"]["iss"] == provider.issuer
    assert seen["id_token"]["acr"] == "urn:gerbang:acr:aal2"
    assert seen["userinfo"]["sub"] == seen["id_token"]["sub"]
    assert seen["userinfo"]["name"] == "Siti Aminah"
    assert seen["userinfo"]["email"] == email
    assert seen["refreshed"]["access_token"] != seen["token"]
    assert seen["refreshed"]["refresh_token"]

    out = person.visit(seen["end_session"], until=f"{HERE}/goodbye")
    assert out.url.startswith(f"{HERE}/goodbye")
    assert person.visit(there["url"], until=HERE).pages[:1] == ("login",)
