"""npm openid-client 6 on the guarded roads: pushed and signed requests, signed answers, bound tokens, encryption."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import ECKey, RSAKey

from tests.interop.script_client import ScriptClient
from tests.support.person import Person
from tests.support.provider import Provider

REDIRECT = "http://127.0.0.1:9/callback"
SCOPE = "openid profile email"
Sign = Callable[..., dict[str, Any]]


@pytest.fixture
def sign_in(node: str, provider: Provider, person: Person, register: Callable[..., dict[str, Any]]) -> Sign:
    """Register a client with a key of its own and sign a citizen in on these roads; what the library saw."""

    def go(*roads: str, **metadata: Any) -> dict[str, Any]:
        key = ECKey.generate_key("P-256", {"kid": "sig-1", "alg": "ES256", "use": "sig"}, private=True)
        open_with = RSAKey.generate_key(
            2048, {"kid": "enc-1", "alg": "RSA-OAEP-256", "use": "enc"}, private=True
        )
        client = register(
            client_name="Layanan Terjaga",
            redirect_uris=[REDIRECT],
            grant_types=["authorization_code", "refresh_token"],
            scope=SCOPE,
            token_endpoint_auth_method="private_key_jwt",
            token_endpoint_auth_signing_alg="ES256",
            jwks={"keys": [key.as_dict(private=False), open_with.as_dict(private=False)]},
            **metadata,
        )
        with ScriptClient(node, "openid_client/sealed.mjs") as library:
            there = library.tell(
                roads=roads,
                issuer=provider.issuer,
                client_id=client["client_id"],
                metadata=client,
                redirect_uri=REDIRECT,
                scope=SCOPE,
                private_jwk=key.as_dict(private=True),
                decryption_jwk=open_with.as_dict(private=True),
            )
            back = person.visit(there["url"], until=REDIRECT)
            seen = library.tell(url=back.url)
        assert seen["userinfo"]["sub"] == seen["claims"]["sub"]
        assert seen["userinfo"]["name"] == "Siti Aminah"
        return {**seen, "asked": _parameters(there["url"]), "answered": _parameters(back.url)}

    return go


def _parameters(url: str) -> set[str]:
    return set(parse_qs(urlsplit(url).query))


def test_rfc9449_tokens_are_bound_to_its_key(sign_in: Sign) -> None:
    seen = sign_in("dpop", profile="national", dpop_bound_access_tokens=True)
    assert seen["token_type"] == seen["refreshed_type"] == "dpop"
    assert seen["without_proof"] == 401


def test_rfc9126_a_pushed_request_leaves_two_parameters_in_the_address(sign_in: Sign) -> None:
    seen = sign_in("par", profile="national")
    assert seen["asked"] == {"client_id", "request_uri"}
    assert seen["rotated"]


def test_fapi2_pushed_request_and_bound_tokens_with_nonces(sign_in: Sign) -> None:
    seen = sign_in("par", "dpop", profile="fapi2", dpop_bound_access_tokens=True)
    assert seen["asked"] == {"client_id", "request_uri"}
    assert seen["token_type"] == "dpop"
    assert "200 /token" in seen["nonces"]  # the server wants them, and the library brings them
    assert not seen["rotated"]
    assert seen["without_proof"] == 401


def test_rfc9101_a_signed_request_in_the_address(sign_in: Sign) -> None:
    seen = sign_in("jar", profile="national", request_object_signing_alg="ES256")
    assert seen["asked"] == {"client_id", "request"}


def test_fapi2_message_signing_signed_request_and_signed_answer(sign_in: Sign) -> None:
    seen = sign_in(
        "par",
        "jar",
        "jarm",
        "dpop",
        profile="fapi2_message_signing",
        dpop_bound_access_tokens=True,
        request_object_signing_alg="ES256",
        authorization_signed_response_alg="ES256",
    )
    assert seen["asked"] == {"client_id", "request_uri"}
    assert seen["answered"] == {"response"}


def test_id_token_and_userinfo_are_encrypted_to_its_key(sign_in: Sign) -> None:
    seen = sign_in(
        "decrypt",
        profile="national",
        id_token_encrypted_response_alg="RSA-OAEP-256",
        id_token_encrypted_response_enc="A256GCM",
        userinfo_signed_response_alg="ES256",
        userinfo_encrypted_response_alg="RSA-OAEP-256",
        userinfo_encrypted_response_enc="A256GCM",
    )
    assert seen["sealed"]
