"""The tutorial's own words work: the commands and the program are taken out of the page and run."""

import json
import re
import shlex
import sys
from pathlib import Path

from tests.conftest import Start
from tests.support.person import Person
from tests.support.processes import ROOT, answers_tcp, clean_environment, free_port
from tests.support.provider import Provider

PAGE = (ROOT / "docs/tutorials/first-sign-in.md").read_text(encoding="utf-8")


def test_the_first_sign_in_works_as_written(
    provider: Provider, person: Person, start: Start, tmp_path: Path
) -> None:
    port = free_port()
    command = re.search(r"idp (clients new .*) > first\.env", PAGE)
    program = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert command is not None
    assert program is not None
    printed = provider.run(*shlex.split(command[1].replace(":5000", f":{port}")))
    values = dict(line.split("=", 1) for line in shlex.split(printed))
    file = tmp_path / "first.py"
    file.write_text(program[1].replace("5000", str(port)), encoding="utf-8")
    start([sys.executable, str(file)], name="first", env=clean_environment(**values), ready=answers_tcp(port))

    here = person.visit(f"http://127.0.0.1:{port}/login")

    assert here.url == f"http://127.0.0.1:{port}/"
    shown = json.loads(here.html)
    assert shown["name"] == "Siti Aminah"
    assert shown["claims_provenance"]["name"]["source"]
