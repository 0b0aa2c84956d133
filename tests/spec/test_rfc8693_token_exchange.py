"""RFC 8693: OAuth 2.0 Token Exchange: an agency's service calls another agency's for the same citizen.

The portal (`rp`) has the citizen's word for two services, clinic and lab. The clinic exchanges what it was sent for a
token at the lab.
"""

from datetime import timedelta

import pytest

from keys import compact
from tests import factories
from tests.rp import RP
from tests.support.databases import counted, postgresql_only, sqlite_only

GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
CLINIC, LAB, BANK = "https://clinic.example", "https://lab.example", "https://bank.example"
INACTIVE = {"active": False}


def service(provider, name, uri, **members):
    values = {
        "resource_uris": [uri],
        "redirect_uris": [f"{uri}/callback"],
        "grant_types": ["authorization_code", "client_credentials", GRANT],
    } | members
    return RP(provider, factories.a_client(provider.services, name, **values))


@pytest.fixture
def clinic(provider):
    return service(provider, "clinic", CLINIC)


@pytest.fixture
def lab(provider):
    return service(provider, "lab", LAB)


@pytest.fixture
def bank(provider):
    return service(provider, "bank", BANK)


@pytest.fixture
def sent(rp, citizen, clinic, lab, bank):
    """The token that the portal sends to the clinic."""
    code = rp.sign_in(citizen, resource=(CLINIC, LAB)).code
    return rp.redeem(code, resource=CLINIC)["access_token"]


def swap(caller, token, /, **members):
    asked = {
        "grant_type": GRANT,
        "subject_token": token,
        "subject_token_type": ACCESS_TOKEN,
        "resource": LAB,
    } | members
    return caller.call("/token", **asked)


# --- 2.1, 2.2.1: what is exchanged for what ---


def test_2_2_1_the_service_gets_a_token_for_the_next_one(provider, clinic, lab, sent):
    with provider.recorded("TokenExchanged"):
        answer = swap(clinic, sent)
    assert answer.ok, answer.json
    assert answer.json.keys() == {"access_token", "token_type", "expires_in", "scope", "issued_token_type"}
    assert answer["issued_token_type"] == ACCESS_TOKEN
    assert answer["token_type"] == "Bearer"
    assert answer["expires_in"] == 300
    assert answer.headers["Cache-Control"] == "no-store"
    claims = clinic.claims(answer)
    assert claims["aud"] == LAB
    assert claims["client_id"] == "clinic"
    assert claims["act"] == {"sub": "clinic"}


def test_the_next_service_knows_the_citizen_by_its_own_subject_only(rp, citizen, clinic, lab, sent):
    at_the_lab = lab.id_token(lab.tokens(citizen))["sub"]
    at_the_clinic = clinic.id_token(clinic.tokens(citizen))["sub"]
    text = str(clinic.claims(swap(clinic, sent)))
    assert at_the_lab in text
    assert at_the_clinic not in text
    assert rp.id_token(rp.tokens(citizen))["sub"] not in text


@pytest.mark.parametrize(
    "target", [{"audience": "lab", "resource": None}, {"audience": "lab"}, {"audience": LAB}]
)
def test_2_1_the_target_is_named_by_resource_or_audience(clinic, sent, target):
    assert clinic.claims(swap(clinic, sent, **target))["aud"] == LAB


def test_2_1_the_client_a_token_was_issued_to_may_exchange_it_too(provider, citizen, clinic, lab):
    portal = service(provider, "portal", "https://portal.example")
    code = portal.sign_in(citizen, resource=(factories.ISSUER, LAB)).code
    own = portal.redeem(code, resource=factories.ISSUER)["access_token"]
    assert portal.claims(swap(portal, own))["aud"] == LAB


def test_2_1_scope_may_be_narrower_never_wider(provider, clinic, sent):
    assert swap(clinic, sent)["scope"] == "openid profile email"
    assert clinic.claims(swap(clinic, sent, scope="profile"))["scope"] == "profile"
    with provider.unchanged("TokenRefused"):
        assert swap(clinic, sent, scope="profile phone").error == "invalid_scope"


def test_4_1_the_chain_of_callers_is_told_and_has_an_end(provider, rp, citizen, clinic, lab, bank):
    court = service(provider, "court", "https://court.example")
    mint = service(provider, "mint", "https://mint.example")
    everywhere = (CLINIC, LAB, BANK, "https://court.example", "https://mint.example")
    first = rp.redeem(rp.sign_in(citizen, resource=everywhere).code, resource=CLINIC)["access_token"]
    second = swap(clinic, first)["access_token"]
    answer = swap(lab, second, resource=BANK)
    assert lab.claims(answer)["act"] == {"sub": "lab", "act": {"sub": "clinic"}}
    told = bank.introspect(answer["access_token"])
    assert told["act"] == {"sub": "lab", "act": {"sub": "clinic"}}
    assert told["client_id"] == "lab"
    fourth = swap(bank, answer["access_token"], resource="https://court.example")["access_token"]
    with provider.unchanged("TokenRefused"):
        assert swap(court, fourth, resource="https://mint.example").error == "invalid_request"
    assert mint.introspect(fourth).json == INACTIVE


