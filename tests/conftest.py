"""Fixtures that every test may use: stores on SQLite and PostgreSQL, a fixed clock, Chromium."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

from cli.main import run
from governance.kernel import system
from governance.kernel.clock import FixedClock
from governance.registry.setup import set_up
from governance.store.store import Store
from tests.browser import Browser
from tests.databases import (
    START,
    ReusedDatabase,
    Template,
    make_template,
    open_store,
    postgres_database,
    without_waiting_for_the_disk,
)
from tests.sharing_out import SharedOut, long_ones_first

Command = tuple[str, ...]
DatabaseAfter = Callable[..., None]
POSTGRES_VARIABLE = "UNDERWRITER_TEST_POSTGRES_URL"
POSTGRES_DEFAULT = "postgresql+psycopg://postgres@127.0.0.1:5432/test"
PASSWORD = "the tests' own"
# Laws are not timed: machines are noisy. The long form is for `make fuzz`: more examples where a
# law names no number of its own, longer stories for the state machines.
settings.register_profile(
    "house",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    stateful_step_count=20,
)
settings.register_profile(
    "long", settings.get_profile("house"), max_examples=300, stateful_step_count=60
)
settings.load_profile(os.environ.get("UNDERWRITER_TEST_PROFILE", "house"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    long_ones_first(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    config.option.loadscopereorder = False
    return SharedOut(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how many seconds each folder of tests took, summed over all workers."""
    seconds: Counter[str] = Counter()
    tests: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                folder = "/".join(report.nodeid.partition("::")[0].split("/")[:2])
                seconds[folder] += report.duration
                tests[folder] += report.when == "call"
    terminalreporter.section("seconds by folder, all workers together")
    for folder, spent in seconds.most_common():
        terminalreporter.line(f"{spent:7.1f}  {folder} ({tests[folder]} tests)")


@pytest.fixture(scope="session", autouse=True)
def _away_from_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep fixtures that live longer than a test out of the user's folders too."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("CONFIG", "DATA", "CACHE", "STATE"):
            patch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
        patch.setenv("UNDERWRITER_KEY_PASSWORD", PASSWORD)
        patch.setattr(system, "operating_system_user", lambda: "tester")
        yield


@pytest.fixture(scope="session", autouse=True)
def _without_waiting_for_the_disk() -> Iterator[None]:
    with without_waiting_for_the_disk():
        yield


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the user's settings, data folder and terminal out of the tests."""
    for name in list(os.environ):
        if name.startswith("UNDERWRITER_") and not name.startswith(
            ("UNDERWRITER_REQUIRE_", "UNDERWRITER_TEST_")
        ):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("UNDERWRITER_KEY_PASSWORD", PASSWORD)
    monkeypatch.setenv("COLUMNS", "160")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(START)


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """URL of a PostgreSQL server, or skip; with UNDERWRITER_REQUIRE_POSTGRES=1, fail."""
    url = os.environ.get(POSTGRES_VARIABLE, POSTGRES_DEFAULT)
    try:
        engine = create_engine(url, connect_args={"connect_timeout": 3})
        with engine.connect():
            pass
        engine.dispose()
    except (OperationalError, ModuleNotFoundError) as error:
        if os.environ.get("UNDERWRITER_REQUIRE_POSTGRES") == "1":
            pytest.fail(f"PostgreSQL is required and does not answer: {error}")
        pytest.skip("no PostgreSQL server answers")
    return url


@pytest.fixture(scope="session")
def reused_postgres(postgres_server: str) -> Iterator[ReusedDatabase]:
    """The initialised database that every test with a store on PostgreSQL gets in turn."""
    with postgres_database(postgres_server) as url:
        reused = ReusedDatabase(postgres_server, make_template(url))
        yield reused
        reused.close()


