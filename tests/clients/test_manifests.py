"""Every agency is registered by a text one can review, and its form asks for nothing that is not in it."""

from __future__ import annotations

import importlib
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import pytest

from clients import manifest
from clients.__main__ import AGENCIES
from clients.agency import Agency

CLIENTS = Path(manifest.__file__).parent
KNOWN_MEMBERS = {
    "client_id",
    "client_name",
    "consent_lifetime",
    "profile",
    "environment",
    "application_type",
    "client_uri",
    "logo_uri",
    "policy_uri",
    "redirect_uris",
    "post_logout_redirect_uris",
    "backchannel_logout_uri",
    "backchannel_logout_session_required",
    "security_events_uri",
    "token_endpoint_auth_method",
    "token_endpoint_auth_signing_alg",
    "jwks_file",
    "grant_types",
    "response_types",
    "id_token_signed_response_alg",
    "subject_type",
    "scope",
    "default_acr_values",
    "min_acr",
    "required_role",
    "claims",
}
SCOPE_OF = {
    "name": "profile",
    "nickname": "profile",
    "birthdate": "birth",
    "place_of_birth": "birth",
    "gender": "gender",
    "address": "address",
    "id_address": "address",
    "nik": "nik",
    "nik_ref": "nik",
    "phone_number": "phone",
    "email": "email",
    "nationalities": "nationality",
    "family_card_number": "family",
    "family_relation": "family",
    "title_prefix": "titles",
    "title_suffix": "titles",
    "nip": "asn",
    "employment_kind": "asn",
    "agency": "asn",
    "unit": "asn",
    "position": "asn",
    "npwp": "tax",
    "highest_education": "education",
    "diploma": "education",
    "bpjs_number": "health",
    "org": "business",
}
PUBLISHED = {
    "education": ("nisn", "highest_education", "diploma"),
    "health": ("bpjs_number", "satusehat_ihs"),
    "tax": ("npwp", "npwp_branch"),
    "business_licence": ("org",),
    "civil_service": ("nip", "employment_kind", "agency", "unit", "position"),
}
OF_OTHERS = {
    "education": {"bpjs_number"},
    "health": {"employment_kind", "agency"},
    "tax": {"org"},
    "business_licence": {"npwp", "highest_education"},
    "civil_service": {"highest_education", "diploma", "npwp"},
}
"""What an agency asks of the others by agreement."""


def agency_of(name: str) -> Agency:
    found: Agency = importlib.import_module(f"clients.{name}.app").AGENCY
    return found


@pytest.fixture(params=AGENCIES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_every_manifest_belongs_to_an_agency_that_can_be_started() -> None:
    assert {path.parent.name for path in CLIENTS.glob("*/client.toml")} == set(AGENCIES)


def test_the_registration_is_complete_and_national(name: str) -> None:
    client = manifest.read(CLIENTS / name / "client.toml").metadata
    assert set(client) <= KNOWN_MEMBERS
    assert (client["profile"], client["environment"]) == ("national", "sandbox")
    assert client["token_endpoint_auth_method"] == "private_key_jwt"
    assert client["grant_types"] == ["authorization_code", "refresh_token"]
    assert client["backchannel_logout_session_required"] is True
    assert client["jwks_file"] == f"agencies/{name}/jwks.json"


def test_all_addresses_follow_the_base(name: str) -> None:
    path = CLIENTS / name / "client.toml"
    assert manifest.read(path).base == f"http://127.0.0.1:{AGENCIES[name]}"
    moved = manifest.read(path, "https://agency.example/").metadata
    assert moved["redirect_uris"] == ["https://agency.example/callback"]
    assert "127.0.0.1" not in str(moved) and "{base}" not in str(moved)


def test_every_claim_says_why_in_both_languages(name: str) -> None:
    for ask in manifest.read(CLIENTS / name / "client.toml").asks:
        assert set(ask.purpose) == {"id", "en"} and all(len(text) > 12 for text in ask.purpose.values())
        assert (ask.legal_basis == "consent") is not ask.required, ask.claim


def test_scopes_are_those_of_the_claims(name: str) -> None:
    read = manifest.read(CLIENTS / name / "client.toml")
    assert set(read.scope.split()) == {"openid"} | {SCOPE_OF[ask.claim] for ask in read.asks}


def test_the_form_and_the_registration_ask_for_the_same(name: str) -> None:
    in_form = {field.claim.split(".")[0] for field in agency_of(name).form.fields if field.claim}
    asked = {ask.claim for ask in manifest.read(CLIENTS / name / "client.toml").asks}
    assert in_form == asked
    assert OF_OTHERS[name] <= in_form


def test_field_names_are_unique(name: str) -> None:
    names = [field.name for field in agency_of(name).form.fields]
    assert len(names) == len(set(names))


def test_client_ids_and_colours_are_the_agencies_own() -> None:
    ids = [manifest.read(CLIENTS / name / "client.toml").client_id for name in AGENCIES]
    assert len(set(ids)) == len({agency_of(name).accent for name in AGENCIES}) == len(AGENCIES)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_colours_can_be_read(name: str) -> None:
    agency = agency_of(name)
    assert contrast(agency.accent, "#ffffff") >= 4.5 and contrast(agency.accent, "#f4f6f8") >= 4.5
    assert contrast(agency.accent_dark, "#0d1318") >= 4.5 and contrast(agency.accent_dark, "#19212a") >= 4.5


def test_the_logo_is_a_small_drawing_without_script(name: str) -> None:
    svg = (CLIENTS / name / "logo.svg").read_text(encoding="utf-8")
    tags = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(svg).iter()}  # noqa: S314 - our own file
    assert tags <= {"svg", "rect", "g", "path"} and len(svg) < 2_000


