"""Fewer authorization details than were granted, where a token request asks for fewer (RFC 9396 §6)."""

from __future__ import annotations

from typing import Any

from idp.domain.grants.refresh_handle import RefreshHandle
from idp.domain.store.statements import Statements
from idp.protocol.oauth.authorization_details import Circumstances, narrowed, parse_details
from idp.protocol.oauth.errors import InvalidAuthorizationDetails
from idp.protocol.oauth.requests import TokenRequest
from idp.protocol.oauth.values import Handle, HandleKind
from idp.protocol.oidc.once_only import TYPES

PARAMETER = "authorization_details"
OF_CODE = """
SELECT authorization_details FROM authorization_code
WHERE day = :day AND bucket = :bucket AND digest = :digest AND client_id = :client_id
"""
OF_FAMILY = "SELECT authorization_details FROM family WHERE refresh_key = :key AND client_id = :client_id"


def narrowed_for_code(statements: Statements, request: TokenRequest, known: Circumstances) -> str | None:
    """Return the details a code exchange asks for; None, and no statement, where it asks for none by name.

    What a code carries never changes, so that it may be read before the code is claimed.

    Raises:
        InvalidAuthorizationDetails: malformed, or more than was granted; the code is untouched.
    """
    if PARAMETER not in request.parameters:
        return None
    code = Handle.parse(request.code, HandleKind.CODE)
    if code is None:
        return None
    key = {"day": code.day, "bucket": code.bucket, "digest": code.digest}
    return _narrowed(statements, OF_CODE, key, request, known)


def narrowed_for_refresh(statements: Statements, request: TokenRequest, known: Circumstances) -> str | None:
    """Return the details a refresh asks for, as `narrowed_for_code` does for codes."""
    if PARAMETER not in request.parameters:
        return None
    presented = RefreshHandle.parse(request.refresh_token)
    if presented is None:
        return None
    return _narrowed(statements, OF_FAMILY, {"key": presented.key}, request, known)


def refuse_details(request: TokenRequest) -> None:
    """Refuse details where no citizen granted any (RFC 9396 §5)."""
    if PARAMETER in request.parameters:
        raise InvalidAuthorizationDetails("details are granted by citizens only", parameter=PARAMETER)


def _narrowed(
    statements: Statements, sql: str, key: dict[str, Any], request: TokenRequest, known: Circumstances
) -> str | None:
    row = statements.one(sql, {**key, "client_id": known.client.client_id})
    asked = parse_details(request.parameters[PARAMETER], known, TYPES)
    return narrowed(row["authorization_details"], asked) if row is not None else None
