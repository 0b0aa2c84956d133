"""npm openid-client 6 where the citizen signs in on another screen."""

from collections.abc import Callable
from typing import Any

from tests.interop.script_client import ScriptClient
from tests.support.person import Person
from tests.support.provider import Provider

SCOPE = "openid profile email"
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
