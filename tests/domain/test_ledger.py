"""The ledger is complete by construction: what left, what was refused, and nothing else (features F14)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, func, select, text, update

from idp.domain.audit import chain
from idp.domain.audit.models import AuditPending, AuditRecord
from idp.domain.audit.verify import verify
from idp.domain.exchange import entries, release
from idp.domain.exchange.entries import Entry
from idp.domain.exchange.ledger_check import verify_ledger
from idp.domain.exchange.models import Release
from idp.domain.grants.models import Family
from tests import factories
from tests.rp import RP
from tests.support.chance import Chance
from tests.support.databases import counted, postgresql_only, sqlite_only

READS = 10_000
REFUSALS = ("no_agreement", "declined", "quota")
SCOPE = "openid profile birth email phone address"


@dataclass(frozen=True)
class Given:
    """What a citizen gives a client: the family behind its tokens."""

    family_id: UUID
    client_id: str


@pytest.fixture
def somebody(provider, services):
    """Three clients and four citizens, each of whom gave each something."""
    people = [
        factories.a_citizen(services, name, nik)
        for name, nik in (
            ("Siti Aminah", "9933744501900001"),
            ("Budi Santoso", "9933740501900002"),
            ("Suharto", None),
            ("Ni Made Ayu", "9933744501900004"),
        )
    ]
    parties = [RP(provider, factories.a_client(services, name)) for name in ("tax", "health", "education")]
    for person in people:
        for party in parties:
            party.tokens(person, scope=SCOPE)
    with services.database.unit_of_work() as db:
        return [Given(row.id, row.client_id) for row in db.scalars(select(Family))]


def read(services, chance, who):
    """Release some of what a family may get, as UserInfo does; None where nothing left."""
    statements, now = services.database.statements, services.clock()
    found = release.read(statements, who.family_id, "jti", 0, now)
    client = services.clients.get(who.client_id)
    names = chance.some(found.allowed)
    answer = release.release(
        statements,
        found,
        names,
        release.How(client, "userinfo"),
        vault=services.tree.vault,
        salt=services.tree.sector_salt,
        now=now,
    )
    if not answer.claims:
        return None
    return answer.id, who.client_id, found.citizen_id, " ".join(answer.claims), "released", None


def refuse(services, chance, who):
    """Refuse a client something, as the exchange does."""
    found = release.read(services.database.statements, who.family_id, "jti", 0, services.clock())
    reason, claims = chance.choice(REFUSALS), chance.choice(("npwp", "nip npwp"))
    entry = Entry(
        id=uuid4(),
        at=services.clock(),
        citizen_id=found.citizen_id,
        client_id=who.client_id,
        authorization_id=found.authorization_id,
        family_id=who.family_id,
        claims=claims,
        channel="attributes",
        trace_id=None,
        outcome=entries.REFUSED,
        reason=reason,
    )
    entries.write(services.database.statements, entry)
    return entry.id, who.client_id, found.citizen_id, claims, "refused", reason


def happen(services, clock, somebody, count, seed=14):
    """Let `count` random reads happen; return every response that was given."""
    chance, answers = Chance(seed), []
    for _ in range(count):
        clock.advance(milliseconds=chance.below(40))
        act = refuse if chance.below(10) == 0 else read
        answer = act(services, chance, chance.choice(somebody))
        if answer is not None:
            answers.append(answer)
    return answers


def kept(services):
    with services.database.unit_of_work() as db:
        rows = db.scalars(select(Release)).all()
        return [(r.id, r.client_id, r.citizen_id, r.claims, r.outcome, r.reason) for r in rows]


def change(services, statement):
    with services.database.unit_of_work() as db:
        db.execute(statement.execution_options(synchronize_session=False))


def exactly_and_provably(services, answers, before=()):
    assert sorted(kept(services), key=repr) == sorted([*before, *answers], key=repr)
    chain.seal_all(services.database)
    assert verify(services.database, services.keyring).ok
    found = verify_ledger(services.database)
    assert found.ok
    assert found.rows == len(before) + len(answers)


def test_the_digest_of_a_line_is_the_same_for_ever():
    line = Entry(
        id=UUID(int=1),
        at=datetime(2026, 11, 24, tzinfo=UTC),
        citizen_id=UUID(int=2),
        client_id="tax",
        authorization_id=UUID(int=3),
        family_id=None,
        claims="name npwp",
        channel="userinfo",
        trace_id="t",
    )
    known = "ce8d6a3f1bcc1e2cadd7b7d7950b53b2d8d1d8c6d99a90d3f61bc197b99f418f"
    assert entries.digest_of(line) == known


@sqlite_only
def test_f14_for_10_000_random_reads_entries_are_responses_and_a_deleted_row_breaks_the_proof(
    services, clock, somebody
):
    before = kept(services)
    answers = happen(services, clock, somebody, READS)
    assert len(answers) > READS * 0.8
    assert {answer[4] for answer in answers} == {"released", "refused"}
    exactly_and_provably(services, answers, before)
    gone = Chance(1).choice(answers)[0]
    change(services, delete(Release).where(Release.id == gone))
    found = verify_ledger(services.database)
    assert (found.ok, found.broken, found.reason) == (False, gone, "the ledger row is missing")


@postgresql_only
def test_f14_on_postgresql(services, clock, somebody):
    before = kept(services)
    exactly_and_provably(services, happen(services, clock, somebody, 300), before)


def test_f14_through_userinfo(provider, services, citizen, bob):
    tokens = [
        (party, party.tokens(who, scope=SCOPE)["access_token"])
        for party in (RP(provider, factories.a_client(services, name)) for name in ("tax", "health"))
        for who in (citizen, bob)
    ]
    before = kept(services)
    chance, answers = Chance(3), []
    for _ in range(100):
        party, token = chance.choice(tokens)
        claims = party.userinfo(token).json
        names = " ".join(n for n in claims if n not in ("sub", "claims_provenance", "claims_withheld"))
        answers.append((party.client.client_id, sorted(names.split())))
    rows = [row for row in kept(services) if row not in before]
    assert sorted((client, sorted(names.split())) for _id, client, _who, names, *_ in rows) == sorted(answers)
    chain.seal_all(services.database)
    assert verify_ledger(services.database).ok


@pytest.fixture
def some(services, clock, somebody):
    """A few reads, sealed."""
    answers = happen(services, clock, somebody, 30)
    chain.seal_all(services.database)
    assert verify_ledger(services.database).ok
    return answers


@pytest.mark.parametrize(
    "altered",
    [
        {"claims": "email name nik"},
        {"client_id": "bank"},
        {"channel": "id_token"},
        {"terms": "{}"},
        {"on_behalf_of": "tax"},
        {"trace_id": "0"},
        {"citizen_id": UUID(int=1)},
        {"family_id": None},
    ],
    ids=lambda altered: next(iter(altered)),
)
def test_an_altered_row_is_named(services, some, altered):
    victim = next(answer for answer in some if answer[4] == "released")[0]
    change(services, update(Release).where(Release.id == victim).values(**altered))
    found = verify_ledger(services.database)
    assert (found.broken, found.reason) == (victim, "the ledger row was changed")
    assert found.seq


@sqlite_only
def test_a_release_turned_into_a_refusal_is_named(services, some):
    victim = next(answer for answer in some if answer[4] == "released")[0]
    change(services, update(Release).where(Release.id == victim).values(outcome="refused", reason="quota"))
    assert verify_ledger(services.database).broken == victim


def test_a_row_that_no_event_tells_of_is_named(services, some):
    with services.database.unit_of_work() as db:
        row = db.scalars(select(Release).limit(1)).one()
        db.expunge(row)
        fields = {c.key: getattr(row, c.key) for c in Release.__table__.columns}
        made_up = Release(**{**fields, "id": uuid4()})
        db.add(made_up)
        db.flush()
        made_up_id = made_up.id
    found = verify_ledger(services.database)
    assert (found.broken, found.reason) == (made_up_id, "no event tells of the ledger row")


def test_what_is_not_sealed_yet_is_no_fault_and_a_row_without_its_pending_event_is(services, clock, somebody):
    answers = happen(services, clock, somebody, 10)
    assert verify_ledger(services.database).ok
    newest = answers[-1][0]
    change(services, delete(AuditPending).where(AuditPending.detail.contains(str(newest))))
    assert verify_ledger(services.database).broken == newest


# --- nobody waits for the chain ---


def test_writing_the_ledger_never_touches_the_chain(services, clock, somebody):
    """The sequencer stands still: releases go on, and what they write waits for it."""
    with services.database.unit_of_work() as db:
        sealed = db.scalar(select(func.count()).select_from(AuditRecord))
    with counted(services.database) as statements:
        answers = happen(services, clock, somebody, 50)
    assert not [statement for statement in statements if "audit_log" in statement]
    with services.database.unit_of_work() as db:
        assert db.scalar(select(func.count()).select_from(AuditRecord)) == sealed
        waiting = db.scalar(select(func.count()).select_from(AuditPending).where(_of_releases()))
    assert waiting >= len(answers)


@postgresql_only
def test_a_sequencer_in_the_middle_of_its_work_holds_nobody_up(services, clock, somebody):
    """It holds its lock and rows of the log, uncommitted; releases finish meanwhile."""
    with services.database.engine.connect() as other, other.begin():
        other.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": chain.LOCK})
        other.execute(text("LOCK TABLE audit_log IN EXCLUSIVE MODE"))
        answers = happen(services, clock, somebody, 20)
        assert chain.seal_all(services.database) == 0
    exactly = {answer[0] for answer in answers}
    assert exactly <= {row[0] for row in kept(services)}
    assert chain.seal_all(services.database)
    assert verify_ledger(services.database).ok


def _of_releases():
    return AuditPending.event.in_(("DataReleased", "ReleaseRefused"))
