"""Which language a page speaks, and how it writes dates and the NIK."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from idp.web import locale
from idp.web.locale import COOKIE, masked_nik, supported


@pytest.mark.parametrize(
    ("address", "cookie", "header", "expected"),
    [
        ("/p/help", None, None, "id"),
        ("/p/help", None, "fr-FR, de;q=0.8", "id"),
        ("/p/help", None, "en-GB, id;q=0.8", "en"),
        ("/p/help", "en", "id", "en"),
        ("/p/help?ui_locales=id", "en", "en", "id"),
        ("/p/help?ui_locales=fr-FR+en-US+id", None, None, "en"),
        ("/p/help?ui_locales=xx", None, "en", "en"),
        ("/p/help?ui_locales=%3Cscript%3E", "nonsense", None, "id"),
    ],
)
def test_the_order_of_choice(gallery, address, cookie, header, expected):
    client = gallery.test_client()
    if cookie:
        client.set_cookie(COOKIE, cookie)
    answer = client.get(address, headers={"Accept-Language": header} if header else {})
    assert f'<html lang="{expected}">' in answer.get_data(as_text=True)


def test_a_choice_outlives_the_page(gallery):
    client = gallery.test_client()
    client.get("/p/help?ui_locales=en")
    assert '<html lang="en">' in client.get("/p/login").get_data(as_text=True)


def test_what_a_view_knows_comes_after_what_the_citizen_chose(gallery):
    with gallery.test_request_context("/", headers={"Accept-Language": "id"}):
        locale.use(["en-US"])
        assert locale.language() == "en"
        assert locale.written_date(date(2024, 5, 27)) == "27 May 2024"
    with gallery.test_request_context("/", headers={"Cookie": f"{COOKIE}=id"}):
        locale.use(["en"])
        assert locale.language() == "id"


def test_the_switch_keeps_the_rest_of_the_address(gallery):
    with gallery.test_request_context("/p/help?a=1&a=2&ui_locales=en"):
        links = {link.code: link for link in locale.language_links()}
    assert links["id"].href == "?a=1&a=2&ui_locales=id"
    assert links["en"].current


@pytest.mark.parametrize(("code", "words"), [("jv", "Tembung sandhi"), ("su", "Kecap sandi")])
def test_the_sign_in_page_speaks_the_regional_languages(gallery, code, words):
    text = gallery.test_client().get(f"/p/login?ui_locales={code}").get_data(as_text=True)
    assert f'<html lang="{code}">' in text
    assert words in text
    assert "Kata sandi" not in text


def test_what_a_regional_language_does_not_know_is_bahasa_indonesia(gallery):
    text = gallery.test_client().get("/p/account-language?ui_locales=jv").get_data(as_text=True)
    assert '<html lang="jv">' in text
    assert "Dalam bahasa ini kami menulis kepada Anda." in text


def test_names_and_letters_know_the_complete_languages_only(gallery):
    with gallery.test_request_context("/p/login?ui_locales=jv"):
        assert (locale.spoken(), locale.language()) == ("jv", "id")
        assert [link.code for link in locale.language_links()] == ["id", "en", "jv", "su"]


def test_the_console_speaks_no_regional_language(gallery):
    with gallery.test_request_context("/admin/clients", headers={"Cookie": f"{COOKIE}=su"}):
        assert (locale.spoken(), locale.language()) == ("id", "id")
        assert [link.code for link in locale.language_links()] == ["id", "en"]


def test_there_is_no_switch_where_the_address_cannot_be_asked_for_again(gallery):
    answer = gallery.test_client().post("/posted")
    assert "ui_locales" not in answer.get_data(as_text=True)


def test_dates_are_written_out(gallery):
    late = datetime(2024, 5, 27, 20, 5, tzinfo=UTC)
    with gallery.test_request_context("/"):
        assert locale.written_date(date(2024, 5, 27)) == "27 Mei 2024"
        assert locale.written_moment(late) == "28 Mei 2024, 03.05 WIB"


def test_only_the_last_four_digits_of_a_nik_are_in_sight():
    assert masked_nik("9901015505900001") == "•••• •••• •••• 0001"
    assert masked_nik("") == ""


@pytest.mark.parametrize(
    ("tags", "expected"), [([], None), (["fr", "EN_us"], "en"), (["id-Latn-ID"], "id"), ([""], None)]
)
def test_regions_and_scripts_do_not_matter(tags, expected):
    assert supported(tags) == expected
