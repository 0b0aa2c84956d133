"""`python -m clients.population_registry move NIK`: a person moves, in the simulator that is running."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from typing import Any

import requests

from clients.population_registry.app import SANDBOX_KEY
from clients.population_registry.people import Person, load

URL = "http://127.0.0.1:8110"
SECONDS = 10
EXAMPLE = """examples:
  python -m clients.population_registry move 9974115705940001
  python -m clients.population_registry move 9974115705940001 --street "Jalan Kenanga 9" --near 9974112305780002

environment: REGISTRY_URL, REGISTRY_API_KEY
"""


def main(arguments: list[str] | None = None) -> int:
    """Move somebody to the village of somebody else, and say where that is."""
    options = _parser().parse_args(arguments)
    people = load()
    person = people.get(options.nik)
    if person is None:
        return _fail("nobody here has this NIK")
    near = people.get(options.near) if options.near else _elsewhere(person, people)
    if near is None:
        return _fail("nobody here has the NIK given with --near")
    address = {**near.row["address"], "street": options.street or near.street}
    try:
        answer = requests.post(
            f"{options.url}/v1/_people/{person.nik}/address",
            json=address,
            headers={"Authorization": f"Bearer {options.key}"},
            timeout=SECONDS,
        )
    except requests.RequestException:
        return _fail(f"the registry does not answer at {options.url}")
    if answer.status_code != 200:
        return _fail(f"the registry answers {answer.status_code}")
    now = answer.json()["address"]
    sys.stdout.write(f"{person.name}: {now['street']}, {now['village']['name']}, {now['regency']['name']}\n")
    return 0


def _elsewhere(person: Person, people: Mapping[str, Person]) -> Person | None:
    """Find somebody in another regency."""
    here = _regency(person)
    return next((each for each in people.values() if _regency(each) != here), None)


def _regency(person: Person) -> Any:
    return person.row["address"]["regency"]["code"]


def _parser() -> argparse.ArgumentParser:
    environment = os.environ
    parser = argparse.ArgumentParser(
        prog="python -m clients.population_registry",
        description="Change the register of a running simulator.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("act", choices=["move"])
    parser.add_argument("nik", help="whom")
    parser.add_argument(
        "--near", help="NIK of somebody whose village it is; default: somebody in another regency"
    )
    parser.add_argument("--street", help="the new street line; default: theirs")
    parser.add_argument("--url", default=environment.get("REGISTRY_URL", URL))
    parser.add_argument("--key", default=environment.get("REGISTRY_API_KEY", SANDBOX_KEY))
    return parser


def _fail(reason: str) -> int:
    sys.stderr.write(reason + "\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
