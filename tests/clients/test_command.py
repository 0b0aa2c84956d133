"""`python -m clients NAME`: its own process on the loopback address, ended by SIGTERM."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from clients.__main__ import AGENCIES, main

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(*arguments: str, **environment: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-m", "clients", *arguments]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()


def test_an_agency_starts_says_where_and_stops_quietly(tmp_path: Path) -> None:
    port = free_port()
    with running("tax", "--port", str(port), "--data-dir", str(tmp_path)) as (process, said):
        assert said == f"tax http://127.0.0.1:{port}"
        page = httpx.get(f"http://127.0.0.1:{port}/", trust_env=False)
        assert "Lapor pajak tahunan" in page.text
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_the_registry_takes_its_key_from_the_environment() -> None:
    port = free_port()
    with running("population_registry", AGENCY_PORT=str(port), REGISTRY_API_KEY="another"):
        base = f"http://127.0.0.1:{port}"
        with httpx.Client(base_url=base, trust_env=False) as registry:
            assert registry.get("/healthz").json()["people"] > 40
            assert registry.get("/v1/_faults").status_code == 401
            answer = registry.get("/v1/_faults", headers={"Authorization": "Bearer another"})
            assert answer.json() == {"latency_ms": 0, "outage": False, "quota": None}


def test_keys_are_made_once_and_only_the_public_half_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["keys", "--data-dir", str(tmp_path)]) == 0
    paths = [Path(line) for line in capsys.readouterr().out.split()]
    first = [path.read_text() for path in paths]
    assert [path.parent.name for path in paths] == list(AGENCIES)
    assert all(
        set(json.loads(text)["keys"][0]) == {"kty", "crv", "x", "y", "use", "alg", "kid"} for text in first
    )
    main(["keys", "--data-dir", str(tmp_path)])
    assert [path.read_text() for path in paths] == first


def test_an_unknown_agency_is_refused_with_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["lottery"])
    assert "business_licence" in capsys.readouterr().err
