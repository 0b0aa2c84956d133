"""What may be a password (ASVS 6.2; NIST SP 800-63B-4 §3.1.1.2)."""

import unicodedata
from datetime import date

import pytest
from argon2 import extract_parameters
from argon2.exceptions import VerifyMismatchError

from idp.domain.authenticators import passwords
from idp.domain.authenticators.hashing import HashPool
from idp.domain.authenticators.passwords import Owner, Weakness
from idp.protocol.oauth.errors import TemporarilyUnavailable

SITI = Owner("Siti Aminah", "9974115705940001", date(1994, 5, 17), "s.aminah@contoh.id", "+6281234567890")


@pytest.mark.parametrize(
    ("password", "weakness"),
    [
        ("kuda123", Weakness.SHORT),
        ("password", Weakness.BREACHED),
        ("P@ssw0rd", Weakness.BREACHED),
        ("Indonesia", Weakness.BREACHED),
        ("bismillah123", Weakness.BREACHED),
        ("sayang2024", Weakness.BREACHED),
        ("Budi12345!", Weakness.BREACHED),
        ("persebaya", Weakness.BREACHED),
        ("aaaaaaaaaaaa", Weakness.SIMPLE),
        ("9876543210987", Weakness.SIMPLE),
        ("xyzqxyzqxyzq", Weakness.SIMPLE),
        ("Gerbang-2026", Weakness.BREACHED),
        ("gerbang.siti.77", Weakness.PERSONAL),
        ("SitiAminah94", Weakness.PERSONAL),
        ("aminah.siti", Weakness.PERSONAL),
        ("siti aminah suka durian", Weakness.PERSONAL),
        ("nik 9974115705940001", Weakness.PERSONAL),
        ("lahir 17-05-1994 ya", Weakness.PERSONAL),
        ("19940517 durian enak", Weakness.PERSONAL),
        ("0812-3456-7890 hp", Weakness.PERSONAL),
        ("kuda\x00makan rumput", Weakness.CHARACTERS),
        ("x" * 257, Weakness.LONG),
    ],
)
def test_o095_a_weak_password_is_refused_with_its_reason(password, weakness):
    assert passwords.weakness(password, SITI) is weakness


@pytest.mark.parametrize(
    "password",
    [
        "empat kuda makan rumput",
        "jqxvzkwp",
        " di depan dan di belakang ",
        "durian-siti-kelelawar-hujan",
        "🐎🐎🌧️🥭 kuda hujan",
        "密码很长也可以用的",
        "z7Qp" * 13 + "ab",
        "kalimat panjang " * 16,
    ],
)
def test_o095_no_rule_of_composition_and_long_ones_pass(password):
    assert passwords.weakness(password, SITI) is None


def test_without_an_owner_nothing_is_personal():
    assert passwords.weakness("Siti Aminah dan durian") is None


@pytest.fixture(scope="module")
def hasher():
    return HashPool(lambda data: data.ljust(32, b"-")[:256], parallel=1, queue=1)


def is_right(hasher, stored, password):
    with hasher.place() as hashes:
        return passwords.is_right(hashes, stored, password)


def test_o095_nothing_is_trimmed_or_cut(hasher):
    stored = passwords.hashed(hasher, " kuda makan rumput ")
    assert is_right(hasher, stored, " kuda makan rumput ")
    assert not is_right(hasher, stored, "kuda makan rumput")
    long = "a1" * 100
    stored = passwords.hashed(hasher, long + "x")
    assert not is_right(hasher, stored, long + "y")


def test_the_same_letters_typed_on_another_keyboard_are_the_same(hasher):
    stored = passwords.hashed(hasher, unicodedata.normalize("NFD", "kopi é enak sekali"))
    assert is_right(hasher, stored, unicodedata.normalize("NFC", "kopi é enak sekali"))


def test_what_cannot_be_a_password_is_known_before_hashing():
    assert not passwords.possible("")
    assert not passwords.possible("x" * 257)
    assert not passwords.possible("kata sandi\x00")
    assert passwords.possible("x" * 256)


def test_an_unknown_account_costs_a_hash_and_is_wrong(hasher):
    with hasher.place() as hashes:
        assert hashes.verify(None, "nobody") is False
        assert extract_parameters(hashes._nobody) == extract_parameters(hashes.hash("nobody"))
        with pytest.raises(VerifyMismatchError):  # computed and compared; not refused unread
            hashes._hasher.verify(hashes._nobody, "nobody")


def test_a_full_queue_says_when_to_come_back():
    pool = HashPool(lambda data: data, parallel=1, queue=1)
    with pool.place(), pool.place(), pytest.raises(TemporarilyUnavailable) as caught, pool.place():
        pass
    assert caught.value.retry_after
    with pool.place():
        pass  # given back, and taken again
