"""An authorization request and the place its answer may go: both exist only when validated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self, cast

from idp.protocol.authorize.response import AuthorizationResponse, ResponseMode
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.errors import PageOnly, ProtocolError
from idp.protocol.oauth.pkce import CodeChallenge
from idp.protocol.oauth.responses import error_members
from idp.protocol.oidc.claims_request import ClaimsRequest


@dataclass(frozen=True, slots=True)
class ReplyTo:
    """Where an authorization response may go. Only `resolve` makes one, after matching the registration."""

    redirect_uri: str
    mode: ResponseMode
    state: str | None = field(repr=False)
    issuer: str

    @property
    def is_plain(self) -> bool:
        """True where the answer travels as it is, in the address."""
        return self.mode is ResponseMode.QUERY

    def error(self, exc: ProtocolError) -> AuthorizationResponse:
        """Answer with an error, `state` and `iss` (RFC 6749 §4.1.2.1, RFC 9207 §2)."""
        if isinstance(exc, PageOnly):
            raise TypeError("a page error must never be redirected") from exc
        return self._answer(error_members(exc))

    def success(self, code: str, session_state: str | None = None) -> AuthorizationResponse:
        """Answer with a code, `state` and `iss` (RFC 6749 §4.1.2, RFC 9207 §2; Session Management §2)."""
        return self._answer({"code": code} | ({"session_state": session_state} if session_state else {}))

    def _answer(self, members: dict[str, str]) -> AuthorizationResponse:
        if self.state is not None:
            members["state"] = self.state
        members["iss"] = self.issuer
        return AuthorizationResponse(self.redirect_uri, self.mode, members)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationRequest:
    """What a client asks of the citizen (OIDC Core §3.1.2.1). Only `validate` and `from_dict` make one."""

    client_id: str
    reply_to: ReplyTo
    scope: tuple[str, ...]
    response_type: str = "code"
    nonce: str | None = None
    code_challenge: CodeChallenge | None = None
    prompt: frozenset[str] = frozenset()
    max_age: int | None = None
    acr_values: tuple[str, ...] = ()
    claims: ClaimsRequest = field(default_factory=ClaimsRequest)
    ui_locales: tuple[str, ...] = ()
    claims_locales: tuple[str, ...] = ()
    login_hint: str | None = field(default=None, repr=False)
    id_token_hint: str | None = field(default=None, repr=False)
    display: str | None = None
    resource: tuple[str, ...] = ()
    authorization_details: str | None = None
    """JSON text, checked and in canonical form (RFC 9396 §2)."""
    dpop_jkt: str | None = None
    """The key the code will be bound to (RFC 9449 §10)."""
    pushed: str | None = field(default=None, repr=False)
    """The `request_uri` this request came by, consumed with the code (RFC 9126 §4; decision 10)."""

    @property
    def is_openid(self) -> bool:
        """True where an ID Token belongs in the answer (OIDC Core §3.1.2.1)."""
        return "openid" in self.scope

    @property
    def is_silent(self) -> bool:
        """True where no page may be shown (OIDC Core §3.1.2.1, prompt=none)."""
        return "none" in self.prompt

    @property
    def wants_offline(self) -> bool:
        """True where a refresh token may outlive the session (OIDC Core §11)."""
        return "offline_access" in self.scope

    def wants_auth_time(self, client: Client) -> bool:
        """Say whether the ID Token must tell auth_time (OIDC Core §2, OIDC Registration §2)."""
        return self.max_age is not None or client.require_auth_time or self.claims.auth_time_wanted

    def to_dict(self) -> dict[str, object]:
        """A JSON object for storage; `from_dict` reads the same value back."""
        return {
            "client_id": self.client_id,
            "redirect_uri": self.reply_to.redirect_uri,
            "response_mode": self.reply_to.mode.value,
            "state": self.reply_to.state,
            "issuer": self.reply_to.issuer,
            "response_type": self.response_type,
            "scope": list(self.scope),
            "nonce": self.nonce,
            "code_challenge": self.code_challenge.value if self.code_challenge else None,
            "prompt": sorted(self.prompt),
            "max_age": self.max_age,
            "acr_values": list(self.acr_values),
            "claims": self.claims.to_dict(),
            "ui_locales": list(self.ui_locales),
            "claims_locales": list(self.claims_locales),
            "login_hint": self.login_hint,
            "id_token_hint": self.id_token_hint,
            "display": self.display,
            "resource": list(self.resource),
            "authorization_details": self.authorization_details,
            "dpop_jkt": self.dpop_jkt,
            "pushed": self.pushed,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, object]) -> Self:
        """Read back what `to_dict` wrote; not for input of others."""
        challenge = _text(stored, "code_challenge")
        return cls(
            client_id=str(stored["client_id"]),
            reply_to=ReplyTo(
                str(stored["redirect_uri"]),
                ResponseMode(str(stored["response_mode"])),
                _text(stored, "state"),
                str(stored["issuer"]),
            ),
            response_type=str(stored["response_type"]),
            scope=_words(stored, "scope"),
            nonce=_text(stored, "nonce"),
            code_challenge=CodeChallenge(challenge) if challenge else None,
            prompt=frozenset(_words(stored, "prompt")),
            max_age=cast("int | None", stored["max_age"]),
            acr_values=_words(stored, "acr_values"),
            claims=ClaimsRequest.of(stored["claims"]),
            ui_locales=_words(stored, "ui_locales"),
            claims_locales=_words(stored, "claims_locales"),
            login_hint=_text(stored, "login_hint"),
            id_token_hint=_text(stored, "id_token_hint"),
            display=_text(stored, "display"),
            resource=_words(stored, "resource"),
            authorization_details=_text(stored, "authorization_details"),
            dpop_jkt=_text(stored, "dpop_jkt"),
            pushed=_text(stored, "pushed"),
        )


def _text(stored: Mapping[str, object], name: str) -> str | None:
    return cast("str | None", stored.get(name))


def _words(stored: Mapping[str, object], name: str) -> tuple[str, ...]:
    return tuple(cast("Sequence[str]", stored.get(name) or ()))
