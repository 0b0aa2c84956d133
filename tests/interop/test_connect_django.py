"""The how-to for Django works as written, on a project made by its own command."""

import subprocess
import sys
from pathlib import Path

from tests.conftest import Start
from tests.interop.how_to import HERE, Page
from tests.support.person import Person
from tests.support.processes import answers_tcp, clean_environment, free_port
from tests.support.provider import Provider


def test_django_signs_in_and_out_as_written(
    provider: Provider, person: Person, email: str, start: Start, tmp_path: Path
) -> None:
    port = free_port()
    here = f"http://127.0.0.1:{port}"
    page = Page("connect-django.md", {HERE: here})
    env = clean_environment(**page.registered(page.block("sh", 1), provider))
    manage = [sys.executable, "manage.py"]
    made = [sys.executable, "-m", "django", "startproject", "izin", "."]
    subprocess.run(made, cwd=tmp_path, env=env, check=True)
    with (tmp_path / "izin/settings.py").open("a", encoding="utf-8") as settings:
        settings.write(page.block("python", 0))
    (tmp_path / "izin/gerbang.py").write_text(page.block("python", 1), encoding="utf-8")
    (tmp_path / "izin/urls.py").write_text(page.block("python", 2), encoding="utf-8")
    subprocess.run([*manage, "migrate", "-v0"], cwd=tmp_path, env=env, check=True)
    serve = [sys.executable, str(tmp_path / "manage.py"), "runserver", "--noreload", f"127.0.0.1:{port}"]
    start(serve, name="django", env=env, ready=answers_tcp(port))

    sent_away = person.visit(f"{here}/izin")
    assert sent_away.pages == ("login", "mfa", "consent", "")
    signed_in = person.open(f"{here}/izin")
    assert '<p id="name">Siti Aminah</p>' in signed_in.html
    assert f'<p id="email">{email}</p>' in signed_in.html

    form = signed_in.forms["logout"]
    out = person.send(signed_in, form, form.filled())
    assert out.url.startswith(f"{here}/")
    assert person.open(f"{here}/izin").page == "login"
    assert person.open(f"{here}/callback?error=access_denied&state=forged").status == 403
