"""`/openapi.json`: the attribute-exchange API, for people who generate their clients (OpenAPI 3.1; contract 5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from idp.domain.exchange.may_release import Reason
from idp.protocol.oidc.attribute_push import MEDIA_TYPE
from idp.protocol.oidc.catalogue import CLAIMS
from idp.web.machine.documents import ATTRIBUTES, CONFIRMATIONS, ENDPOINTS, METER, SELF_STATED

PATH: Final = "/openapi.json"
FORM: Final = "application/x-www-form-urlencoded"
TEXT: Final[Mapping[str, Any]] = {"type": "string"}
COUNT: Final[Mapping[str, Any]] = {"type": "integer", "minimum": 0, "maximum": 9999}


def document(issuer: str) -> dict[str, Any]:
    """Put the description together for one deployment."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Gerbang: attribute exchange",
            "version": "1",
            "description": "Once only: verified attributes of one citizen, with provenance. "
            "The discovery document describes the OpenID Connect endpoints.",
        },
        "servers": [{"url": issuer}],
        "paths": {
            ENDPOINTS[ATTRIBUTES]: {"get": _read(), "post": _push()},
            ENDPOINTS[SELF_STATED]: {"post": _self_stated()},
            ENDPOINTS[METER]: {"post": _meter()},
            ENDPOINTS[CONFIRMATIONS]: {"post": _confirm()},
        },
        "components": {
            "securitySchemes": {
                "citizen": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An access token of a citizen; DPoP where the token is bound to a key (RFC 9449).",
                },
                "client": {
                    "type": "openIdConnect",
                    "openIdConnectUrl": f"{issuer}/.well-known/openid-configuration",
                    "description": "Client authentication as at the token endpoint, in the form.",
                },
            },
            "schemas": {"Attributes": _attributes(), "Provenance": _provenance(), "Error": _error()},
        },
    }


def _read() -> dict[str, Any]:
    return {
        "operationId": "readAttributes",
        "summary": "Read attributes of the citizen a token is about",
        "security": [{"citizen": []}],
        "parameters": [
            _query(
                "claims", "Names of the catalogue, apart by blanks; all the token covers when left out.", TEXT
            ),
            _query("max_age", "How old a value may be, in seconds.", {"type": "integer", "minimum": 0}),
        ],
        "responses": {
            "200": {
                "description": "What may leave; `Accept: application/jwt` gets it signed.",
                "content": {
                    "application/json": {"schema": {"$ref": "#/components/schemas/Attributes"}},
                    MEDIA_TYPE: {"schema": TEXT},
                },
            },
            **_errors("400", "401", "429"),
        },
    }


def _push() -> dict[str, Any]:
    return {
        "operationId": "pushAttributes",
        "summary": "Push attributes of one citizen, signed by their owner (docs/reference/connector.md)",
        "requestBody": {"required": True, "content": {MEDIA_TYPE: {"schema": TEXT}}},
        "responses": {
            "202": _json(
                "What was understood; whether its NIK has an account is not told.",
                {"accepted": {"type": "array", "items": TEXT}},
            ),
            **_errors("400", "401", "404", "429"),
        },
    }


def _self_stated() -> dict[str, Any]:
    return {
        "operationId": "stateAttributes",
        "summary": "Hand in what a citizen typed and wants kept for other services; one parameter for each claim",
        "security": [{"citizen": []}],
        "requestBody": _form({}, extra=True),
        "responses": {"200": _json("What was kept.", {}), **_errors("400", "401", "403")},
    }


def _meter() -> dict[str, Any]:
    members = {
        "report_id": TEXT,
        "form": TEXT,
        "day": {"type": "string", "format": "date"},
        "prefilled": COUNT,
        "typed": COUNT,
        "typed_known": TEXT,
    }
    return {
        "operationId": "reportForm",
        "summary": "Count one submitted form; counts and names of claims, never values",
        "security": [{"client": []}],
        "requestBody": _form(members, required=("report_id", "form", "day", "prefilled", "typed")),
        "responses": {"200": _json("Counted, now or before.", {}), **_errors("400", "401")},
    }


def _confirm() -> dict[str, Any]:
    return {
        "operationId": "confirmEvent",
        "summary": "Confirm that what a security event asks is done",
        "security": [{"client": []}],
        "requestBody": _form({"jti": TEXT}, required=("jti",)),
        "responses": {"204": {"description": "Confirmed."}, **_errors("400", "401", "404")},
    }


def _attributes() -> dict[str, Any]:
    names: dict[str, Any] = {name: {} for name in CLAIMS}
    return {
        "type": "object",
        "required": ["sub"],
        "properties": {
            "sub": TEXT,
            **names,
            "claims_provenance": {
                "type": "object",
                "additionalProperties": {"$ref": "#/components/schemas/Provenance"},
            },
            "claims_withheld": {
                "type": "object",
                "additionalProperties": {"enum": [reason.value for reason in Reason]},
            },
        },
    }


def _provenance() -> dict[str, Any]:
    moment = {"type": "string", "format": "date-time"}
    return {
        "type": "object",
        "required": ["source", "level"],
        "properties": {
            "source": TEXT,
            "level": {"enum": ["ial0", "ial1", "ial2", "ial3"]},
            "verified_at": moment,
            "valid_from": moment,
            "valid_until": moment,
            "legal_basis": TEXT,
            "purpose": {"type": "object", "additionalProperties": TEXT},
            "ledger_id": {"type": "string", "format": "uuid"},
            "stale": {"type": "boolean"},
        },
    }


def _error() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["error"],
        "properties": {"error": TEXT, "error_description": TEXT},
    }


def _query(name: str, description: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


def _form(
    members: Mapping[str, Any], required: tuple[str, ...] = (), *, extra: bool = False
) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "object", "properties": dict(members)}
    if required:
        schema["required"] = list(required)
    if extra:
        schema["additionalProperties"] = TEXT
    return {"required": True, "content": {FORM: {"schema": schema}}}


def _json(description: str, members: Mapping[str, Any]) -> dict[str, Any]:
    schema = {"type": "object", "properties": dict(members)}
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _errors(*statuses: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {
        status: {"description": "Refused; see docs/reference/errors.md.", "content": content}
        for status in statuses
    }
