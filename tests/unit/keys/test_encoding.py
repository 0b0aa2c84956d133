"""Base64url without padding, one spelling per value (RFC 7515 section 2, RFC 4648 section 3.5)."""

from base64 import urlsafe_b64decode

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given, strategies as st

from keys.derive import derive
from keys.encoding import b64url, from_b64url


@given(st.binary(max_size=200))
def test_what_is_encoded_decodes(data: bytes) -> None:
    assert from_b64url(b64url(data)) == data


@given(st.binary(max_size=12))
def test_only_the_one_spelling_of_a_value_decodes(text: bytes) -> None:
    try:
        data = from_b64url(text)
    except ValueError:
        return
    assert b64url(data) == text
    assert urlsafe_b64decode(text + b"==") == data


@pytest.mark.parametrize("text", [b"QQ==", b"QR", b"Q", b"Q Q", b"QQ\n", b"++++", b"//", b"Q*Q", b"Q=Q"])
def test_padding_stray_bits_white_space_and_the_other_alphabet_are_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"base64|padd|encod|multiple"):
        from_b64url(text)


@given(key=st.binary(min_size=32, max_size=32), info=st.binary(max_size=80))
def test_derivation_is_hkdf_of_rfc_5869(key: bytes, info: bytes) -> None:
    assert derive(key, info) == HKDF(SHA256(), 32, salt=None, info=info).derive(key)
