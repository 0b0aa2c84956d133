"""Documents fetched from agencies: kept, fetched once at a time, and nobody held up for long (attack O-072)."""

import threading
import time

import pytest

from idp import fetched
from idp.fetched import Fetched
from tests.support.race import race


@pytest.fixture
def now(monkeypatch):
    moment = [1000.0]
    monkeypatch.setattr(fetched.time, "monotonic", lambda: moment[0])
    return moment


def test_a_document_is_kept_while_it_is_fresh(now):
    calls = []
    documents = Fetched(lambda uri: calls.append(uri) or f"{uri} {len(calls)}", "", keep=60)
    assert documents.get("a") == documents.get("a") == "a 1"
    now[0] += 61
    assert documents.get("a") == "a 2"


def test_asking_again_is_heard_every_ten_seconds(now):
    calls = []
    documents = Fetched(lambda uri: calls.append(uri) or str(len(calls)), "", keep=600)
    assert documents.get("a") == documents.refetch("a") == "1"
    now[0] += 11
    assert documents.refetch("a") == "2"


def test_a_failure_keeps_what_was_known_and_is_tried_again_soon(now):
    answers = iter(["old", None, "new"])
    documents = Fetched(lambda _uri: next(answers), "nothing", keep=60)
    assert documents.get("a") == "old"
    now[0] += 61
    assert documents.get("a") == documents.get("a") == "old"
    now[0] += 11
    assert documents.get("a") == "new"


def test_a_failure_without_anything_known_is_nothing(now):
    assert Fetched(lambda _uri: None, "nothing", keep=60).get("a") == "nothing"


def test_a_fetch_that_raises_leaves_nobody_waiting(now):
    def broken(_uri):
        raise RuntimeError

    documents = Fetched(broken, "nothing", keep=60)
    with pytest.raises(RuntimeError):
        documents.get("a")
    assert documents.get("a") == "nothing"


def test_many_at_once_make_one_call_and_a_hanging_agency_holds_one_of_them(monkeypatch):
    monkeypatch.setattr(fetched, "PATIENCE_SECONDS", 0.05)
    let_go, calls = threading.Event(), []

    def hang(uri):
        calls.append(uri)
        let_go.wait(5)
        return "late"

    documents = Fetched(hang, "nothing", keep=60)
    first = threading.Thread(target=documents.get, args=("a",))
    first.start()
    began = time.monotonic()
    assert race([lambda: documents.get("a") for _ in range(8)]) == ["nothing"] * 8
    assert time.monotonic() - began < 1
    let_go.set()
    first.join()
    assert documents.get("a") == "late"
    assert calls == ["a"]
