"""What has changed at an agency is told to Gerbang, signed with the key of the agency's client."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, jsonify, request
from joserfc import jwt
from joserfc.jwk import KeySet
from werkzeug.serving import make_server

from clients import manifest
from clients.__main__ import main
from clients.credentials import key_pair
from clients.deployment import Deployment
from clients.gate_token import Person
from clients.publisher import Publisher, PushRefusedError
from clients.records import Attribute
from tests.clients.conftest import Hour
from tests.clients.issuer import new_key

CLIENTS = Path(manifest.__file__).parent
SITI, NGATIYEM = "9974115705940001", "9903014312570001"


class Gate:
    """The place where statements arrive; it answers as told."""

    def __init__(self) -> None:
        self.received: list[tuple[str, str]] = []
        self.status, self.body = 202, {}
        app = Flask("gate")
        app.add_url_rule("/attributes", view_func=self._take, methods=["POST"])
        self._server = make_server("127.0.0.1", 0, app, threaded=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def said(self, data_dir: Path, agency: str = "tax") -> tuple[dict[str, Any], dict[str, Any]]:
        """Verify the last statement with the agency's published keys; return its header and claims."""
        kind, body = self.received[-1]
        assert kind == "application/jwt"
        keys = json.loads((data_dir / "agencies" / agency / "jwks.json").read_text())
        token = jwt.decode(body, KeySet.import_key_set(keys))
        return dict(token.header), dict(token.claims)

    def _take(self) -> Response:
        self.received.append((str(request.content_type), request.get_data(as_text=True)))
        answer = jsonify(self.body)
        answer.status_code = self.status
        return answer


@pytest.fixture
def gate() -> Iterator[Gate]:
    running = Gate()
    yield running
    running.close()


def publish(gate: Gate, data_dir: Path, *arguments: str) -> int:
    return main(["publish", *arguments, "--issuer", gate.url, "--data-dir", str(data_dir)])


