"""RFC 9396: OAuth 2.0 Rich Authorization Requests, with the type `once_only`."""

import json

import pytest

from idp.domain.consent.models import Authorization
from tests import factories
from tests.rp import RP
from tests.support import exchange
from tests.support.databases import sqlite_only

TAX_API = "https://api.tax-office.example"
DETAIL = {
    "type": "once_only",
    "claims": ["npwp"],
    "purpose": {"id": "Menghitung bantuan usaha", "en": "To work out your business support"},
    "locations": [TAX_API],
}
GRANTED = DETAIL | {"actions": ["read"], "recipient": "benefits"}
OTHER = {"type": "once_only", "claims": ["email"], "purpose": {"id": "Mengirim surat"}}
PURPOSE = {"purpose": {"id": "Menghitung bantuan"}}


def text(*details):
    return json.dumps(list(details))


@pytest.fixture
def tax_office(provider):
    uris = {"resource_uris": [TAX_API], "redirect_uris": ["https://tax-office.example/callback"]}
    names = {"client_name": "Kantor Pajak", "client_name#en": "Tax Office"}
    return RP(provider, factories.a_client(provider.services, "tax-office", **uris, **names))


@pytest.fixture
def benefits(provider, tax_office):
    client = factories.a_client(
        provider.services,
        "benefits",
        authorization_details_types=["once_only"],
        claims={"npwp": PURPOSE, "email": PURPOSE, "bpjs_number": PURPOSE},
        scope="openid profile email offline_access",
    )
    rp = RP(provider, client)
    request = rp.request
    rp.request = lambda **overrides: request(**{"scope": "openid profile"} | overrides)
    exchange.an_agreement(provider.services, "agency-benefits", "tax", "npwp")
    exchange.an_agreement(provider.services, "agency-benefits", "health", "bpjs_number")
    exchange.an_agreement(provider.services, "agency-tax-office", "tax", "npwp")
    return rp


def allowed(rp, citizen, **overrides):
    """Walk through the consent page and return the code."""
    page = rp.begin_signed_in(citizen, **overrides)
    assert page.page == "consent", page.text
    return rp.browser.submit(page, "consent-form", "consent-allow").code


# --- 2: the parameter; 5: errors ---


@sqlite_only
@pytest.mark.parametrize(
    "value",
    [
        "nonsense",
        "{}",
        "[]",
        '["once_only"]',
        text({}),
        text({"type": 1}),
        text({"type": "unknown"}),
        text(DETAIL, {"type": "unknown"}),
        text(DETAIL | {"extra": True}),
        text({n: v for n, v in DETAIL.items() if n != "claims"}),
        text({n: v for n, v in DETAIL.items() if n != "purpose"}),
        text(DETAIL | {"claims": "npwp"}),
        text(DETAIL | {"claims": []}),
        text(DETAIL | {"claims": ["shoe_size"]}),
        text(DETAIL | {"claims": ["nik"]}),
        text(DETAIL | {"claims": [1]}),
        text(DETAIL | {"purpose": "Menghitung"}),
        text(DETAIL | {"purpose": {"en": "To work it out"}}),
        text(DETAIL | {"purpose": {"id": " "}}),
        text(DETAIL | {"purpose": {"id": "x" * 201}}),
        text(DETAIL | {"purpose": {"id": "baris\nlain"}}),
        text(DETAIL | {"actions": ["write"]}),
        text(DETAIL | {"locations": ["https://api.elsewhere.example"]}),
        text(DETAIL | {"recipient": "somebody"}),
        text(*[OTHER | {"purpose": {"id": f"Untuk {n}"}} for n in range(11)]),
        "[" * 2000 + "]" * 2000,
    ],
)
def test_5_what_does_not_conform_to_its_type_is_refused(provider, benefits, citizen, value):
    benefits.browser.sign_in(citizen)
    with provider.unchanged("AuthorizationRefused"):
        assert benefits.authorize(authorization_details=value).error == "invalid_authorization_details"


@sqlite_only
def test_5_a_client_that_is_not_registered_for_a_type_cannot_use_it(rp, citizen, tax_office):
    answer = rp.begin_signed_in(citizen, authorization_details=text(DETAIL))
    assert answer.error == "invalid_authorization_details"


@sqlite_only
def test_2_2_a_recipient_may_be_who_serves_a_location(benefits, citizen):
    details = text(DETAIL | {"recipient": "tax-office"})
    assert (
        "Diterima oleh: Kantor Pajak" in benefits.begin_signed_in(citizen, authorization_details=details).text
    )


