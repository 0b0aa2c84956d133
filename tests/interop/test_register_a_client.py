"""The how-to for registering a client works as written, with a real server, curl and jq."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.interop.how_to import Page
from tests.support.processes import ROOT


@pytest.mark.skipif(not (shutil.which("jq") and shutil.which("curl")), reason="curl and jq are not installed")
def test_registering_reading_changing_and_ending_work_as_written(new_provider, sqlite_url, tmp_path: Path):
    provider = new_provider(sqlite_url)
    provider.serve()
    page = Page("register-a-client.md", {"--agency tax ": ""})
    idp = f'idp() {{ (cd {ROOT} && {sys.executable} -m idp "$@"); }}'
    script = "\n".join([idp, "set -e", *(f"{page.block('sh', n)}echo" for n in range(3))])
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", script],
        cwd=tmp_path,
        env={**os.environ, **provider.env, "ISSUER": provider.issuer},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"client_name":"Izin Usaha Daerah"' in done.stdout
    listed = provider.run("clients", "list")
    assert "retired" in listed
