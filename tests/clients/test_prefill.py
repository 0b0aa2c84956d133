"""The prefill kit: reasons for what did not come, what may be kept, what is compared later, what Gerbang is told."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from clients.choices import NAME, NICKNAME, NPWP
from clients.prefill import Field, Form, Prefill, Section, as_text, reconcile
from tests.clients.conftest import Browser, Hour
from tests.clients.issuer import SITI, Issuer
from tests.clients.test_forms import say, send
from tests.support.processes import wait_until

ORG = Field("business", "Business", claim="org.legal_name", required=False)
WISH = Field("wish", "Wish", required=False)
SMALL = Form("small", "", "", (Section("", (NAME, NPWP, ORG, NICKNAME, WISH)),), "")
TYPED = {"npwp": "9974 1157", "business": "Dapur Ani", "nickname": "Titin", "wish": "tea"}
AWAY = {"npwp": "publisher_unavailable", "org": "unknown_to_publisher", "nickname": "declined"}


def of(**claims: Any) -> Prefill:
    return Prefill.of(SMALL, {"sub": "x", "name": "Siti Aminah", **claims})


# -- reasons ---------------------------------------------------------------------------------------------------


def test_every_field_that_did_not_come_has_a_reason() -> None:
    assert of(claims_withheld=AWAY).withheld == {
        "npwp": "publisher_unavailable",
        "business": "unknown_to_publisher",
        "nickname": "declined",
    }
    assert set(of().withheld.values()) == {"unknown"}
    assert of(claims_withheld="nonsense", npwp="123").withheld == {
        "business": "unknown",
        "nickname": "unknown",
    }


@pytest.mark.parametrize(
    ("reason", "again"),
    [
        ("publisher_unavailable", True),
        ("in_conflict", True),
        ("no_agreement", True),
        ("stale", True),
        ("quota", True),
        ("something_new", True),
        ("declined", False),
        ("unknown_to_publisher", False),
    ],
)
def test_a_field_is_asked_again_unless_nobody_knows_or_the_citizen_chose_to(reason: str, again: bool) -> None:
    sent = of(claims_withheld={"npwp": reason}).submit({"npwp": "99"}, say)
    assert (sent.count.retyped, sent.count.typed) == ((1, 0) if again else (0, 1))
    assert sent.typed_known == (("npwp",) if again else ())
    assert sent.unverified == {"npwp": reason}


def test_what_only_the_citizen_can_say_is_new_and_needs_nobodys_word() -> None:
    sent = of(claims_withheld={"npwp": "stale"}).submit(TYPED, say)
    assert (sent.count.known, sent.count.typed, sent.count.retyped) == (1, 2, 2)
    assert sent.typed_known == ("npwp", "org.legal_name")
    assert set(sent.unverified) == {"npwp", "business"}


def test_a_stale_value_is_filled_and_flagged() -> None:
    provenance = {"npwp": {"source": "tax", "verified_at": "2019-01-01T00:00:00Z", "stale": True}}
    known = of(npwp="99", claims_provenance=provenance).known["npwp"]
    assert known.stale and not of(npwp="99").known["npwp"].stale


# -- keeping ---------------------------------------------------------------------------------------------------


def test_only_what_is_ticked_and_reusable_is_kept() -> None:
    ticks = {"keep_nickname": "1", "keep_npwp": "1", "keep_wish": "1"}
    assert of().submit({**TYPED, **ticks}, say).keep == {"nickname": "Titin"}
    assert of().submit(TYPED, say).keep == {}
    assert of().submit({**TYPED, **ticks, "nickname": ""}, say).keep == {}
    assert of(nickname="Ami").submit({**TYPED, **ticks}, say).keep == {}


# -- later fill ------------------------------------------------------------------------------------------------


def test_a_value_that_comes_later_confirms_or_differs() -> None:
    answers = {"npwp": "9974 1157", "business": "DAPUR ANI."}
    later = {"npwp": "99741157", "org": {"legal_name": "Dapur Ani"}}
    assert set(reconcile(SMALL, answers, answers, later).verified) == {"npwp", "business"}
    other = reconcile(SMALL, answers, answers, {"npwp": "11111111"})
    assert set(other.different) == {"npwp"} and other.waiting == ("business",)
    assert reconcile(SMALL, answers, ("gone",), later).waiting == ("gone",)


def test_a_choice_and_one_item_of_a_list_are_found_again() -> None:
    kind = Field("kind", "Kind", claim="employment_kind", kind="choice", choices=(("PNS", "Civil servant"),))
    diploma = Field("diploma", "Diploma", claim="diploma")
    form = Form("f", "", "", (Section("", (kind, diploma)),), "")
    claims = {"employment_kind": "PNS", "diploma": [{"level": "S1", "programme": "Sipil"}, {"level": "S2"}]}
    found = reconcile(form, {"kind": "civil servant", "diploma": "S1 Sipil"}, ("kind", "diploma"), claims)
    assert set(found.verified) == {"kind", "diploma"}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x", "x"),
        (None, ""),
        (True, "true"),
        (["a", "b"], "a; b"),
        ({"level": "S1", "none": None, "n": 3}, "S1, 3"),
        ([{"a": "b"}, {"c": ["d", "e"]}], "b; d; e"),
    ],
)
def test_every_json_value_has_one_line(value: Any, text: str) -> None:
    assert as_text(value) == text


# -- at an agency ----------------------------------------------------------------------------------------------


def away(issuer: Issuer, reason: str = "publisher_unavailable") -> None:
    """The health agency is down: its number does not come."""
    issuer.person["claims_withheld"] = {"bpjs_number": reason}


def test_the_page_says_why_beside_the_field(browser: Browser, issuer: Issuer) -> None:
    away(issuer)
    browser.sign_in()
    page = browser.get("/form").text
    field = re.search(r'<input id="bpjs_number"[^>]*>', page)
    assert field and 'data-again="true"' in field[0] and 'aria-describedby="bpjs_number-reason"' in field[0]
    assert "sedang tidak dapat dihubungi" in page
    assert "cannot be reached now" in browser.get("/form?lang=en").text


def test_attributes_do_not_run_together(browser: Browser, issuer: Issuer) -> None:
    """`required` beside another attribute is still `required`: browsers and screen readers go by it."""
    away(issuer)
    issuer.person.pop("name")
    browser.sign_in()
    page = send(browser, school="").text
    for name in ("name", "bpjs_number", "school"):
        (tag,) = re.findall(rf'<input id="{name}"[^>]*>', page)
        plain = re.sub(r'"[^"]*"', '""', tag)
        assert not re.search(r'""\w', plain), tag
        assert (" required " in f"{plain[:-1]} ") is (name != "bpjs_number"), tag


def test_a_flagged_value_says_that_it_may_have_changed(browser: Browser, issuer: Issuer) -> None:
    issuer.person["bpjs_number"] = "0001260000011"
    issuer.person["claims_provenance"] = {
        "bpjs_number": {"source": "health", "verified_at": "2026-05-03T03:00:00Z", "stale": True}
    }
    browser.sign_in()
    page = browser.get("/form").text
    assert "dari data jaminan kesehatan, diperiksa 3 Mei 2026; mungkin sudah berubah" in page
    assert "0001260000011" not in page, "a number like this is shown masked"


def reported(issuer: Issuer, times: int) -> list[dict[str, str]]:
    assert wait_until(lambda: len(issuer.reports) >= times, seconds=5, step=0.02)
    return issuer.reports


def test_gerbang_is_told_counts_and_never_a_value(browser: Browser, issuer: Issuer) -> None:
    """Everything that is sent is read here, name by name: a value would show (features F8)."""
    away(issuer)
    browser.sign_in()
    answer = send(browser, bpjs_number="0001260000011", nickname="Titin", school="SKB Kota Semarang")
    assert answer.status_code == 303
    (report,) = reported(issuer, 1)
    proof = {report.pop(name) for name in ("client_id", "client_assertion_type", "client_assertion")}
    assert "education-demo" in proof
    assert report.keys() == {"report_id", "form", "day", "prefilled", "typed", "typed_known"}
    assert (report["form"], report["prefilled"], report["typed"]) == ("enrolment", "15", "3")
    assert report["typed_known"] == "bpjs_number"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", report["day"])
    assert re.fullmatch(r"[A-Za-z0-9_-]{16,64}", report["report_id"])
    sent = json.dumps(issuer.reports) + json.dumps(issuer.assertions[-1])
    values = [*map(str, SITI.values()), "0001260000011", "Titin", "SKB", SITI["sub"]]
    assert not [value for value in values if len(value) > 3 and value in sent]
    assert issuer.assertions[-1]["aud"] == issuer.url


def test_the_citizen_does_not_wait_for_the_meter_and_nothing_is_lost(
    browser: Browser, issuer: Issuer, tmp_path: Path
) -> None:
    browser.sign_in()
    issuer.report_status = 503
    assert send(browser).status_code == 303
    assert issuer.reports == []
    issuer.report_status = 200
    assert send(browser).status_code == 303
    assert len({report["report_id"] for report in reported(issuer, 2)}) == 2
    with sqlite3.connect(tmp_path / "agencies/education/agency.sqlite") as db:
        assert wait_until(lambda: not db.execute("select 1 from meter_report").fetchall(), seconds=5)


def test_a_report_that_is_never_taken_is_dropped(browser: Browser, issuer: Issuer, tmp_path: Path) -> None:
    browser.sign_in()
    issuer.report_status = 400
    send(browser)
    with sqlite3.connect(tmp_path / "agencies/education/agency.sqlite") as db:
        assert wait_until(lambda: not db.execute("select 1 from meter_report").fetchall(), seconds=5)


def test_what_was_typed_and_ticked_comes_filled_the_next_time(browser: Browser, issuer: Issuer) -> None:
    browser.sign_in()
    assert 'id="keep_nickname"' in browser.get("/form").text
    assert send(browser, nickname="Titin", keep_nickname="1").status_code == 303
    assert issuer.stated == [{"nickname": "Titin"}]
    page = browser.get("/form").text
    assert 'value="Titin" readonly' in page and 'id="keep_nickname"' not in page


def test_without_the_tick_nothing_is_kept_and_a_gate_that_is_away_stops_nobody(
    browser: Browser, issuer: Issuer
) -> None:
    browser.sign_in()
    assert send(browser, nickname="Titin").status_code == 303
    assert issuer.stated == []
    issuer._tokens.clear()
    assert send(browser, nickname="Titin", keep_nickname="1").status_code == 303
    assert issuer.stated == []


def test_the_tick_survives_a_mistake_and_a_change_of_language(browser: Browser) -> None:
    browser.sign_in()
    page = send(browser, nickname="Titin", keep_nickname="1", school="")
    assert page.status_code == 422
    assert re.search(r'id="keep_nickname"[^>]*checked', page.text)


def test_what_was_typed_is_compared_when_its_owner_answers(
    browser: Browser, issuer: Issuer, hour: Hour
) -> None:
    away(issuer)
    browser.sign_in()
    place = send(browser, bpjs_number="0001260000011").headers["Location"]
    assert 'data-later="waiting"' in browser.get(place).text
    assert 'data-later="waiting"' in browser.get("/").text
    other = send(browser, bpjs_number="9999999999999").headers["Location"]
    issuer.person.pop("claims_withheld")
    issuer.person["bpjs_number"] = "0001260000011"
    browser.sign_in()
    assert "data-later" not in browser.get(place).text
    assert 'data-later="different"' in browser.get(other).text
    assert "berbeda dari catatan instansi" in browser.get("/").text
