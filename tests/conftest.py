"""Fixtures for every test: real databases, real servers, a clock that stands still, a closed network."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from idp.clock import FrozenClock
from tests.support import browser, compiled, ledger, postgres, redis, schema
from tests.support.deployment import (
    bob as bob,
    citizen as citizen,
    dpop_rp as dpop_rp,
    other_rp as other_rp,
    provider as provider,
    public_rp as public_rp,
    rp as rp,
    services as services,
)
from tests.support.network import GUARD
from tests.support.processes import Program
from tests.support.provider import Provider
from tests.support.smtp import Mailbox

DATABASES = ("sqlite", "postgresql")
NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)  # a Tuesday; noon in Jakarta


def pytest_configure(config: pytest.Config) -> None:
    ledger.register(config)
    compiled.keep()
    GUARD.close()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs a browser or kills processes runs in the second part (tools/suite.py)."""
    for item in items:
        names = set(getattr(item, "fixturenames", ()))
        if "chromium" in names:
            item.add_marker(pytest.mark.browser)
        if item.get_closest_marker("browser") or item.get_closest_marker("kills"):
            item.add_marker(pytest.mark.serial)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config) -> object | None:
    """Share the second part out by lanes."""
    if config.getoption("dist") != "loadfile":
        return None
    from tests.support.lanes import Lanes

    return Lanes(config)


def note(request: pytest.FixtureRequest, where: str) -> None:
    """Count this test in the last lines of `make test`."""
    if ("where", where) not in request.node.user_properties:
        request.node.user_properties.append(("where", where))


# --- time ---


@pytest.fixture
def clock() -> FrozenClock:
    """A clock that stands at noon in Jakarta until `clock.advance(minutes=5)`."""
    return FrozenClock(NOON)


# --- databases ---


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[postgres.Cluster]:
    """One PostgreSQL server per test process, fast because it may forget at a power cut."""
    if postgres.binaries() is None:
        pytest.skip(postgres.HINT)
    cluster = postgres.Cluster()
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.destroy()


@pytest.fixture
def durable_cluster(request: pytest.FixtureRequest) -> Iterator[postgres.Cluster]:
    """A PostgreSQL server of the test's own that keeps its promises; the test may crash and restart it."""
    if postgres.binaries() is None:
        pytest.skip(postgres.HINT)
    cluster = postgres.Cluster(durable=True)
    try:
        cluster.start()
        note(request, "on PostgreSQL")
        yield cluster
    finally:
        cluster.destroy()


@pytest.fixture
def postgres_url(request: pytest.FixtureRequest, postgres_cluster: postgres.Cluster) -> str:
    """The address of a migrated, empty PostgreSQL database."""
    note(request, "on PostgreSQL")
    return schema.reused(postgres_cluster).as_new()


@pytest.fixture(scope="session")
def sqlite_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the migrated SQLite file lies that tests copy."""
    return tmp_path_factory.mktemp("sqlite")


@pytest.fixture
def sqlite_url(request: pytest.FixtureRequest, sqlite_folder: Path, tmp_path: Path) -> str:
    """The address of a migrated, empty SQLite database."""
    note(request, "on SQLite")
    return schema.sqlite_copy(sqlite_folder, tmp_path / "gerbang.sqlite")


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated, empty database; a test that takes it runs once on each kind."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


# --- servers ---


@pytest.fixture(scope="session")
def redis_server() -> Iterator[redis.RedisServer]:
    """One Redis per test process."""
    if redis.binary() is None:
        pytest.skip(redis.HINT)
    server = redis.RedisServer()
    try:
        server.start()
        yield server
    finally:
        server.destroy()


@pytest.fixture
def redis_url(redis_server: redis.RedisServer) -> str:
    """The address of an empty Redis."""
    from redis import Redis

    with Redis.from_url(redis_server.url) as client:
        client.flushall()
    return redis_server.url


@pytest.fixture
def smtp() -> Iterator[Mailbox]:
    """A mail server on loopback; see tests/support/smtp.py for what it can do."""
    mailbox = Mailbox()
    mailbox.start()
    try:
        yield mailbox
    finally:
        mailbox.stop()


Start = Callable[..., Program]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start programs (arguments of `Program`, then `ready=`); all of them end with the test."""
    programs: list[Program] = []

    def run(
        command: list[str],
        *,
        name: str = "program",
        ready: Callable[[], bool] | None = None,
        env: dict[str, str] | None = None,
        seconds: float = 30,
    ) -> Program:
        program = Program(command, tmp_path / f"{name}-{len(programs)}.log", env=env)
        programs.append(program)
        return program if ready is None else program.wait_ready(ready, seconds=seconds)

    try:
        yield run
    finally:
        for program in reversed(programs):
            program.stop()


NewProvider = Callable[..., Provider]


@pytest.fixture
def new_provider(tmp_path: Path) -> Iterator[NewProvider]:
    """Make deployments: `new_provider(database_url, code_lifetime="5")`, then `.serve(workers=2)`."""
    made: list[Provider] = []

    def make(database_url: str, **settings: str) -> Provider:
        folder = tmp_path / f"provider-{len(made)}"
        folder.mkdir(mode=0o700)
        made.append(Provider(folder, database_url, **settings))
        return made[-1]

    try:
        yield make
    finally:
        for provider in made:
            provider.stop()


# --- node ---


@pytest.fixture(scope="session")
def node() -> str:
    """The path of Node 20 or newer; tests of npm clients also need `npm ci`, which `make test` ran."""
    from tools import node as tool

    found = tool.find_node()
    if found is None:
        pytest.skip("Node 20 or newer is not installed")
    if not (tool.INTEROP / "node_modules" / ".installed").exists():
        pytest.skip("the npm clients of tests/interop are not installed (npm ci)")
    return found


# --- browser ---


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Chromium, started once per test file (Playwright's loop must not outlive it)."""
    if browser.executable() is None:
        pytest.skip(browser.HINT)
    with browser.chromium_browser() as running:
        yield running


NewContext = Callable[..., BrowserContext]


@pytest.fixture
def new_context(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[NewContext]:
    """Make browser contexts (one person each); arguments as `Browser.new_context`."""
    note(request, "in Chromium")
    contexts: list[BrowserContext] = []

    def make(**options: object) -> BrowserContext:
        settings: dict[str, object] = {"locale": "id-ID", "timezone_id": "Asia/Jakarta", **options}
        context = chromium.new_context(**settings)  # type: ignore[arg-type]
        context.set_default_timeout(15_000)
        contexts.append(context)
        return context

    try:
        yield make
    finally:
        for context in contexts:
            context.close()


@pytest.fixture
def page(new_context: NewContext) -> Page:
    """A page of a person whose browser speaks Indonesian."""
    return new_context().new_page()


@pytest.fixture
def page_without_script(new_context: NewContext) -> Page:
    """The same with JavaScript turned off."""
    return new_context(java_script_enabled=False).new_page()


@pytest.fixture
def picture() -> Callable[[Page, str], None]:
    """Keep a picture of a page under a name when `make screens` asks for it."""
    return browser.picture
