"""The re-entry meter (features F8): counts per form and day, each report once, never a value."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from idp.domain.inventory import meter
from idp.domain.inventory.meter_models import MeterDay, MeterField, MeterReport
from idp.protocol.oidc.catalogue import CLAIMS

COUNTS = {"prefilled": "15", "typed": "3", "typed_known": "npwp id_address.rt id_address.rw"}


def report(provider, **changes):
    values = {
        "report_id": "r" * 22,
        "form": "licence",
        "day": provider.services.clock().date().isoformat(),
        **COUNTS,
        **changes,
    }
    return {name: value for name, value in values.items() if value is not None}


def totals(provider, **wanted):
    with provider.services.database.unit_of_work() as db:
        since = provider.services.clock().date() - timedelta(days=30)
        return meter.by_form(db, since, **wanted), meter.retyped(db, since, **wanted)


def test_a_report_is_counted_for_the_client_that_proved_who_it_is(provider, rp):
    answer = rp.call("/meter", **report(provider))
    assert (answer.status, answer.json) == (200, {"counted": True})
    ((total,), fields) = totals(provider)
    assert (total.client_id, total.form) == (rp.client.client_id, "licence")
    assert (total.forms, total.prefilled, total.typed, total.typed_known) == (1, 15, 3, 3)
    assert [(each.claim, each.times) for each in fields] == [("id_address", 2), ("npwp", 1)]


def test_a_report_sent_again_counts_once(provider, rp):
    for _ in range(3):
        assert rp.call("/meter", **report(provider)).ok
    assert rp.call("/meter", **report(provider)).json == {"counted": False}
    ((total,), _fields) = totals(provider)
    assert total.forms == 1
    assert rp.call("/meter", **report(provider, report_id="s" * 22)).json == {"counted": True}
    ((total,), _fields) = totals(provider)
    assert (total.forms, total.prefilled) == (2, 30)


def test_what_only_the_citizen_can_say_is_not_known_to_the_state(provider, rp):
    assert rp.call("/meter", **report(provider, typed="0", typed_known="nickname npwp")).ok
    ((total,), fields) = totals(provider)
    assert (total.typed, total.typed_known) == (1, 1)
    assert [each.claim for each in fields] == ["npwp"]


def test_every_claim_with_a_public_source_counts_as_known():
    assert {name for name, claim in CLAIMS.items() if claim.source == "self"} == {
        name for name in CLAIMS if not meter.state_knows(name)
    }
    assert not meter.state_knows("shoe_size")


@pytest.mark.parametrize(
    ("wrong", "parameter"),
    [
        ({"report_id": None}, "report_id"),
        ({"report_id": "short"}, "report_id"),
        ({"report_id": "with spaces and more"}, "report_id"),
        ({"form": "Nama Lengkap: Siti"}, "form"),
        ({"form": "x" * 65}, "form"),
        ({"day": "yesterday"}, "day"),
        ({"day": "2001-01-01"}, "day"),
        ({"day": "2999-01-01"}, "day"),
        ({"prefilled": "-1"}, "prefilled"),
        ({"prefilled": "1e3"}, "prefilled"),
        ({"prefilled": "9999"}, "prefilled"),
        ({"typed": "99999"}, "typed"),
        ({"typed": None}, "typed"),
        ({"prefilled": "0", "typed": "0", "typed_known": None}, "prefilled"),
        ({"typed_known": "npwp shoe_size"}, "typed_known"),
        ({"typed_known": "3374015405940001"}, "typed_known"),
        ({"typed_known": "npwp " * 301}, "prefilled"),
    ],
)
def test_what_no_form_can_be_is_refused_and_counts_nothing(provider, rp, wrong, parameter):
    answer = rp.call("/meter", **report(provider, **wrong))
    assert (answer.status, answer.error) == (400, "invalid_request")
    assert parameter in answer.json["error_description"]
    assert totals(provider) == ([], [])


def test_a_value_sent_by_mistake_is_kept_nowhere(provider, rp):
    assert rp.call("/meter", **report(provider, name="Siti Aminah", nik="3374015405940001")).ok
    with provider.services.database.unit_of_work() as db:
        kept = [repr(row.__dict__) for table in (MeterDay, MeterField) for row in db.scalars(select(table))]
        marks = db.scalars(select(MeterReport)).all()
    assert kept and not any("Siti" in row or "3374015405940001" in row for row in kept)
    assert [len(mark.digest) for mark in marks] == [32]


def test_a_client_must_prove_itself_and_a_public_one_cannot(provider, rp, public_rp):
    assert provider.post("/meter", data=report(provider)).status == 401
    answer = provider.post("/meter", data=report(provider) | {"client_id": rp.client.client_id})
    assert answer.error == "invalid_client"
    assert public_rp.call("/meter", **report(provider)).error == "unauthorized_client"
    assert totals(provider) == ([], [])


def test_the_endpoint_is_in_discovery_and_takes_posts_only(provider):
    metadata = provider.get("/.well-known/openid-configuration").json
    assert metadata["gerbang_meter_endpoint"] == provider.services.settings.issuer + "/meter"
    assert provider.get("/meter").status == 405


def test_invented_forms_have_an_end(provider, rp, monkeypatch):
    monkeypatch.setattr(meter, "MOST_FORMS", 2)
    for number, form in enumerate(("a", "b", "a")):
        assert rp.call("/meter", **report(provider, form=form, report_id=f"{number:022}")).ok
    answer = rp.call("/meter", **report(provider, form="c", report_id="c" * 22))
    assert answer.error == "invalid_request"
    found, _fields = totals(provider)
    assert [total.form for total in found] == ["a", "b"]


def test_days_are_kept_apart_and_clients_can_be_chosen(provider, rp, clock):
    assert rp.call("/meter", **report(provider)).ok
    yesterday = (clock() - timedelta(days=1)).date()
    assert rp.call("/meter", **report(provider, day=yesterday.isoformat(), report_id="y" * 22)).ok
    with provider.services.database.unit_of_work() as db:
        days = meter.by_day(db, yesterday)
        assert [total.day for total in days] == [yesterday, clock().date()]
        assert [total.day for total in meter.by_day(db, clock().date())] == [clock().date()]
        assert meter.by_day(db, yesterday, clients=["somebody-else"]) == []
