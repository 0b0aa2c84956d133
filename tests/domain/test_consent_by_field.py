"""Consent field by field: what is asked, what is only told, how long it stands, what is kept (UU PDP art. 20-24)."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import timedelta

import orjson
import pytest

from idp.domain.citizens import profile
from idp.domain.citizens.models import Citizen
from idp.domain.consent.decisions import TEXT_VERSION
from idp.domain.consent.models import Authorization
from idp.domain.registry.metadata import accept
from idp.domain.registry.violations import Rule
from idp.protocol.oauth.client import Client
from idp.protocol.oidc.consent_lifetime import MOST, MOST_SENSITIVE, lifetime
from keys import Place
from tests import factories
from tests.rp import RP
from tests.support.databases import sqlite_only
from tests.support.processes import ROOT
from tests.support.registration import SANDBOX, a_registration, broken

PURPOSE = {"id": "Menghitung pajak", "en": "To compute taxes"}
BY_LAW = {"required": True, "purpose": PURPOSE, "legal_basis": "law"}
ASKED = {"required": True, "purpose": PURPOSE, "legal_basis": "consent"}
CHOICE = {"required": False, "purpose": PURPOSE, "legal_basis": "consent"}
NOTICES = 'id="consent-notices"'
HALF_A_YEAR = 180 * 24 * 3600

TEXTS_OF = {"2026-11-24": "334e55f34ec41f20"}


def a_party(provider, **registration):
    claims = registration.pop("claims", {"name": BY_LAW, "email": CHOICE, "birthdate": ASKED})
    registration.setdefault("scope", "openid profile birth email nik health")
    return RP(provider, factories.a_client(provider.services, claims=claims, **registration))


def asked(rp, citizen, scope="openid profile birth email", **overrides):
    page = rp.begin_signed_in(citizen, scope=scope, **overrides)
    assert page.page == "consent", page.page
    return page


def allow(rp, page, *ticked):
    return rp.browser.submit(page, "consent-form", "consent-allow", tick=ticked)


def standing(services):
    with services.database.unit_of_work() as db:
        return db.query(Authorization).filter(Authorization.superseded_at.is_(None)).one()


def kept(services, row):
    """The record of a consent, opened."""
    with services.database.unit_of_work() as db:
        citizen = db.get_one(Citizen, row.citizen_id)
        key = services.tree.vault.open(citizen.id, citizen.data_key)
        return orjson.loads(key.unseal(row.record, Place("authorization", "record", row.id.hex)))


def part(page, start, end):
    """A stretch of the page's HTML."""
    return page.text.split(start, 1)[1].split(end, 1)[0]


# --- the page ---


@sqlite_only
@pytest.mark.parametrize("ground", ["law", "public_duty", "contract", "vital_interest"])
def test_what_is_given_on_another_ground_is_a_notice_and_nothing_else(provider, citizen, ground):
    rp = a_party(provider, claims={"name": BY_LAW | {"legal_basis": ground}, "email": ASKED})
    page = asked(rp, citizen, "openid profile email")
    told = part(page, NOTICES, "</section>")
    rest = page.text.replace(told, "")
    assert 'data-claim="name"' in told
    assert 'data-claim="email"' not in told
    assert 'data-claim="name"' not in rest
    assert 'data-claim="email"' in rest


@sqlite_only
@pytest.mark.parametrize("ground", ["consent", "legitimate_interest"])
def test_what_rests_on_consent_or_an_interest_is_asked(provider, citizen, ground):
    rp = a_party(provider, claims={"name": ASKED | {"legal_basis": ground}})
    assert NOTICES not in asked(rp, citizen, "openid profile").text


@sqlite_only
def test_an_item_the_service_can_do_without_stays_a_choice_whatever_its_ground(provider, citizen):
    rp = a_party(provider, claims={"name": BY_LAW, "email": BY_LAW | {"required": False}})
    page = asked(rp, citizen, "openid profile email")
    assert 'data-claim="email"' not in part(page, NOTICES, "</section>")
    assert page.forms["consent-form"].checkboxes == [("claim", "email")]


