"""Many sign-ins at once: passwords are hashed a few at a time; the token endpoint hardly notices (reliability 3)."""

import statistics
import threading
import time
from itertools import count

import pytest

from tests.conftest import NewProvider
from tests.faults.deployment import Deployment, code_of, deploy
from tests.faults.load import Report
from tests.support.person import Credentials, Person

pytestmark = [pytest.mark.kills, pytest.mark.slow]

PEOPLE = 20
TOKENS = 150
MOST = 3.0
"""How many times slower the token endpoint may get, at the 95th percentile."""
NUMBERS = count()


def test_twenty_sign_ins_do_not_starve_the_token_endpoint(
    postgres_url: str, new_provider: NewProvider, record_property: Report
) -> None:
    deployment = deploy(new_provider(postgres_url), workers=2)
    code = code_of(deployment.authorize(deployment.channel()))
    assert code is not None
    refresh_token = deployment.redeem(deployment.channel(), code).json["refresh_token"]
    refresh_token, _warm = _times(deployment, refresh_token, 30)
    refresh_token, idle = _times(deployment, refresh_token, TOKENS)

    statuses: list[int] = []
    over = threading.Event()
    threads = [
        threading.Thread(target=_guess, args=(deployment.provider.issuer, over, statuses))
        for _ in range(PEOPLE)
    ]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    before = len(statuses)
    try:
        _token, busy = _times(deployment, refresh_token, TOKENS)
        meanwhile = statuses[before:]
    finally:
        over.set()
        for thread in threads:
            thread.join()

    record_property(
        "figures",
        f"token p95 {idle * 1000:.1f} ms alone, {busy * 1000:.1f} ms beside {PEOPLE} people signing in "
        f"({meanwhile.count(200)} passwords judged, {meanwhile.count(503)} told to come back)",
    )
    assert meanwhile.count(200) >= 5, "passwords are judged all the while"
    assert set(meanwhile) <= {200, 503}
    assert busy < MOST * idle


def _times(deployment: Deployment, refresh_token: str, tokens: int) -> tuple[str, float]:
    """Refresh one after the other; the last refresh token and the 95th percentile in seconds."""
    channel, took = deployment.channel(), []
    for _ in range(tokens):
        began = time.perf_counter()
        answer = deployment.refresh(channel, refresh_token)
        took.append(time.perf_counter() - began)
        assert answer.status == 200
        refresh_token = answer.json.get("refresh_token", refresh_token)
    return refresh_token, statistics.quantiles(took, n=20)[-1]


def _guess(issuer: str, over: threading.Event, statuses: list[int]) -> None:
    """Try one password after the other for people nobody knows: each costs a hash."""
    with Person(Credentials("", "", "")) as person:
        here = person.open(f"{issuer}/signin")
        while not over.is_set():
            form = here.forms["login-form"]
            name = f"orang{next(NUMBERS)}@contoh.id"
            answer = person.send(here, form, form.filled(identifier=name, password="salah sama sekali"))
            statuses.append(answer.status)
            if answer.page == "login":
                here = answer
            else:
                over.wait(0.3)  # told to come back
