"""Attack catalogue, section 7: addresses a client registers and we might call (O-069, O-070)."""

import threading
import time

import pytest

from idp.domain.registry.metadata import accept
from idp.domain.registry.policy import Policy
from idp.domain.registry.violations import BadMetadata
from idp.outbound import Guard, Outbound, OutboundFailed
from idp.resolver import NotResolved, Resolver
from tests.support.databases import sqlite_only
from tests.support.registering import KEY, WEB, a_permit, register

INSIDE = (
    "http://127.0.0.1:5432",
    "http://169.254.169.254/",
    "https://169.254.169.254/latest/meta-data",
    "http://[::1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://[64:ff9b::10.0.0.1]/",
    "https://[2002:a00:1::1]/",
    "https://[::10.0.0.1]/",
    "https://[::ffff:0:10.0.0.1]/",
    "https://[fec0::1]/",
    "file:///etc/passwd",
    "https://10.0.0.1/",
    "https://user:secret@agency.example/",
    "gopher://agency.example/",
)
MEMBERS = (
    "logo_uri",
    "policy_uri",
    "tos_uri",
    "client_uri",
    "initiate_login_uri",
    "sector_identifier_uri",
    "backchannel_logout_uri",
    "security_events_uri",
)
LIVE = Policy(
    environment="production", production=True, check_url=Guard((), loopback=False).check_url, fetch=None
)


def refused(member, uri):
    metadata = {n: v for n, v in WEB.items() if n != "jwks" or member != "jwks_uri"} | {member: uri}
    with pytest.raises(BadMetadata) as found:
        accept(metadata, LIVE)
    return {violation.member for violation in found.value.violations}


@pytest.mark.parametrize("uri", INSIDE)
def test_o069_a_key_set_inside_is_refused(uri):
    assert "jwks_uri" in refused("jwks_uri", uri)


@pytest.mark.parametrize("uri", INSIDE)
@pytest.mark.parametrize("member", MEMBERS)
def test_o070_other_addresses_inside_are_refused(member, uri):
    assert member in refused(member, uri)


@sqlite_only
@pytest.mark.parametrize("member", ["jwks_uri", *MEMBERS])
def test_o069_o070_registering_refuses_and_calls_nobody(provider, monkeypatch, member):
    called = []
    monkeypatch.setattr("socket.getaddrinfo", lambda *a, **k: called.append(a))
    document = {n: v for n, v in WEB.items() if n != "jwks" or member != "jwks_uri"}
    answer = register(provider, a_permit(provider).text, document | {member: "https://10.0.0.1/x"})
    assert (answer.status, answer.error) == (400, "invalid_client_metadata")
    assert member in answer["error_description"]
    assert called == []
    assert KEY.kid


@pytest.fixture
def hanging(monkeypatch):
    """The system's resolver, which hangs for the names below hang.example and fails for all others."""
    let_go = threading.Event()

    def look_up(host, *_args, **_kwargs):
        if host.endswith("hang.example"):
            let_go.wait(20)
        raise OSError("no such name")

    monkeypatch.setattr("socket.getaddrinfo", look_up)
    yield let_go
    let_go.set()


def took(host, seconds):
    calls = Outbound()
    began = time.monotonic()
    try:
        with pytest.raises(OutboundFailed):
            calls.get(f"https://{host}/jwks", total=seconds)
    finally:
        calls.close()
    return time.monotonic() - began


def test_o072_a_name_server_that_hangs_holds_nobody_beyond_the_deadline(hanging):
    assert took("a.hang.example", 0.3) < 1.5
    hanging.set()


def test_o072_names_that_hang_do_not_use_up_the_threads(hanging):
    names = Resolver(most=2)
    for host in ("a.hang.example", "b.hang.example", "agency.example"):
        with pytest.raises(NotResolved):
            names.addresses(host, 443, 0.1)
    assert sum(thread.name == "resolver" for thread in threading.enumerate()) == 2
    hanging.set()
    with pytest.raises(NotResolved, match="does not resolve"):
        names.addresses("agency.example", 443, 5)


def test_o072_a_name_that_cannot_be_one_is_a_call_that_failed():
    assert took(f"{'a' * 64}.example", 5) < 5
