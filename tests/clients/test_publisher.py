"""What an agency publishes: one citizen per token, only what was asked and granted, and nothing to anybody else."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import OctKey
from joserfc.jws import extract_compact
from werkzeug.test import TestResponse

from clients.agency import make_agency
from clients.deployment import Deployment
from clients.records import Attribute, Register
from clients.tax.app import AGENCY as TAX
from tests.clients.conftest import Hour
from tests.clients.issuer import Issuer, new_key

BASE = "http://127.0.0.1:8103"
ENDPOINT = BASE + "/attributes"
SITI, GALIH, NGATIYEM = "9974115705940001", "9904061603060001", "9903014312570001"
BOTH = ["npwp", "npwp_branch"]
Ask = Callable[..., TestResponse]


@pytest.fixture
def tax(issuer: Issuer, hour: Hour, tmp_path: Path) -> FlaskClient:
    return make_agency(TAX, Deployment(BASE, issuer.url, tmp_path), clock=hour).test_client()


@pytest.fixture
def ask(tax: FlaskClient, issuer: Issuer) -> Ask:
    def asked(
        token: str | None = None, *, query: str = "claims=npwp+npwp_branch", **changes: Any
    ) -> TestResponse:
        token = token or issuer.access_token(ENDPOINT, **{"claims": BOTH, **changes})
        return tax.get(f"/attributes?{query}", base_url=BASE, headers={"Authorization": f"Bearer {token}"})

    return asked


def values(answer: TestResponse) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    return {name: said["value"] for name, said in answer.get_json()["attributes"].items()}


def test_the_agency_answers_about_the_citizen_of_the_token(ask: Ask) -> None:
    answer = ask()
    assert answer.get_json()["sub"] == "pairwise-siti"
    assert values(answer) == {"npwp": SITI, "npwp_branch": "508"}
    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("application/json", "no-store")
    assert "Set-Cookie" not in answer.headers


def test_a_value_says_when_it_was_verified_and_how_surely(ask: Ask, hour: Hour) -> None:
    said = ask().get_json()["attributes"]["npwp"]
    assert set(said) == {"value", "verified_at", "level"}
    assert abs(datetime.fromisoformat(said["verified_at"]) - hour()) < timedelta(seconds=10)
    old = ask(nik="9902122108680001").get_json()["attributes"]["npwp_branch"]
    assert old == {"value": "541", "verified_at": "2019-04-02T03:00:00Z"}


def test_only_what_the_token_and_the_question_name_is_told(ask: Ask) -> None:
    assert set(values(ask(query="claims=npwp"))) == {"npwp"}
    assert set(values(ask(claims=["npwp"]))) == {"npwp"}
    assert values(ask(claims=["npwp"], query="claims=npwp_branch")) == {}
    assert set(values(ask(claims=["npwp", "bpjs_number"], query="claims=npwp+bpjs_number"))) == {"npwp"}


def test_what_is_not_known_of_a_person_is_left_out(ask: Ask) -> None:
    assert set(values(ask(nik=GALIH))) == {"npwp"}


def test_nothing_known_of_a_person_is_404_and_says_nothing(ask: Ask) -> None:
    answer = ask(nik=NGATIYEM)
    assert (answer.status_code, answer.get_json()["error"]) == (404, "not_found")
    assert NGATIYEM not in answer.text


def test_a_question_cannot_name_another_person(ask: Ask) -> None:
    query = f"claims=npwp&nik={GALIH}&sub=somebody"
    assert values(ask(query=query)) == {"npwp": SITI}


@pytest.mark.parametrize(
    "query", ["", "claims=", "claims=npwp&claims=npwp_branch", "claims=" + "a+" * 51 + "b"]
)
def test_a_question_must_name_claims_once(ask: Ask, query: str) -> None:
    answer = ask(query=query)
    assert (answer.status_code, answer.get_json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("presented", [None, "Basic YTpi", "Bearer", "DPoP abc"])
def test_rfc6750_3_without_a_token_there_is_a_challenge_and_no_error_code(
    tax: FlaskClient, presented: str | None
) -> None:
    headers = {"Authorization": presented} if presented else {}
    answer = tax.get("/attributes?claims=npwp", base_url=BASE, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="attributes"'


def test_rfc6750_2_3_a_token_in_the_address_does_not_count(tax: FlaskClient, issuer: Issuer) -> None:
    token = issuer.access_token(ENDPOINT, claims=BOTH)
    assert tax.get(f"/attributes?claims=npwp&access_token={token}", base_url=BASE).status_code == 401


FORGED: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://elsewhere.example"},
    "another agency's token": {"aud": "http://127.0.0.1:8102/attributes"},
    "an agency's own token": {"client_id": "health-demo"},
    "for others too": {"aud": [ENDPOINT, "http://127.0.0.1:8102/attributes"]},
    "expired": {"exp": 1_700_000_000, "iat": 1_699_999_950},
    "from the future": {"iat": 4_000_000_000, "exp": 4_000_000_050},
    "lives too long": {"exp": 4_000_000_000},
    "exp is a text": {"exp": "soon"},
    "without exp": {"exp": None},
    "without iat": {"iat": None},
    "without jti": {"jti": None},
    "without sub": {"sub": None},
    "sub is a list": {"sub": ["pairwise-siti"]},
    "without client_id": {"client_id": None},
    "without nik": {"nik": None},
    "nik is no number": {"nik": "siti"},
    "nik is an object": {"nik": {"or": 1}},
    "nik in other digits": {"nik": "\u0661" * 16},
    "times are truth values": {"iat": True, "exp": True},
    "times beyond all time": {"iat": 10**30 - 30, "exp": 10**30},
    "jti is a number": {"jti": 12345678},
    "too many claims": {"claims": ["npwp"] * 51},
    "without claims": {"claims": None},
    "claims is a text": {"claims": "npwp"},
    "an ID Token": {"header": {"typ": "JWT"}},
    "a logout token": {"header": {"typ": "logout+jwt"}},
    "no type": {"header": {"typ": ""}},
    "a critical header": {"header": {"crit": ["b64"], "b64": False}},
}


@pytest.mark.parametrize("how", FORGED)
def test_rfc9068_4_a_token_with_anything_wrong_is_refused(ask: Ask, how: str) -> None:
    answer = ask(**FORGED[how])
    assert (answer.status_code, answer.get_json()["error"]) == (401, "invalid_token")
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    assert SITI not in answer.text


def test_rfc9068_4_a_key_the_issuer_does_not_publish_is_refused(ask: Ask, issuer: Issuer) -> None:
    strange = new_key()
    assert ask(key=strange).status_code == 401
    assert ask(key=strange, header={"kid": issuer.key.kid}).status_code == 401


def test_rfc8725_3_1_the_public_key_is_no_shared_secret(ask: Ask, issuer: Issuer) -> None:
    good = issuer.access_token(ENDPOINT, claims=BOTH)
    claims = json.loads(extract_compact(good.encode()).payload)
    public = json.dumps(issuer.key.as_dict(private=False)).encode()
    header = {"alg": "HS256", "typ": "at+jwt", "kid": issuer.key.kid}
    assert ask(jwt.encode(header, claims, OctKey.import_key(public))).status_code == 401
    assert ask(good).status_code == 200


ODD_HEADERS = [
    "[]",
    "null",
    "1",
    "[" * 3000 + "]" * 3000,
    '{"alg": 1, "kid": []}',
    '{"alg": "ES256", "crit": "x"}',
]


@pytest.mark.parametrize(
    "token",
    [
        *("x", "a.b.c", "e30.e30.", "." * 9000, "\u00e9.\u00e9.\u00e9"),
        *(urlsafe_b64encode(header.encode()).decode().rstrip("=") + ".e30.AA" for header in ODD_HEADERS),
    ],
    ids=lambda token: token[:12],
)
def test_what_is_no_token_is_refused(tax: FlaskClient, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    assert tax.get("/attributes?claims=npwp", base_url=BASE, headers=headers).status_code == 401


def test_rfc6750_3_1_a_token_of_another_scope_is_insufficient(ask: Ask) -> None:
    for scope in ("openid profile", None, ["attributes"]):
        answer = ask(scope=scope)
        assert (answer.status_code, answer.get_json()["error"]) == (403, "insufficient_scope")
        assert 'scope="attributes"' in answer.headers["WWW-Authenticate"]


def test_a_token_is_good_once(ask: Ask, issuer: Issuer) -> None:
    token = issuer.access_token(ENDPOINT, claims=BOTH)
    assert ask(token).status_code == 200
    assert ask(token).status_code == 401


def test_of_eight_uses_at_once_one_is_answered(tax: FlaskClient, issuer: Issuer) -> None:
    token = issuer.access_token(ENDPOINT, claims=BOTH)
    ask = lambda _n: tax.application.test_client().get(  # noqa: E731
        "/attributes?claims=npwp", base_url=BASE, headers={"Authorization": f"Bearer {token}"}
    )
    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(answer.status_code for answer in pool.map(ask, range(8)))
    assert statuses == [200] + [401] * 7


def test_only_questions_are_answered(tax: FlaskClient) -> None:
    assert tax.post("/attributes", base_url=BASE).status_code == 405


def test_keys_rotate_without_a_restart(ask: Ask, issuer: Issuer, hour: Hour) -> None:
    assert ask().status_code == 200
    issuer.key = new_key()
    hour.shift += timedelta(seconds=6)
    assert ask().status_code == 200


def test_strange_key_ids_do_not_make_it_fetch_all_the_time(ask: Ask, issuer: Issuer) -> None:
    assert ask().status_code == 200
    issuer.key = new_key()
    assert ask().status_code == 401, "it has just fetched the keys"


@pytest.fixture
def away(tax: FlaskClient, issuer: Issuer) -> Iterator[Callable[[], None]]:
    gone = []

    def leave() -> None:
        issuer.__exit__()
        gone.append(True)

    yield leave
    if gone:
        issuer.restart()


def test_an_agency_works_while_the_gate_is_away_and_asks_to_come_back(
    tax: FlaskClient, ask: Ask, away: Callable[[], None]
) -> None:
    away()
    assert tax.get("/", base_url=BASE).status_code == 200
    assert tax.get("/privacy", base_url=BASE).status_code == 200
    answer = ask()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


def test_keys_at_hand_serve_for_an_hour_and_no_longer(
    ask: Ask, issuer: Issuer, hour: Hour, away: Callable[[], None]
) -> None:
    def in_its_time() -> int:
        now = int(hour().timestamp())
        return ask(iat=now, exp=now + 60).status_code

    assert in_its_time() == 200
    away()
    hour.shift += timedelta(minutes=59)
    assert in_its_time() == 200
    hour.shift += timedelta(minutes=2)
    assert in_its_time() == 503


def test_a_gate_that_talks_nonsense_has_no_keys(ask: Ask, issuer: Issuer, hour: Hour) -> None:
    for nonsense in ("elsewhere", "http://127.0.0.1:1/jwks", f"{issuer.url}/authorize", 5):
        issuer.lies["metadata"] = {"jwks_uri": nonsense}
        hour.shift += timedelta(seconds=5)
        now = int(hour().timestamp())
        assert ask(iat=now, exp=now + 60).status_code == 503


def test_another_issuer_behind_the_same_address_has_no_say(ask: Ask, issuer: Issuer) -> None:
    issuer.lies["metadata"] = {"issuer": "https://elsewhere.example"}
    assert ask().status_code == 503


def test_a_change_at_the_agency_is_told_at_the_next_question(ask: Ask, tmp_path: Path, hour: Hour) -> None:
    register = Register.of_agency(TAX.folder, tmp_path / "agencies" / "tax", hour)
    until = hour() + timedelta(days=30)
    register.change(GALIH, "npwp_branch", "542", valid_until=until, level="ial1")
    said = ask(nik=GALIH).get_json()["attributes"]["npwp_branch"]
    assert (said["value"], said["level"]) == ("542", "ial1")
    assert datetime.fromisoformat(said["valid_until"]) == until.replace(microsecond=0)
    register.change(NGATIYEM, "npwp", NGATIYEM)
    assert values(ask(nik=NGATIYEM)) == {"npwp": NGATIYEM}


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"value": ""},
        {"value": 1, "sex": 2},
        {"value": 1, "level": "high"},
        {"value": 1, "verified_at": "2026-01-01"},
    ],
)
def test_a_record_that_makes_no_sense_is_not_read(record: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"value|level|time zone"):
        Attribute.from_record(record)


def test_nothing_about_anybody_is_logged(
    ask: Ask, issuer: Issuer, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level("DEBUG")
    token = issuer.access_token(ENDPOINT, claims=BOTH)
    assert [ask(token).status_code, ask(token).status_code, ask(nik=NGATIYEM).status_code] == [200, 401, 404]
    written = caplog.text + "".join(capfd.readouterr())
    assert not [secret for secret in (token, SITI, NGATIYEM, "pairwise-siti") if secret in written]