@sqlite_only
def test_3_pushed_or_signed_it_is_the_same_and_json_inside_an_object(benefits, citizen):
    benefits.browser.sign_in(citizen)
    for answer in (
        benefits.bring(benefits.push(authorization_details=text(DETAIL))),
        benefits.authorize_signed(authorization_details=[DETAIL]),
        benefits.bring(
            benefits.call("/par", request=benefits.request_object(authorization_details=[DETAIL]))
        ),
    ):
        assert "Menghitung bantuan usaha" in benefits.browser.follow(answer).text
    bad = benefits.push(authorization_details=text({"type": "unknown"}))
    assert (bad.status, bad.error) == (400, "invalid_authorization_details")


# --- 4: the citizen decides on exactly this ---


def test_4_the_consent_page_says_what_why_from_whom_and_to_whom(benefits, citizen):
    page = benefits.begin_signed_in(citizen, authorization_details=text(DETAIL))
    for words in (
        "NPWP",
        "Menghitung bantuan usaha",
        "Diterima oleh: Layanan benefits",
        "Diambil dari: Kantor Pajak",
    ):
        assert words in page.text
    english = benefits.begin(authorization_details=text(DETAIL), ui_locales="en")
    for words in ("To work out your business support", "Service benefits", "Tax Office"):
        assert words in english.text
    evil = DETAIL | {"purpose": {"id": "<img src=x onerror=alert(1)>"}}
    assert "<img src=x" not in benefits.begin(authorization_details=text(evil)).text


def test_3_scope_and_details_are_both_shown_and_each_is_read_where_it_belongs(benefits, citizen, services):
    exchange.in_vault(services, citizen, "npwp", "9933744501900001", "tax")
    detail = {name: value for name, value in DETAIL.items() if name != "locations"}
    page = benefits.begin_signed_in(citizen, scope="openid email", authorization_details=text(detail))
    required, details = page.text.split('id="consent-details"')
    assert "siti@contoh.id" in required
    assert "Menghitung bantuan" in required
    assert "NPWP" in details
    code = benefits.browser.submit(page, "consent-form", "consent-allow", tick=("email",)).code
    tokens = benefits.redeem(code)
    known = benefits.userinfo(tokens["access_token"]).json
    assert known["email"] == "siti@contoh.id"
    assert "npwp" not in known
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert "email" not in benefits.provider.get("/attributes", headers=bearer).json


def test_4_other_details_need_another_consent_and_the_same_ones_do_not(services, benefits, citizen):
    allowed(benefits, citizen, authorization_details=text(DETAIL))
    assert benefits.authorize(prompt="none").code
    assert benefits.authorize(prompt="none", authorization_details=text(DETAIL)).code
    same = dict(reversed(GRANTED.items()))
    assert benefits.authorize(prompt="none", authorization_details=text(same)).code, "order has no meaning"
    for other in (OTHER, DETAIL | {"claims": ["npwp", "email"]}, DETAIL | {"purpose": {"id": "Lain"}}):
        answer = benefits.authorize(prompt="none", authorization_details=text(other))
        assert answer.error == "consent_required"
    page = benefits.begin(authorization_details=text(OTHER))
    assert benefits.browser.submit(page, "consent-form", "consent-allow").code
    assert benefits.authorize(prompt="none", authorization_details=text(DETAIL, OTHER)).code
    with services.database.unit_of_work() as db:
        standing = db.query(Authorization).filter_by(superseded_at=None).one()
        assert len(json.loads(standing.authorization_details)) == 2


def test_4_specific_data_is_asked_each_time(benefits, citizen):
    details = text({"type": "once_only", "claims": ["bpjs_number"], "purpose": {"id": "Memeriksa jaminan"}})
    allowed(benefits, citizen, authorization_details=details)
    assert benefits.authorize(prompt="none", authorization_details=details).error == "consent_required"


def test_4_a_no_grants_nothing(provider, benefits, citizen):
    page = benefits.begin_signed_in(citizen, authorization_details=text(DETAIL))
    with provider.unchanged("ConsentDenied", "AuthorizationRefused", tables=("authorization", "family")):
        assert benefits.browser.submit(page, "consent-form", "consent-deny").error == "access_denied"


# --- 6, 7: the token request and its answer; 9: what resource servers see ---


def test_7_what_was_granted_is_in_the_answer_the_token_and_its_introspection(benefits, citizen):
    tokens = benefits.redeem(allowed(benefits, citizen, authorization_details=text(DETAIL)))
    assert tokens["authorization_details"] == [GRANTED]
    assert benefits.claims(tokens)["authorization_details"] == [GRANTED]
    assert benefits.introspect(tokens["access_token"])["authorization_details"] == [GRANTED]


def test_7_without_details_there_are_none(benefits, citizen):
    tokens = benefits.redeem(allowed(benefits, citizen))
    assert "authorization_details" not in tokens.json
    assert "authorization_details" not in benefits.claims(tokens)