def test_2_1_an_actor_token_is_the_callers_own(provider, clinic, lab, sent):
    own = clinic.call("/token", grant_type="client_credentials", scope="profile")["access_token"]
    others = lab.call("/token", grant_type="client_credentials", scope="profile")["access_token"]
    actor = {"actor_token": own, "actor_token_type": ACCESS_TOKEN}
    assert clinic.claims(swap(clinic, sent, **actor))["act"] == {"sub": "clinic"}
    with provider.unchanged(*["TokenRefused"] * 3):
        for token in (others, sent, "x"):
            assert swap(clinic, sent, **actor | {"actor_token": token}).error == "invalid_request"
    clinic.revoke(own)
    assert swap(clinic, sent, **actor).error == "invalid_request"


@pytest.mark.parametrize(
    "wrong",
    [
        {"subject_token": None},
        {"subject_token": "x"},
        {"subject_token_type": None},
        {"subject_token_type": "urn:ietf:params:oauth:token-type:id_token"},
        {"requested_token_type": "urn:ietf:params:oauth:token-type:refresh_token"},
        {"actor_token": "x"},
        {"actor_token_type": ACCESS_TOKEN},
        {"actor_token": "x", "actor_token_type": "urn:ietf:params:oauth:token-type:jwt"},
        {"resource": None},
    ],
)
@sqlite_only
def test_2_2_2_a_request_that_is_not_valid_is_invalid_request(provider, clinic, sent, wrong):
    with provider.unchanged("TokenRefused"):
        answer = swap(clinic, sent, **wrong)
        assert (answer.status, answer.error) == (400, "invalid_request")


@pytest.mark.parametrize(
    "wrong",
    [
        {"resource": BANK},
        {"resource": "https://elsewhere.example"},
        {"resource": factories.ISSUER},
        {"resource": CLINIC},
        {"resource": f"{LAB}#x"},
        {"resource": [LAB, BANK]},
        {"audience": "bank"},
        {"audience": "tax", "resource": None},
        {"audience": "nobody", "resource": None},
    ],
)
def test_2_2_2_a_target_the_citizen_did_not_grant_is_invalid_target(provider, clinic, sent, wrong):
    with provider.unchanged("TokenRefused"):
        assert swap(clinic, sent, **wrong).error == "invalid_target"


@sqlite_only
def test_only_registered_confidential_clients_exchange(provider, rp, public_rp, citizen, sent):
    tokens = rp.tokens(citizen)
    assert swap(rp, tokens["access_token"]).error == "unauthorized_client"
    factories.amend(provider.services, "app", grant_types=["authorization_code", GRANT])
    provider.services.refresher.check()
    assert swap(public_rp, sent).error == "unauthorized_client"


# --- attacks ---


def test_a_token_of_somebody_else_for_somebody_else_is_not_exchanged(provider, rp, citizen, lab, bank, sent):
    issuers = rp.tokens(citizen)["access_token"]
    with provider.unchanged(*["TokenRefused"] * 3):
        assert swap(bank, sent).error == "invalid_request"
        assert swap(lab, sent, resource=CLINIC).error == "invalid_request"
        assert swap(bank, issuers).error == "invalid_request"


def test_a_clients_own_token_names_no_citizen_to_act_for(provider, clinic, lab):
    own = clinic.call("/token", grant_type="client_credentials", scope="profile")["access_token"]
    with provider.unchanged("TokenRefused"):
        assert swap(clinic, own).error == "invalid_request"


def test_the_exchanged_token_is_good_at_the_target_only(provider, rp, clinic, lab, bank, sent):
    token = swap(clinic, sent)["access_token"]
    assert lab.introspect(token)["active"] is True
    assert clinic.introspect(token)["active"] is True
    for other in (rp, bank):
        assert other.introspect(token).json == INACTIVE
    assert clinic.userinfo(token).error == "invalid_token"
    assert swap(bank, token, resource=CLINIC).error == "invalid_request"


def test_a_revoked_or_expired_token_is_not_exchanged(provider, rp, clinic, sent, clock):
    rp.revoke(sent)
    with provider.unchanged("TokenRefused"):
        assert swap(clinic, sent).error == "invalid_request"
    clock.advance(minutes=11)
    assert swap(clinic, sent).error == "invalid_request"


