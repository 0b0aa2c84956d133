"""The public catalogue (features F1): everybody reads it, machines too, and it says who reads what on which ground."""

import json

import pytest

from idp.domain.exchange.models import PublishedAttribute, Publisher
from idp.domain.registry import agencies
from idp.protocol.oidc.catalogue import CLAIMS
from tests import factories
from tests.support.agreements import Desk


@pytest.fixture
def desk(services):
    return Desk(services)


@pytest.fixture
def published(services, desk):
    """The tax office publishes its numbers."""
    factories.a_client(services, "tax-app")
    with services.database.unit_of_work() as db:
        agencies.put(db, "tax", "Kantor Pajak", "Tax Office", by="tests", now=desk.now)
        db.add(
            Publisher(
                agency_id="tax",
                client_id="tax-app",
                endpoint="https://pajak.example/attributes",
                subject="nik",
                proposed_by="tests",
                created_at=desk.now,
                updated_at=desk.now,
            )
        )
        db.flush()
        db.add(PublishedAttribute(attribute="npwp", agency_id="tax", max_age=86400))


def test_every_attribute_stands_under_its_owner(provider):
    page = provider.get("/catalogue")
    assert page.status == 200
    for name in CLAIMS:
        assert f'data-attribute="{name}"' in page.text
    assert page.text.index('data-owner="tax"') < page.text.index('data-attribute="npwp"')
    assert f'data-total="{len(CLAIMS)}"' in page.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=ijazah", {"diploma"}),
        ("q=Photocopy+diplomas", {"diploma"}),
        ("owner=tax", {"npwp", "npwp_branch"}),
        ("sensitivity=specific", {"dependants", "bpjs_number", "satusehat_ihs"}),
        ("q=shoe+size", set()),
        ("owner=nobody", set()),
    ],
)
def test_the_search_is_a_plain_get(provider, query, found):
    text = provider.get(f"/catalogue?{query}").text
    assert {name for name in CLAIMS if f'data-attribute="{name}"' in text} == found


def test_an_attribute_says_whose_it_is_who_publishes_it_and_who_reads_it(provider, desk, published):
    desk.in_force()
    desk.ask(owner_id="tax", attributes=("npwp_branch",), purpose_en="Not agreed yet")
    text = provider.get("/catalogue/npwp?ui_locales=en").text
    for words in (
        "Tax office",
        "Published by Tax Office",
        "business_licence",
        "PP 28/2025",
        "24 November 2028",
    ):
        assert words in text
    assert "To fill in the tax number on the licence" in text
    assert "365" in text
    assert "No other agency may read it yet" in provider.get("/catalogue/npwp_branch?ui_locales=en").text
    assert "Belum disiarkan" in provider.get("/catalogue/diploma").text
    assert "PPPK" in provider.get("/catalogue/employment_kind").text


def test_what_ended_is_not_shown_as_a_reader(provider, desk, clock):
    desk.in_force()
    clock.advance(days=740)
    assert "PP 28/2025" not in provider.get("/catalogue/npwp").text


@pytest.mark.parametrize(
    "path", ["/catalogue/shoe_size", "/catalogue/shoe_size.schema.json", "/catalogue/npwp/x"]
)
def test_what_is_not_in_the_catalogue_is_not_found(provider, path):
    assert provider.get(path).status == 404


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/catalogue.json", "application/json"), ("/catalogue/npwp.schema.json", "application/schema+json")],
)
def test_machines_keep_it_for_an_hour_and_ask_again_by_its_tag(provider, published, path, kind):
    first = provider.get(path)
    assert (first.status, first.headers["content-type"]) == (200, kind)
    assert first.headers["cache-control"] == "public, max-age=3600"
    assert first.headers["access-control-allow-origin"] == "*"
    again = provider.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status, again.text) == (304, "")
    assert "set-cookie" not in first.headers


def test_the_json_names_who_publishes(provider, published):
    found = json.loads(provider.get("/catalogue.json").text)
    by_name = {each["name"]: each for each in found["attributes"]}
    assert by_name["npwp"]["published_by"] == ["tax"]
    assert by_name["npwp_branch"]["published_by"] == []
    assert json.loads(provider.get("/catalogue/npwp.schema.json").text)["$id"] == by_name["npwp"]["schema"]
