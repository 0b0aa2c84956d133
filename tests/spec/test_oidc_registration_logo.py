"""OpenID Connect Dynamic Client Registration 1.0 section 2: the logo of who asks, fetched and kept by us."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from idp.deliveries import Deliveries
from idp.domain.registry import registrations
from idp.domain.registry.policy import Policy
from idp.protocol.oauth.client import Environment
from tests.support.publisher import Publisher


@pytest.fixture
def agency():
    """The agency's web server, with a logo."""
    with Publisher() as server:
        written = io.BytesIO()
        Image.new("RGB", (200, 200), (31, 95, 168)).save(written, "PNG")
        server.body = written.getvalue()
        yield server


def register(provider, rp, **members):
    """Amend the registration as the console does; None takes a member out."""
    services = provider.services
    policy = Policy(environment=Environment.SANDBOX)
    with services.database.unit_of_work() as db:
        row = registrations.find(db, rp.client.client_id)
        wanted = {**registrations.full_metadata(row), **members}
        registrations.amend(
            db,
            row.id,
            {name: value for name, value in wanted.items() if value is not None},
            base_revision=row.revision,
            by="test",
            now=services.clock(),
            policy=policy,
        )
    services.clients.clear()


def name_logo(provider, rp, address):
    register(provider, rp, logo_uri=address)


def fetch(provider):
    Deliveries(provider.services).drain()
    provider.services.clients.clear()


def login_page(rp):
    return rp.browser, rp.begin().text


def logo_on(page):
    _before, found, rest = page.partition('src="/logo/')
    return f"/logo/{rest.partition(chr(34))[0]}" if found else None


def test_2_the_pages_show_the_logo_of_who_asks(provider, rp, agency):
    name_logo(provider, rp, agency.url("/logo.png"))
    fetch(provider)
    browser, page = login_page(rp)
    address = logo_on(page)
    assert address is not None
    shown = browser.get(address).response
    assert shown.content_type == "image/png"
    assert "immutable" in shown.headers["Cache-Control"]
    assert Image.open(io.BytesIO(shown.get_data())).size == (132, 132)
    assert agency.url("") not in page


def test_2_before_it_is_fetched_the_page_shows_a_letter(provider, rp, agency):
    name_logo(provider, rp, agency.url("/logo.png"))
    assert logo_on(login_page(rp)[1]) is None


def test_2_another_address_is_fetched_anew_and_none_shows_none(provider, rp, agency):
    name_logo(provider, rp, agency.url("/logo.png"))
    fetch(provider)
    name_logo(provider, rp, agency.url("/other.png"))
    assert logo_on(login_page(rp)[1]) is None
    fetch(provider)
    assert logo_on(login_page(rp)[1]) is not None
    assert agency.asked == ["/logo.png", "/other.png"]
    name_logo(provider, rp, None)
    assert logo_on(login_page(rp)[1]) is None


def test_2_an_address_changed_while_it_is_fetched_keeps_the_new_one(provider, rp, agency):
    name_logo(provider, rp, agency.url("/old.png"))
    agency.meanwhile = lambda: (
        name_logo(provider, rp, agency.url("/new.png")) if len(agency.asked) == 1 else None
    )
    fetch(provider)
    assert agency.asked == ["/old.png", "/new.png"]
    assert logo_on(login_page(rp)[1]) is not None


def test_2_a_change_of_something_else_fetches_nothing(provider, rp, agency):
    name_logo(provider, rp, agency.url("/logo.png"))
    fetch(provider)
    register(provider, rp, client_uri="https://rp.example/home")
    fetch(provider)
    assert agency.asked == ["/logo.png"]
    assert logo_on(login_page(rp)[1]) is not None


@pytest.mark.parametrize("body", [b"<svg onload='alert(1)'/>", b"<html>", b""])
def test_o115_what_is_no_picture_is_not_shown(provider, rp, agency, body):
    agency.body = body
    name_logo(provider, rp, agency.url("/logo.png"))
    fetch(provider)
    assert logo_on(login_page(rp)[1]) is None


def test_2_a_server_that_is_away_is_asked_again(provider, rp, agency, clock):
    agency.status = 503
    name_logo(provider, rp, agency.url("/logo.png"))
    fetch(provider)
    agency.status = 200
    clock.advance(minutes=10)
    fetch(provider)
    assert logo_on(login_page(rp)[1]) is not None


@pytest.mark.parametrize(
    "path", ["/logo/x.png", "/logo/..%2f.png", f"/logo/{'0' * 64}.png", f"/logo/{'F' * 64}.png"]
)
def test_2_no_other_picture_is_served(provider, path):
    assert provider.browser().get(path).status == 404


def test_2_a_registration_names_its_logo_still(provider, rp, agency):
    name_logo(provider, rp, agency.url("/logo.png"))
    with provider.services.database.unit_of_work() as db:
        row = registrations.find(db, rp.client.client_id)
        assert registrations.response(row)["logo_uri"] == agency.url("/logo.png")
