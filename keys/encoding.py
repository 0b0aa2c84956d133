"""Base64url as JOSE wants it: no padding, one spelling per value."""

import binascii

_TO_URL = bytes.maketrans(b"+/", b"-_")
_TO_STANDARD = bytes.maketrans(b"-_", b"+/")


def b64url(data: bytes) -> bytes:
    """Encode without padding (RFC 7515 section 2)."""
    return binascii.b2a_base64(data, newline=False).rstrip(b"=").translate(_TO_URL)


def b64url_text(data: bytes) -> str:
    """Encode without padding, as text (RFC 7515 section 2)."""
    return b64url(data).decode("ascii")


def from_b64url(text: bytes) -> bytes:
    """Decode the one canonical spelling and raise ValueError for any other (RFC 4648 section 3.5)."""
    padded = text.translate(_TO_STANDARD) + b"=" * (-len(text) % 4)
    data = binascii.a2b_base64(padded)
    if b64url(data) != text:
        raise ValueError("not canonical base64url")
    return data
