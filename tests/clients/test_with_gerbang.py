"""The gate and the agencies together, over HTTP: asked with the gate's own token, told by the agency's own push."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import make_server

from clients.__main__ import main
from clients.agency import make_agency
from clients.deployment import Deployment
from clients.education.app import AGENCY as EDUCATION
from clients.publish_command import main as publish
from clients.tax.app import AGENCY as TAX
from idp.cli.clients import apply_manifest
from idp.cli.sandbox import register_agencies
from idp.clock import FrozenClock
from idp.domain.exchange import publishers
from idp.domain.exchange.may_release import Reason
from idp.sandbox.runner import Addresses
from tests import factories
from tests.clients.test_command import free_port
from tests.clients.test_manifests import PUBLISHED
from tests.factories import TestCitizen
from tests.rp import Provider
from tests.support import exchange

SITI, NGATIYEM = "9974115705940001", "9903014312570001"


@contextmanager
def served(app: Flask, address: str) -> Iterator[None]:
    server = make_server("127.0.0.1", int(address.rpartition(":")[2]), app, threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def gate(
    sqlite_url: str, tmp_path: Path, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Provider]:
    """The provider at an address of its own, with the manifests of two agencies applied."""
    issuer = f"http://localhost:{free_port()}"
    monkeypatch.setattr(factories, "ISSUER", issuer)
    services = factories.a_deployment(sqlite_url, tmp_path, clock, issuer=issuer)
    provider = Provider(services)
    assert main(["keys", "--data-dir", str(tmp_path)]) == 0
    with served(provider.app, issuer):
        yield provider
    services.close()


@contextmanager
def office(gate: Provider, name: str, tmp_path: Path, clock: FrozenClock) -> Iterator[str]:
    """One agency, registered by its manifest and running."""
    agency = {"tax": TAX, "education": EDUCATION}[name]
    base = f"http://127.0.0.1:{free_port()}"
    apply_manifest(gate.services, agency.manifest_path, base)
    exchange.forget(gate.services)
    with served(make_agency(agency, Deployment(base, factories.ISSUER, tmp_path), clock=clock), base):
        yield base


def read(gate: Provider, citizen: TestCitizen, *names: str) -> dict[str, Any]:
    reader = exchange.a_reader(gate, "name", *names)
    for owner in ("tax", "education"):
        own = [name for name in names if name in PUBLISHED[owner]]
        if own:
            exchange.an_agreement(gate.services, "agency-benefits", owner, *own)
    tokens = reader.tokens(citizen, scope="openid profile tax education", consented=("name", *names))
    answer: dict[str, Any] = reader.userinfo(tokens["access_token"]).json
    return answer


def test_two_agencies_are_asked_and_their_values_leave_with_their_names(
    gate: Provider, tmp_path: Path, clock: FrozenClock
) -> None:
    siti = factories.a_citizen(gate.services, nik=SITI)
    with office(gate, "tax", tmp_path, clock), office(gate, "education", tmp_path, clock):
        answer = read(gate, siti, "npwp", "highest_education", "diploma")
    assert (answer["npwp"], answer["highest_education"]) == (SITI, "S1")
    assert answer["diploma"][0]["institution"] == "Universitas Tembalang (contoh)"
    told = answer["claims_provenance"]
    assert {name: told[name]["source"] for name in ("npwp", "diploma")} == {
        "npwp": "tax",
        "diploma": "education",
    }
    assert "claims_withheld" not in answer


def test_who_is_not_on_file_is_unknown_to_the_publisher(
    gate: Provider, tmp_path: Path, clock: FrozenClock
) -> None:
    ngatiyem = factories.a_citizen(gate.services, "Ngatiyem Rahayu", nik=NGATIYEM)
    with office(gate, "tax", tmp_path, clock):
        answer = read(gate, ngatiyem, "npwp")
    assert "npwp" not in answer
    assert answer["claims_withheld"]["npwp"] == Reason.UNKNOWN_TO_PUBLISHER


def test_an_office_that_is_closed_holds_up_nothing_else(
    gate: Provider, tmp_path: Path, clock: FrozenClock
) -> None:
    siti = factories.a_citizen(gate.services, nik=SITI)
    with office(gate, "tax", tmp_path, clock):
        pass
    with office(gate, "education", tmp_path, clock):
        answer = read(gate, siti, "npwp", "highest_education")
    assert answer["highest_education"] == "S1"
    assert answer["claims_withheld"]["npwp"] == Reason.PUBLISHER_UNAVAILABLE


def test_what_changes_at_the_office_is_told_and_kept(
    gate: Provider, tmp_path: Path, clock: FrozenClock, capsys: pytest.CaptureFixture[str]
) -> None:
    siti = factories.a_citizen(gate.services, nik=SITI)
    options = ["--issuer", factories.ISSUER, "--data-dir", str(tmp_path)]
    with office(gate, "tax", tmp_path, clock):
        assert publish(["tax", SITI, "--set", "npwp_branch=502", *options], clock) == 0, (
            capsys.readouterr().err
        )
        kept = exchange.values_of(gate.services, siti)["npwp_branch"]
        assert (kept.value, kept.source) == ("502", "tax")
        assert read(gate, siti, "npwp_branch")["npwp_branch"] == "502"


def test_a_fresh_sandbox_knows_what_every_agency_publishes(gate: Provider) -> None:
    addresses = Addresses(8000, 8101, 8110)
    register_agencies(gate.services, addresses)
    with gate.services.database.reading() as db:
        found = {row.agency_id: row.endpoint for row in publishers.every(db)}
        names = {name: {a.attribute for a in publishers.attributes_of(db, name)} for name in PUBLISHED}
    assert found == {name: f"{addresses.agency(name)}/attributes" for name in PUBLISHED}
    assert names == {name: set(claims) for name, claims in PUBLISHED.items()}
