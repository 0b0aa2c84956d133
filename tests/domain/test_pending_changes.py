"""Grave changes wait, are told of, can be cancelled by link or at home, and take effect once (features D5)."""

from datetime import timedelta

import pytest

from idp import changes, sweeper
from idp.domain.citizens import pending_changes
from idp.domain.citizens.pending_changes import COOLING_OFF
from idp.protocol.oauth.errors import TemporarilyUnavailable
from tests import factories
from tests.support import state
from tests.support.databases import sqlite_only
from tests.support.letters import delivered, link

KIND = "example"


class Door:
    """Something a change opens, and how often it was opened."""

    def __init__(self, answer=True):
        self.payloads = []
        self.answer = answer

    def __call__(self, db, tree, change, now):
        self.payloads.append(dict(change.payload(tree.vault.system("pii"))))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def door():
    return Door()


@pytest.fixture
def ask(services, citizen):
    def asking(wait=COOLING_OFF, kind=KIND):
        with services.database.unit_of_work() as db:
            return changes.ask(
                services, db, citizen.citizen_id, kind, {"to": "+62811"}, actor=None, wait=wait
            )

    return asking


def waiting(services, citizen):
    with services.database.unit_of_work() as db:
        return pending_changes.waiting(db, citizen.citizen_id, services.clock())


def test_a_change_takes_effect_when_its_time_has_come_and_once(services, citizen, ask, door, clock):
    ask()
    clock.advance(hours=23, minutes=59)
    assert changes.apply_due(services, {KIND: door}) == 0
    clock.advance(minutes=1)
    assert changes.apply_due(services, {KIND: door}) == 1
    assert changes.apply_due(services, {KIND: door}) == 0
    assert door.payloads == [{"to": "+62811"}]
    assert not waiting(services, citizen)


@sqlite_only
def test_asking_and_taking_effect_are_on_record_and_written_to_the_citizen(
    services, citizen, ask, door, clock
):
    with state.recorded(services.database, "ChangeAsked", "ChangeApplied") as events:
        ask()
        clock.advance(hours=24)
        changes.apply_due(services, {KIND: door})
    assert {row.citizen_id for row in events} == {citizen.citizen_id}
    assert {letter.subject for letter in delivered(services)} == {
        "Perubahan pada akun Anda sudah berlaku",
        "Perubahan penting pada akun Anda diminta",
    }


def test_the_link_in_the_letter_shows_then_cancels_without_signing_in(
    provider, services, citizen, ask, door, clock
):
    ask()
    browser = provider.browser()
    address = link(delivered(services)[0], "/changes/cancel")
    page = browser.get(address)
    assert page.page == "change-cancel"
    assert "25 November 2026, 12.00 WIB" in page.text
    assert waiting(services, citizen), "looking changes nothing"
    with provider.recorded("ChangeCancelled") as events:
        assert browser.submit(page, "change-form", "change-cancel").page == "outcome"
    assert events[0].detail["reason"] == "link"
    clock.advance(hours=25)
    assert changes.apply_due(services, {KIND: door}) == 0
    assert not door.payloads
    assert browser.get(address).status == 404
    assert delivered(services)[0].subject == "Perubahan pada akun Anda dibatalkan"


@sqlite_only
@pytest.mark.parametrize("token", ["", "k20000aa.x", "s" * 52, "\x00", "é" * 60])
def test_a_link_that_is_none_of_ours_says_so(provider, ask, token):
    ask()
    assert provider.browser().get("/changes/cancel", query_string={"token": token}).status == 404


@sqlite_only
def test_cancelling_needs_our_own_form(provider, services, citizen, ask):
    token = ask().cancel_token
    assert provider.browser().post("/changes/cancel", data={"token": token}).status == 403
    assert waiting(services, citizen)


@sqlite_only
def test_a_change_that_took_effect_cannot_be_cancelled_any_more(provider, services, ask, door, clock):
    token = ask().cancel_token
    clock.advance(hours=24)
    changes.apply_due(services, {KIND: door})
    assert provider.browser().get(f"/changes/cancel?token={token}").status == 404
    with services.database.unit_of_work() as db:
        assert pending_changes.cancel(db, token, clock()) is None


@sqlite_only
def test_the_token_and_the_payload_are_not_in_the_table_to_read(services, ask):
    token = ask().cancel_token
    (row,) = state.rows(services.database, "pending_change")
    assert token.encode() not in row["digest"]
    assert b"62811" not in row["payload"]


@sqlite_only
def test_what_waits_is_at_home_with_a_button_that_cancels_it(provider, services, citizen, ask):
    ask()
    browser = provider.browser().sign_in(citizen)
    home = browser.get("/me")
    assert "25 November 2026" in home.text
    assert browser.submit(home, "cancel-change-1", "cancel-change-1-submit").page == "account"
    assert not waiting(services, citizen)
    assert "cancel-change-1" not in browser.get("/me").forms


@sqlite_only
def test_o127_nobody_cancels_the_change_of_another(provider, services, citizen, ask, bob):
    asked = ask()
    stranger = provider.browser().sign_in(bob)
    token = stranger.get("/me/sessions").forms["sessions-form"].filled()
    answer = stranger.post(f"/me/changes/{asked.id}/cancel", data=dict(token))
    assert answer.status == 404
    assert waiting(services, citizen)


@sqlite_only
def test_what_cannot_be_done_any_more_ends_as_called_off(services, citizen, ask, clock):
    ask(wait=timedelta(0))
    with state.recorded(services.database, "ChangeCancelled") as events:
        assert changes.apply_due(services, {KIND: Door(answer=False)}) == 1
    assert events[0].detail["reason"] == "void"
    assert changes.apply_due(services, {KIND: Door()}) == 0


@pytest.mark.parametrize("failure", [RuntimeError("away"), TemporarilyUnavailable("busy")])
def test_a_failure_keeps_the_change_and_holds_up_no_other(services, citizen, ask, clock, failure):
    good = Door()
    ask(wait=timedelta(0))
    clock.advance(seconds=1)
    ask(wait=timedelta(0), kind="other")
    assert changes.apply_due(services, {KIND: Door(failure), "other": good}) == 2
    assert len(good.payloads) == 1
    assert len(waiting(services, citizen)) == 1
    clock.advance(seconds=31)
    assert changes.apply_due(services, {KIND: good}) == 1
    assert len(good.payloads) == 2


@sqlite_only
def test_old_changes_are_swept_and_waiting_ones_are_not(services, ask, door, clock):
    ask(wait=timedelta(0))
    ask(wait=timedelta(days=365))
    changes.apply_due(services, {KIND: door})
    sweeper.sweep(services.database, clock() + timedelta(days=91))
    assert state.count(services.database, "pending_change") == 1


@sqlite_only
def test_a_letter_is_in_the_language_of_its_reader(services, ask):
    english = factories.a_citizen(services, "Budi Santoso", "9933744501900009", locale="en")
    with services.database.unit_of_work() as db:
        changes.ask(services, db, english.citizen_id, KIND, {}, actor=None)
    assert "It takes effect only on 25 November 2026" in delivered(services)[0].text
