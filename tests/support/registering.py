"""Clients that register themselves: an initial access token, the call, the answer."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from joserfc.jwk import ECKey

from idp.domain.registry import agencies, initial_tokens
from tests import factories
from tests.factories import TestClient
from tests.rp import RP, Answer, Provider

AGENCY = "dinas-uji"
ENDPOINT = "/clients"
KEY = ECKey.generate_key("P-256", {"kid": "one", "use": "sig", "alg": "ES256"}, private=True)
JWKS = {"keys": [KEY.as_dict(private=False)]}
PURPOSE = {"required": False, "purpose": {"id": "Mengirim bukti", "en": "Send the receipt"}}
WEB: dict[str, Any] = {
    "client_name": "Izin Usaha",
    "client_name#en": "Business Licence",
    "redirect_uris": [factories.REDIRECT],
    "scope": "openid profile",
    "token_endpoint_auth_method": "private_key_jwt",
    "jwks": JWKS,
}
SECRET = {n: v for n, v in WEB.items() if n != "jwks"} | {"token_endpoint_auth_method": "client_secret_basic"}
LIVE = WEB | {"scope": "openid email", "claims": {"email": PURPOSE}}


def a_permit(
    provider: Provider, *, uses: int = 20, environment: str = "sandbox", days: int = 7, by: str = "rina"
) -> initial_tokens.Minted:
    """An initial access token, as the console and the command line make it."""
    services = provider.services
    now = services.clock()
    with services.database.unit_of_work() as db:
        agencies.put(db, AGENCY, "Dinas Uji", "Test Office", by=by, now=now)
        return initial_tokens.mint(
            db,
            agency_id=AGENCY,
            environment=environment,
            uses=uses,
            life=timedelta(days=days),
            by=by,
            now=now,
            production=False,
        )


def bearer(token: str | None) -> dict[str, str]:
    return {} if token is None else {"Authorization": f"Bearer {token}"}


def register(provider: Provider, token: str | None, document: Any = None, **members: Any) -> Answer:
    body = json.dumps((WEB if document is None else document) | members)
    return provider.post(ENDPOINT, body, content_type="application/json", headers=bearer(token))


def registered(provider: Provider, document: Any = None, **members: Any) -> Answer:
    """Register with a permit of its own, and insist that it works."""
    answer = register(provider, a_permit(provider).text, document, **members)
    assert answer.status == 201, answer.text
    return answer


class Manager:
    """The holder of a registration access token."""

    def __init__(self, provider: Provider, answer: Answer) -> None:
        self.provider = provider
        self.members = answer.json
        self.token: str = answer["registration_access_token"]
        self.path = urlsplit(answer["registration_client_uri"]).path

    def call(self, method: str, body: Any = None, token: str | None = None) -> Answer:
        return Answer(
            self.provider.machine.open(
                self.path,
                method=method,
                base_url=factories.ISSUER,
                data=None if body is None else json.dumps(body),
                content_type=None if body is None else "application/json",
                headers=bearer(self.token if token is None else token),
            )
        )

    def read(self, token: str | None = None) -> Answer:
        return self.call("GET", token=token)

    def put(self, document: Any = None, **members: Any) -> Answer:
        """Send everything that stands, with these changes; None leaves a member out."""
        ours = ("registration_access_token", "registration_client_uri", "client_secret_expires_at")
        standing = self.members if document is None else document | {"client_id": self.members["client_id"]}
        kept = {n: v for n, v in standing.items() if n not in (*ours, "client_id_issued_at")}
        return self.call("PUT", {n: v for n, v in (kept | members).items() if v is not None})

    def delete(self) -> Answer:
        return self.call("DELETE")

    def rp(self) -> RP:
        """The client at work."""
        uses_key = self.members["token_endpoint_auth_method"] == "private_key_jwt"
        client = TestClient(
            client_id=self.members["client_id"],
            redirect_uri=self.members["redirect_uris"][0],
            key=KEY if uses_key else None,
            secret=self.members.get("client_secret"),
        )
        return RP(self.provider, client)
