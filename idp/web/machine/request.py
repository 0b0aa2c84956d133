"""A request to a machine endpoint as a value, whatever server brought it."""

from __future__ import annotations

from dataclasses import dataclass, field

import orjson

from idp.protocol.oauth.errors import InvalidRequest
from idp.protocol.oauth.parameters import Parameters, decode_form, parse
from idp.protocol.oauth.requests import Headers

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class MachineRequest:
    """Method, path, lower-case headers, raw query and body, and the caller's address."""

    method: str
    path: str
    headers: Headers = field(repr=False)
    query: str = field(repr=False)
    body: bytes = field(repr=False)
    address: str

    def form(self) -> Parameters:
        """Read the body as form parameters; parameters in the address are refused (RFC 6749 §3.2).

        Raises:
            InvalidRequest: another content type, a query, a repeated parameter, bytes that are no UTF-8.
        """
        if self.query:
            raise InvalidRequest("parameters belong in the body")
        return parse(self._pairs(self._form_text()))

    def form_or_object(self) -> Parameters:
        """Read the body as form parameters or as a JSON object of texts; the rules for both are the same.

        Raises:
            InvalidRequest: as for a form, and for any other JSON.
        """
        if (self.headers.get("content-type") or "").partition(";")[0].strip().lower() != JSON:
            return self.form()
        if self.query:
            raise InvalidRequest("parameters belong in the body")
        try:
            members = orjson.loads(self.body)
        except orjson.JSONDecodeError as exc:
            raise InvalidRequest("the body is not JSON") from exc
        if not isinstance(members, dict) or not all(isinstance(value, str) for value in members.values()):
            raise InvalidRequest("the body must be a JSON object of texts")
        return parse(members.items())

    def optional_form(self) -> Parameters:
        """Read the body if it is a form; nothing otherwise."""
        is_form = (self.headers.get("content-type") or "").partition(";")[0].strip().lower() == FORM
        return parse(self._pairs(self._form_text())) if is_form and self.body else parse(())

    def arguments(self) -> Parameters:
        """Read the query."""
        return parse(self._pairs(self.query))

    def _form_text(self) -> str:
        if (self.headers.get("content-type") or "").partition(";")[0].strip().lower() != FORM:
            raise InvalidRequest(f"the body must be {FORM}")
        try:
            return self.body.decode("ascii")
        except UnicodeDecodeError as exc:
            raise InvalidRequest("the body is not form-encoded") from exc

    @staticmethod
    def _pairs(text: str) -> list[tuple[str, str]]:
        try:
            return decode_form(text)
        except ValueError as exc:
            raise InvalidRequest("the parameters are not well formed") from exc
