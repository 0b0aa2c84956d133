"""The catalogue, and what of a request comes out of it (OIDC Core §5.4, §5.5)."""

import re

import pytest

from idp.protocol.oauth.client import ClaimUse, Profile
from idp.protocol.oidc.catalogue import BY_SCOPE, CLAIMS, COMPANIONS, SCOPES, SOURCES, Sensitivity
from idp.protocol.oidc.claims import ClaimsRequest, registered, wanted
from tests.unit.protocol.samples import a_client

# Words of the trade that no citizen should meet (issue 2: plain words).
JARGON = re.compile(r"\b(token|scope|claim|OTP|client|consent|atribut|otentikasi|autentikasi)\b", re.I)


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=str)
def test_every_claim_is_complete(claim):
    assert claim.scope in SCOPES
    assert claim.source in SOURCES
    assert claim.label("id") == claim.label_id != ""
    assert claim.label("en-GB") == claim.label_en != ""
    assert claim.schema == f"urn:gerbang:claim:v1:{claim.name}"


def test_labels_are_plain_words():
    words = [
        w
        for row in (*CLAIMS.values(), *SCOPES.values(), *SOURCES.values())
        for w in (row.label_id, row.label_en)
    ]
    assert not [word for word in words if JARGON.search(word)]


def test_the_law_s_specific_data_is_marked():
    assert CLAIMS["bpjs_number"].sensitivity is Sensitivity.SPECIFIC
    assert CLAIMS["nik"].sensitivity is Sensitivity.RESTRICTED
    assert CLAIMS["name"].sensitivity is Sensitivity.GENERAL


def test_u4_the_standard_scopes_stand_for_the_standard_claims():
    assert set(BY_SCOPE["email"]) == {"email", "email_verified"}
    assert set(BY_SCOPE["phone"]) == {"phone_number", "phone_number_verified"}
    assert "address" in BY_SCOPE["address"]
    assert {"name", "given_name", "family_name", "locale", "zoneinfo", "updated_at"} <= set(
        BY_SCOPE["profile"]
    )
    assert BY_SCOPE["openid"] == BY_SCOPE["offline_access"] == ()


def test_i4_scope_claims_belong_to_userinfo_only():
    asked = wanted(("openid", "email"))
    assert set(asked.userinfo) == {"email", "email_verified"}
    assert not asked.id_token


def test_named_claims_go_where_they_were_named():
    claims = ClaimsRequest.parse(
        '{"id_token": {"name": null}, "userinfo": {"nik": {"essential": true}, "x": null}}'
    )
    asked = wanted(("openid",), claims)
    assert set(asked.id_token) == {"name"}
    assert set(asked.userinfo) == {"nik"}
    assert asked.userinfo["nik"].essential
    assert asked.names == ("name", "nik")


def test_only_registered_claims_are_permitted():
    client = a_client(claims={"name": ClaimUse(), "email": ClaimUse()})
    asked = wanted(("openid", "profile", "email", "phone")).permitted(client)
    assert set(asked.names) == {"name", "email", "email_verified"}


def test_a_registration_without_claims_gets_the_general_ones_of_its_scopes():
    client = a_client(profile=Profile.OIDC_CORE, scopes=("openid", "profile", "nik", "health"))
    assert "name" in registered(client)
    assert "nik_ref" in registered(client)
    assert not {"nik", "bpjs_number", "email"} & registered(client)


def test_companions_are_claims_of_the_same_scope():
    for name, companions in COMPANIONS.items():
        assert all(CLAIMS[companion].scope == CLAIMS[name].scope for companion in companions)
