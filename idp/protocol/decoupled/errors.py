"""Errors of the backchannel authentication endpoint (CIBA Core 1.0 §13)."""

from idp.protocol.oauth.errors import AccessDenied, ProtocolError


class UnknownUserId(ProtocolError):
    """Tell that no citizen can be found by the hint (CIBA §13)."""

    code = "unknown_user_id"


class ExpiredLoginHintToken(ProtocolError):
    """Refuse a login hint token that has expired (CIBA §13)."""

    code = "expired_login_hint_token"


class RequestRefused(AccessDenied):
    """Refuse to ask a citizen: they want no requests from this client (CIBA §13)."""

    status = 403


class InvalidBindingMessage(ProtocolError):
    """Refuse a binding message that cannot be shown (CIBA §13)."""

    code = "invalid_binding_message"
