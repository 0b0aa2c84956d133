"""Apache with mod_auth_openidc, as a distribution has it, around the configuration of the how-to."""

import os
import pwd
import shutil
from pathlib import Path

HINT = "Apache's mod_auth_openidc is not installed (Debian: apt-get install libapache2-mod-auth-openidc)"
FOLDERS = ("/usr/lib/apache2/modules", "/usr/lib64/httpd/modules")
MODULES = (
    "mpm_event",
    "authn_core",
    "authz_core",
    "authz_user",
    "headers",
    "proxy",
    "proxy_http",
    "auth_openidc",
)


def modules() -> Path | None:
    """Find the folder of Apache's modules, if the one we need is among them."""
    return next((Path(f) for f in FOLDERS if (Path(f) / "mod_auth_openidc.so").exists()), None)


def program() -> str | None:
    """Find Apache."""
    return shutil.which("apache2", path=_PATH) or shutil.which("httpd", path=_PATH)


def write(folder: Path, port: int, site: str) -> list[str]:
    """Write a whole configuration around a site and give the command that serves it."""
    where, apache = modules(), program()
    if where is None or apache is None:
        raise RuntimeError(HINT)
    lines = [
        f"ServerRoot {folder}",
        f"Listen 127.0.0.1:{port}",
        f"ServerName 127.0.0.1:{port}",
        f"PidFile {folder}/apache.pid",
        "ErrorLog /dev/stderr",
        "LogLevel warn auth_openidc:warn",
        *(f"LoadModule {name}_module {where}/mod_{name}.so" for name in MODULES),
        "StartServers 1",
        "ServerLimit 2",
        "ThreadsPerChild 8",
        "MaxRequestWorkers 16",
    ]
    if os.geteuid() == 0:  # started by root, it serves as somebody without rights
        nobody = pwd.getpwnam("nobody")
        lines += [f"User #{nobody.pw_uid}", f"Group #{nobody.pw_gid}"]
    config = folder / "apache.conf"
    config.write_text("\n".join(lines) + "\n" + site, encoding="utf-8")
    return [apache, "-f", str(config), "-DFOREGROUND"]


_PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"])
