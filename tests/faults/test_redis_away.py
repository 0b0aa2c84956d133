"""Redis goes away while limits are counted: sign-in and tokens go on, and limits still bite (O-142, E7)."""

import base64
import time
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from redis import Redis

from tests.conftest import NewProvider
from tests.faults.deployment import REDIRECT, SCOPE, Deployment, code_of, deploy, sign_in
from tests.support import redis
from tests.support.person import Credentials, Person
from tests.support.processes import wait_until

pytestmark = [pytest.mark.kills, pytest.mark.slow]

FAILURES_A_MINUTE = 30  # with Redis; a node by itself allows half of it
PASSWORD_GUESSES = 10
PROBE_SECONDS = 10
SLOW_SECONDS = 3.0


@pytest.fixture
def own_redis() -> Iterator[redis.RedisServer]:
    """A Redis that this test may stop."""
    if redis.binary() is None:
        pytest.skip(redis.HINT)
    server = redis.RedisServer()
    try:
        server.start()
        yield server
    finally:
        server.destroy()


def counted(server: redis.RedisServer) -> int:
    """How many counts Redis keeps."""
    with Redis.from_url(server.url) as client:
        return int(client.dbsize())


def wrong_secrets(deployment: Deployment, name: str, most: int) -> int:
    """Try wrong secrets until the server has enough of it; give how many it judged."""
    channel = deployment.channel()
    basic = {"Authorization": "Basic " + base64.b64encode(f"{name}:wrong".encode()).decode()}
    for tried in range(most):
        reply = channel.send("POST", "/token", basic, {"grant_type": "client_credentials"})
        if reply.status == 429:
            assert int(reply.headers["retry-after"]) >= 1
            return tried
        assert reply.status == 401, reply
    return most


def wrong_passwords(deployment: Deployment, most: int) -> int:
    """Guess a password until the page asks to wait; give how many guesses were judged."""
    query = urlencode(
        {"client_id": deployment.client_id, "redirect_uri": REDIRECT, "response_type": "code", "scope": SCOPE}
        | {"nonce": "n"}
    )
    me = deployment.credentials
    with Person(Credentials(me.identifier, "bukan-kata-sandinya-41", me.totp_secret)) as guesser:
        here = guesser.open(f"{deployment.provider.issuer}/authorize?{query}")
        for tried in range(most):
            form = here.forms["login-form"]
            typed = form.filled(identifier=me.identifier, password=guesser.credentials.password)
            here = guesser.send(here, form, typed)
            assert here.page == "login"
            if here.status == 429:
                assert int(here.headers["retry-after"]) >= 1
                return tried
    return most


def everything_goes_on(deployment: Deployment) -> None:
    """Sign in through the pages, sign on, redeem, refresh, read; none of it slow."""
    deployment.cookies = sign_in(deployment)
    channel = deployment.channel()
    began = time.monotonic()
    code = code_of(deployment.authorize(channel))
    assert code is not None
    tokens = deployment.redeem(channel, code).json
    assert deployment.refresh(channel, tokens["refresh_token"]).status == 200
    assert deployment.userinfo(channel, tokens["access_token"]).status == 200
    assert time.monotonic() - began < SLOW_SECONDS


def test_o142_redis_stops_and_comes_back(
    sqlite_url: str, new_provider: NewProvider, own_redis: redis.RedisServer
) -> None:
    deployment = deploy(new_provider(sqlite_url, redis_url=own_redis.url), workers=1)
    assert counted(own_redis) > 0, "limits are counted in Redis while it is there"
    assert wrong_secrets(deployment, "with-redis", 2 * FAILURES_A_MINUTE) == FAILURES_A_MINUTE

    own_redis.stop()
    everything_goes_on(deployment)
    assert wrong_secrets(deployment, "without-redis", 2 * FAILURES_A_MINUTE) <= FAILURES_A_MINUTE // 2
    assert wrong_passwords(deployment, 2 * PASSWORD_GUESSES) <= PASSWORD_GUESSES

    own_redis.start()
    channel = deployment.channel()

    def is_counting() -> bool:
        deployment.token(channel, grant_type="nothing")
        return counted(own_redis) > 0

    assert wait_until(is_counting, seconds=PROBE_SECONDS, step=0.5), (
        "shared counts come back without a restart"
    )
    assert deployment.server.running
