"""The life of a registration: two people for production, one act each, all of it on record (features K2)."""

import hashlib
from contextlib import contextmanager
from functools import partial
from uuid import uuid4

import pytest
from joserfc.jwk import ECKey
from sqlalchemy import select

from idp.domain.audit.models import AuditPending
from idp.domain.registry import agencies, changes, listing, registrations
from idp.domain.registry.changes import NotAllowed
from idp.domain.registry.violations import BadMetadata
from idp.domain.store import stamps
from tests.support.race import race

KEY = ECKey.generate_key("P-256", {"kid": "one", "use": "sig", "alg": "ES256"}, private=True)
ANA, BUDI = "operator:ana", "operator:budi"


def metadata(**members):
    return {
        "client_name": "Layanan Pajak",
        "client_name#en": "Tax Service",
        "redirect_uris": ["https://pajak.example/callback"],
        "jwks": {"keys": [KEY.as_dict(private=False)]},
    } | members


@pytest.fixture
def registry(services):
    """What the tests do, each in a transaction of its own, as Ana unless told otherwise."""

    @contextmanager
    def act():
        with services.database.unit_of_work() as db:
            yield db

    class Registry:
        now = property(lambda self: services.clock())

        def register(self, environment="production", by=ANA, client_id="tax", **members):
            with act() as db:
                agencies.put(db, "tax-office", "Kantor Pajak", "Tax Office", by=by, now=self.now)
                return registrations.register(
                    db,
                    metadata(**members),
                    agency_id="tax-office",
                    environment=environment,
                    by=by,
                    now=self.now,
                    seal=services.secret_seal,
                    client_id=client_id,
                )

        def amend(self, base_revision=1, by=ANA, **members):
            with act() as db:
                return registrations.amend(
                    db, "tax", metadata(**members), base_revision=base_revision, by=by, now=self.now
                )

        def approve(self, change, by=BUDI):
            with act() as db:
                return registrations.approve(db, change.id, by=by, now=self.now)

        def refuse(self, change, by=BUDI):
            with act() as db:
                return registrations.refuse(db, change.id, by=by, now=self.now)

        def do(self, what, *arguments, by=ANA, **more):
            with act() as db:
                return getattr(registrations, what)(db, *arguments, by=by, now=self.now, **more)

        def read(self, client_id="tax"):
            with act() as db:
                return registrations.find(db, client_id)

        def waiting(self):
            with act() as db:
                return list(changes.open_of(db, "tax"))

        def events(self):
            with act() as db:
                return list(db.scalars(select(AuditPending.event).order_by(AuditPending.id)))

        def stamp(self):
            with act() as db:
                return stamps.read(db).get("registry", 0)

    return Registry()


def refused(reason):
    return pytest.raises(NotAllowed, check=lambda error: error.reason == reason)


# --- registering ---


def test_a_sandbox_client_stands_at_once(registry):
    made = registry.register("sandbox")
    assert (made.client.status, made.change) == ("approved", None)
    assert registry.events() == ["AgencyRegistered", "ClientRegistered"]


def test_a_production_client_is_a_draft_until_somebody_else_approves_it(registry, services):
    made = registry.register()
    assert made.client.status == "draft"
    assert services.clients.get("tax") is None
    with refused("same_person"):
        registry.approve(made.change, by=ANA)
    assert registry.read().status == "draft"
    registry.approve(made.change, by=BUDI)
    assert registry.read().status == "approved"
    assert services.clients.get("tax").name("en") == "Tax Service"


def test_a_change_is_decided_once(registry):
    change = registry.register().change
    registry.approve(change)
    with refused("decided"):
        registry.refuse(change)


def test_a_refused_draft_stays_a_draft(registry):
    change = registry.register().change
    registry.refuse(change)
    assert (registry.read().status, registry.waiting()) == ("draft", [])


def test_racing_approvals_count_once(registry):
    change = registry.register().change
    outcomes = race([partial(registry.approve, change, by=f"operator:{number}") for number in range(8)])
    lost = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert len(lost) == 7
    assert {type(error) for error in lost} == {NotAllowed}
    assert registry.events().count("ClientChangeDecided") == 1


def test_an_agency_must_be_known(registry, services):
    with refused("unknown_agency"), services.database.unit_of_work() as db:
        registrations.register(
            db,
            metadata(),
            agency_id="nobody",
            environment="sandbox",
            by=ANA,
            now=services.clock(),
            seal=services.secret_seal,
        )


def test_an_id_is_given_once_and_random_unless_chosen(registry):
    registry.register("sandbox")
    with refused("taken_id"):
        registry.register("sandbox")
    first, second = registry.register("sandbox", client_id=None), registry.register("sandbox", client_id=None)
    assert first.client.id != second.client.id
    assert len(first.client.id) == 32
    with refused("bad_id"):
        registry.register("sandbox", client_id="Tax Office!")


# --- amending ---


def test_a_sandbox_client_changes_at_once(registry):
    registry.register("sandbox")
    assert registry.amend(client_uri="https://pajak.example/") is None
    row = registry.read()
    assert (row.client_metadata["client_uri"], row.revision) == ("https://pajak.example/", 2)


def test_a_production_client_changes_when_somebody_else_agrees(registry, services):
    registry.approve(registry.register().change)
    change = registry.amend(client_uri="https://pajak.example/")
    assert "client_uri" not in registry.read().client_metadata
    with refused("same_person"):
        registry.approve(change, by=ANA)
    registry.approve(change)
    assert registry.read().client_metadata["client_uri"] == "https://pajak.example/"
    services.refresher.check()
    assert services.clients.get("tax").client_uri == "https://pajak.example/"


