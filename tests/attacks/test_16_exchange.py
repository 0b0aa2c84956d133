"""What stops between agencies: no agreement, no consent, another agency's person (attacks section 16)."""

import pytest

from tests import factories
from tests.rp import RP
from tests.support import exchange
from tests.support.bad_publisher import BadPublisher

NPWP = "9933744501900001"


@pytest.fixture
def tax_office():
    with BadPublisher({"npwp": NPWP}) as office:
        yield office


@pytest.fixture
def reader(provider) -> RP:
    return exchange.a_reader(provider, "name", "npwp")


@pytest.fixture
def agreed(services, reader):
    return exchange.an_agreement(services, "agency-benefits", "tax", "npwp")


def read(reader: RP, citizen, consented=("name", "npwp")):
    tokens = reader.tokens(citizen, scope="openid profile tax", consented=consented)
    return reader.userinfo(tokens["access_token"])


def push(provider, text: str, content_type: str = "application/jwt"):
    return provider.post("/attributes", data=text, headers={"Content-Type": content_type})


def stated(value: object = NPWP, **more: object) -> dict[str, object]:
    return {"npwp": {"value": value, "verified_at": exchange.VERIFIED_AT} | more}


def test_o125_without_an_agreement_in_force_nothing_flows(services, reader, citizen, tax_office):
    exchange.a_publisher(services, "tax", tax_office.endpoint)
    answer = read(reader, citizen)
    assert "npwp" not in answer.json
    assert answer["claims_withheld"] == {"npwp": "no_agreement"}
    assert tax_office.asked == []


def test_o125_an_agreement_that_ends_between_consent_and_release_stops_it(
    services, reader, citizen, tax_office, agreed, clock
):
    exchange.a_publisher(services, "tax", tax_office.endpoint)
    tokens = reader.tokens(citizen, scope="openid profile tax", consented=("name", "npwp"))
    assert reader.userinfo(tokens["access_token"])["npwp"] == NPWP
    exchange.set_agreement(services, agreed, "suspended")
    answer = reader.userinfo(tokens["access_token"])
    assert "npwp" not in answer.json
    assert answer["claims_withheld"] == {"npwp": "no_agreement"}
    exchange.set_agreement(services, agreed, "in_force")
    assert reader.userinfo(tokens["access_token"])["npwp"] == NPWP
    clock.advance(days=366)
    assert read(reader, citizen)["claims_withheld"] == {"npwp": "no_agreement"}


def test_o125_a_consent_taken_back_between_token_and_call_is_told_as_such_and_on_the_ledger(
    services, reader, citizen, tax_office, agreed
):
    exchange.a_publisher(services, "tax", tax_office.endpoint)
    tokens = reader.tokens(citizen, scope="openid profile tax", consented=("name", "npwp"))
    factories.withdraw(services, citizen, "benefits")
    answer = reader.userinfo(tokens["access_token"])
    assert (answer.status, answer.error) == (401, "invalid_token")
    assert answer["error_description"].startswith("consent_withdrawn")
    assert NPWP not in answer.text
    [line] = exchange.ledger(services)
    assert (line.outcome, line.reason, line.claims) == ("refused", "consent_withdrawn", "name npwp")


def test_o125_what_was_not_allowed_is_not_given_by_name(services, provider, citizen, tax_office):
    reader = exchange.a_reader(provider, "name", "npwp", "birthdate")
    tokens = reader.tokens(citizen, scope="openid profile", consented=("name",))
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    answer = provider.get("/attributes?claims=birthdate", headers=bearer)
    assert (answer.status, answer.error) == (400, "invalid_request")
    assert "1990" not in answer.text
    [line] = exchange.ledger(services)
    assert (line.outcome, line.reason, line.claims) == ("refused", "not_covered", "birthdate")


def test_o126_nobody_and_somebody_of_another_are_answered_alike(services, provider, citizen, rp):
    office = exchange.a_publisher(services)
    theirs = rp.id_token(rp.tokens(citizen))["sub"]
    unknown = push(provider, office.push(stated(), sub="nobody"))
    foreign = push(provider, office.push(stated(), sub=theirs))
    assert (unknown.status, unknown.json) == (foreign.status, foreign.json)
    assert unknown.status == 404


def test_o126_a_push_by_nik_does_not_tell_who_has_an_account(services, provider, citizen):
    office = exchange.a_publisher(services)
    nobody, malformed, somebody = (
        push(provider, office.push(stated(), nik=nik)) for nik in ("9900000000000000", "99", NPWP)
    )
    assert (
        (nobody.status, nobody.json) == (malformed.status, malformed.json) == (somebody.status, somebody.json)
    )
    assert nobody.status == 202
    assert exchange.values_of(services, citizen)["npwp"].value == NPWP


def test_o124_an_item_unticked_later_stops_in_the_tokens_given_before(provider, citizen, clock):
    uses = {
        "name": {"required": True, "purpose": {"id": "a"}},
        "email": {"required": False, "purpose": {"id": "b"}},
    }
    reader = exchange.a_reader(provider, scope="openid profile email offline_access", claims=uses)
    page = reader.begin_signed_in(citizen, scope="openid profile email offline_access", prompt="consent")
    code = reader.browser.submit(page, "consent-form", "consent-allow", tick=("email",)).code
    tokens = reader.redeem(code)
    assert reader.userinfo(tokens["access_token"])["email"]
    clock.advance(seconds=20)
    page = reader.begin(scope="openid profile email", prompt="consent")
    reader.browser.submit(page, "consent-form", "consent-allow")
    assert reader.userinfo(tokens["access_token"]).error == "invalid_token"
    assert reader.refresh(tokens["refresh_token"]).error == "invalid_grant"
