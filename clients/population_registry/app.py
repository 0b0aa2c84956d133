"""The simulator's HTTP API: `/v1/verify` answers per field, `/v1/records` hands over a matched record."""

from __future__ import annotations

import hmac
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from flask import Flask, Response, abort, jsonify, request
from werkzeug.exceptions import HTTPException

from clients.clock import Clock, system_clock
from clients.population_registry.faults import TICKET_LIFE, FaultDesk, Tickets
from clients.population_registry.likeness import name_likeness, text_likeness
from clients.population_registry.people import Person, load

SANDBOX_KEY = "sandbox-registry-key"
DEFAULT_THRESHOLD = 0.85
LONGEST_VALUE = 500
ADDRESS_TEXTS = ("street", "rt", "rw", "postal_code")
ADDRESS_REGIONS = ("village", "district", "regency", "province")
SIXTEEN_DIGITS = re.compile(r"[0-9]{16}")
COMPARED_BY_LIKENESS: Mapping[str, Callable[[Person, str], float]] = {
    "name": lambda person, given: name_likeness(person.name, given),
    "place_of_birth": lambda person, given: text_likeness(person.birthplace, given),
    "address": lambda person, given: text_likeness(person.street, given),
}
COMPARED_EXACTLY: Mapping[str, Callable[[Person], str]] = {
    "birthdate": lambda person: person.birthdate,
    "gender": lambda person: person.gender,
}


class MalformedError(ValueError):
    """The request cannot be understood; its text is safe to return."""


def make_registry(
    people: Mapping[str, Person] | None = None, *, api_key: str = SANDBOX_KEY, clock: Clock = system_clock
) -> Flask:
    """Build the simulator; without people it serves the bundled synthetic ones."""
    app = Flask("population_registry", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = 16 * 1024
    register = dict(people if people is not None else load())
    faults, tickets = FaultDesk(), Tickets()

    @app.before_request
    def admit() -> None:
        if request.path == "/healthz":
            return
        presented = request.headers.get("Authorization", "")
        if not hmac.compare_digest(presented.encode(), f"Bearer {api_key}".encode()):
            abort(_problem(401, "unauthorized", "a valid API key is required"))

    @app.errorhandler(MalformedError)
    def refuse(error: MalformedError) -> Response:
        return _problem(400, "invalid_request", str(error))

    @app.errorhandler(HTTPException)
    def other(error: HTTPException) -> Response:
        if isinstance(error.response, Response):
            return error.response
        return _problem(error.code or 500, "error", error.name)

    @app.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="ok", people=len(register))

    @app.post("/v1/verify")
    def verify() -> Response:
        _suffer(faults)
        if not faults.spend():
            abort(_problem(429, "quota_exceeded", "no checks are left in this period", retry_after=60))
        claims = _members(("nik", "name", "birthdate"), ("place_of_birth", "gender", "address", "threshold"))
        answer = compare(register.get(claims.pop("nik")), claims)
        if answer["reference"]:
            answer["reference"] = tickets.issue(request.get_json()["nik"], clock())
            answer["reference_expires_in"] = int(TICKET_LIFE.total_seconds())
        return jsonify(answer)

    @app.post("/v1/records")
    def records() -> Response:
        _suffer(faults)
        nik = tickets.redeem(_members(("reference",), ())["reference"], clock())
        if nik is None:
            abort(_problem(404, "unknown_reference", "the reference is unknown, used or too old"))
        return jsonify(register[nik].record())

    @app.post("/v1/_people/<nik>/address")
    def move(nik: str) -> Response:
        person = register.get(nik)
        if person is None:
            abort(_problem(404, "unknown_person", "nobody here has this NIK"))
        register[nik] = person.moved(_address(), clock().isoformat(timespec="seconds"))
        return jsonify(register[nik].record())

    @app.route("/v1/_faults", methods=["GET", "POST", "DELETE"])
    def set_faults() -> Response:
        if request.method == "DELETE":
            faults.clear()
        elif request.method == "POST":
            body = request.get_json(silent=True)
            if not isinstance(body, dict):
                raise MalformedError("the body must be a JSON object")
            try:
                faults.change(body)
            except ValueError as error:
                raise MalformedError(str(error)) from error
        return jsonify(asdict(faults.now))

    return app