def test_a_change_of_something_that_changed_meanwhile_is_refused(registry):
    registry.register("sandbox")
    registry.amend(client_uri="https://pajak.example/a")
    with refused("stale"):
        registry.amend(base_revision=1, client_uri="https://pajak.example/b")


def test_racing_amendments_of_one_revision_count_once(registry):
    registry.register("sandbox")
    outcomes = race(
        [partial(registry.amend, client_uri=f"https://pajak.example/{number}") for number in range(8)]
    )
    assert sum(outcome is None for outcome in outcomes) == 1
    assert {e.reason for e in outcomes if isinstance(e, NotAllowed)} == {"stale"}
    assert registry.read().revision == 2


def test_a_new_proposal_replaces_the_one_that_waits(registry):
    registry.approve(registry.register().change)
    first = registry.amend(client_uri="https://pajak.example/a")
    second = registry.amend(by=BUDI, client_uri="https://pajak.example/b")
    assert [c.id for c in registry.waiting()] == [second.id]
    with refused("decided"):
        registry.approve(first)


def test_whoever_edits_a_draft_cannot_approve_it(registry):
    registry.register(by=ANA)
    change = registry.amend(by=BUDI, client_uri="https://pajak.example/")
    with refused("same_person"):
        registry.approve(change, by=BUDI)
    assert registry.approve(change, by=ANA).status == "approved"


def test_amending_keeps_every_rule(registry):
    registry.register("sandbox")
    with pytest.raises(BadMetadata):
        registry.amend(scope="openid money")
    with refused("nothing"):
        registry.amend()


def test_a_client_that_gives_up_its_secret_loses_it(registry):
    registry.register("sandbox", token_endpoint_auth_method="client_secret_basic", jwks=None)
    assert registry.read().secret_digest is not None
    registry.amend(token_endpoint_auth_method="private_key_jwt")
    assert registry.read().secret_digest is None


# --- stopping and going on ---


def test_suspending_is_immediate_and_has_a_reason(registry):
    registry.approve(registry.register().change)
    before = registry.stamp()
    assert registry.do("suspend", "tax", "security").status == "suspended"
    assert registry.stamp() > before
    with refused("status"):
        registry.do("suspend", "tax", "security")
    with refused("reason"):
        registry.do("suspend", "tax", "I do not like them")


def test_resuming_in_production_needs_a_second_person(registry):
    registry.approve(registry.register().change)
    registry.do("suspend", "tax", "security")
    change = registry.do("resume", "tax", "the key was replaced")
    assert registry.read().status == "suspended"
    assert registry.approve(change).status == "approved"


def test_resuming_in_the_sandbox_does_not(registry):
    registry.register("sandbox")
    registry.do("suspend", "tax", "unused")
    assert registry.do("resume", "tax", "") is None
    assert registry.read().status == "approved"


def test_a_retired_client_never_comes_back(registry, services):
    registry.register("sandbox")
    registry.do("retire", "tax")
    services.clients.clear()
    assert services.clients.get("tax") is None
    for act in (lambda: registry.amend(client_uri="https://x.example/"), lambda: registry.register()):
        with pytest.raises(NotAllowed):
            act()


# --- secrets (attacks O-134) ---


def test_a_secret_is_shown_once_and_kept_as_a_digest(registry):
    made = registry.register("sandbox", token_endpoint_auth_method="client_secret_basic", jwks=None)
    row = registry.read()
    assert row.secret_digest == hashlib.sha256(made.secret.encode()).digest()
    assert len(made.secret) == 43
    assert made.secret not in repr(made)
    assert "client_secret" not in registrations.response(row)


def test_a_new_secret_voids_the_old_one(registry, services):
    first = registry.register("sandbox", token_endpoint_auth_method="client_secret_post", jwks=None).secret
    second = registry.do("rotate_secret", "tax", seal=services.secret_seal)
    assert second != first
    assert registry.read().secret_digest == hashlib.sha256(second.encode()).digest()
    assert registry.events().count("ClientSecretIssued") == 2


def test_a_client_with_a_key_has_no_secret(registry, services):
    registry.register("sandbox")
    with refused("no_secret"):
        registry.do("rotate_secret", "tax", seal=services.secret_seal)


def test_what_does_not_exist_is_said_so(registry):
    with refused("unknown_client"):
        registry.do("suspend", "nobody", "security")
    with refused("unknown_change"):
        registry.approve(type("Change", (), {"id": uuid4()}))


# --- lists (features K5) ---


def test_a_list_is_read_forth_and_back_in_pages(registry, services):
    for number in range(7):
        registry.register("sandbox", client_id=f"client-{number}", client_name=f"Layanan {number}%")

    def page(**options):
        with services.database.unit_of_work() as db:
            return listing.page(db, size=3, **options)

    first = page()
    second = page(after=first.after)
    third = page(after=second.after)
    assert [row.id for p in (first, second, third) for row in p.rows] == [f"client-{n}" for n in range(7)]
    assert (first.before, third.after) == ("", "")
    assert [row.id for row in page(before=third.before).rows] == [row.id for row in second.rows]


def test_a_search_takes_its_signs_literally(registry, services):
    registry.register("sandbox", client_id="a-1", client_name="Layanan 100%")
    registry.register("sandbox", client_id="a-2", client_name="Layanan 100 orang")
    with services.database.unit_of_work() as db:
        assert [r.id for r in listing.page(db, size=9, search="100%").rows] == ["a-1"]
        assert [r.id for r in listing.page(db, size=9, search="TAX service").rows] == ["a-1", "a-2"]
        assert not listing.page(db, size=9, agency_id="other").rows
        assert not listing.page(db, size=9, status="retired").rows