def test_a_token_revoked_by_itself_takes_along_what_was_made_from_it(rp, citizen, clinic, lab, bank):
    """Who revokes a token means what it opened, wherever it was taken meanwhile (RFC 7009 section 2.1)."""
    code = rp.sign_in(citizen, resource=(CLINIC, LAB, BANK)).code
    sent = rp.redeem(code, resource=CLINIC)["access_token"]
    second = swap(clinic, sent)["access_token"]
    third = swap(lab, second, resource=BANK)["access_token"]
    other = swap(clinic, sent)["access_token"]
    assert clinic.revoke(second).ok
    assert lab.introspect(second).json == INACTIVE
    assert bank.introspect(third).json == INACTIVE
    assert swap(lab, second, resource=BANK).error == "invalid_request"
    assert clinic.introspect(sent)["active"] is True
    assert lab.introspect(other)["active"] is True
    fourth = swap(lab, other, resource=BANK)["access_token"]
    assert rp.revoke(sent).ok
    assert lab.introspect(other).json == INACTIVE
    assert bank.introspect(fourth).json == INACTIVE
    assert swap(lab, other, resource=BANK).error == "invalid_request"


def test_that_holds_over_midnight(rp, clinic, lab, clock, citizen):
    """Marks are kept by the day a token ends, and the made one may end a day before (UTC)."""
    clock.advance(hours=18, minutes=52)  # 23:52 UTC; NOON is 05:00
    code = rp.sign_in(citizen, resource=(CLINIC, LAB)).code
    sent = rp.redeem(code, resource=CLINIC)["access_token"]
    made = swap(clinic, sent)["access_token"]
    days = [rp.claims({"access_token": t})["exp"] // 86400 for t in (sent, made)]
    assert days[0] == days[1] + 1
    rp.revoke(sent)
    assert lab.introspect(made).json == INACTIVE


@pytest.mark.parametrize("end", ["withdraw", "lock", "sign_out"])
def test_what_ends_the_citizens_word_ends_exchange_and_exchanged_tokens(
    services, rp, citizen, clinic, lab, sent, end
):
    token = swap(clinic, sent)["access_token"]
    if end == "withdraw":
        factories.withdraw(services, citizen, rp.client.client_id)
    else:
        getattr(factories, end)(services, citizen)
    assert lab.introspect(token).json == INACTIVE
    assert swap(clinic, sent).error == "invalid_request"


@pytest.mark.parametrize("stopped", ["tax", "clinic"])
def test_a_suspended_client_anywhere_in_the_chain_ends_it(services, clinic, lab, sent, stopped):
    token = swap(clinic, sent)["access_token"]
    factories.suspend(services, stopped)
    assert lab.introspect(token).json == INACTIVE
    answer = swap(clinic, sent)
    assert answer.error in ("invalid_request", "invalid_client", "unauthorized_client")


def test_a_suspended_caller_ends_what_others_would_exchange_further(provider, clinic, rp, citizen, lab, bank):
    everywhere = (CLINIC, LAB, BANK)
    first = rp.redeem(rp.sign_in(citizen, resource=everywhere).code, resource=CLINIC)["access_token"]
    second = swap(clinic, first)["access_token"]
    assert swap(lab, second, resource=BANK).ok
    factories.suspend(provider.services, "clinic")
    assert bank.introspect(second).json == INACTIVE
    with provider.unchanged("TokenRefused"):
        assert swap(lab, second, resource=BANK).error == "invalid_request"


def test_it_never_outlives_what_was_exchanged(clinic, sent, clock):
    clock.advance(minutes=8)
    answer = swap(clinic, sent)
    assert answer["expires_in"] == 120
    assert clinic.claims(answer)["exp"] == int((clock() + timedelta(minutes=2)).timestamp())


def test_a_bound_token_is_not_exchanged_for_a_free_one(provider, services, clinic, sent):
    claims = clinic.claims({"access_token": sent}) | {"cnf": {"jkt": "0" * 43}}
    bound = compact(services.keyring.signer("ES256"), claims, "at+jwt")
    with provider.unchanged("TokenRefused"):
        assert swap(clinic, bound).error == "invalid_request"


def test_the_citizen_sees_who_called_for_them(provider, clinic, sent):
    with provider.recorded("TokenExchanged") as rows:
        swap(clinic, sent)
    assert rows[0].client_id == "clinic"
    assert rows[0].citizen_id is not None
    assert '"towards": "lab"' in str(rows[0].detail).replace("'", '"').replace('":"', '": "')


@sqlite_only
def test_the_grant_is_advertised(provider):
    assert GRANT in provider.get("/.well-known/openid-configuration")["grant_types_supported"]


@postgresql_only
def test_an_exchange_takes_two_of_which_one_marks_the_assertion(provider, clinic, sent):
    swap(clinic, sent)
    with counted(provider.database) as statements:
        assert swap(clinic, sent).ok
    assert len(statements) <= 2, statements
