"""Signing and verifying as in the published examples (RFC 7515 appendix A, RFC 7638, RFC 8037 appendix A)."""

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from keys import SealBroken
from keys.algorithms import ALGORITHMS, RSA_BITS, WrongKindOfKey, thumbprint
from keys.encoding import b64url_text, from_b64url
from keys.signer import PrivateKey, public_jwk


def number(text: str) -> int:
    return int.from_bytes(from_b64url(text.encode()))


def test_rfc_7515_a_3_an_es256_signature_verifies() -> None:
    numbers = ec.EllipticCurvePublicNumbers(
        number("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"),
        number("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"),
        ec.SECP256R1(),
    )
    message = (
        b"eyJhbGciOiJFUzI1NiJ9"
        b".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    )
    signature = from_b64url(
        b"DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
    )
    check = ALGORITHMS["ES256"].verifying(numbers.public_key())
    check(signature, message)
    for forged in (signature[:-1], signature + b"\0", bytes(64), b"", signature[32:] + signature[:32]):
        with pytest.raises(InvalidSignature):
            check(forged, message)


def test_rfc_8037_a_4_ed25519_signs_as_published() -> None:
    key = ed25519.Ed25519PrivateKey.from_private_bytes(
        from_b64url(b"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")
    )
    signature = ALGORITHMS["EdDSA"].signing(key)(b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc")
    assert b64url_text(signature) == (
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
    )


def test_rfc_8037_a_3_the_kid_is_the_thumbprint() -> None:
    key = ed25519.Ed25519PublicKey.from_public_bytes(
        from_b64url(b"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
    )
    assert public_jwk(key, "EdDSA")["kid"] == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_rfc_7638_3_1_an_rsa_thumbprint() -> None:
    modulus = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3"
        "oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdA"
        "ZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-"
        "kEgU8awapJzKnqDKgw"
    )
    assert (
        thumbprint({"kty": "RSA", "n": modulus, "e": "AQAB"}) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    )


def test_our_rsa_keys_have_3072_bits() -> None:
    key = ALGORITHMS["PS256"].generate()
    assert isinstance(key, rsa.RSAPrivateKey)
    assert key.key_size == RSA_BITS == 3072


@pytest.mark.parametrize("alg", ["RS256", "PS256", "EdDSA"])
def test_a_key_of_the_wrong_kind_is_refused(alg: str) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    for use in (lambda: ALGORITHMS[alg].signing(key), lambda: ALGORITHMS[alg].verifying(key.public_key())):
        with pytest.raises(WrongKindOfKey):
            use()
    with pytest.raises(SealBroken):
        PrivateKey.load(PrivateKey(key, "ES256").der(), alg)


def test_bytes_that_are_no_key_are_refused() -> None:
    with pytest.raises(SealBroken):
        PrivateKey.load(b"\x30\x00", "ES256")
