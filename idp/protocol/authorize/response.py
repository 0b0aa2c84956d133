"""Authorization responses: query and form_post, always with `iss` (RFC 9207 §2)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from idp.protocol.oauth.redirects import append_query


class ResponseMode(StrEnum):
    """How the answer travels back (OAuth 2.0 Multiple Response Types §2.1, Form Post Response Mode §2)."""

    QUERY = "query"
    FORM_POST = "form_post"


@dataclass(frozen=True, slots=True)
class AuthorizationResponse:
    """A finished answer to an authorization request; only `ReplyTo` makes one."""

    redirect_uri: str
    mode: ResponseMode
    parameters: Mapping[str, str] = field(repr=False)

    @property
    def location(self) -> str:
        """The address to redirect to; a registered query part is kept (RFC 6749 §3.1.2)."""
        return append_query(self.redirect_uri, self.parameters)

    @property
    def is_form(self) -> bool:
        """True where a page must post the parameters (Form Post Response Mode §2)."""
        return self.mode is ResponseMode.FORM_POST
