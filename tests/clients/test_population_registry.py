"""The simulator answers like the real registry: per field, with likeness, a ticket, and its bad days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from clients.population_registry.app import SANDBOX_KEY, make_registry
from clients.population_registry.likeness import name_likeness, text_likeness
from clients.population_registry.people import load

KEY = {"Authorization": f"Bearer {SANDBOX_KEY}"}
PEOPLE = {person.row["key"]: person for person in load().values()}
SITI = PEOPLE["siti"]


class Hour:
    """A clock of the test's own."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 3, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def hour() -> Hour:
    return Hour()


@pytest.fixture
def registry(hour: Hour) -> FlaskClient:
    return make_registry(clock=hour).test_client()


def ask(registry: FlaskClient, path: str, /, **members: object) -> TestResponse:
    return registry.post(path, json=members, headers=KEY)


def about(key: str, **changes: object) -> dict[str, object]:
    person = PEOPLE[key]
    return {"nik": person.nik, "name": person.name, "birthdate": person.birthdate, **changes}


def test_a_full_match_yields_a_ticket_for_the_record(registry: FlaskClient) -> None:
    answer = ask(registry, "/v1/verify", **about("siti", place_of_birth="Semarang", gender="female")).json
    assert answer is not None
    assert (answer["nik_exists"], answer["active"]) == (True, True)
    assert answer["fields"] == {
        "name": {"match": True, "similarity": 1.0},
        "birthdate": {"match": True},
        "place_of_birth": {"match": True, "similarity": 1.0},
        "gender": {"match": True},
    }
    record = ask(registry, "/v1/records", reference=answer["reference"]).json
    assert record is not None
    assert record["name"] == "Siti Aminah"
    assert record["address"]["rt"] == "004"
    assert record["address"]["village"]["name"] == "Pedalangan"
    assert "note" not in record and "key" not in record


def test_a_ticket_is_good_once(registry: FlaskClient) -> None:
    ticket = ask(registry, "/v1/verify", **about("siti")).get_json()["reference"]
    assert ask(registry, "/v1/records", reference=ticket).status_code == 200
    again = ask(registry, "/v1/records", reference=ticket)
    assert (again.status_code, again.get_json()["error"]) == (404, "unknown_reference")


def test_a_ticket_is_good_for_five_minutes(registry: FlaskClient, hour: Hour) -> None:
    ticket = ask(registry, "/v1/verify", **about("siti")).get_json()["reference"]
    hour.now += timedelta(minutes=5)
    assert ask(registry, "/v1/records", reference=ticket).status_code == 404


def test_one_wrong_field_is_named_and_yields_no_ticket(registry: FlaskClient) -> None:
    answer = ask(registry, "/v1/verify", **about("siti", birthdate="1994-05-18")).get_json()
    assert answer["fields"]["birthdate"] == {"match": False}
    assert answer["fields"]["name"]["match"] is True
    assert answer["reference"] is None


def test_an_unknown_nik_says_nothing_else(registry: FlaskClient) -> None:
    answer = ask(registry, "/v1/verify", **about("siti", nik="9999999999999999")).get_json()
    assert (answer["nik_exists"], answer["fields"], answer["reference"]) == (False, {}, None)


@pytest.mark.parametrize(("key", "reason"), [("nik-nonaktif", "not_recorded"), ("nik-ganda-lama", "double")])
def test_an_inactive_nik_matches_but_yields_no_ticket(registry: FlaskClient, key: str, reason: str) -> None:
    answer = ask(registry, "/v1/verify", **about(key)).get_json()
    assert (answer["active"], answer["inactive_reason"], answer["reference"]) == (False, reason, None)
    assert answer["fields"]["name"]["match"] is True


def test_the_caller_may_ask_for_a_stricter_threshold(registry: FlaskClient) -> None:
    near = about("belum-rahmat", name="M. Rahmat H.")
    assert ask(registry, "/v1/verify", **near).get_json()["reference"]
    assert ask(registry, "/v1/verify", **near, threshold=0.95).get_json()["reference"] is None


@pytest.mark.parametrize(
    ("registered", "written"),
    [
        ("Siti Aminah", "SITI AMINAH"),
        ("Siti Aminah", "Hj. Siti Aminah, S.Pd."),
        ("Siti Aminah", "Siti Aminah S.Pd"),
        ("Bambang Suryanto", "Dr. H. Bambang Suryanto, S.Pd., M.Pd."),
        ("Maria Goretti Sinaga", "dr. Maria Goretti Sinaga Sp.A"),
        ("Muhammad Rahmat Hidayatullah", "Moh. Rahmat Hidayatullah"),
        ("Muhammad Rahmat Hidayatullah", "Muh Rahmat Hidayatullah"),
        ("Suharto", "Soeharto"),
        ("Cut Nur'aini", "Cut Nuraini"),
    ],
)
def test_other_ways_to_write_the_same_name_are_the_same(registered: str, written: str) -> None:
    assert name_likeness(registered, written) == 1.0


@pytest.mark.parametrize(
    ("registered", "written"),
    [
        ("Muhammad Ridwan", "M. Ridwan"),
        ("Muhammad Ridwan", "M.Ridwan"),
        ("Siti Aminah", "Siti Aminh"),
        ("Nur Hayati", "Nurhayati"),
        ("Muhammad Rahmat Hidayatullah", "M. Rahmat H."),
    ],
)
def test_near_names_match_without_being_equal(registered: str, written: str) -> None:
    assert 0.85 <= name_likeness(registered, written) < 1.0


