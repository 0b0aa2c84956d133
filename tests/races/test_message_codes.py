"""A code by message is sent once and opens once, whoever races; budgets hold to the last one (attacks O-102, O-103)."""

from collections import Counter

from sqlalchemy import select

from idp.domain.authenticators import one_time_codes
from idp.domain.authenticators.models import OneTimeCode
from idp.domain.authenticators.throttle import SANDBOX
from idp.domain.messages import budgets, tally
from idp.domain.messages.budgets import Allowance, Budgets
from tests.support.race import race

MANY = 12
NUMBER = "+6281234567890"


def ask(services, holder, network="192.0.2.0/24", address=NUMBER):
    with services.database.unit_of_work() as db:
        return one_time_codes.issue(
            db,
            services.tree,
            "sign_in",
            holder,
            address=address,
            network=network,
            policy=SANDBOX,
            now=services.clock(),
            account=b"siti",
        ).code


def test_of_many_requests_at_once_one_gets_a_code(services):
    holder = one_time_codes.holder(services.tree, b"siti")
    for _ in range(3):
        found = race([lambda: ask(services, holder) for _ in range(MANY)])
        assert not [each for each in found if isinstance(each, Exception)]
        assert len([code for code in found if code is not None]) == 1
        with services.database.unit_of_work() as db:
            live = db.scalars(
                select(OneTimeCode).where(OneTimeCode.used_at.is_(None), OneTimeCode.retired_at.is_(None))
            ).all()
            assert len(live) == 1
        services.clock.advance(minutes=1)


def test_the_right_code_many_times_at_once_opens_once(services):
    holder = one_time_codes.holder(services.tree, b"siti")
    code = ask(services, holder)

    def claim():
        with services.database.unit_of_work() as db:
            return one_time_codes.claim(db, services.tree, "sign_in", holder, code, services.clock())

    assert Counter(race([claim for _ in range(MANY)])) == {True: 1, False: MANY - 1}


def test_a_wrong_code_many_times_at_once_is_judged_five_times(services):
    holder = one_time_codes.holder(services.tree, b"siti")
    code = ask(services, holder)

    def guess(number):
        with services.database.unit_of_work() as db:
            wrong = f"{(int(code) + 1 + number) % 10**6:06}"
            return one_time_codes.claim(db, services.tree, "sign_in", holder, wrong, services.clock())

    assert not any(race([lambda n=n: guess(n) for n in range(MANY)]))
    with services.database.unit_of_work() as db:
        (row,) = db.scalars(select(OneTimeCode))
        assert row.tries == one_time_codes.TRIES
        assert not one_time_codes.claim(db, services.tree, "sign_in", holder, code, services.clock())


def test_a_budget_holds_to_the_last_message(services):
    small = Budgets(prefix=Allowance(5, 50), everywhere=Allowance(100, 100))

    def spend():
        with services.database.unit_of_work() as db:
            return budgets.spend(db, "sms", NUMBER, small, services.clock(), reserved=True) is None

    assert Counter(race([spend for _ in range(MANY)])) == {True: 5, False: MANY - 5}


def test_no_count_is_lost(services):
    def note():
        with services.database.unit_of_work() as db:
            tally.note(db, "sms", "gateway", services.clock(), sent=1, cost=350)

    race([note for _ in range(MANY)])
    with services.database.unit_of_work() as db:
        (line,) = tally.totals(db)
    assert (line.sent, line.cost) == (MANY, MANY * 350)
