"""deploy/nginx with the nginx of this machine (protocol G5, G6; RFC 8705; RFC 9440)."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificate
from joserfc import jws

from idp.protocol.oauth.certificate import ClientCertificate
from tests.deploy import behaviour
from tests.deploy.front import MTLS_HOST, Front, binary, example
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


def test_the_how_to_works_as_written(front, deployment, tmp_path):
    """An agency makes a certificate, registers it and takes a token, with the commands of the page."""
    page = (ROOT / "docs" / "how-to" / "deploy-https.md").read_text(encoding="utf-8")
    register, take = re.findall(r"```sh\n(openssl req.*?|curl -s --cert.*?)```", page, flags=re.DOTALL)
    (tmp_path / ".curlrc").write_text(
        f'cacert = "{deployment.folder}/client-ca.pem"\nconnect-to = "{MTLS_HOST}:443:127.0.0.1:{front.mtls}"\n'
    )
    env = deployment.env | {
        "HOME": str(tmp_path),
        "CURL_HOME": str(tmp_path),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }

    def shell(script):
        done = subprocess.run(
            ["sh", "-ec", script],
            env=env,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    client = shell(register.replace("tools/certificate_jwk.py", f"{ROOT}/tools/certificate_jwk.py"))
    env["CLIENT_ID"] = client["client_id"]
    token = shell(take)
    assert token["token_type"] == "Bearer"
    claims = json.loads(jws.extract_compact(token["access_token"].encode()).payload)
    pem = load_pem_x509_certificate((tmp_path / "pajak.pem").read_bytes())
    expected = ClientCertificate.of_der(pem.public_bytes(Encoding.DER)).thumbprint
    assert claims["cnf"] == {"x5t#S256": expected}
