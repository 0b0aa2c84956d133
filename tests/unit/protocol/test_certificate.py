"""What is presented as a certificate is read whole, or refused (RFC 9440 §2.2)."""

from base64 import b64encode
from datetime import UTC, datetime

import pytest

from idp.protocol.oauth.certificate import ClientCertificate
from idp.protocol.oauth.errors import InvalidRequest
from tests.support.certificates import self_signed

DER = self_signed(now=datetime(2026, 11, 24, tzinfo=UTC)).der
P256 = bytes.fromhex("06082a8648ce3d030107")
EC_KEY = bytes.fromhex("06072a8648ce3d0201")


def field(der):
    return f":{b64encode(der).decode()}:"


def test_a_certificate_is_read():
    assert ClientCertificate.of_header(field(DER)).der == DER


@pytest.mark.parametrize(
    "broken",
    [
        DER.replace(P256, bytes.fromhex("06082a8648ce3d030105")),
        DER.replace(EC_KEY, bytes.fromhex("06072a8648ce3d0209")),
        DER[:-1],
        DER + b"\0",
        b"",
    ],
    ids=["unknown curve", "unknown kind of key", "cut", "something after it", "nothing"],
)
def test_what_cannot_be_read_whole_is_refused(broken):
    assert broken != DER
    with pytest.raises(InvalidRequest):
        ClientCertificate.of_header(field(broken))


def test_a_name_that_is_no_text_is_refused():
    at = DER.index(bytes.fromhex("0603550403")) + 7
    with pytest.raises(InvalidRequest):
        ClientCertificate.of_header(field(DER[:at] + b"\xff" + DER[at + 1 :]))
