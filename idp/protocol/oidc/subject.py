"""Who a citizen is to one sector: pairwise and public `sub` (OIDC Core §8)."""

from collections.abc import Sequence
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from idp.protocol.oauth.client import Client
from idp.protocol.oauth.mac import mac
from idp.protocol.oauth.values import b64url

SUBJECT_TYPES: Final = ("pairwise", "public")

_PUBLIC: Final = "public"


def subject(account_id: UUID, client: Client, salt: bytes) -> str:
    """The `sub` of a citizen for one client: the same in a sector, unrelated across sectors (OIDC Core §8.1).

    `salt` is derived once from the root key and never rotated (decision 13). Public subjects are derived too,
    so that no internal id leaves.
    """
    # A sector is never empty and holds no "|", so no sector can stand for the public one.
    sector = _PUBLIC if client.subject_type == "public" else f"pairwise|{client.sector}"
    return b64url(mac(salt, f"{sector}|{account_id}"))


def sector_of(redirect_uris: Sequence[str], sector_identifier_uri: str | None, client_id: str) -> str:
    """The sector of a client (OIDC Core §8.1; decision 13).

    The host of `sector_identifier_uri`, else the one host of all redirect URIs; a loopback host only with its
    port. Where there is no single such host (custom schemes, any-port loopback, several hosts): the client by
    itself.
    """
    if sector_identifier_uri:
        return _host(sector_identifier_uri) or f"client:{client_id}"
    hosts = {_host(uri) for uri in redirect_uris}
    only = hosts.pop() if len(hosts) == 1 else None
    return only or f"client:{client_id}"


def _host(uri: str) -> str | None:
    try:
        parts = urlsplit(uri)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not host or parts.scheme not in ("http", "https"):
        return None
    if not _is_loopback(host):
        return host
    return f"{host}:{port}" if port else None


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
