"""`python -m clients publish AGENCY NIK`: an agency changes a record, if told to, and tells Gerbang."""

from __future__ import annotations

import argparse
import json
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from clients import manifest
from clients.clock import Clock, system_clock
from clients.credentials import key_pair
from clients.deployment import DATA_DIR, ISSUER, Deployment
from clients.gate_token import NIK, Person
from clients.publisher import GateAwayError, Publisher, PushRefusedError
from clients.records import Attribute, Register

HERE = Path(__file__).parent
OK, REFUSED, AWAY = 0, 1, 75
"""Exit codes: told, refused for good, to be tried again later (EX_TEMPFAIL of sysexits)."""


def main(arguments: list[str], clock: Clock = system_clock) -> int:
    """Change, tell, and say how it went; NIK and values are not repeated."""
    options = _parser().parse_args(arguments)
    publishing = manifest.read(HERE / options.agency / "client.toml").publishing
    if publishing is None or publishing.subject != "nik":
        return _refuse(f"{options.agency} does not publish by NIK")
    if not NIK.fullmatch(options.nik):
        return _refuse("a NIK is 16 digits")
    folder = Deployment(base="", data_dir=options.data_dir).folder(options.agency)
    register = Register.of_agency(HERE / options.agency, folder, clock)
    try:
        told = _to_tell(options, publishing, register)
    except ValueError as error:
        return _refuse(str(error))
    if not told:
        return _refuse(f"{options.agency} knows nothing of this person; --set NAME=VALUE writes it down")
    publisher = Publisher(publishing, options.issuer.rstrip("/"), key_pair(folder), clock)
    try:
        publisher.push(Person(sub="", nik=options.nik), told)
    except PushRefusedError as error:
        return _refuse(f"refused: {error}")
    except GateAwayError as error:
        sys.stderr.write(f"Gerbang does not answer ({error}); the record is kept, try again later\n")
        return AWAY
    sys.stdout.write(f"told: {', '.join(told)}\n")
    return OK


def _to_tell(
    options: argparse.Namespace, publishing: manifest.Publishing, register: Register
) -> dict[str, Attribute]:
    """Write down what is new and return what is told: the news alone, or all that is known."""
    new = dict(map(_assignment, options.set))
    on_file = {name: Attribute(value) for name, value in map(_assignment, options.on_file)}
    strange, own = sorted(set(new) - set(publishing.names)), sorted(set(on_file) & set(publishing.names))
    if strange:
        names = ", ".join(publishing.names)
        raise ValueError(f"{options.agency} publishes {names}; not {', '.join(strange)}")
    if own:
        raise ValueError(f"{options.agency} owns {', '.join(own)}: use --set")
    for name, value in new.items():
        register.change(options.nik, name, value, valid_until=options.valid_until)
    if not new and on_file:
        return on_file
    known = register.of(options.nik) or {}
    return {n: known[n] for n in publishing.names if n in known and (not new or n in new)} | on_file


def _parser() -> argparse.ArgumentParser:
    environment = os.environ
    parser = argparse.ArgumentParser(
        prog="python -m clients publish",
        description="Tell Gerbang what an agency knows about a person, after changing it if --set says so.",
        epilog="exit codes: 0 told, 1 refused, 75 Gerbang is away",
    )
    agencies = sorted(path.parent.name for path in HERE.glob("*/records.json"))
    parser.add_argument("agency", choices=agencies)
    parser.add_argument("nik", help="whom it is about")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="new value, a text or JSON"
    )
    parser.add_argument(
        "--on-file",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="what the agency has on file of an attribute another one owns; Gerbang compares it",
    )
    parser.add_argument(
        "--valid-until", type=_moment, metavar="MOMENT", help="RFC 3339; a past one ends the value"
    )
    parser.add_argument("--issuer", default=environment.get("AGENCY_ISSUER", ISSUER))
    parser.add_argument(
        "--data-dir", type=Path, default=Path(environment.get("AGENCY_DATA_DIR", str(DATA_DIR)))
    )
    return parser


def _assignment(text: str) -> tuple[str, Any]:
    """Read NAME=VALUE; a list or an object is written as JSON, everything else is a text."""
    name, equals, value = text.partition("=")
    if not equals or not value:
        raise ValueError("--set and --on-file take NAME=VALUE")
    return name, json.loads(value) if value[0] in "[{" else value


def _moment(text: str) -> datetime:
    when = datetime.fromisoformat(text)
    if when.tzinfo is None:
        raise argparse.ArgumentTypeError("a moment needs a time zone, as in 2027-01-01T00:00:00Z")
    return when


def _refuse(words: str) -> int:
    sys.stderr.write(words + "\n")
    return REFUSED