def test_6_a_refresh_keeps_them_or_asks_for_fewer_never_for_more(provider, benefits, citizen):
    tokens = benefits.redeem(allowed(benefits, citizen, authorization_details=text(DETAIL, OTHER)))
    assert len(tokens["authorization_details"]) == 2
    fewer = benefits.refresh(tokens["refresh_token"], authorization_details=text(OTHER))
    assert [d["claims"] for d in fewer["authorization_details"]] == [["email"]]
    assert [d["claims"] for d in benefits.claims(fewer)["authorization_details"]] == [["email"]]
    with provider.unchanged("TokenRefused"):
        more = benefits.refresh(
            fewer["refresh_token"], authorization_details=text(DETAIL | {"claims": ["npwp", "email"]})
        )
        assert more.error == "invalid_authorization_details"
    again = benefits.refresh(fewer["refresh_token"])
    assert len(again["authorization_details"]) == 2, "narrowing one token narrows no other"


def test_6_a_code_stays_usable_where_more_is_asked_than_was_granted(provider, benefits, citizen):
    code = allowed(benefits, citizen, authorization_details=text(DETAIL))
    with provider.unchanged("TokenRefused"):
        assert (
            benefits.redeem(code, authorization_details=text(OTHER)).error == "invalid_authorization_details"
        )
    assert benefits.redeem(code, authorization_details=text(DETAIL))["authorization_details"] == [GRANTED]


def test_6_a_client_of_its_own_is_granted_none(provider):
    client = factories.a_client(
        provider.services,
        "robot",
        grant_types=["client_credentials"],
        authorization_details_types=["once_only"],
    )
    answer = RP(provider, client).call(
        "/token", grant_type="client_credentials", scope="profile", authorization_details=text(OTHER)
    )
    assert answer.error == "invalid_authorization_details"


def test_9_1_a_service_sees_the_details_that_concern_it(provider, benefits, citizen):
    school = "https://api.school.example"
    uris = {"resource_uris": [school], "redirect_uris": ["https://school.example/callback"]}
    factories.a_client(provider.services, "school", **uris)
    code = allowed(benefits, citizen, authorization_details=text(DETAIL, OTHER), resource=(school, TAX_API))
    tokens = benefits.redeem(code, resource=school)
    assert len(tokens["authorization_details"]) == 2
    assert [d["claims"] for d in benefits.claims(tokens)["authorization_details"]] == [["email"]]


# --- 10: metadata ---


@sqlite_only
def test_10_the_types_are_advertised(provider):
    assert provider.get("/.well-known/oauth-authorization-server")[
        "authorization_details_types_supported"
    ] == ["once_only"]


# --- 3, and RFC 9126 2.1, RFC 9101 4: pushed, or inside a request object ---


def test_2_pushed_or_inside_a_request_object_they_are_the_same(provider, benefits, citizen):
    allowed(benefits, citizen, authorization_details=text(DETAIL), resource=TAX_API)
    pushed = benefits.bring(benefits.push(authorization_details=text(DETAIL), resource=TAX_API))
    signed = benefits.authorize_signed(authorization_details=[DETAIL], resource=[TAX_API])
    for code in (pushed.code, signed.code):
        tokens = benefits.redeem(code)
        assert tokens["authorization_details"] == [GRANTED]
        assert benefits.claims(tokens)["aud"] == TAX_API
    with provider.unchanged(*["AuthorizationRefused"] * 2):
        refused = benefits.push(authorization_details=text({"type": "unknown"}))
        assert (refused.status, refused.error) == (400, "invalid_authorization_details")
        assert benefits.push(resource="https://api.elsewhere.example").error == "invalid_target"


# --- nothing moves without an agreement (features F3) ---


def test_5_details_that_no_agreement_covers_are_refused(benefits, citizen, services):
    details = text(DETAIL | {"claims": ["npwp", "bpjs_number"]})
    assert benefits.begin_signed_in(citizen, authorization_details=details).page == "consent"
    exchange.set_agreements(services, "agency-benefits", "suspended")
    refused = benefits.authorize(authorization_details=details)
    assert refused.error == "invalid_authorization_details"
    assert benefits.push(authorization_details=details).error == "invalid_authorization_details"


def test_7_a_token_carries_no_details_whose_agreement_has_ended(benefits, citizen, services):
    code = allowed(benefits, citizen, authorization_details=text(DETAIL), resource=(TAX_API,))
    exchange.set_agreements(services, "agency-benefits", "ended")
    tokens = benefits.redeem(code, resource=TAX_API)
    assert "authorization_details" not in benefits.claims(tokens)
