"""The contract tests find nothing at the five agencies, and the right thing at connectors that break one rule."""

from __future__ import annotations

import importlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from jsonschema import Draft202012Validator
from werkzeug.serving import make_server

from clients.__main__ import AGENCIES
from clients.agency import Agency, make_agency
from clients.clock import system_clock
from clients.connector_check import tokens
from clients.connector_check.__main__ import RULES, main
from clients.connector_check.formats import FORMATS
from clients.deployment import Deployment
from clients.manifest import Publishing
from clients.publisher import publish
from clients.records import Attribute
from idp.protocol.oidc.attributes.schema import json_schema
from tests.clients.careless import SITI, Careless
from tests.clients.test_command import free_port
from tests.clients.test_manifests import CLIENTS, PUBLISHED
from tests.support.bad_publisher import BadPublisher, Fault

CIVIL_SERVANT, OWNER = "9978085203850001", "9971016711810001"
KNOWN = {"civil_service": CIVIL_SERVANT, "business_licence": OWNER}
VALUES = {"npwp": SITI, "npwp_branch": "508"}


@pytest.fixture
def issuer() -> str:
    return f"http://127.0.0.1:{free_port()}"


@pytest.fixture(autouse=True)
def short_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "ROTATION_SECONDS", 1.0)


@contextmanager
def running(name: str, issuer: str, data_dir: Path) -> Iterator[str]:
    agency: Agency = importlib.import_module(f"clients.{name}.app").AGENCY
    base = f"http://127.0.0.1:{free_port()}"
    with served(make_agency(agency, Deployment(base, issuer, data_dir)), base):
        yield base + "/attributes"


