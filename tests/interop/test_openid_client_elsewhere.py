"""npm openid-client 6 where the citizen signs in on another screen: device grant and CIBA."""

import re
from collections.abc import Callable
from typing import Any

from joserfc.jwk import ECKey

from tests.interop.script_client import ScriptClient
from tests.support.person import Person
from tests.support.provider import Provider

SCOPE = "openid profile email"
CIBA = "urn:openid:params:grant-type:ciba"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


def test_rfc8628_a_screen_without_a_keyboard(
    node: str, provider: Provider, person: Person, register: Callable[..., dict[str, Any]]
) -> None:
    client = register(
        client_name="Anjungan Layanan",
        grant_types=[DEVICE, "refresh_token"],
        response_types=[],
        scope=SCOPE,
        token_endpoint_auth_method="none",
    )
    with ScriptClient(node, "openid_client/device.mjs") as library:
        started = library.tell(
            issuer=provider.issuer, client_id=client["client_id"], metadata=client, scope=SCOPE
        )
        here = person.visit(started["verification_uri_complete"])
        assert "device" in here.pages
        assert "consent" in here.pages
        seen = library.tell(go=True)
    assert seen["claims"]["acr"] == "urn:gerbang:acr:aal2"
    assert seen["userinfo"]["sub"] == seen["claims"]["sub"]
    assert seen["userinfo"]["name"] == "Siti Aminah"


def test_ciba_the_citizen_decides_on_another_screen(
    node: str, provider: Provider, person: Person, register: Callable[..., dict[str, Any]]
) -> None:
    key = ECKey.generate_key("P-256", {"kid": "sig-1", "alg": "ES256", "use": "sig"}, private=True)
    client = register(
        client_name="Loket Layanan",
        grant_types=[CIBA],
        response_types=[],
        scope=SCOPE,
        token_endpoint_auth_method="private_key_jwt",
        jwks={"keys": [key.as_dict(private=False)]},
        backchannel_token_delivery_mode="poll",
    )
    with ScriptClient(node, "openid_client/decoupled.mjs") as library:
        library.tell(
            issuer=provider.issuer,
            client_id=client["client_id"],
            metadata=client,
            scope=SCOPE,
            login_hint=person.credentials.identifier,
            binding_message="LOKET-7",
            private_jwk=key.as_dict(private=True),
        )
        home = person.visit(f"{provider.issuer}/me")
        waiting = re.search(r'href="(/me/requests/[^"]+)"', home.html)
        assert waiting is not None
        here = person.open(provider.issuer + waiting[1])
        assert "LOKET-7" in here.html
        done = person.visit(provider.issuer + waiting[1])
        assert "approve" in done.pages
        assert "consent" in done.pages
        seen = library.tell(go=True)
    assert seen["userinfo"]["sub"] == seen["claims"]["sub"]
    assert seen["userinfo"]["name"] == "Siti Aminah"
