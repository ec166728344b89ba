"""A connection: who acts, what is refused, threads, and the end."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

import governance
from governance.api import asking
from governance.api.connection import Connection
from governance.kernel.clock import FixedClock
from governance.kernel.errors import (
    ConflictError,
    ForbiddenError,
    InputError,
    NotFoundError,
    StorageError,
    UnauthenticatedError,
)
from governance.kernel.money import Money
from governance.kernel.settings import Settings
from governance.operations.place import Place, local_place
from governance.operations.requests import TextFile
from tests.api.conftest import token_for

DOLLAR = Money(amount=100, currency="USD")
CENT: Any = {"amount": 1, "currency": "USD"}
ROOT = Path(__file__).parents[2]
POLICY = ROOT / "governance" / "gate" / "data" / "default-policy.yaml"


def test_without_a_token_the_local_user_acts_and_with_one_its_principal(
    ready: Connection,
) -> None:
    local = ready.ledger.list(kind="agent.registered", last=1)[0].actor
    ada = ready.acting(token=token_for(ready, "ada", "operator"))
    bea = ready.acting(token=token_for(ready, "bea", "operator"), claimed="boss")
    for name, caller in (("one", ada), ("two", bea), ("three", ready)):
        caller.agents.register(name=name)
    events = ready.ledger.list(kind="agent.registered", last=3)
    assert sorted((event.actor, event.claimed) for event in events) == sorted(
        [("ada", None), ("bea", "boss"), (local, None)]
    )


def test_two_callers_of_one_connection_act_at_once_and_each_as_itself(ready: Connection) -> None:
    callers = {name: ready.acting(token=token_for(ready, name, "operator")) for name in ("a", "b")}

    def register(number: int) -> tuple[str, str]:
        name = "ab"[number % 2]
        return callers[name].agents.register(name=f"bot-{number}").agent, name

    with ThreadPoolExecutor(8) as threads:
        made = dict(threads.map(register, range(24)))
    events = ready.ledger.list(kind="agent.registered", last=24)
    assert sorted(event.actor for event in events) == sorted(made.values())
    assert ready.ledger.verify().ok


def test_a_caller_may_do_what_its_roles_allow(ready: Connection) -> None:
    reader = ready.acting(token=token_for(ready, "ada", "reader"))
    assert reader.agents.show(agent="buyer").tier == 4
    with pytest.raises(ForbiddenError, match="operator"):
        reader.authority.reserve(agent="buyer", amount=DOLLAR, key="k")
    assert ready.authority.show(agent="buyer").exposure == 0


def test_a_token_that_was_revoked_is_refused_while_its_holder_is_remembered(
    ready: Connection,
) -> None:
    ready.principals.add(name="ada", roles=["operator", "reader"])
    made = ready.tokens.create(name="ada")
    ada = ready.acting(token=made.token)
    ada.agents.register(name="one")
    ready.tokens.revoke(id=made.id)  # the clock stands still: the same moment
    for ask in (lambda: ada.agents.register(name="two"), ada.agents.list):
        with pytest.raises(UnauthenticatedError):
            ask()
    assert [one.agent for one in ready.agents.list()] == ["buyer", "one"]


def test_a_role_that_was_granted_or_taken_counts_at_once(ready: Connection) -> None:
    ada = ready.acting(token=token_for(ready, "ada", "reader", "operator"))
    assert len(ada.agents.list()) == 1
    ready.roles.revoke(actor="ada", role="operator")
    with pytest.raises(ForbiddenError):
        ada.agents.register(name="one")


def test_who_asks_is_remembered_for_a_second_of_the_clock(
    ready: Connection, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    found = asking.caller_at

    def counted(place: Any, operation: Any, **kinds: Any) -> Any:
        asked.append(operation.name)
        return found(place, operation, **kinds)

    ada = ready.acting(token=token_for(ready, "ada", "operator", "reader"))
    monkeypatch.setattr(asking, "caller_at", counted)
    for _ in range(3):
        ada.agents.list()
    assert len(asked) == 1
    clock.advance(0.999 / 86400)
    ada.agents.list()
    assert len(asked) == 1
    clock.advance(timedelta(seconds=1) / timedelta(days=1))
    ada.agents.list()
    assert len(asked) == 2


@pytest.mark.parametrize("token", ["", "uw_0123", "uw_0123_secret"])
def test_a_token_that_proves_nothing_is_refused(connection: Connection, token: str) -> None:
    with pytest.raises(UnauthenticatedError):
        connection.acting(token=token).agents.list()


def test_a_caller_without_a_token_is_not_the_local_user(connection: Connection) -> None:
    with pytest.raises(InputError) as error:
        connection.acting(token=None)  # type: ignore[arg-type]
    assert error.value.field == "token"


WRONG: dict[str, tuple[Callable[[Connection], Any], type[InputError], str]] = {
    "type": (lambda c: c.agents.certify(agent="buyer", cc="x"), InputError, "cc"),  # type: ignore[arg-type]
    "alias": (lambda c: c.agents.certify(agent="buyer", as_="x"), InputError, "as_"),  # type: ignore[arg-type]
    "range": (lambda c: c.authority.show(agent="buyer", last=0), InputError, "last"),
    "inside": (
        lambda c: c.authority.reserve(agent="buyer", amount={**CENT, "currency": "usd"}, key="k"),
        InputError,
        "amount.currency",
    ),
    "zero": (
        lambda c: c.authority.reserve(
            agent="buyer", amount=Money(amount=0, currency="USD"), key="k"
        ),
        InputError,
        "amount",
    ),
    "term": (
        lambda c: c.authority.reserve(agent="buyer", amount=DOLLAR, key="k", expires_in="0h"),
        InputError,
        "expires_in",
    ),
    "file": (lambda c: c.policies.validate(file="none.yaml"), InputError, "file"),
    "unknown": (lambda c: c.agents.show(agent="nobody"), NotFoundError, "agent"),
    "taken": (lambda c: c.agents.register(name="buyer"), ConflictError, "name"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_with_an_argument_is_an_error_that_names_it(
    ready: Connection, case: str
) -> None:
    ask, kind, field = WRONG[case]
    with pytest.raises(kind) as error:
        ask(ready)
    assert type(error.value) is kind
    assert error.value.field == field


def test_a_file_is_named_or_handed_in(connection: Connection) -> None:
    text = TextFile(name="policy.yaml", text=POLICY.read_text(encoding="utf-8"))
    answers = [connection.policies.validate(file=file) for file in (POLICY, str(POLICY), text)]
    assert answers[0] == answers[1] == answers[2]


def test_an_edition_is_named_by_a_text_and_read_from_a_path(
    connection: Connection, tmp_path: Path
) -> None:
    file = tmp_path / "edition.json"
    file.write_bytes(connection.taxonomy.export(format="json").content)
    by_name = connection.taxonomy.edition(edition="2026.2")
    assert connection.taxonomy.edition(edition=file).edition == by_name.edition
    with pytest.raises(NotFoundError):
        connection.taxonomy.edition(edition=str(file))


def test_sequences_and_mappings_of_any_kind_are_taken(connection: Connection) -> None:
    added = connection.principals.add(name="ada", roles=["reader", "operator"])
    assert set(added.roles) == {"reader", "operator"}
    with pytest.raises(InputError) as error:
        connection.principals.add(name="bea", roles="reader")
    assert error.value.field == "roles"


def test_threads_that_come_first_at_once_share_one_group_and_overspend_nothing(
    ready: Connection,
) -> None:
    start = Barrier(8)
    amount = Money(amount=7_000, currency="USD")

    def reserve(number: int) -> bool:
        start.wait(30)
        return ready.authority.reserve(agent="buyer", amount=amount, key=f"k-{number}").granted

    with ThreadPoolExecutor(8) as threads:
        granted = sum(threads.map(reserve, range(16)))
    shown = ready.authority.show(agent="buyer")
    assert granted == 14
    assert (shown.exposure, shown.ceiling) == (98_000, 100_000)
    assert ready.authority.check().ok


def test_a_place_has_one_store_and_one_group_whichever_thread_asks_first(
    sqlite_url: str,
) -> None:
    place, start = local_place(url=sqlite_url, shared=True), Barrier(8)

    def first(_: int) -> int:
        start.wait(30)
        return id(place.unchecked)

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(first, range(8)))) == 1
    place.close()


def test_shared_or_not_is_what_was_asked_for(sqlite_url: str) -> None:
    for shared in (True, False):
        with governance.connect(sqlite_url, shared=shared) as connection:
            if shared:
                connection.installation.initialise()
            place: Place = connection._opened.place
            assert (place.group is not None) == shared


def test_a_database_may_be_named_by_a_path(tmp_path: Path) -> None:
    with governance.connect(tmp_path / "store.db") as connection:
        connection.installation.initialise()
    assert (tmp_path / "store.db").is_file()


def test_a_revoked_token_is_answered_what_needs_no_database_for_a_second(
    ready: Connection, clock: FixedClock
) -> None:
    ready.principals.add(name="ada", roles=["reader"])
    made = ready.tokens.create(name="ada")
    ada = ready.acting(token=made.token)
    ada.agents.list()
    ready.tokens.revoke(id=made.id)
    assert ada.taxonomy.edition().edition
    clock.advance(timedelta(seconds=1) / timedelta(days=1))
    with pytest.raises(UnauthenticatedError):
        ada.taxonomy.edition()


def test_a_caller_ends_without_ending_the_connection_and_the_end_is_the_end(
    ready: Connection,
) -> None:
    with ready.acting(token=token_for(ready, "ada", "reader")) as ada:
        assert ada.agents.list()
    assert ada.agents.list()
    ready.close()
    ready.close()
    for caller in (ada, ready):
        with pytest.raises(InputError, match="closed"):
            caller.agents.list()


def test_a_database_that_is_not_there_is_a_storage_error_of_the_call(sqlite_url: str) -> None:
    with governance.connect(sqlite_url) as connection:
        with pytest.raises(StorageError):
            connection.agents.register(name="one")
        assert connection.taxonomy.check().ok
        connection.installation.initialise()
        assert connection.agents.register(name="one").tier == 0


@pytest.mark.parametrize("database", ["http://127.0.0.1:8080", "HTTPS://example.org"])
def test_a_server_is_not_reached_yet(database: str) -> None:
    with pytest.raises(InputError, match="not reach yet") as error:
        governance.connect(database)
    assert error.value.field == "database"


def test_a_database_that_cannot_be_one_is_refused_and_its_password_is_not_shown() -> None:
    with pytest.raises(InputError) as error:
        governance.connect("mysql://root:geheim@db/x")
    assert error.value.field == "database"
    assert "geheim" not in str(error.value)


def test_the_environment_names_what_is_left_out(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNDERWRITER_DATABASE_URL", sqlite_url)
    with governance.connect() as connection:
        connection.installation.initialise()
        monkeypatch.setenv("UNDERWRITER_TOKEN", token_for(connection, "ada", "operator"))
        monkeypatch.setenv("UNDERWRITER_ACTOR", "boss")
    with governance.connect() as theirs:
        theirs.agents.register(name="one")
    settings = Settings(database_url=sqlite_url, token=None, actor=None)
    with governance.connect(settings=settings) as local:
        (event,) = local.ledger.list(kind="agent.registered")
    assert (event.actor, event.claimed) == ("ada", "boss")


def test_no_text_of_a_connection_shows_a_token(connection: Connection) -> None:
    token = token_for(connection, "ada", "reader")
    caller = connection.acting(token=token)
    secret = token.rpartition("_")[2]
    parts = (caller, caller.asynchronous, caller.agents, caller.agents._asking)
    shown = " ".join([*map(repr, parts), repr(vars(caller.agents._asking))])
    assert secret not in shown
