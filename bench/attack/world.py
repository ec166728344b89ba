"""A database of its own for each attack, agents in it, and what an attacker could gain."""

from __future__ import annotations

import multiprocessing
import random
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import case, create_engine, func, select, text
from sqlalchemy.engine import make_url

from governance.economy.check import check_books
from governance.gate.policy import Policy, default_policy
from governance.gate.vector import RobustnessVector
from governance.kernel.clock import Clock, SystemClock
from governance.registry.agents import register_agent
from governance.registry.certifications import certify_agent
from governance.registry.policies import set_policy
from governance.store.agents import Agent
from governance.store.economy_reservations import Reservation
from governance.store.engine import make_engine
from governance.store.initialise import initialise
from governance.store.store import Store
from governance.store.verify import verify_ledger

POSTGRES_DEFAULT = "postgresql+psycopg://postgres@127.0.0.1:5432/test"
LOCK_SECONDS = 120.0
# Scores well inside the tiers of the default policy.
SCORES = {1: 0.49, 2: 0.64, 3: 0.79, 4: 0.89, 5: 0.99}
CEILING = {tier: default_policy().ceiling(tier).amount for tier in range(6)}


@dataclass
class Outcome:
    """What an attack reached: the worst overspend seen, and that nothing is broken after it."""

    worst_overspend_percent: float
    attempts: int
    granted: int
    detail: str
    faults: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return {
            "worst_overspend_percent": round(self.worst_overspend_percent, 6),
            "attempts": self.attempts,
            "granted": self.granted,
            "detail": self.detail,
            "ledger_and_books_in_order": not self.faults,
            "faults": self.faults,
        }


@dataclass
class World:
    """A database under attack."""

    url: str
    store: Store
    small: bool

    def size(self, full: int, short: int) -> int:
        return short if self.small else full

    def agent(self, name: str, tier: int) -> Agent:
        with self.store.write() as transaction:
            agent = register_agent(transaction, name)
            certify_agent(transaction, agent, vector(tier), basis="point")
            return agent

    def host(self, clock: Clock | None = None) -> Store:
        """A store of another process or host on the same database."""
        engine = make_engine(self.url, lock_timeout_seconds=LOCK_SECONDS)
        return Store(engine, clock or SystemClock(), "attacker")

    def counted(self, agent: Agent) -> int:
        """What an agent's reservations put at risk or spent: from their rows, not from the books.

        Spend of every window counts, so it is of use only within one.
        """
        held = case((Reservation.state == "held", Reservation.amount), else_=0)
        total = func.sum(held + Reservation.committed - Reservation.refunded)
        with self.store.read() as session:
            found = session.scalar(select(total).where(Reservation.agent_id == agent.id))
        return int(found or 0)

    def faults(self) -> list[str]:
        with self.store.write() as transaction:
            books = check_books(transaction.session)
            ledger = verify_ledger(transaction.session)
        return [*books.faults, *(f"{one.sequence}: {one.fault}" for one in ledger.faults)]


def vector(tier: int) -> RobustnessVector:
    score = SCORES[tier]
    return RobustnessVector(cc=score, er=score, as_=score, ih=0.9)


def quiet_policy(**changes: object) -> Policy:
    """The default policy without audits falling due by chance during an attack."""
    data = default_policy().model_dump(mode="json")
    data["reaudit"]["rates_per_day"] = [1e-9] * 5
    data["ih"]["fresh_days"] = None
    return Policy.model_validate({**data, **changes})


@contextmanager
def sqlite_world(small: bool, clock: Clock | None = None, **policy: object) -> Iterator[World]:
    with (
        tempfile.TemporaryDirectory() as folder,
        _opened(str(Path(folder) / "attack.db"), small, clock, policy) as world,
    ):
        yield world


@contextmanager
def postgres_world(
    server: str, small: bool, clock: Clock | None = None, **policy: object
) -> Iterator[World]:
    name = f"underwriter_attack_{uuid.uuid1().hex}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = make_url(server).set(database=name).render_as_string(hide_password=False)
    try:
        with _opened(url, small, clock, policy) as world:
            yield world
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


@contextmanager
def _opened(
    url: str, small: bool, clock: Clock | None, policy: dict[str, object]
) -> Iterator[World]:
    engine = make_engine(url, lock_timeout_seconds=LOCK_SECONDS)
    store = Store(engine, clock or SystemClock(), "attack", random.Random(7).randbytes)
    initialise(store)
    with store.write() as transaction:
        set_policy(transaction, quiet_policy(**policy))
    try:
        yield World(url, store, small)
    finally:
        store.close()


def in_parallel(work: Callable[..., Any], arguments: list[tuple[Any, ...]]) -> list[Any]:
    """Run a function in as many processes as there are arguments, all released at once."""
    context = multiprocessing.get_context("fork")
    gate, results = context.Barrier(len(arguments)), context.SimpleQueue()
    processes = [
        context.Process(target=_run, args=(work, gate, results, given)) for given in arguments
    ]
    for process in processes:
        process.start()
    collected = [results.get() for _ in processes]
    for process in processes:
        process.join()
    broken = [one for one in collected if isinstance(one, str)]
    if broken:
        raise RuntimeError(broken[0])
    return [one[0] for one in collected]


def _run(work: Callable[..., Any], gate: Any, results: Any, given: tuple[Any, ...]) -> None:
    outcome: Any = "a process ended with the error above"
    try:
        gate.wait()
        outcome = (work(*given),)
    finally:
        results.put(outcome)


def percent_over(exposure: float, ceiling: float) -> float:
    """Overspend in per cent of the ceiling; never negative."""
    return max(0.0, 100.0 * (exposure - ceiling) / ceiling)
