"""OpenID Connect Dynamic Client Registration 1.0: every member is ruled, kept and told back (protocol R3 to R5)."""

import json

import pytest

from tests.support.databases import sqlite_only
from tests.support.publisher import Publisher
from tests.support.registering import JWKS, WEB, Manager, a_permit, register, registered

pytestmark = sqlite_only

PAGE, PLAIN = "https://agency.example/page", "http://agency.example/page"
MEMBERS = [
    # member, good, bad
    ("redirect_uris", ["https://agency.example/a", "https://agency.example/b"], ["http://agency.example/a"]),
    ("response_types", ["code"], ["id_token"]),
    ("grant_types", ["authorization_code", "refresh_token"], ["authorization_code", "implicit"]),
    ("application_type", "web", "desktop"),
    ("contacts", ["helpdesk@agency.example"], "helpdesk@agency.example"),
    ("client_name", "Layanan Uji", ""),
    ("client_name#en", "Test Service", 7),
    ("client_name#jv", "Layanan Uji", ["x"]),
    ("logo_uri", PAGE, PLAIN),
    ("logo_uri#en", PAGE, PLAIN),
    ("client_uri", PAGE, PLAIN),
    ("client_uri#en", PAGE, PLAIN),
    ("policy_uri", PAGE, PLAIN),
    ("policy_uri#en", PAGE, PLAIN),
    ("tos_uri", PAGE, PLAIN),
    ("tos_uri#en", PAGE, PLAIN),
    ("initiate_login_uri", PAGE, PLAIN),
    ("jwks", JWKS, {"keys": []}),
    ("subject_type", "pairwise", "public"),
    ("scope", "openid profile", "openid everything"),
    ("id_token_signed_response_alg", "PS256", "none"),
    ("userinfo_signed_response_alg", "ES256", "HS256"),
    ("token_endpoint_auth_method", "private_key_jwt", "anything"),
    ("token_endpoint_auth_signing_alg", "ES256", "none"),
    ("default_max_age", 600, "600"),
    ("require_auth_time", True, "true"),
    ("default_acr_values", ["urn:gerbang:acr:aal2"], ["urn:nobody:knows"]),
    ("post_logout_redirect_uris", ["https://agency.example/bye"], ["http://agency.example/bye"]),
    ("backchannel_logout_uri", "https://agency.example/bcl", PLAIN),
    ("backchannel_logout_session_required", True, "yes"),
    ("frontchannel_logout_uri", "https://agency.example/leave", "https://elsewhere.example/leave"),
    ("frontchannel_logout_session_required", True, "yes"),
    ("request_uris", ["https://agency.example/r.jwt"], [PLAIN]),
    ("request_object_signing_alg", "ES256", "HS256"),
    ("require_signed_request_object", True, 1),
    ("require_pushed_authorization_requests", True, "true"),
    ("dpop_bound_access_tokens", True, "true"),
    ("tls_client_certificate_bound_access_tokens", True, 1),
    ("software_id", "4NRB1-0XZABZI9E6-5SM3R", 7),
    ("software_version", "2.1", ["2.1"]),
]


@pytest.mark.parametrize(("member", "good", "bad"), MEMBERS, ids=[m for m, _, _ in MEMBERS])
def test_r3_a_good_value_is_kept_and_told_back_and_a_bad_one_refused(provider, member, good, bad):
    permit = a_permit(provider)
    accepted = register(provider, permit.text, WEB, **{member: good})
    assert accepted.status == 201, accepted.text
    assert accepted[member] == good
    assert Manager(provider, accepted).read()[member] == good
    refused = register(provider, permit.text, WEB, **{member: bad})
    assert refused.status == 400
    assert member in refused["error_description"]


def test_2_keys_come_from_one_place(provider):
    answer = register(provider, a_permit(provider).text, jwks_uri="https://agency.example/jwks")
    assert answer.error == "invalid_client_metadata"
    assert "jwks" in answer["error_description"]


def test_2_1_a_name_in_another_language_stands_beside_the_plain_one(provider):
    answer = registered(provider, **{"client_name#jv": "Layanan Jawi", "client_name#en": "Licence"})
    assert (answer["client_name"], answer["client_name#jv"]) == (WEB["client_name"], "Layanan Jawi")


@pytest.fixture
def publisher():
    with Publisher() as server:
        yield server


def publish(publisher, text):
    publisher.body = text.encode()
    return publisher.url("/sector.json")


A, B = "https://a.example/cb", "https://b.example/cb"


def test_r5_i6_two_clients_of_one_sector_know_a_citizen_by_the_same_sub(provider, citizen, publisher):
    sector = publish(publisher, json.dumps([A, B]))
    subjects = {}
    for uri in (A, B):
        made = registered(provider, redirect_uris=[uri], sector_identifier_uri=sector)
        rp = Manager(provider, made).rp()
        tokens = rp.redeem(rp.sign_in(citizen, redirect_uri=uri, scope="openid").code, redirect_uri=uri)
        subjects[uri] = rp.userinfo(tokens["access_token"])["sub"]
    assert subjects[A] == subjects[B]
    alone = Manager(provider, registered(provider, redirect_uris=[A])).rp()
    tokens = alone.redeem(alone.sign_in(citizen, redirect_uri=A, scope="openid").code, redirect_uri=A)
    assert alone.userinfo(tokens["access_token"])["sub"] != subjects[A]


@pytest.mark.parametrize("content", ["[]", '["https://a.example/other"]', "{}", "no json"])
def test_r5_a_sector_document_lists_every_redirect_uri(provider, publisher, content):
    sector = publish(publisher, content)
    answer = register(provider, a_permit(provider).text, redirect_uris=[A], sector_identifier_uri=sector)
    assert (answer.status, answer.error) == (400, "invalid_client_metadata")
    assert "sector_identifier_uri" in answer["error_description"]


def test_r5_a_sector_document_that_is_not_there_is_refused(provider, publisher):
    sector = publish(publisher, json.dumps([A]))
    publisher.status = 404
    answer = register(provider, a_permit(provider).text, redirect_uris=[A], sector_identifier_uri=sector)
    assert answer.error == "invalid_client_metadata"


def test_r5_the_sector_document_is_read_again_at_an_update(provider, publisher):
    sector = publish(publisher, json.dumps([A]))
    manager = Manager(provider, registered(provider, redirect_uris=[A], sector_identifier_uri=sector))
    assert manager.put(redirect_uris=[A, B]).error == "invalid_client_metadata"
    publish(publisher, json.dumps([A, B]))
    assert manager.put(redirect_uris=[A, B]).status == 200
