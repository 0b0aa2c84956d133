"""Authorization details in the citizen's language (RFC 9396 §2): what, for what, who gets it, from where."""

from __future__ import annotations

from typing import Any

from idp.protocol.oauth.authorization_details import read_stored
from idp.protocol.oauth.client import Client
from idp.protocol.oidc.catalogue import CLAIMS
from idp.services import Services
from idp.web.pages import DetailLine


def detail_lines(
    services: Services, text: str | None, client: Client, language: str
) -> tuple[DetailLine, ...]:
    """Say stored details of type `once_only` in words."""
    return tuple(_once_only(services, detail, client, language) for detail in read_stored(text))


def service_name(services: Services, resource: str, language: str) -> str:
    """Name who serves a resource; one that is gone by now by its address."""
    server = services.clients.serving(resource)
    return server.name(language) if server is not None else resource


def _once_only(services: Services, detail: dict[str, Any], client: Client, language: str) -> DetailLine:
    purpose: dict[str, str] = detail["purpose"]
    recipient = services.clients.get(detail["recipient"]) or client
    return DetailLine(
        items=tuple(CLAIMS[name].label(language) for name in detail["claims"]),
        purpose=purpose.get(language) or purpose["id"],
        recipient=recipient.name(language),
        sources=tuple(
            dict.fromkeys(service_name(services, at, language) for at in detail.get("locations", ()))
        ),
    )
