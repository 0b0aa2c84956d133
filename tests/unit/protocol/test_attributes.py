"""The catalogue of attributes (features F1): complete, in plain words, and its schemas say what values look like."""

import json

import pytest
from jsonschema import Draft202012Validator

from idp.protocol.oidc.attributes import ENTRIES
from idp.protocol.oidc.attributes.schema import catalogue, json_schema
from idp.protocol.oidc.catalogue import CLAIMS, SOURCES, Sensitivity
from idp.protocol.oidc.userinfo import citizen_claims
from tests.support.processes import ROOT
from tests.unit.protocol.test_oidc_claims import JARGON

NAMES = tuple(CLAIMS)
GATE = {"self", "account"}


def errors(name, value):
    validator = Draft202012Validator(json_schema(name), format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [error.message for error in validator.iter_errors(value)]


def test_every_claim_has_an_entry_and_nothing_else_has():
    assert set(ENTRIES) == set(CLAIMS)


@pytest.mark.parametrize("name", NAMES)
def test_an_entry_says_what_it_is_in_plain_words(name):
    entry = ENTRIES[name]
    for text in (entry.meaning_id, entry.meaning_en):
        assert text.endswith(".") and 15 < len(text) <= 130
        assert not JARGON.search(text)
    assert entry.meaning("id") == entry.meaning_id != entry.meaning("en-GB") == entry.meaning_en
    assert entry.law
    assert [version.number for version in entry.versions] == list(range(1, len(entry.versions) + 1))
    assert list(entry.versions) == sorted(entry.versions, key=lambda version: version.since)


@pytest.mark.parametrize("name", NAMES)
def test_its_schema_is_json_schema_2020_12_and_takes_its_own_example(name):
    schema = json_schema(name)
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:gerbang:claim:v1:{name}"
    assert errors(name, ENTRIES[name].example) == []
    assert errors(name, None)


@pytest.mark.parametrize("name", NAMES)
def test_what_leaves_at_userinfo_fits_the_schema(name):
    sent = citizen_claims((name,), {name: ENTRIES[name].example})
    if name.endswith("_verified"):
        sent |= {name: True}
    assert errors(name, sent[name]) == []


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("gender", "F"),
        ("employment_kind", "honorer"),
        ("highest_education", "TK"),
        ("nik", "997104120690000"),
        ("npwp", 9971041206900001),
        ("birthdate", "17-04-1991"),
        ("org", {"id": "nib-1"}),
        ("org", {"id": "nib-1", "legal_name": "Dapur Ani", "role": "boss"}),
        ("diploma", []),
        ("diploma", [{"level": "S1"}]),
        ("is_civil_servant", "yes"),
        ("regency_code", "3404"),
    ],
)
def test_a_value_of_another_shape_is_no_such_attribute(name, wrong):
    assert errors(name, wrong)


def test_what_the_demo_agencies_publish_fits_the_catalogue():
    checked = 0
    for file in sorted(ROOT.glob("clients/*/records.json")):
        for person in json.loads(file.read_text(encoding="utf-8")).values():
            for name, found in person.items():
                assert errors(name, found["value"]) == [], (file.parent.name, name)
                checked += 1
    assert checked > 50


def test_specific_data_names_the_law_it_rests_on_and_agencies_own_what_they_publish():
    for name, claim in CLAIMS.items():
        law = ENTRIES[name].law
        assert any(kind in law for kind in ("UU ", "PP ", "Perpres ", "Permenkes ", "PMK "))
        if claim.sensitivity is Sensitivity.SPECIFIC:
            assert claim.source not in GATE
        if claim.source not in GATE | {"population_registry"}:
            assert ENTRIES[name].fresh_days, f"{name} of an agency grows old"


def test_the_whole_catalogue_is_one_document_in_both_languages():
    found = catalogue({"npwp": ["tax"]})
    assert [each["name"] for each in found["attributes"]] == list(NAMES)
    npwp = next(each for each in found["attributes"] if each["name"] == "npwp")
    assert npwp["owner"] == {"id": "tax", "name": {"id": SOURCES["tax"].label_id, "en": "Tax office"}}
    assert npwp["published_by"] == ["tax"]
    assert npwp["fresh_days"] == 365
    assert json.loads(json.dumps(found)) == found
