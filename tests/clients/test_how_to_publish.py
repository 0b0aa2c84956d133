"""docs/how-to/publish-an-attribute.md does what it says: its files are run as they stand there."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from clients.connector_check.__main__ import RULES, main
from tests.clients.test_command import ROOT, free_port
from tests.clients.test_pushing import Gate

PAGE = (ROOT / "docs" / "how-to" / "publish-an-attribute.md").read_text(encoding="utf-8")
NIK = "9974115705940001"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for block in re.findall(r"```(?:python|toml)\n(.*?)```", PAGE, re.S):
        name = re.match(r"# (\S+)\n", block)
        assert name, "every file of the page says its name"
        (tmp_path / name[1]).write_text(block, encoding="utf-8")
    assert {path.name for path in tmp_path.iterdir()} == {"client.toml", "app.py", "tell.py"}
    return tmp_path


def environment(issuer: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "AGENCY_ISSUER": issuer}


@pytest.fixture
def connector(folder: Path) -> Iterator[tuple[str, str]]:
    """Start app.py with other ports; return its address and the issuer it trusts."""
    port, issuer = free_port(), f"http://127.0.0.1:{free_port()}"
    for name in ("app.py", "client.toml"):
        path = folder / name
        path.write_text(path.read_text().replace("9101", str(port)))
    process = subprocess.Popen(
        [sys.executable, "app.py"],
        cwd=folder,
        env=environment(issuer),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    base = f"http://127.0.0.1:{port}"
    try:
        for _attempt in range(100):
            assert process.poll() is None, "app.py has ended"
            try:
                assert httpx.get(f"{base}/attributes", trust_env=False).status_code == 401
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield f"{base}/attributes", issuer
    finally:
        process.kill()
        process.wait()


def test_the_connector_of_the_page_keeps_the_contract(
    connector: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    command = re.search(r"^python -m clients\.connector_check (.*)$", PAGE, re.M)
    assert command
    endpoint, issuer = connector
    arguments = command[1].replace("http://127.0.0.1:9101/attributes", endpoint).split()
    assert main([*arguments, "--issuer", issuer]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[-1] == f"{len(RULES)} hold, 0 broken"
    assert said[:2] == re.findall(r"^ok   A0[12] .*$", PAGE, re.M)
    assert said[-1] in PAGE


def test_what_changes_is_told_as_the_page_says(folder: Path) -> None:
    gate = Gate()
    (folder / "private").mkdir()
    try:
        done = subprocess.run(
            [sys.executable, "tell.py"], cwd=folder, env=environment(gate.url), capture_output=True, text=True
        )
    finally:
        gate.close()
    assert done.returncode == 0, done.stderr
    keys = folder / "agencies" / "education"
    keys.mkdir(parents=True)
    (keys / "jwks.json").write_text((folder / "private" / "jwks.json").read_text())
    _header, claims = gate.said(folder, "education")
    assert (claims["iss"], claims["nik"]) == ("education-demo", NIK)
    assert json.dumps(claims["attributes"]).startswith('{"highest_education": {"value": "S2"')


def test_the_commands_of_the_page_exist() -> None:
    cli = (ROOT / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
    for group, command in set(re.findall(r"^idp (\w+) (\w+)", PAGE, re.M)):
        assert f"## idp {group} {command}\n" in cli
