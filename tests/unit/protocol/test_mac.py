"""HMAC-SHA256 begun once per key is the HMAC of everybody (RFC 2104)."""

import hashlib
import hmac

from hypothesis import given, strategies as st

from idp.protocol.oauth.mac import mac


@given(st.binary(max_size=200), st.text(alphabet=st.characters(codec="utf-8")))
def test_it_is_the_mac_of_the_standard_library(key, text):
    assert mac(key, text) == hmac.digest(key, text.encode(), hashlib.sha256)


def test_an_answer_does_not_depend_on_those_before():
    first = mac(b"key", "a")
    assert mac(b"key", "b") != first
    assert mac(b"key", "a") == first
