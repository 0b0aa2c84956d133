"""npm openid-client 6 signs in unchanged, from discovery to the end-session address."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from joserfc.jwk import ECKey

from tests.interop.script_client import ScriptClient
from tests.support.person import Person
from tests.support.provider import Provider

REDIRECT = "http://127.0.0.1:9/callback"
GOODBYE = "http://127.0.0.1:9/goodbye"
SCOPE = "openid profile email"
CLIENT: dict[str, Any] = {
    "client_name": "Layanan Uji",
    "redirect_uris": [REDIRECT],
    "post_logout_redirect_uris": [GOODBYE],
    "grant_types": ["authorization_code", "refresh_token"],
    "scope": SCOPE,
}
SECRET = {"profile": "oidc_core", "token_endpoint_auth_method": "client_secret_basic"}
KEY = {"profile": "national", "token_endpoint_auth_method": "private_key_jwt"}


@pytest.mark.parametrize("way", [SECRET, KEY], ids=["client_secret_basic", "private_key_jwt"])
def test_openid_client_signs_in_unchanged(
    way: dict[str, str],
    node: str,
    provider: Provider,
    person: Person,
    email: str,
    register: Callable[..., dict[str, Any]],
) -> None:
    keys: dict[str, Any] = {}
    if way is KEY:
        key = ECKey.generate_key("P-256", {"kid": "interop-1", "alg": "ES256", "use": "sig"}, private=True)
        keys["jwks"] = {"keys": [key.as_dict(private=False)]}
    client = register(**CLIENT, **way, **keys)
    proof = {"private_jwk": key.as_dict(private=True)} if keys else {"client_secret": client["client_secret"]}

    with ScriptClient(node, "openid_client/sign_in.mjs") as library:
        there = library.tell(
            issuer=provider.issuer,
            client_id=client["client_id"],
            redirect_uri=REDIRECT,
            post_logout_redirect_uri=GOODBYE,
            scope=SCOPE,
            metadata=client,
            **proof,
        )
        back = person.visit(there["url"], until=REDIRECT)
        asked_for_two_factors = way is KEY
        assert back.pages == (("login", "mfa", "consent") if asked_for_two_factors else ("login", "consent"))
        seen = library.tell(url=back.url)

    assert seen["issuer"] == provider.issuer
    assert seen["claims"]["aud"] in (client["client_id"], [client["client_id"]])
    assert seen["claims"]["acr"] == f"urn:gerbang:acr:{'aal2' if asked_for_two_factors else 'aal1'}"
    assert seen["token_type"] == "bearer"
    assert set(seen["scope"].split()) == set(SCOPE.split())
    assert seen["userinfo"]["sub"] == seen["claims"]["sub"]
    assert seen["userinfo"]["name"] == "Siti Aminah"
    assert seen["userinfo"]["email"] == email
    assert seen["rotated"]
    assert seen["active_before"] is True
    assert seen["active_after"] is False
    assert seen["refresh_after"] == "invalid_grant"


def test_its_end_session_address_signs_the_citizen_out_and_leads_back(
    node: str, provider: Provider, person: Person, register: Callable[..., dict[str, Any]]
) -> None:
    client = register(**CLIENT, **SECRET)
    with ScriptClient(node, "openid_client/sign_in.mjs") as library:
        there = library.tell(
            issuer=provider.issuer,
            client_id=client["client_id"],
            client_secret=client["client_secret"],
            redirect_uri=REDIRECT,
            post_logout_redirect_uri=GOODBYE,
            scope=SCOPE,
            metadata=client,
        )
        seen = library.tell(url=person.visit(there["url"], until=REDIRECT).url)

    out = person.visit(seen["end_session"], until=GOODBYE)
    assert out.url == f"{GOODBYE}?state={seen['state']}"
    again = person.visit(there["url"], until=REDIRECT)
    assert again.pages[:1] == ("login",)


def test_rfc7591_it_registers_itself_and_signs_in(node: str, provider: Provider, person: Person) -> None:
    key = ECKey.generate_key("P-256", {"kid": "interop-1", "alg": "ES256", "use": "sig"}, private=True)
    token = json.loads(provider.run("clients", "token", "create", "--json"))["initial_access_token"]
    with ScriptClient(node, "openid_client/sign_in.mjs") as library:
        there = library.tell(
            issuer=provider.issuer,
            initial_access_token=token,
            metadata={**CLIENT, **KEY, "jwks": {"keys": [key.as_dict(private=False)]}},
            redirect_uri=REDIRECT,
            post_logout_redirect_uri=GOODBYE,
            scope=SCOPE,
            private_jwk=key.as_dict(private=True),
        )
        seen = library.tell(url=person.visit(there["url"], until=REDIRECT).url)
    assert seen["claims"]["aud"] in (seen["client_id"], [seen["client_id"]])
    assert seen["userinfo"]["name"] == "Siti Aminah"
