"""The how-to for Express works as written."""

import html
import json
import re
import secrets
from pathlib import Path

from tests.conftest import Start
from tests.interop.how_to import HERE, Page
from tests.interop.script_client import FOLDER
from tests.support.person import Person
from tests.support.processes import answers_tcp, clean_environment, free_port
from tests.support.provider import Provider


def test_express_signs_in_and_out_as_written(
    node: str, provider: Provider, person: Person, email: str, start: Start, tmp_path: Path
) -> None:
    port = free_port()
    here = f"http://127.0.0.1:{port}"
    page = Page("connect-express.md", {HERE: here})
    wanted = set(page.block("sh", 0).split()[2:])
    assert wanted <= json.loads((FOLDER / "package.json").read_text("utf-8"))["dependencies"].keys()
    (tmp_path / "node_modules").symlink_to(FOLDER / "node_modules")
    (tmp_path / "app.mjs").write_text(page.block("js"), encoding="utf-8")
    values = page.registered(page.block("sh", 1), provider)
    env = clean_environment(**values, SESSION_SECRET=secrets.token_urlsafe(32), PORT=str(port))
    start([node, str(tmp_path / "app.mjs")], name="express", env=env, ready=answers_tcp(port))

    assert "/login" in person.open(f"{here}/").html
    signed_in = person.visit(f"{here}/login")
    assert signed_in.pages == ("login", "mfa", "consent", "")
    assert signed_in.url == f"{here}/"
    shown = re.search(r"<pre>(.*)</pre>", signed_in.html, re.DOTALL)
    assert shown is not None
    told = json.loads(html.unescape(shown[1]))
    assert told["name"] == "Siti Aminah"
    assert told["email"] == email
    assert told["claims_provenance"]["name"]["source"]

    out = person.send(signed_in, signed_in.forms["logout"], [])
    assert out.url == f"{here}/"
    assert "/login" in out.html
    assert person.open(f"{here}/login").page == "login"
    assert person.open(f"{here}/callback?error=access_denied&state=forged").status == 502
