"""Authorization responses by query or form_post, plain with `iss` (RFC 9207 §2) or as one JWT (JARM §2)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from idp.protocol.oauth.redirects import append_query


class ResponseMode(StrEnum):
    """How the answer travels back (OAuth 2.0 Multiple Response Types §2.1, Form Post Response Mode §2, JARM §2.3)."""

    QUERY = "query"
    FORM_POST = "form_post"
    JWT = "jwt"
    QUERY_JWT = "query.jwt"
    FORM_POST_JWT = "form_post.jwt"

    @property
    def is_form(self) -> bool:
        """True where a page posts the answer."""
        return self in (ResponseMode.FORM_POST, ResponseMode.FORM_POST_JWT)

    @property
    def is_secured(self) -> bool:
        """True where the answer is one signed JWT; `jwt` means `query.jwt` for a code (JARM §2.3.4)."""
        return self in (ResponseMode.JWT, ResponseMode.QUERY_JWT, ResponseMode.FORM_POST_JWT)


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
        return self.mode.is_form

    def carrying(self, response: str) -> "AuthorizationResponse":
        """The same answer as one parameter (JARM §2.3)."""
        return replace(self, parameters={"response": response})
