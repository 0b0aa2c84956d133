"""Citizens' values in their standard types (OIDC Core §5.1; protocol.md U3)."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, strategies as st

from idp.protocol.oidc.address import address_of
from idp.protocol.oidc.catalogue import CLAIMS
from idp.protocol.oidc.display import mask, readable
from idp.protocol.oidc.userinfo import assemble, citizen_claims, is_over, needed_values

HOME = {
    "street_address": "Jalan Durian Raya Nomor 12",
    "rt": "004",
    "rw": "007",
    "village": "Pedalangan",
    "village_code": "33.74.11.1004",
    "district": "Banyumanik",
    "district_code": "33.74.11",
    "regency": "Kota Semarang",
    "regency_code": "33.74",
    "province": "Jawa Tengah",
    "province_code": "33",
    "postal_code": "50268",
    "country": "ID",
    "kind": "ktp",
}
SITI = {
    "name": "Siti Aminah",
    "birthdate": "1994-05-17",
    "email": "siti@example.test",
    "email_verified": True,
    "phone_number": "+628123456789",
    "phone_number_verified": False,
    "updated_at": datetime(2026, 11, 1, tzinfo=UTC),
    "nationalities": ["IDN"],
    "place_of_birth": {"locality": "Semarang", "region": "Jawa Tengah", "country": "ID"},
    "id_address": HOME,
    "given_name": None,
    "family_name": "",
}
TODAY = date(2026, 11, 24)


def test_u2_sub_is_always_there():
    assert assemble("s", (), {}) == {"sub": "s"}


def test_u3_values_have_their_standard_types():
    answer = assemble("s", tuple(CLAIMS), SITI, today=TODAY)
    assert answer["email_verified"] is True
    assert answer["phone_number_verified"] is False
    assert answer["updated_at"] == 1793491200
    assert answer["birthdate"] == "1994-05-17"
    assert answer["nationalities"] == ["IDN"]
    assert answer["id_address"]["rt"] == "004"
    assert answer["address"]["locality"] == "Kota Semarang"
    assert "given_name" not in answer
    assert "family_name" not in answer


def test_only_what_was_named_is_there():
    assert set(assemble("s", ("name",), SITI)) == {"sub", "name"}


def test_unknown_names_and_a_name_for_sub_add_nothing():
    assert assemble(
        "s", ("sub", "password_hash", "iss"), {"sub": "evil", "password_hash": "x", "iss": "y"}
    ) == {"sub": "s"}


def test_verified_never_stands_without_its_value():
    assert citizen_claims(("email", "email_verified"), {"email_verified": True}) == {}


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def hollow(value):
    if isinstance(value, dict):
        return not value or any(map(hollow, value.values()))
    if isinstance(value, list):
        return not value or any(map(hollow, value))
    return value is None or value == "" or value == "null"


@given(st.dictionaries(st.sampled_from(sorted(CLAIMS)), JSON_VALUES, max_size=6))
def test_u3_nothing_is_ever_null_or_empty(values):
    assert not [
        value for value in citizen_claims(tuple(CLAIMS), values, today=TODAY).values() if hollow(value)
    ]


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        ("1994-05-17", "1994-05-17"),
        (date(1994, 5, 17), "1994-05-17"),
        ("1960", "1960"),
        ("0000-05-17", "0000-05-17"),
        ("1849-01-01", None),
        ("17-05-1994", None),
        ("0000", None),
        (19940517, None),
    ],
)
def test_birthdates(value, sent):
    assert citizen_claims(("birthdate",), {"birthdate": value}).get("birthdate") == sent


@pytest.mark.parametrize(
    ("born", "over"), [("2009-11-24", True), ("2009-11-25", False), ("2009-11-23", True), ("1960", None)]
)
def test_age_predicates_follow_the_birthday(born, over):
    assert citizen_claims(("age_over_17",), {"birthdate": born}, today=TODAY).get("age_over_17") is over


def test_people_of_29_february_turn_on_1_march():
    assert not is_over(date(2008, 2, 29), 17, date(2025, 2, 28))
    assert is_over(date(2008, 2, 29), 17, date(2025, 3, 1))


def test_a_predicate_needs_no_birthdate_in_the_answer_but_in_the_vault():
    assert needed_values(("age_over_17", "address", "name")) == {
        "age_over_17",
        "birthdate",
        "address",
        "id_address",
        "name",
    }
    assert set(citizen_claims(("age_over_21",), SITI, today=TODAY)) == {"age_over_21"}


def test_the_region_can_be_had_without_the_address():
    assert citizen_claims(("regency_code", "province_code"), SITI) == {
        "regency_code": "33.74",
        "province_code": "33",
    }


def test_the_standard_address_of_an_indonesian_one():
    assert address_of(HOME) == {
        "formatted": "Jalan Durian Raya Nomor 12\nRT 004/RW 007\nPedalangan\nKec. Banyumanik\n"
        "Kota Semarang\nJawa Tengah 50268\nID",
        "street_address": "Jalan Durian Raya Nomor 12\nRT 004/RW 007\nPedalangan\nKec. Banyumanik",
        "locality": "Kota Semarang",
        "region": "Jawa Tengah",
        "postal_code": "50268",
        "country": "ID",
    }


def test_an_address_without_parts_is_no_address():
    assert address_of({}) == {}
    assert address_of({"regency": "Kota Semarang", "rt": None}) == {
        "formatted": "Kota Semarang",
        "locality": "Kota Semarang",
    }
    assert "address" not in assemble("s", ("address",), {"id_address": {"kind": "ktp"}})


# in words


@pytest.mark.parametrize(
    ("name", "value", "indonesian", "english"),
    [
        ("name", "Siti Aminah", "Siti Aminah", "Siti Aminah"),
        ("gender", "female", "Perempuan", "Female"),
        ("birthdate", "1994-05-17", "17 Mei 1994", "17 May 1994"),
        ("birthdate", "1960", "1960", "1960"),
        ("age_over_17", True, "Ya", "Yes"),
        ("nik", "9974115705940001", "9974••••••••0001", "9974••••••••0001"),
        ("nationalities", ["IDN"], "Indonesia", "Indonesian"),
        ("place_of_birth", {"locality": "Semarang", "region": "Jawa Tengah"}, "Semarang, Jawa Tengah", ""),
        ("nickname", None, "", ""),
    ],
)
def test_values_in_words(name, value, indonesian, english):
    assert readable(name, value) == indonesian
    assert readable(name, value, "en") == (english or indonesian)


def test_an_address_in_words_is_one_line():
    assert readable("id_address", HOME).startswith("Jalan Durian Raya Nomor 12, RT 004/RW 007, Pedalangan")
    assert "\n" not in readable("address", address_of(HOME))


def test_short_numbers_are_hidden_whole():
    assert mask("1234") == "••••"


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("PNS", {"is_civil_servant": True}),
        ("PPPK", {"is_civil_servant": True}),
        ("x", {"is_civil_servant": False}),
        (None, {}),
    ],
)
def test_f13_whether_somebody_is_a_civil_servant_is_a_yes_or_no(kind, answer):
    values = {"employment_kind": kind, "nip": "198503122010012003"}
    assert citizen_claims(("is_civil_servant",), values) == answer
    assert needed_values(("is_civil_servant",)) == {"is_civil_servant", "employment_kind"}
