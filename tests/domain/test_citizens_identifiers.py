"""Identifiers in one spelling each, names as people bear them, NIK checks that reject nobody."""

from datetime import date

import pytest
from hypothesis import given, strategies as st

from idp.domain.citizens import identifiers, names, nik
from idp.domain.citizens.identifiers import Canonical, Kind, Malformed
from idp.domain.citizens.names import BadName
from idp.domain.citizens.nik import Oddity


@pytest.mark.parametrize(
    "typed",
    [
        "081234567890",
        "6281234567890",
        "+6281234567890",
        "+62 812-3456-7890",
        "0062 812 3456 7890",
        "8123 4567 890",
        "0812\u20113456\u20137890",
        "\u202a+62 812-3456-7890\u202c",
    ],
)
def test_o7_every_spelling_of_a_phone_number_is_the_same(typed):
    assert identifiers.phone(typed) == "+6281234567890"


@pytest.mark.parametrize(
    "typed", ["", "0812", "+", "abc", "08123456789012345", "12345678", "0812\x003456789"]
)
def test_what_is_no_phone_number_is_refused(typed):
    with pytest.raises(Malformed):
        identifiers.phone(typed)


def test_a_foreign_number_stays_foreign():
    assert identifiers.phone("+31 6 1234 5678") == "+31612345678"


def test_an_address_keeps_its_local_part_and_lowers_its_domain():
    assert identifiers.email(" Siti.Aminah@CONTOH.ID ") == "Siti.Aminah@contoh.id"
    assert identifiers.email("a@bücher.example") == "a@xn--bcher-kva.example"


@pytest.mark.parametrize(
    "typed",
    [
        "a",
        "@b.id",
        "a@",
        "a@b",
        "a b@c.id",
        "a@b..id",
        ".a@b.id",
        "a@127.0.0.1",
        "a\x00@b.id",
        "a@" + "b" * 260,
    ],
)
def test_what_is_no_address_is_refused(typed):
    with pytest.raises(Malformed):
        identifiers.email(typed)


def test_case_of_an_address_does_not_matter_for_finding(clock):
    from keys.blind_index import BlindIndex

    index = BlindIndex(b"k" * 32)
    digests = {identifiers.digest(index, Kind.EMAIL, text) for text in ("Siti@contoh.id", "siti@contoh.id")}
    assert len(digests) == 1
    assert identifiers.digest(index, Kind.EMAIL, "siti@contoh.id", operator=True) not in digests


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("9974115705940001", Kind.NIK),
        ("9974 1157 0594 0001", Kind.NIK),
        ("0812 3456 7890", Kind.PHONE),
        ("siti@contoh.id", Kind.EMAIL),
        ("198503122010012003", Kind.NIP),
        ("siti.aminah", Kind.USERNAME),
    ],
)
def test_c14_one_field_takes_every_identifier(typed, kind):
    found = identifiers.classify(typed)
    assert found is not None
    assert found.kind is kind


@pytest.mark.parametrize("typed", ["", "  ", "a\x00b", "x" * 500, "!!", "1234"])
def test_what_can_be_no_identifier_is_none(typed):
    assert identifiers.classify(typed) is None


@given(st.text())
def test_classifying_never_fails_and_is_stable(text):
    found = identifiers.classify(text)
    if found is not None:
        assert identifiers.classify(found.value) == Canonical(found.kind, found.value)


# --- names ---


@pytest.mark.parametrize(
    ("typed", "name", "before", "after"),
    [
        ("Suharto", "Suharto", "", ""),
        ("  Siti   Aminah ", "Siti Aminah", "", ""),
        ("Hj. Siti Aminah, S.Pd.", "Siti Aminah", "Hj.", "S.Pd."),
        ("Prof. Dr. Ir. Bambang Suryanto, M.Sc., Ph.D.", "Bambang Suryanto", "Prof. Dr. Ir.", "M.Sc., Ph.D."),
        ("Dr", "Dr", "", ""),
        ("Ns Ayu", "Ns Ayu", "", ""),
        ("I Wayan Sudiarta", "I Wayan Sudiarta", "", ""),
        ("Nur'aini", "Nur'aini", "", ""),
    ],
)
def test_o1_o2_names_and_titles(typed, name, before, after):
    full = names.parse(typed)
    assert (full.name, full.title_prefix, full.title_suffix) == (name, before, after)


@pytest.mark.parametrize("typed", ["", "   ", "12345", "Siti2", "x" * 121, "Siti\x00", "Siti\x1b[0m", "..."])
def test_what_can_be_no_name_is_refused(typed):
    with pytest.raises(BadName):
        names.parse(typed)


# --- NIK: soft checks ---


def test_e3_a_nik_that_contradicts_its_owner_is_odd_and_accepted():
    number = identifiers.nik("9973051004880001")
    found = nik.oddities(number, date(1988, 4, 9), "female")
    assert set(found) == {Oddity.BIRTHDATE, Oddity.GENDER}


@pytest.mark.parametrize(
    ("number", "oddity"),
    [
        ("8874115705940001", Oddity.REGION),
        ("3374119905940001", Oddity.DATE),
        ("3374115705940000", Oddity.SERIAL),
    ],
)
def test_e3_each_oddity_has_its_reason(number, oddity):
    assert identifiers.nik(number) == number
    assert nik.oddities(number) == (oddity,)


def test_an_ordinary_number_is_not_odd():
    assert nik.oddities("3374115705940001", date(1994, 5, 17), "female") == ()


@pytest.mark.parametrize(
    "typed", ["", "337411570594000", "33741157059400011", "337411570594000a", "³³74115705940001²"]
)
def test_only_length_and_digits_are_hard(typed):
    with pytest.raises(Malformed):
        identifiers.nik(typed)


def test_a_nik_is_shown_masked():
    assert nik.masked("3374115705940001") == "3374••••••••0001"
