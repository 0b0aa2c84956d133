"""deploy/haproxy with the HAProxy of this machine (protocol G5, G6; RFC 8705; RFC 9440)."""

import pytest

from tests.deploy import behaviour
from tests.deploy.front import HOST, Front, binary, example
from tests.support.processes import ROOT, free_port

FILE = ROOT / "deploy" / "haproxy" / "haproxy.cfg"
HINT = "HAProxy is not installed (Debian: apt-get install haproxy)"


@pytest.fixture(scope="module")
def front(deployment, tmp_path_factory):
    """Start HAProxy with the example; ports and folders are the test's."""
    program = binary("haproxy")
    if program is None:
        pytest.skip(HINT)
    home = tmp_path_factory.mktemp("haproxy")
    started = Front(deployment.folder / "client-ca.pem", free_port(), free_port(), free_port(), HOST)
    changes = {
        "/etc/gerbang/tls/": f"{deployment.folder}/",
        "127.0.0.1:8000": f"127.0.0.1:{deployment.port}",
        "bind :80\n": f"bind 127.0.0.1:{started.plain}\n",
        "bind :443 ": f"bind 127.0.0.1:{started.tls} ",
        "bind :8443 ": f"bind 127.0.0.1:{started.mtls} ",
    }
    (home / "haproxy.cfg").write_text(example(FILE, changes))
    started.start([program, "-db", "-f", str(home / "haproxy.cfg")], home / "log")
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
    behaviour.certificates_work(front, deployment.identity, deployment.customers[1], tmp_path)