@pytest.fixture(scope="session")
def reused_set_up_postgres(postgres_server: str) -> Iterator[ReusedDatabase]:
    """The same with ontology and policy."""
    with postgres_database(postgres_server) as url:
        reused = ReusedDatabase(postgres_server, make_template(url, set_up))
        yield reused
        reused.close()


@pytest.fixture
def postgres_url(postgres_server: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """URL of a database: empty, or initialised already where the test has a store."""
    if "store" in request.fixturenames:
        yield request.getfixturevalue("reused_postgres").fresh()
        return
    with postgres_database(postgres_server) as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """An initialised file; it is whole without its log once it is closed."""
    return make_template(str(tmp_path_factory.mktemp("template") / "store.db"))


@pytest.fixture(scope="session")
def set_up_sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The same with ontology and policy."""
    return make_template(str(tmp_path_factory.mktemp("template") / "ready.db"), set_up)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return str(tmp_path / "store.db")


@pytest.fixture(scope="session")
def database_after(tmp_path_factory: pytest.TempPathFactory) -> DatabaseAfter:
    """Copy to a file the SQLite database that `init` and some commands make; they run once."""
    folder = tmp_path_factory.mktemp("after")
    made: dict[tuple[Command, ...], Path] = {}

    def copy(target: str | Path, *commands: Command) -> None:
        if commands not in made:
            made[commands] = folder / f"{len(made)}.db"
            for command in (("init",), *commands):
                assert run([*command, "--db", str(made[commands])]) == 0
        shutil.copyfile(made[commands], target)

    return copy


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """URL of an empty database, once on SQLite and once on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def empty_store(database_url: str, clock: FixedClock) -> Iterator[Store]:
    """A store on an empty database of either kind."""
    store = open_store(database_url, clock)
    yield store
    store.close()


@pytest.fixture
def store(database_url: str, clock: FixedClock, request: pytest.FixtureRequest) -> Iterator[Store]:
    """An initialised store of either kind."""
    template: Template
    if "://" in database_url:
        template = request.getfixturevalue("reused_postgres").template
    else:
        template = request.getfixturevalue("sqlite_template")
        shutil.copyfile(template.url, database_url)
    store = open_store(database_url, clock, template)
    yield store
    store.close()


@pytest.fixture
def sqlite_store(sqlite_url: str, clock: FixedClock, sqlite_template: Template) -> Iterator[Store]:
    """An initialised store on SQLite, for what does not depend on the database."""
    shutil.copyfile(sqlite_template.url, sqlite_url)
    store = open_store(sqlite_url, clock, sqlite_template)
    yield store
    store.close()


@pytest.fixture
def set_up_sqlite_store(
    sqlite_url: str, clock: FixedClock, set_up_sqlite_template: Template
) -> Iterator[Store]:
    """A store on SQLite with ontology and policy."""
    shutil.copyfile(set_up_sqlite_template.url, sqlite_url)
    store = open_store(sqlite_url, clock, set_up_sqlite_template)
    yield store
    store.close()


@pytest.fixture
def set_up_postgres_store(
    reused_set_up_postgres: ReusedDatabase, clock: FixedClock
) -> Iterator[Store]:
    """A store on PostgreSQL with ontology and policy."""
    store = open_store(reused_set_up_postgres.fresh(), clock, reused_set_up_postgres.template)
    yield store
    store.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def set_up_store(request: pytest.FixtureRequest) -> Store:
    """A store of either kind with ontology and policy."""
    store: Store = request.getfixturevalue(f"set_up_{request.param}_store")
    return store


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of Chromium, or skip; with UNDERWRITER_REQUIRE_CHROMIUM=1, fail."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        if os.environ.get("UNDERWRITER_REQUIRE_CHROMIUM") == "1":
            pytest.fail("Chromium is required and is not installed")
        pytest.skip("Chromium is not installed")
    return found


@pytest.fixture(scope="session")
def browser(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A running Chromium: every page that is opened in it has a profile of its own."""
    running = Browser(chromium, tmp_path_factory.mktemp("chromium"))
    yield running
    running.close()