@sqlite_only
def test_no_box_is_ticked_beforehand_and_both_answers_weigh_the_same(provider, citizen):
    page = asked(a_party(provider), citizen)
    form = page.forms["consent-form"]
    assert form.checkboxes == [("claim", "email")]
    assert form.checked == []
    allow_it, deny_it = (
        re.search(rf'<button[^>]*id="consent-{name}"[^>]*>', page.text) for name in ("allow", "deny")
    )
    assert allow_it[0].replace("allow", "") == deny_it[0].replace("deny", "")


@sqlite_only
def test_each_item_says_value_source_purpose_ground_and_until_when(provider, citizen, clock):
    page = asked(a_party(provider), citizen)
    line = part(page, 'data-claim="birthdate"', "</li>")
    for words in ("5 Januari 1990", "Dukcapil", "Menghitung pajak", "Persetujuan Anda"):
        assert words in line
    day = (clock() + timedelta(days=365)).day
    assert f"sampai {day} November 2027" in line


@sqlite_only
def test_specific_data_stays_closed_until_it_is_opened(provider, citizen):
    rp = a_party(provider, claims={"dependants": ASKED}, scope="openid family", consent_lifetime=HALF_A_YEAR)
    with provider.services.database.unit_of_work() as db:
        row = db.get_one(Citizen, citizen.citizen_id)
        key = provider.services.tree.vault.open(row.id, row.data_key)
        profile.write(
            db,
            key,
            row.id,
            "dependants",
            [{"name": "Budi Aminah", "relation": "child"}],
            source="population_registry",
            level="ial1",
            verified_at=provider.services.clock(),
            now=provider.services.clock(),
        )
    line = part(asked(rp, citizen, "openid family"), 'data-claim="dependants"', "</li>")
    assert line.index("<details>") < line.index("Budi") < line.index("</details>")


@sqlite_only
def test_a_request_made_of_notices_only_is_shown_once_and_asks_to_go_on(provider, citizen):
    rp = a_party(provider, claims={"name": BY_LAW})
    page = asked(rp, citizen, "openid profile")
    assert "Izinkan" not in page.text
    assert ">Lanjutkan" in page.text
    tokens = rp.redeem(allow(rp, page).code)
    assert rp.userinfo(tokens["access_token"])["name"] == citizen.name
    assert rp.authorize(scope="openid profile").code, "told once, not each time"


@sqlite_only
def test_whoever_does_not_go_on_gives_nothing(provider, citizen):
    rp = a_party(provider, claims={"name": BY_LAW})
    page = asked(rp, citizen, "openid profile")
    assert rp.browser.submit(page, "consent-form", "consent-deny").error == "access_denied"
    assert provider.count("authorization") == 0


@sqlite_only
def test_in_english_too(provider, citizen):
    page = asked(a_party(provider), citizen, ui_locales="en")
    assert "This is given because of the law, without your consent" in page.text
    assert "To compute taxes" in page.text


# --- the record ---


@sqlite_only
def test_the_record_keeps_text_version_language_ground_and_until(provider, services, citizen):
    rp = a_party(provider)
    allow(rp, asked(rp, citizen))
    row = standing(services)
    assert (row.text_version, row.language) == (TEXT_VERSION, "id")
    assert row.granted.split() == ["birthdate", "name"]
    lines = {line["name"]: line for line in kept(services, row)}
    until = row.expires_at.date().isoformat()
    assert {name: (line["ground"], line["notice"], line["required"]) for name, line in lines.items()} == {
        "name": ("law", True, True),
        "birthdate": ("consent", False, True),
        "email": ("consent", False, False),
    }
    assert {line["until"] for line in lines.values()} == {until}
    assert lines["birthdate"]["value"] == "5 Januari 1990"
    assert lines["birthdate"]["legal_basis"] == "Persetujuan Anda"


def test_the_version_names_the_fixed_sentences():
    """When this fails the sentences changed: give them a new TEXT_VERSION, and note its digest here."""
    page = (ROOT / "templates/consent/consent.html").read_text(encoding="utf-8")
    sentences = "\n".join(re.findall(r'(?:_|gettext)\("([^"]+)"', page))
    assert TEXTS_OF.get(TEXT_VERSION) == hashlib.sha256(sentences.encode()).hexdigest()[:16]


