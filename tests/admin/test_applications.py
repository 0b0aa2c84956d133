"""The register of applications in the console: pictures with their tables, search, who else stores this."""

import re
from urllib.parse import urlencode

import pytest

from idp.domain.inventory.register import bring_in
from idp.domain.inventory.rows import read_sheet
from tests.support.applications import applications, as_json
from tests.support.operators import Console, an_agency, an_operator


@pytest.fixture
def register(services):
    rows = applications(120)
    bring_in(services.database, read_sheet(as_json(rows)), by="test", now=services.clock())
    return rows


def hrefs(console, start):
    return [
        href.replace("&amp;", "&")
        for href in re.findall(r'href="([^"]+)"', console.answer.text)
        if href.startswith(start)
    ]


def test_an_empty_register_says_how_it_is_filled(console):
    console.open("/admin/applications")
    assert (console.status, console.page) == (200, "admin-applications")
    assert "idp inventory import" in console.text
    assert 'class="figure"' not in console.answer.text


def test_the_overview_is_a_picture_with_a_table_beside_it(console, register):
    page = console.open("/admin/applications").answer.text
    for name in ("bars", "grid"):
        assert f'aria-labelledby="{name}-title {name}-desc"' in page
        assert f'<title id="{name}-title">' in page
        assert f'<desc id="{name}-desc">' in page
        assert f'id="{name}-table"' in page
    assert "Data kependudukan (Dukcapil)" in console.text
    assert 'id="retirements"' in page
    assert 'id="unknown"' in page
    assert "style=" not in page.split("<main")[1]


def test_numbers_are_written_in_the_language_of_the_page(console, register):
    assert re.search(r"Rp\d+(,\d)? miliar", console.open("/admin/applications").text)
    assert re.search(
        r"Rp\d+(\.\d)? billion", console.open("/admin/applications", headers={"Accept-Language": "en"}).text
    )


def test_applications_are_found_by_name_owner_and_purpose_part_by_part(console, register):
    console.open("/admin/applications/list")
    first = hrefs(console, "/admin/applications/")
    assert console.answer.text.count("data-application=") == 25
    console.open(hrefs(console, "/admin/applications/list?")[0])
    assert console.answer.text.count("data-application=") == 25
    assert first != hrefs(console, "/admin/applications/")
    one = register[7]
    console.open(f"/admin/applications/list?{urlencode({'q': one['name'].upper()})}")
    assert console.answer.text.count("data-application=") == 1
    assert one["owner"] in console.text
    for odd in ("%", "_", "' or 1=1 --", "\\"):
        console.open(f"/admin/applications/list?{urlencode({'q': odd})}")
        assert "Tidak ada yang cocok" in console.text, odd
    assert console.open("/admin/applications/list?after=nonsense").status == 200


def test_one_application_shows_what_it_asks_and_who_else_does(console, register):
    console.open("/admin/applications/list")
    console.open(next(href for href in hrefs(console, "/admin/applications/") if "list" not in href))
    assert console.page == "admin-applications-one"
    assert "ditanya lagi" in console.text
    console.open(hrefs(console, "/admin/applications/concept")[0])
    assert console.page == "admin-applications-concept"
    assert "120 aplikasi dari" in console.text
    assert 'id="truth"' in console.answer.text


def test_what_is_not_there_is_not_there(console, register):
    for path in (
        "/admin/applications/00000000-0000-4000-8000-000000000000",
        "/admin/applications/nothing",
        "/admin/applications/concept?concept=nobody",
        "/admin/applications/concept",
    ):
        assert console.open(path).status == 404, path


@pytest.mark.parametrize("role", ["agency", "readonly"])
def test_every_operator_of_the_console_may_look(provider, services, register, role):
    an_agency(services, "dinas")
    sri = an_operator(services, "Sri", role, "dinas" if role == "agency" else None)
    assert Console(provider, sri).open("/admin/applications").status == 200


def test_citizens_and_strangers_do_not(provider, register):
    assert Console(provider).open("/admin/applications").page == "admin-login"