def test_civil_servants_need_a_role_and_two_factors() -> None:
    client = manifest.read(CLIENTS / "civil_service" / "client.toml").metadata
    assert client["required_role"] == "civil_servant"
    assert client["min_acr"] == "urn:gerbang:acr:aal2"


def test_a_claim_without_a_known_ground_is_refused(tmp_path: Path) -> None:
    text = (CLIENTS / "tax" / "client.toml").read_text(encoding="utf-8")
    (tmp_path / "client.toml").write_text(text.replace('"law"', '"curiosity"', 1), encoding="utf-8")
    with pytest.raises(ValueError, match="legal_basis"):
        manifest.read(tmp_path / "client.toml")


def test_manifests_are_plain_toml(name: str) -> None:
    document = tomllib.loads((CLIENTS / name / "client.toml").read_text(encoding="utf-8"))
    assert {"base", "agency", "client", "publisher"} <= set(document) and len(document["client"]) == 1


def test_an_agency_publishes_by_its_own_client_at_its_own_address(name: str) -> None:
    read = manifest.read(CLIENTS / name / "client.toml", "https://agency.example")
    assert read.publishing is not None
    assert read.publishing.client_id == read.client_id
    assert read.publishing.endpoint == "https://agency.example/attributes"
    assert read.publishing.names == PUBLISHED[name]


def test_the_agency_is_the_source_of_what_it_publishes(name: str) -> None:
    document = tomllib.loads((CLIENTS / name / "client.toml").read_text(encoding="utf-8"))
    assert document["agency"]["id"] == name


@pytest.mark.parametrize(
    ("old", "new"), [('subject = "nik"', 'subject = "name"'), ("max_age_days = 90", 'max_age_days = "ever"')]
)
def test_a_publisher_section_that_makes_no_sense_is_refused(tmp_path: Path, old: str, new: str) -> None:
    text = (CLIENTS / "tax" / "client.toml").read_text(encoding="utf-8")
    (tmp_path / "client.toml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ValueError, match="publisher"):
        manifest.read(tmp_path / "client.toml")


def test_what_is_asked_of_others_stands_in_an_agreement_and_the_other_publishes_it(name: str) -> None:
    document = tomllib.loads((CLIENTS / name / "client.toml").read_text(encoding="utf-8"))
    asked: set[str] = set()
    for agreement in document["agreement"]:
        assert set(agreement["attributes"]) <= set(PUBLISHED[agreement["owner"]])
        for claim in agreement["attributes"]:
            assert document["client"][0]["claims"][claim]["legal_basis"] == agreement["legal_basis"]
        asked |= set(agreement["attributes"])
    assert asked == OF_OTHERS[name]