# --- how long ---


@pytest.mark.parametrize(
    ("registered", "claims", "days"),
    [
        (None, ("name",), 365),
        (90 * 86400, ("name",), 90),
        (730 * 86400, ("name", "email"), 730),
        (730 * 86400, ("name", "nik"), 365),
        (730 * 86400, ("bpjs_number",), 365),
        (5000 * 86400, ("name",), 730),
    ],
)
def test_a_consent_stands_as_registered_and_never_over_the_most(registered, claims, days):
    client = Client(client_id="tax", consent_lifetime=registered)
    assert lifetime(client, claims, timedelta(days=365)) == timedelta(days=days)


@pytest.mark.parametrize(
    ("members", "most"),
    [
        ({"scope": "openid profile", "consent_lifetime": 0}, MOST),
        ({"scope": "openid profile", "consent_lifetime": int(MOST.total_seconds()) + 1}, MOST),
        ({"scope": "openid nik", "consent_lifetime": int(MOST.total_seconds())}, MOST_SENSITIVE),
    ],
)
def test_a_registration_for_longer_is_refused(members, most):
    assert ("consent_lifetime", Rule.CONSENT_LIFETIME) in broken(a_registration(**members))


def test_a_registration_within_the_most_is_taken():
    fits = a_registration(scope="openid nik", consent_lifetime=HALF_A_YEAR)
    assert accept(fits, SANDBOX)["consent_lifetime"] == HALF_A_YEAR


def test_after_its_time_a_consent_is_asked_again_and_nothing_flows(provider, services, citizen, clock):
    rp = a_party(provider, consent_lifetime=HALF_A_YEAR, scope="openid profile birth email offline_access")
    page = asked(rp, citizen, "openid profile birth email offline_access", prompt="consent")
    tokens = rp.redeem(allow(rp, page).code)
    assert standing(services).expires_at == clock() + timedelta(days=180)
    clock.advance(days=20)
    assert rp.begin_signed_in(citizen, scope="openid profile birth email").page != "consent"
    clock.advance(days=160)
    assert rp.refresh(tokens["refresh_token"]).error == "invalid_grant"
    again = rp.begin_signed_in(citizen, scope="openid profile birth email")
    assert again.page == "consent"
    allow(rp, again)
    assert standing(services).expires_at == clock() + timedelta(days=180)


@sqlite_only
def test_what_is_carried_over_gets_no_day_longer(provider, services, citizen, clock):
    rp = a_party(provider)
    allow(rp, asked(rp, citizen, "openid profile"))
    first = standing(services).expires_at
    clock.advance(days=100)
    page = asked(rp, citizen, "openid birth")
    allow(rp, page)
    row = standing(services)
    assert row.granted.split() == ["birthdate", "name"]
    assert row.expires_at == first
    assert f"sampai {first.day} November 2027" in part(page, 'data-claim="birthdate"', "</li>")


@sqlite_only
def test_restricted_data_that_moves_between_agencies_counts_too(provider, services, citizen, clock):
    rp = a_party(
        provider,
        claims={"name": ASKED, "nik": CHOICE},
        consent_lifetime=int(MOST.total_seconds()),
        authorization_details_types=["once_only"],
    )
    details = [{"type": "once_only", "claims": ["nik"], "purpose": {"id": "Menghitung bantuan"}}]
    allow(rp, asked(rp, citizen, "openid profile", authorization_details=json.dumps(details)))
    assert standing(services).expires_at == clock() + MOST_SENSITIVE


@sqlite_only
def test_what_is_shown_again_begins_anew(provider, services, citizen, clock):
    rp = a_party(provider)
    allow(rp, asked(rp, citizen, "openid profile"))
    clock.advance(days=100)
    allow(rp, asked(rp, citizen, "openid profile birth"))
    assert standing(services).expires_at == clock() + timedelta(days=365)