@contextmanager
def served(app: Flask, address: str) -> Iterator[None]:
    server = make_server("127.0.0.1", urlsplit(address).port or 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def check(endpoint: str, issuer: str, *more: str, nik: str = SITI, claims: str = "npwp,npwp_branch") -> int:
    return main([endpoint, "--issuer", issuer, "--nik", nik, "--claims", claims, "--json", *more])


def broken(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """Return the rules that the last check found broken."""
    return {row["rule"]: row["why"] for row in json.loads(capsys.readouterr().out) if not row["holds"]}


@pytest.mark.parametrize("name", AGENCIES)
def test_every_agency_keeps_the_contract(
    name: str,
    issuer: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tokens, "ROTATION_SECONDS", 15.0)
    with running(name, issuer, tmp_path) as endpoint:
        code = check(endpoint, issuer, nik=KNOWN.get(name, SITI), claims=",".join(PUBLISHED[name]))
    rows = json.loads(capsys.readouterr().out)
    assert (code, [row for row in rows if not row["holds"]]) == (0, [])
    assert [row["rule"] for row in rows] == [rule.id for rule in RULES]


def test_a_hand_written_connector_can_keep_it_too(issuer: str, capsys: pytest.CaptureFixture[str]) -> None:
    with Careless(issuer) as connector:
        assert (check(connector.endpoint, issuer), broken(capsys)) == (0, {})


CARELESS = {
    "sub": {"A02"},
    "asked": {"A03"},
    "allowed": {"A04"},
    "person": {"A06"},
    "unknown": {"A07"},
    "no_store": {"A11"},
    "question": {"A13"},
    "method": {"A14"},
    "challenge": {"T01"},
    "address": {"T02"},
    "signature": {"T04", "T05", "T06", "T07"},
    "own_key": {"T05"},
    "none": {"T06"},
    "type": {"T08"},
    "issuer": {"T09"},
    "audience": {"T10"},
    "client": {"T11"},
    "expiry": {"T12"},
    "future": {"T13"},
    "life": {"T14"},
    "presence": {"T15"},
    "once": {"T16", "T17"},
    "race": {"T17"},
    "scope": {"T18"},
    "rotation": {"T19"},
}


@pytest.mark.parametrize("without", CARELESS)
def test_what_a_connector_leaves_out_is_found(
    without: str, issuer: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with Careless(issuer, without) as connector:
        assert check(connector.endpoint, issuer) == 1
    assert set(broken(capsys)) == CARELESS[without]


FAULTS = {
    Fault.ANOTHER_PERSON: "A02",
    Fault.MORE_FIELDS: "A03",
    Fault.NO_PROVENANCE: "A08",
    Fault.FROM_THE_FUTURE: "A08",
    Fault.WRONG_TYPE: "A09",
    Fault.NOT_JSON: "A01",
    Fault.WRONG_SHAPE: "A01",
    Fault.DEEP: "A01",
    Fault.REDIRECT: "A01",
    Fault.ERROR: "A01",
    Fault.BUSY: "A01",
    Fault.UNKNOWN_PERSON: "A01",
    Fault.HANGS_UP: "A01",
    Fault.HUGE: "A01",
    Fault.HUGE_AND_HONEST: "A01",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_a_connector_answers_wrongly_is_found(
    fault: Fault, issuer: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with BadPublisher(VALUES, fault) as connector:
        assert check(connector.endpoint, issuer) == 1
    found = broken(capsys)
    assert FAULTS[fault] in found
    assert len(found) == 1 or FAULTS[fault] != "A01", "nothing more is tried"


@pytest.mark.parametrize("fault", [Fault.SILENT, Fault.DRIP])
def test_the_check_does_not_wait_for_ever(
    fault: Fault, issuer: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clients.connector_check.connector.PATIENCE_SECONDS", 0.5)
    with BadPublisher(VALUES, fault) as connector:
        assert check(connector.endpoint, issuer) == 1
    assert "no answer" in broken(capsys)["A01"]


def test_a_connector_that_is_not_there_is_named(issuer: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(f"http://127.0.0.1:{free_port()}/attributes", issuer) == 1
    assert "ConnectionError" in broken(capsys)["A01"]


def test_the_report_says_what_holds_and_what_does_not(
    issuer: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with Careless(issuer, "life") as connector:
        code = main([connector.endpoint, "--issuer", issuer, "--nik", SITI, "--claims", "npwp"])
    lines = capsys.readouterr().out.splitlines()
    assert code == 1
    assert "ok   A01 a right question is answered 200" in lines
    assert (
        "FAIL T14 a token that lives longer than a minute is refused: answered 200 with attributes" in lines
    )
    assert lines[-1] == f"{len(RULES) - 1} hold, 1 broken"


def test_a_connector_may_know_people_by_sub(
    issuer: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "ROTATION_SECONDS", 15.0)
    endpoint = f"http://127.0.0.1:{free_port()}/attributes"
    app, used = Flask("by_sub"), set[str]()

    def first_use(jti: str, _until: datetime) -> bool:
        return not (jti in used or used.add(jti))

    known = {"person-1": {"nisn": Attribute("0013940017")}}
    by_sub = Publishing("school", endpoint, "sub", {"nisn": 3650})
    publish(
        app,
        by_sub,
        lambda person: known.get(person.sub) if person.nik is None else None,
        issuer=issuer,
        first_use=first_use,
        clock=system_clock,
    )
    with served(app, endpoint):
        code = main(
            [
                endpoint,
                "--issuer",
                issuer,
                "--subject",
                "sub",
                "--sub",
                "person-1",
                "--claims",
                "nisn",
                "--json",
            ]
        )
    assert (code, broken(capsys)) == (0, {})


def test_a_taken_port_and_a_missing_person_are_said_so(
    issuer: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with BadPublisher(VALUES) as connector:
        taken = connector.endpoint.removesuffix("/attributes")
        assert check(connector.endpoint, taken) == 2
        assert main([connector.endpoint, "--claims", "npwp"]) == 2
    assert "--nik" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["not-an-address", "--claims", "npwp"])


def test_rules_have_names_of_their_own() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    page = (CLIENTS.parent / "docs" / "reference" / "connector.md").read_text(encoding="utf-8")
    assert not [rule.id for rule in RULES if f"| {rule.id} |" not in page]


def test_every_published_claim_has_a_format() -> None:
    assert {name for names in PUBLISHED.values() for name in names} == set(FORMATS)


@pytest.mark.parametrize("name", AGENCIES)
def test_all_records_of_the_demonstration_keep_the_formats(name: str) -> None:
    people = json.loads((CLIENTS / "population_registry" / "people.json").read_text(encoding="utf-8"))
    records = json.loads((CLIENTS / name / "records.json").read_text(encoding="utf-8"))
    assert set(records) <= {person["nik"] for person in people}
    for nik, entries in records.items():
        assert entries and set(entries) <= set(PUBLISHED[name]), nik
        for claim, entry in entries.items():
            looks, words = FORMATS[claim]
            assert looks(Attribute.from_record(entry).value), f"{nik}: {claim} is not {words}"
            Draft202012Validator(json_schema(claim)).validate(entry["value"])


@pytest.mark.parametrize("claim", FORMATS)
def test_the_formats_are_those_of_the_catalogue(claim: str) -> None:
    schema = json_schema(claim)
    looks, _words = FORMATS[claim]
    assert all(looks(example) for example in schema["examples"])
    for wrong in ("", 5, [], {}, "x\ny", None):
        assert not looks(wrong), wrong
    assert all(looks(code) for code in schema.get("enum", ()))