def test_the_command_tells_all_that_is_known(
    gate: Gate, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert publish(gate, tmp_path, "tax", SITI) == 0
    said = capsys.readouterr().out
    assert said == "told: npwp, npwp_branch\n" and SITI not in said
    header, claims = gate.said(tmp_path)
    assert (header["typ"], header["alg"]) == ("attributes+jwt", "ES256")
    assert (claims["iss"], claims["aud"], claims["nik"]) == ("tax-demo", gate.url, SITI)
    assert "sub" not in claims and 0 < claims["exp"] - claims["iat"] <= 300
    assert len(claims["jti"]) >= 16
    assert claims["attributes"]["npwp"]["value"] == SITI
    assert datetime.fromisoformat(claims["attributes"]["npwp"]["verified_at"]).tzinfo is not None


def test_the_command_changes_a_record_and_tells_only_that(gate: Gate, tmp_path: Path) -> None:
    assert publish(gate, tmp_path, "tax", SITI, "--set", "npwp_branch=502") == 0
    _header, claims = gate.said(tmp_path)
    assert {name: said["value"] for name, said in claims["attributes"].items()} == {"npwp_branch": "502"}
    publish(gate, tmp_path, "tax", SITI)
    _header, again = gate.said(tmp_path)
    assert again["attributes"]["npwp_branch"]["value"] == "502", "the record stays changed"
    assert again["jti"] != claims["jti"]


def test_somebody_new_at_the_agency_is_told_too(gate: Gate, tmp_path: Path) -> None:
    assert publish(gate, tmp_path, "tax", NGATIYEM) == 1
    assert not gate.received
    assert publish(gate, tmp_path, "tax", NGATIYEM, "--set", f"npwp={NGATIYEM}") == 0
    assert list(gate.said(tmp_path)[1]["attributes"]) == ["npwp"]


def test_a_list_or_an_object_is_written_as_json_and_a_value_can_end(gate: Gate, tmp_path: Path) -> None:
    org = '{"id": "nib-1", "nib": "1", "legal_name": "Warung Siti", "role": "owner"}'
    until = ["--valid-until", "2026-01-01T00:00:00+07:00"]
    assert publish(gate, tmp_path, "business_licence", SITI, "--set", f"org={org}", *until) == 0
    said = gate.said(tmp_path, "business_licence")[1]["attributes"]["org"]
    assert said["value"]["legal_name"] == "Warung Siti"
    assert said["valid_until"] == "2025-12-31T17:00:00Z"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["tax", "123"], "16 digits"),
        (["tax", SITI, "--set", "bpjs_number=1"], "tax publishes npwp, npwp_branch"),
        (["tax", SITI, "--set", "npwp"], "NAME=VALUE"),
        (["tax", SITI, "--on-file", "npwp=1"], "tax owns npwp: use --set"),
        (["business_licence", SITI, "--set", "org={"], "Expecting"),
    ],
)
def test_what_makes_no_sense_changes_and_tells_nothing(
    gate: Gate, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert publish(gate, tmp_path, *arguments) == 1
    assert words in capsys.readouterr().err
    assert not gate.received


def test_a_moment_without_a_time_zone_is_refused(gate: Gate, tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        publish(gate, tmp_path, "tax", SITI, "--set", "npwp_branch=1", "--valid-until", "2026-01-01")


def test_a_refusal_says_why(gate: Gate, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gate.status, gate.body = 400, {"error": "invalid_request", "error_description": "jti was used before"}
    assert publish(gate, tmp_path, "tax", SITI) == 1
    assert "invalid_request: jti was used before" in capsys.readouterr().err


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_gate_is_to_be_told_later_and_the_record_is_kept(
    gate: Gate, tmp_path: Path, capsys: pytest.CaptureFixture[str], status: int
) -> None:
    gate.status = status
    assert publish(gate, tmp_path, "tax", SITI, "--set", "npwp_branch=502") == 75
    assert "try again later" in capsys.readouterr().err
    gate.status = 202
    publish(gate, tmp_path, "tax", SITI)
    assert gate.said(tmp_path)[1]["attributes"]["npwp_branch"]["value"] == "502"


def test_a_gate_that_is_away_is_to_be_told_later(gate: Gate, tmp_path: Path) -> None:
    gate.close()
    assert publish(gate, tmp_path, "tax", SITI) == 75


def publisher(gate: Gate, tmp_path: Path) -> Publisher:
    found = manifest.read(CLIENTS / "tax" / "client.toml").publishing
    assert found is not None
    return Publisher(found, gate.url, key_pair(Deployment("", data_dir=tmp_path).folder("tax")), Hour())


def test_a_statement_says_something(gate: Gate, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="says something"):
        publisher(gate, tmp_path).statement(Person("", SITI), {})


def test_what_is_on_file_of_others_attributes_is_told_and_not_kept_as_own(gate: Gate, tmp_path: Path) -> None:
    assert publish(gate, tmp_path, "tax", SITI, "--on-file", "birthdate=1994-05-18") == 0
    said = gate.said(tmp_path)[1]["attributes"]
    assert {name: each["value"] for name, each in said.items()} == {"birthdate": "1994-05-18"}
    assert publish(gate, tmp_path, "tax", SITI) == 0
    assert set(gate.said(tmp_path)[1]["attributes"]) == {"npwp", "npwp_branch"}


def test_an_answer_that_is_no_json_is_a_refusal_too(gate: Gate, tmp_path: Path) -> None:
    gate.status, gate.body = 404, []  # type: ignore[assignment]
    with pytest.raises(PushRefusedError, match="http_404"):
        publisher(gate, tmp_path).push(Person("", SITI), {"npwp": Attribute(SITI)})


def test_a_redirect_is_not_followed(gate: Gate, tmp_path: Path) -> None:
    gate.status = 302
    with pytest.raises(PushRefusedError):
        publisher(gate, tmp_path).push(Person("", SITI), {"npwp": Attribute(SITI)})


def test_an_agency_that_knows_people_by_sub_names_the_sub(gate: Gate, tmp_path: Path) -> None:
    by_sub = manifest.Publishing("tax-demo", None, "sub", {"npwp": 365})
    key = new_key()
    told = Publisher(by_sub, gate.url, key, Hour()).statement(
        Person("pairwise-siti", SITI), {"npwp": Attribute("1", datetime(2026, 2, 1, tzinfo=UTC))}
    )
    claims = jwt.decode(told, key).claims
    assert claims["sub"] == "pairwise-siti" and "nik" not in claims
    assert claims["attributes"]["npwp"] == {"value": "1", "verified_at": "2026-02-01T00:00:00Z"}
