"""Matching redirect URIs (RFC 9700 §2.1, RFC 8252 §7.3)."""

from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest
from hypothesis import given, strategies as st

from idp.protocol.oauth.redirects import append_query, redirect_matches

REGISTERED = ("https://rp.example/cb",)


@given(st.text())
def test_without_loopback_only_the_same_string_matches(asked):
    assert redirect_matches(REGISTERED, asked) == (asked == REGISTERED[0])


@pytest.mark.parametrize(
    "asked",
    [
        "https://rp.example/cb/extra",
        "https://rp.example/cb/../x",
        "https://rp.example/cb?a=b",
        "https://rp.example/cb#f",
        "https://rp.example/cb/",
        "https://rp.example/CB",
        "https://RP.example/cb",
        "http://rp.example/cb",
        "https://rp.example:8443/cb",
        "https://rp.example.evil.test/cb",
        "https://rp.example@evil.test/cb",
        "https://evil.test/https://rp.example/cb",
        " https://rp.example/cb",
        "",
    ],
)
@pytest.mark.parametrize("native", [True, False])
def test_o002_o003_only_byte_equal_strings_pass(asked, native):
    assert not redirect_matches(REGISTERED, asked, native=native)


@pytest.mark.parametrize(
    ("registered", "asked"),
    [
        ("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb"),
        ("http://127.0.0.1:1/cb?x=1", "http://127.0.0.1:65535/cb?x=1"),
        ("http://[::1]/cb", "http://[::1]:9/cb"),
    ],
)
def test_a_native_application_may_use_any_loopback_port(registered, asked):
    assert redirect_matches((registered,), asked, native=True)
    assert not redirect_matches((registered,), asked, native=False)


@pytest.mark.parametrize(
    "asked",
    [
        "http://127.0.0.1:51004/other",
        "http://127.0.0.1:51004/cb#f",
        "http://127.0.0.1:0/cb",
        "http://127.0.0.1:65536/cb",
        "http://127.0.0.1:99999999/cb",
        "https://127.0.0.1:51004/cb",
        "http://127.0.0.2:51004/cb",
        "http://localhost:51004/cb",
        "http://127.0.0.1:51004@evil.test/cb",
        "http://127.0.0.1.evil.test:1/cb",
        "http://[::1]:51004/cb",
    ],
)
def test_the_loopback_exception_is_narrow(asked):
    assert not redirect_matches(("http://127.0.0.1/cb",), asked, native=True)


@given(st.integers(1, 65535))
def test_every_port_works(port):
    assert redirect_matches(("http://127.0.0.1/cb",), f"http://127.0.0.1:{port}/cb", native=True)


@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=1))
def test_o022_what_is_appended_comes_out_byte_exact(state):
    location = append_query("https://rp.example/cb?keep=a+b&c", {"state": state, "iss": "https://id.example"})
    assert location.startswith("https://rp.example/cb?keep=a+b&c&state=")
    assert location.isascii()
    assert dict(parse_qsl(urlsplit(location).query))["state"] == state


@given(st.dictionaries(st.text(), st.text(alphabet=st.characters(codec="utf-8")), min_size=1))
def test_values_are_quoted_as_the_standard_library_does(parameters):
    try:
        expected = urlencode(parameters, quote_via=quote, safe="")
    except UnicodeEncodeError:  # a lone surrogate has no bytes
        return
    assert append_query("https://rp.example/cb", parameters) == f"https://rp.example/cb?{expected}"


def test_a_custom_scheme_can_be_filled():
    assert append_query("id.go.tax:/cb", {"code": "x"}) == "id.go.tax:/cb?code=x"
    assert append_query("https://a/?", {"code": "x"}) == "https://a/?code=x"
    assert append_query("https://a/", {}) == "https://a/"
