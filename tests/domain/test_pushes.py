"""What agencies push by themselves: signed, once, their own, and about somebody they may speak of."""

import pytest
from joserfc.jwk import ECKey

from idp.domain.citizens.identifiers import Kind
from idp.domain.citizens.logins import sign_in_with
from tests import factories
from tests.support import exchange
from tests.visitor import Visitor

NPWP = "9933744501900001"
FIRST_NIP, SECOND_NIP = "198503122010012003", "198503122024212009"


def push(provider, text: str, content_type: str = "application/jwt"):
    return provider.post("/attributes", data=text, headers={"Content-Type": content_type})


def stated(value: object = NPWP, **more: object) -> dict[str, object]:
    return {"npwp": {"value": value, "verified_at": exchange.VERIFIED_AT} | more}


def test_a_push_by_its_owner_is_kept_with_its_source(services, provider, citizen):
    office = exchange.a_publisher(services)
    with provider.recorded("AttributesPushed"):
        answer = push(provider, office.push(stated(level="ial2"), nik=NPWP))
    assert (answer.status, answer.json) == (202, {"accepted": ["npwp"]})
    kept = exchange.values_of(services, citizen)["npwp"]
    assert (kept.value, kept.source, kept.level) == (NPWP, "tax", "ial2")


FORGED = {
    "another key": lambda office: office.push(stated(), nik=NPWP, key=ECKey.generate_key("P-256")),
    "another audience": lambda office: office.push(stated(), nik=NPWP, aud="https://elsewhere.example"),
    "another kind": lambda office: office.push(stated(), nik=NPWP, header={"typ": "JWT"}),
    "too old": lambda office: office.push(stated(), nik=NPWP, iat=1, exp=100),
    "good for ever": lambda office: office.push(stated(), nik=NPWP, exp=4_000_000_000),
    "no jti": lambda office: office.push(stated(), nik=NPWP, jti=None),
}


@pytest.mark.parametrize("forgery", FORGED, ids=str)
def test_a_forged_push_changes_nothing(services, provider, citizen, forgery):
    office = exchange.a_publisher(services)
    with provider.recorded("ClientAuthenticationFailed"):
        answer = push(provider, FORGED[forgery](office))
    assert (answer.status, answer.error) == (401, "invalid_client")
    assert "npwp" not in exchange.values_of(services, citizen)


def test_a_push_counts_once(services, provider, citizen):
    office = exchange.a_publisher(services)
    text = office.push(stated(), nik=NPWP)
    assert push(provider, text).status == 202
    assert push(provider, text).error == "invalid_client"


WRONG = {
    "a name nobody knows": {"shoe_size": {"value": "42", "verified_at": exchange.VERIFIED_AT}},
    "one of its own it does not publish": {
        "npwp_branch": {"value": "000", "verified_at": exchange.VERIFIED_AT}
    },
    "a wrong type": stated(value=42),
    "no provenance": {"npwp": {"value": NPWP}},
    "nothing": {},
    "no object": ["npwp"],
}


@pytest.mark.parametrize("mistake", WRONG, ids=str)
def test_a_push_that_breaks_a_rule_is_refused_whole(services, provider, citizen, mistake):
    office = exchange.a_publisher(services)
    answer = push(provider, office.push(WRONG[mistake], nik=NPWP))
    assert (answer.status, answer.error) == (400, "invalid_request")
    assert "npwp" not in exchange.values_of(services, citizen)


def test_who_publishes_nothing_pushes_nothing(services, provider, rp, citizen):
    office = exchange.Publishing(services, rp.client, "agency-tax")
    answer = push(provider, office.push(stated(), nik=NPWP))
    assert (answer.status, answer.error) == (400, "invalid_request")
    assert push(provider, "not.a.jwt").status in (400, 401)
    assert push(provider, office.push(stated(), nik=NPWP), "text/plain").error == "invalid_request"


@pytest.mark.parametrize("said", [{}, {"nik": NPWP, "sub": "x"}])
def test_a_push_says_about_whom(services, provider, said):
    office = exchange.a_publisher(services)
    assert push(provider, office.push(stated(), **said)).error == "invalid_request"


def test_a_publisher_that_knows_people_by_sub_names_no_nik(services, provider, citizen):
    office = exchange.a_publisher(services, subject="sub")
    assert push(provider, office.push(stated(), nik=NPWP)).error == "invalid_request"


def test_who_has_no_business_with_an_attribute_has_no_word_about_it(services, provider, citizen):
    office = exchange.a_publisher(services)
    told = {"bpjs_number": {"value": "1", "verified_at": exchange.VERIFIED_AT}}
    assert push(provider, office.push(told, nik=NPWP)).error == "invalid_request"


def test_a_suspended_client_pushes_nothing(services, provider, citizen):
    office = exchange.a_publisher(services)
    factories.suspend(services, "tax-office")
    assert push(provider, office.push(stated(), nik=NPWP)).status in (400, 401)
    assert "npwp" not in exchange.values_of(services, citizen)


def test_c14_civil_servants_sign_in_with_the_nip_their_employer_knows(services, provider):
    siti = factories.a_citizen(services, signs_in=True)
    bkn = exchange.a_publisher(services, "civil_service", attributes=("nip",))

    def states(number):
        told = {"nip": {"value": number, "verified_at": exchange.VERIFIED_AT}}
        assert push(provider, bkn.push(told, nik=NPWP)).status == 202

    def opens(number):
        return Visitor(provider).open("/me").password(number, siti.password).page == "mfa"

    assert not opens(FIRST_NIP)
    states(FIRST_NIP)
    assert opens("19850312 201001 2 003")
    states(SECOND_NIP)
    assert opens(SECOND_NIP)
    assert not opens(FIRST_NIP), "a number of a contract that is over"
    with services.database.unit_of_work() as db:
        sign_in_with(db, services.tree, siti.account_id, Kind.NIP, None, services.clock())
    assert not opens(SECOND_NIP)
