"""Fixtures that every test may use: stores on SQLite and PostgreSQL, a fixed clock, Chromium."""

from __future__ import annotations

import os
import random
import shutil
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from governance.kernel.clock import FixedClock
from governance.store.engine import make_engine
from governance.store.initialise import initialise
from governance.store.store import Store

POSTGRES_VARIABLE = "UNDERWRITER_TEST_POSTGRES_URL"
POSTGRES_DEFAULT = "postgresql+psycopg://postgres@127.0.0.1:5432/test"
PASSWORD = "the tests' own"
# Laws are not timed: machines are noisy.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")
START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session", autouse=True)
def _away_from_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep fixtures that live longer than a test out of the user's folders too."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("CONFIG", "DATA", "CACHE", "STATE"):
            patch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
        patch.setenv("UNDERWRITER_KEY_PASSWORD", PASSWORD)
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
    monkeypatch.setenv("UNDERWRITER_ACTOR", "tester")
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


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """URL of an empty database of its own, dropped at the end."""
    name = f"underwriter_{uuid.uuid1().hex}"
    admin = create_engine(postgres_server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield make_url(postgres_server).set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return str(tmp_path / "store.db")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """URL of an empty database, once on SQLite and once on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


def _open(url: str, clock: FixedClock) -> Store:
    numbers = random.Random(7)
    return Store(make_engine(url), clock, "tester", numbers.randbytes)


@pytest.fixture
def empty_store(database_url: str, clock: FixedClock) -> Iterator[Store]:
    """A store on an empty database of either kind."""
    store = _open(database_url, clock)
    yield store
    store.close()


@pytest.fixture
def store(empty_store: Store) -> Store:
    """An initialised store of either kind."""
    initialise(empty_store)
    return empty_store


@pytest.fixture
def sqlite_store(sqlite_url: str, clock: FixedClock) -> Iterator[Store]:
    """An initialised store on SQLite, for what does not depend on the database."""
    store = _open(sqlite_url, clock)
    initialise(store)
    yield store
    store.close()


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of Chromium, or skip; with UNDERWRITER_REQUIRE_CHROMIUM=1, fail."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        if os.environ.get("UNDERWRITER_REQUIRE_CHROMIUM") == "1":
            pytest.fail("Chromium is required and is not installed")
        pytest.skip("Chromium is not installed")
    return found