def compare(person: Person | None, claims: dict[str, Any]) -> dict[str, Any]:
    """Compare what was given with an entry; `reference` is True when a record may be handed over."""
    if person is None:
        return {
            "nik_exists": False,
            "active": False,
            "inactive_reason": None,
            "fields": {},
            "reference": None,
        }
    threshold = claims.pop("threshold", DEFAULT_THRESHOLD)
    fields: dict[str, dict[str, Any]] = {}
    for name, given in claims.items():
        if name in COMPARED_EXACTLY:
            fields[name] = {"match": COMPARED_EXACTLY[name](person) == given}
        else:
            likeness = COMPARED_BY_LIKENESS[name](person, given)
            fields[name] = {"match": likeness >= threshold, "similarity": likeness}
    matched = person.active and all(field["match"] for field in fields.values())
    return {
        "nik_exists": True,
        "active": person.active,
        "inactive_reason": person.inactive_reason,
        "fields": fields,
        "reference": matched or None,
    }


def _suffer(faults: FaultDesk) -> None:
    time.sleep(faults.now.latency_ms / 1000)
    if faults.now.outage:
        abort(_problem(503, "unavailable", "the registry is down", retry_after=30))


def _members(required: tuple[str, ...], optional: tuple[str, ...]) -> dict[str, Any]:
    """Read the members of the JSON body; refuse what is missing, unknown or of the wrong form."""
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise MalformedError("the body must be a JSON object")
    missing = [name for name in required if not body.get(name)]
    unknown = sorted(set(body) - set(required) - set(optional))
    if missing or unknown:
        raise MalformedError(f"missing: {missing}; unknown: {unknown}")
    given = {name: value for name, value in body.items() if value is not None and value != ""}
    for name, value in given.items():
        if name == "threshold":
            if type(value) not in (int, float) or not 0 <= value <= 1:
                raise MalformedError("threshold must be a number from 0 to 1")
        elif not isinstance(value, str) or len(value) > LONGEST_VALUE:
            raise MalformedError(f"{name} must be a text of at most {LONGEST_VALUE} characters")
    if "nik" in given and (
        len(given["nik"]) != 16 or not given["nik"].isascii() or not given["nik"].isdecimal()
    ):
        raise MalformedError("nik must be 16 digits")
    if "birthdate" in given:
        _require_date(given["birthdate"])
    return given


def _address() -> dict[str, Any]:
    """Read a whole address: street, rt, rw and postal code, and four regions with code and name."""
    body = request.get_json(silent=True)
    if not isinstance(body, dict) or set(body) != {*ADDRESS_TEXTS, *ADDRESS_REGIONS}:
        raise MalformedError(f"the members are {[*ADDRESS_TEXTS, *ADDRESS_REGIONS]}")
    for name in ADDRESS_TEXTS:
        if not isinstance(body[name], str) or not 0 < len(body[name]) <= LONGEST_VALUE:
            raise MalformedError(f"{name} must be a text of at most {LONGEST_VALUE} characters")
    for name in ADDRESS_REGIONS:
        region = body[name]
        if not isinstance(region, dict) or not all(isinstance(region.get(k), str) for k in ("code", "name")):
            raise MalformedError(f"{name} must be an object of code and name")
    return body


def _require_date(text: str) -> None:
    try:
        well_formed = date.fromisoformat(text).isoformat() == text
    except ValueError:
        well_formed = False
    if not well_formed:
        raise MalformedError("birthdate must be a date as YYYY-MM-DD")


def _problem(status: int, code: str, message: str, *, retry_after: int | None = None) -> Response:
    response = jsonify(error=code, message=message)
    response.status_code = status
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response