@pytest.mark.parametrize(
    ("registered", "written"),
    [
        ("Siti Aminah", "Siti"),
        ("Siti Aminah", "Aminah Siti"),
        ("Dewi Kartika", "Dewi Sartika"),
        ("Suharto", "Suhartono"),
        ("Ahmad Hidayat", "A. H."),
        ("Siti Aminah", "..."),
    ],
)
def test_other_people_do_not_match(registered: str, written: str) -> None:
    assert name_likeness(registered, written) < 0.85


def test_street_abbreviations_are_written_out() -> None:
    assert text_likeness("Jalan Durian Raya Nomor 12", "Jl. Durian Raya No.12") == 1.0
    assert text_likeness("Jalan Durian Raya Nomor 12", "Jl. Mawar No. 3") < 0.85


@pytest.mark.parametrize(
    "changes",
    [
        {"nik": "99741157059400"},
        {"nik": "\u0661" * 16},
        {"name": ""},
        {"name": ["Siti"]},
        {"name": "x" * 501},
        {"birthdate": "17-05-1994"},
        {"birthdate": "1994-02-30"},
        {"threshold": True},
        {"mother": "Aminah"},
    ],
)
def test_what_cannot_be_understood_is_refused(registry: FlaskClient, changes: dict[str, object]) -> None:
    answer = ask(registry, "/v1/verify", **about("siti", **changes))
    assert (answer.status_code, answer.get_json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"x"'])
def test_a_body_that_is_no_object_is_refused(registry: FlaskClient, body: bytes) -> None:
    assert registry.post("/v1/verify", data=body, headers=KEY).status_code == 400


@pytest.mark.parametrize("path", ["/v1/verify", "/v1/records", "/v1/_faults", "/nowhere"])
def test_nothing_is_answered_without_the_key(registry: FlaskClient, path: str) -> None:
    assert registry.post(path, json={}, headers={"Authorization": "Bearer wrong"}).status_code == 401


def test_health_needs_no_key(registry: FlaskClient) -> None:
    assert registry.get("/healthz").get_json() == {"status": "ok", "people": len(PEOPLE)}


def test_an_outage_begins_and_ends(registry: FlaskClient) -> None:
    assert ask(registry, "/v1/_faults", outage=True).get_json()["outage"] is True
    down = ask(registry, "/v1/verify", **about("siti"))
    assert (down.status_code, down.headers["Retry-After"]) == (503, "30")
    registry.delete("/v1/_faults", headers=KEY)
    assert ask(registry, "/v1/verify", **about("siti")).status_code == 200


def test_a_quota_runs_out(registry: FlaskClient) -> None:
    ask(registry, "/v1/_faults", quota=1)
    answers = [ask(registry, "/v1/verify", **about("siti")).status_code for _ in range(2)]
    assert answers == [200, 429]


def test_latency_delays_the_answer(registry: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    naps: list[float] = []
    monkeypatch.setattr("clients.population_registry.app.time.sleep", naps.append)
    ask(registry, "/v1/_faults", latency_ms=1500)
    ask(registry, "/v1/verify", **about("siti"))
    assert naps == [1.5]


@pytest.mark.parametrize("fault", [{"latency_ms": -1}, {"outage": "yes"}, {"quota": 1.5}, {"smoke": True}])
def test_impossible_faults_are_refused(registry: FlaskClient, fault: dict[str, object]) -> None:
    assert ask(registry, "/v1/_faults", **fault).status_code == 400


def test_every_nik_is_synthetic_and_follows_the_rules() -> None:
    odd = {"nik-aneh", "belum-joko"}
    for key, person in PEOPLE.items():
        year, month, day = person.birthdate.split("-")
        woman = 40 if person.gender == "female" else 0
        follows = person.nik[6:12] == f"{int(day) + woman:02d}{month}{year[2:]}"
        assert person.nik.startswith("99") and follows is (key not in odd), key


def test_the_awkward_people_are_there() -> None:
    def row(key: str) -> str:
        return str(PEOPLE[key].row["name"])

    assert " " not in row("suharto")
    assert len(row("nama-panjang")) == 60
    assert row("kembar-nama-1") == row("kembar-nama-2")
    assert PEOPLE["kembar-nama-1"].birthdate == PEOPLE["kembar-nama-2"].birthdate
    assert PEOPLE["kitap"].row["document_kind"] == "KITAP"
    assert PEOPLE["kk-berubah"].row["previous_family_cards"]
    assert PEOPLE["pindah-daerah"].nik[2:4] != PEOPLE["pindah-daerah"].row["address"]["regency"]["code"][3:]
    assert sum(not person.row["account"] for person in PEOPLE.values()) >= 5


def test_a_person_moves_and_the_next_record_says_so(registry: FlaskClient) -> None:
    there = {**PEOPLE["suharto"].row["address"], "street": "Jalan Kenanga 9"}
    answer = registry.post(f"/v1/_people/{SITI.nik}/address", headers=KEY, json=there)
    assert answer.json is not None
    assert answer.json["address"] == there
    assert answer.json["recorded_at"] > SITI.row["recorded_at"]


@pytest.mark.parametrize("change", [{"street": ""}, {"village": "x"}, {"planet": "x"}, {"rt": 4}])
def test_half_an_address_moves_nobody(registry: FlaskClient, change: dict[str, object]) -> None:
    there = {**PEOPLE["suharto"].row["address"], **change}
    assert registry.post(f"/v1/_people/{SITI.nik}/address", headers=KEY, json=there).status_code == 400
    assert registry.post("/v1/_people/1/address", headers=KEY, json=there).status_code == 404
    assert registry.post(f"/v1/_people/{SITI.nik}/address", json=there).status_code == 401
