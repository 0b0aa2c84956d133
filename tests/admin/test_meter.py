"""The re-entry meter in the console and on the public board: counts for those they concern, none that show a person."""

from datetime import timedelta

import pytest

from idp.domain.inventory import board, meter
from idp.domain.inventory.meter import Report
from tests import factories
from tests.support.operators import Console, an_operator


@pytest.fixture
def licence(services):
    return factories.a_client(services, "licence")


def send(services, client_id, times, *, form="permit", days_ago=0, typed_known=(), prefilled=12, typed=4):
    now = services.clock()
    with services.database.unit_of_work() as db:
        for number in range(times):
            report = Report(
                f"{client_id}-{form}-{days_ago}-{number}".ljust(16, "_"),
                form,
                (now - timedelta(days=days_ago)).date(),
                prefilled,
                typed,
                tuple(typed_known),
            )
            assert meter.count(db, client_id, report, now)


def test_the_console_shows_an_agency_its_own_forms_over_time(provider, services, licence, tax):
    send(services, "licence", 3, typed_known=("npwp",))
    send(services, "licence", 2, days_ago=2, typed_known=("npwp", "org.nib"))
    send(services, "tax", 1, form="return")
    theirs = Console(provider, an_operator(services, "Wayan Sudarma", "agency", "agency-licence"))
    theirs.open("/admin/meter")
    html = theirs.answer.text
    assert 'data-client="licence"' in html and 'data-typed-known="7"' in html
    assert 'data-claim="npwp"' in html and 'data-claim="org"' in html
    assert 'data-client="tax"' not in html
    assert html.count("<rect") == 30, "one column per day, a table beside it"


def test_a_national_operator_sees_all_and_the_worst_comes_first(console, services, licence, tax):
    send(services, "tax", 1, form="return")
    send(services, "licence", 1, typed_known=("npwp",))
    console.open("/admin/meter")
    html = console.answer.text
    assert html.index('data-client="licence"') < html.index('data-client="tax"')


def test_before_anything_was_reported_the_page_says_so(console, provider):
    assert "Belum ada laporan" in console.open("/admin/meter").text
    assert "Belum cukup formulir" in provider.get("/board").text


def test_the_board_is_public_and_breaks_down_ten_forms_or_more(provider, services, licence, tax):
    send(services, "licence", 10, typed_known=("npwp",))
    send(services, "tax", 9, form="return", typed_known=("highest_education",))
    answer = provider.get("/board")
    assert answer.status == 200
    assert 'data-forms="10" data-typed-known="10"' in answer.text
    assert "NPWP" in answer.text and "Dinas licence" in answer.text
    assert "Pendidikan terakhir" not in answer.text, "nine forms are too few to be broken down"
    assert 'id="small-numbers"' in answer.text
    assert "Macet" in answer.text


def test_small_forms_are_added_up_where_together_they_are_enough(services, licence, tax):
    send(services, "licence", 6, typed_known=("npwp",))
    send(services, "tax", 5, form="return")
    with services.database.unit_of_work() as db:
        found = board.read(db, services.clock().date() - timedelta(days=29))
    assert found.services == () and found.small == 2 and found.retyped == ()
    assert found.others is not None and (found.others.forms, found.others.typed_known) == (11, 6)
    assert found.sum.forms == 11


def test_the_formula_is_printed_and_is_what_is_reckoned(provider, services, licence):
    send(services, "licence", 10, prefilled=60)
    page = provider.get("/board?ui_locales=en").text
    assert board.minutes_saved(600) == 70
    assert "time saved = fields filled by themselves × 7 seconds" in page
    assert "600 × 7 seconds = 70 minutes" in page
    assert "Flowing" in page


@pytest.mark.parametrize(("again", "word"), [(0, "Lancar"), (1, "Tersendat"), (3, "Macet")])
def test_the_traffic_is_said_in_one_word(provider, services, licence, again, word):
    send(services, "licence", 10, prefilled=20, typed_known=("npwp",) * again)
    page = provider.get("/board").text
    assert f'data-known-typed="{again * 10}">{word}' in page
