"""deploy/nginx with the nginx of this machine (protocol G5, G6; RFC 8705; RFC 9440)."""

from pathlib import Path

import pytest

from tests.deploy import behaviour
from tests.deploy.front import Front, binary, example
from tests.support.processes import ROOT, free_port

FILES = ROOT / "deploy" / "nginx"
MODULES = (Path("/usr/lib/nginx/modules"), Path("/usr/lib64/nginx/modules"))
HINT = "nginx with njs is not installed (Debian: apt-get install nginx libnginx-mod-http-js)"
MAIN = """
load_module {module};
pid {home}/pid;
error_log stderr warn;
daemon off;
worker_processes 1;
events {{}}
http {{
    access_log off;
    client_body_temp_path {home}/body;
    proxy_temp_path {home}/proxy;
    fastcgi_temp_path {home}/fastcgi;
    uwsgi_temp_path {home}/uwsgi;
    scgi_temp_path {home}/scgi;
    include {home}/gerbang.conf;
}}
"""


@pytest.fixture(scope="module")
def front(deployment, tmp_path_factory):
    """Start nginx with the example; ports and folders are the test's."""
    program = binary("nginx")
    module = next((m for f in MODULES if (m := f / "ngx_http_js_module.so").exists()), None)
    if program is None or module is None:
        pytest.skip(HINT)
    home = tmp_path_factory.mktemp("nginx")
    tls = free_port()
    started = Front(deployment.folder / "client-ca.pem", free_port(), tls, tls)
    changes = {
        "/etc/nginx/gerbang/": f"{home}/",
        "/etc/gerbang/tls/": f"{deployment.folder}/",
        "127.0.0.1:8000": f"127.0.0.1:{deployment.port}",
        "listen 80;": f"listen 127.0.0.1:{started.plain};",
        "listen 443 ": f"listen 127.0.0.1:{tls} ",
    }
    (home / "gerbang.conf").write_text(example(FILES / "gerbang.conf", changes))
    for name in ("proxy.conf", "client_cert.js"):
        (home / name).write_text(example(FILES / name, {}))
    (home / "nginx.conf").write_text(MAIN.format(home=home, module=module))
    started.start([program, "-p", str(home), "-c", str(home / "nginx.conf")], home / "log")
    yield started
    started.stop()


def test_g5_g6_only_good_tls_is_spoken(front):
    behaviour.speaks_only_good_tls(front)


def test_another_name_gets_no_handshake(front):
    behaviour.knows_its_name(front)


def test_http_leads_to_https(front):
    behaviour.sends_http_to_https(front)


def test_o093_the_front_says_who_calls_and_nobody_else(front):
    behaviour.passes_on_who_calls(front)


def test_t7_u9_certificates_work_and_headers_from_outside_do_not(front, deployment, tmp_path):
    behaviour.certificates_work(front, deployment.identity, deployment.customers[0], tmp_path)
