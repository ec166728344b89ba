"""The attacks. Each tries to get more out of a budget than its ceiling, and counts by itself."""

from __future__ import annotations

import contextlib
import math
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from bench.attack.world import CEILING, Outcome, World, in_parallel, percent_over, vector
from governance.economy.closing import commit, refund, release
from governance.economy.delegations import grant_delegation
from governance.economy.reservations import reserve
from governance.economy.show import show_authority
from governance.economy.tick import tick
from governance.economy.unwinding import enforce_standing
from governance.kernel.clock import FixedClock
from governance.kernel.errors import UnderwriterError
from governance.kernel.money import Money
from governance.registry.certifications import certify_agent
from governance.store.agents import Agent
from governance.store.economy_reservations import Reservation
from governance.store.ledger import LedgerEvent
from governance.store.store import Store

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
RACERS = 16


def usd(amount: int) -> Money:
    return Money(amount=amount, currency="USD")


def ask(store: Store, agent: Agent, amount: int, key: str, **options: object) -> str | None:
    """Reserve; returns the reservation or None where it was denied."""
    with store.write() as transaction:
        grant = reserve(transaction, agent, usd(amount), key=key, **options)  # type: ignore[arg-type]
        return grant.reservation


def exposure(world: World, agent: Agent) -> tuple[int, int]:
    """Return (exposure, ceiling) of an agent now; the larger of what is shown and recounted."""
    with world.store.read() as session:
        data = show_authority(session, agent, world.store.clock.now()).model_dump(mode="json")
    return max(data["exposure"], world.counted(agent)), data["ceiling"]


def race(world: World) -> Outcome:
    """Sixteen processes spend one budget at once."""
    agent, requests = world.agent("racer", 3), world.size(40, 6)

    def run(number: int) -> tuple[int, int]:
        store, chance, won, wins = world.host(), random.Random(number), 0, 0
        for turn in range(requests):
            amount = chance.randint(1, 900)
            identifier = ask(store, agent, amount, f"{number}-{turn}")
            if identifier is not None:
                won, wins = won + amount, wins + 1
                if chance.random() < 0.5:
                    with store.write() as transaction:
                        commit(transaction, identifier)
        store.close()
        return won, wins

    won = in_parallel(run, [(number,) for number in range(RACERS)])
    total = sum(amount for amount, _ in won)
    seen, ceiling = exposure(world, agent)
    worst = percent_over(max(total, seen), ceiling)
    detail = f"{RACERS} processes won {total} of {ceiling}"
    attempts = RACERS * requests
    return Outcome(worst, attempts, sum(wins for _, wins in won), detail, world.faults())


def split_identities(world: World) -> Outcome:
    """One principal spreads over many identities, each asking for the whole budget."""
    root, count = world.agent("root", 4), world.size(16, 5)
    children = [world.agent(f"mask-{number}", 4) for number in range(count)]
    ceiling, spent, granted = CEILING[4], 0, 0
    for child in children:
        # Large parts first, so that many get one and together they use the budget up.
        for share in (1.5, 3, 7, 20, 60):
            with world.store.write() as transaction:
                answer = grant_delegation(transaction, root, child, usd(int(ceiling / share)))
            if answer.granted:
                granted += 1
                break
    for child in (*children, root):
        for share in (1, 1.5, 3, 7, 20, 60):
            amount = int(ceiling / share)
            if ask(world.store, child, amount, f"all-{share}", action="contract") is not None:
                spent += amount
    # A mask without a sub-budget acts for itself, under a ceiling that it was audited for.
    masked = {child.id for child in children}
    own = 0
    with world.store.read() as session:
        for child in children:
            data = show_authority(session, child, world.store.clock.now()).model_dump(mode="json")
            if data["sub_budget"] is None and child.id in masked:
                own += data["exposure"]
    worst = percent_over(spent - own, ceiling)
    detail = f"{count} identities drew {spent - own} of their principal's {ceiling}"
    return Outcome(worst, count * 3, granted, detail, world.faults())


def delegation_laundering(world: World) -> Outcome:
    """A chain tries to end above its root, to close into a ring, and to outlive its root."""
    names = ("low", "middle", "high")
    low, middle, high = (
        world.agent(name, tier) for name, tier in zip(names, (4, 5, 5), strict=True)
    )
    ceiling, granted, worst, attempts = CEILING[4], 0, 0.0, 0
    links = [(low, middle), (middle, high), (high, low), (high, middle), (low, high)]
    for parent, child in links:
        for amount in (CEILING[5], ceiling, ceiling // 2, ceiling // 5):
            attempts += 1
            with world.store.write() as transaction:
                granted += grant_delegation(transaction, parent, child, usd(amount)).granted
    won = 0
    for agent in (high, middle, low):
        for amount in (CEILING[5], ceiling, ceiling // 2, ceiling // 5, ceiling // 10):
            attempts += 1
            if ask(world.store, agent, amount, f"x{amount}") is not None:
                won += amount
    worst = percent_over(won, ceiling)
    with world.store.write() as transaction:
        certify_agent(transaction, transaction.session.merge(low), vector(1), basis="point")
    # The demotion took the branch back, so each acts on its own certificate from here on.
    for agent in (high, middle):
        attempts += 1
        ask(world.store, agent, CEILING[5] + 1, "late")
        ask(world.store, agent, CEILING[1] + 1, "own")
        worst = max(worst, percent_over(exposure(world, agent)[0], CEILING[5]))
    worst = max(worst, percent_over(exposure(world, low)[0], CEILING[1]))
    detail = f"a chain of three drew {won} of its root's {ceiling}; nothing of it after demotion"
    return Outcome(worst, attempts, granted, detail, world.faults())


def decay_reset(world: World) -> Outcome:
    """Small tasks every day, so that an agent looks active; then everything at the end."""
    clock = _clock(world)
    agent, worst, attempts, granted = world.agent("busy", 3), 0.0, 0, 0
    for day in range(world.size(120, 40)):
        clock.advance(1)
        for number, amount in enumerate((1, CEILING[3])):
            attempts += 1
            identifier = ask(world.store, agent, amount, f"{day}-{number}")
            if identifier is None:
                continue
            granted += 1
            seen, _ = exposure(world, agent)
            # The law itself, not our code: 0.79 exp(-0.01 t) at the end of the hour.
            level = 0.79 * math.exp(-0.01 * (day + 1 + 1 / 24))
            tier = sum(level >= threshold for threshold in (0.30, 0.50, 0.65, 0.80, 0.90))
            allowed = CEILING[tier]
            worst = max(worst, percent_over(seen, allowed) if allowed else 100.0)
            with world.store.write() as transaction:
                release(transaction, identifier)
        tick(world.store)
    detail = f"{attempts} requests over {attempts // 2} days against the law of decay"
    return Outcome(worst, attempts, granted, detail, world.faults())


def audit_gaming(world: World) -> Outcome:
    """Certified again and again while money is held, and at every lucky moment asking for more."""
    agent, chance = world.agent("gamer", 3), random.Random(3)
    worst, attempts, granted = 0.0, 0, 0
    for turn in range(world.size(60, 15)):
        tier = chance.choice([1, 2, 3, 4])
        with world.store.write() as transaction:
            merged = transaction.session.merge(agent)
            certify_agent(transaction, merged, vector(tier), basis="point")
            enforce_standing(transaction, agent.id)
        for number, amount in enumerate((CEILING[4], CEILING[3], CEILING[2], 60)):
            attempts += 1
            identifier = ask(world.store, agent, amount, f"{turn}-{number}", action="microtask")
            granted += identifier is not None
            seen, _ = exposure(world, agent)
            worst = max(worst, percent_over(seen, CEILING[tier]))
    detail = f"{attempts} requests between {attempts // 4} audits"
    return Outcome(worst, attempts, granted, detail, world.faults())


def refund_cycling(world: World) -> Outcome:
    """Refunds twice, of old windows, in parts and in races, to make room that was not there."""
    agent, ceiling = world.agent("cycler", 3), CEILING[3]
    rounds = world.size(12, 3)

    def run(number: int, identifier: str) -> int:
        store = world.host()
        for turn in range(rounds):
            with store.write() as transaction, contextlib.suppress(UnderwriterError):
                refund(transaction, identifier, usd(100), key=f"part-{turn}")
        with store.write() as transaction:
            refund(transaction, identifier)
        store.close()
        return number

    worst, granted, attempts = 0.0, 0, 0
    for turn in range(3):
        identifier = ask(world.store, agent, ceiling, f"full-{turn}")
        if identifier is None:
            break
        granted += 1
        with world.store.write() as transaction:
            commit(transaction, identifier)
        in_parallel(run, [(number, identifier) for number in range(world.size(8, 3))])
        attempts += world.size(8, 3) * (rounds + 1)
        seen, _ = exposure(world, agent)
        # All of one reservation came back, once: exactly the whole ceiling is free again.
        worst = max(worst, percent_over(ceiling - seen, ceiling))
    held = ask(world.store, agent, ceiling, "again")
    more = ask(world.store, agent, 1, "more")
    worst = max(worst, percent_over(ceiling * (held is not None) + (more is not None), ceiling))
    with world.store.write() as transaction:
        if held is not None:
            commit(transaction, held)
        certify_agent(transaction, transaction.session.merge(agent), vector(3), basis="point")
    fresh = ask(world.store, agent, ceiling, "fresh")
    with world.store.write() as transaction:
        if held is not None:
            refund(transaction, held)  # spend of the window before
    if fresh is not None and ask(world.store, agent, 1, "freed") is not None:
        worst = max(worst, percent_over(ceiling + 1, ceiling))
    return Outcome(worst, attempts, granted, f"{granted} full cycles", world.faults())


def replayed_keys(world: World) -> Outcome:
    """Sixteen processes replay the same keys, some with other amounts."""
    agent, keys = world.agent("replayer", 4), world.size(20, 4)

    def run(number: int) -> list[tuple[str, str]]:
        store, won = world.host(), []
        for turn in range(keys):
            amount = 500 if number % 4 else 500 + number
            try:
                identifier = ask(store, agent, amount, f"key-{turn}")
            except UnderwriterError:
                continue
            if identifier is not None:
                won.append((f"key-{turn}", identifier))
        store.close()
        return won

    won = in_parallel(run, [(number,) for number in range(RACERS)])
    different = Counter(key for key, _ in {pair for one in won for pair in one})
    doubled = sum(count - 1 for count in different.values())
    seen, ceiling = exposure(world, agent)
    worst = percent_over(seen, keys * (500 + RACERS)) + 100.0 * doubled
    detail = f"{keys} keys, {RACERS} processes: {len(different)} reservations, {doubled} doubled"
    attempts = RACERS * keys
    return Outcome(
        max(worst, percent_over(seen, ceiling)), attempts, len(different), detail, world.faults()
    )


def clock_skew(world: World) -> Outcome:
    """Hosts whose clocks differ revive expired money and count one day twice."""
    clock = _clock(world)
    slow, fast = FixedClock(START), FixedClock(START)
    hosts = {"right": world.store, "slow": world.host(slow), "fast": world.host(fast)}
    agent, ceiling, chance = world.agent("traveller", 3), CEILING[3], random.Random(5)
    per_day: Counter[str] = Counter()
    worst, attempts, granted = 0.0, 0, 0
    for turn in range(world.size(150, 30)):
        clock.moment += timedelta(minutes=chance.randint(0, 90))
        slow.moment = clock.moment - timedelta(minutes=4)
        fast.moment = clock.moment + timedelta(minutes=4)
        store = hosts[chance.choice(list(hosts))]
        amount = chance.choice([ceiling, ceiling // 2, ceiling // 3])
        attempts += 1
        identifier = ask(store, agent, amount, f"k{turn}", term=timedelta(minutes=3))
        if identifier is None:
            continue
        granted += 1
        other = hosts[chance.choice(list(hosts))]
        with other.write() as transaction:
            outcome = commit(transaction, identifier)
        if outcome.done:
            with world.store.read() as session:
                event = session.scalars(
                    select(LedgerEvent)
                    .where(LedgerEvent.kind == "authority.committed")
                    .order_by(LedgerEvent.sequence.desc())
                ).first()
            day = f"{event.at:%Y-%m-%d}" if event is not None else ""
            per_day[day] += amount
            worst = max(worst, percent_over(per_day[day], ceiling))
    for name in ("slow", "fast"):
        hosts[name].close()
    detail = f"three hosts over {len(per_day)} days; the most spent on one: "
    detail += f"{max(per_day.values(), default=0)} of {ceiling}"
    return Outcome(worst, attempts, granted, detail, world.faults())


def killed(world: World) -> Outcome:
    """Processes are killed with signal 9 in the middle of their work.

    Each tells over a pipe when it begins a transaction and what was confirmed to it. Only kills
    inside a transaction count; what was confirmed must be there afterwards. The budget is freed
    after each kill, so that the next one is granted something too.
    """
    agent, wanted, chance = world.agent("victim", 3), world.size(100, 10), random.Random(11)
    done, inside, confirmed, worst = 0, 0, 0, 0.0
    faults: list[str] = []
    while inside < wanted and done < 3 * wanted and not faults:
        done += 1
        said = _kill_one(world, agent, done, chance)
        inside += said[-1:] == [["begin"]]
        told = dict(one for one in said if len(one) == 2)
        confirmed += len(told)
        faults += _lost(world, told)
        worst = max(worst, percent_over(*exposure(world, agent)))
        _free(world, agent)
        if done % 20 == 0:
            faults += world.faults()
    if inside < wanted:
        faults.append(f"only {inside} of {done} processes were killed inside a transaction")
    detail = f"{inside} of {done} processes killed inside a transaction; {confirmed} reservations "
    detail += f"confirmed to them, {len(faults)} lost"
    return Outcome(worst, done, confirmed, detail, [*faults, *world.faults()])


def _kill_one(world: World, agent: Agent, number: int, chance: random.Random) -> list[list[str]]:
    """Let a process work, kill it a little after some line of its, and return what it said."""
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        try:
            _work_without_end(world.host(), agent, number, writing)
        finally:
            os._exit(1)
    os.close(writing)
    said, lines = b"", chance.choice((1, 3, 5, 9))  # each odd one begins a transaction
    while said.count(b"\n") < lines:
        said += os.read(reading, 65536)
    time.sleep(chance.uniform(0.0, 0.02))
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    while part := os.read(reading, 65536):
        said += part
    os.close(reading)
    return [line.split() for line in said.decode().splitlines()]


def _work_without_end(store: Store, agent: Agent, number: int, told: int) -> None:
    dice, turn = random.Random(number), 0
    with store.read() as session:
        session.scalar(select(Agent.id))  # connected before the first transaction
    while True:
        turn += 1
        os.write(told, b"begin\n")
        identifier = ask(store, agent, dice.randint(1, 1000), f"{number}-{turn}")
        os.write(told, f"{identifier} held\n".encode() if identifier else b"denied\n")
        if identifier is None:
            continue
        os.write(told, b"begin\n")
        how, state = (commit, "committed") if dice.random() < 0.5 else (release, "released")
        with store.write() as transaction:
            how(transaction, identifier)
        os.write(told, f"{identifier} {state}\n".encode())


def _lost(world: World, told: dict[str, str]) -> list[str]:
    """Name what was confirmed to a process that is dead now and does not stand in the database.

    A reservation whose end was not confirmed any more may have ended all the same.
    """
    with world.store.read() as session:
        rows = session.execute(
            select(Reservation.id, Reservation.state).where(Reservation.id.in_(told))
        )
        states = {row.id: row.state for row in rows}
    return [
        f"reservation {identifier}: {state} was confirmed, {states.get(identifier)} is there"
        for identifier, state in told.items()
        if (identifier not in states if state == "held" else states.get(identifier) != state)
    ]


def _free(world: World, agent: Agent) -> None:
    """Release what the dead left held and refund what they spent."""
    with world.store.write() as transaction:
        rows = transaction.session.execute(
            select(Reservation.id, Reservation.state).where(
                Reservation.agent_id == agent.id, Reservation.state.in_(("held", "committed"))
            )
        ).all()
        for row in rows:
            (release if row.state == "held" else refund)(transaction, row.id)


def two_hosts_ticking(world: World) -> Outcome:
    """Two hosts tick at once while others reserve what is being freed."""
    agent, held = world.agent("ticked", 4), world.size(60, 12)
    for number in range(held):
        ask(world.store, agent, CEILING[4] // held, f"hold-{number}", term=timedelta(seconds=1))
    time.sleep(1.1)

    def run(number: int) -> int:
        store, won = world.host(), 0
        for turn in range(world.size(20, 5)):
            if number < 2:
                tick(store, batch=5)
            elif ask(store, agent, CEILING[4] // held, f"{number}-{turn}") is not None:
                won += 1
        store.close()
        return won

    won = in_parallel(run, [(number,) for number in range(6)])
    seen, ceiling = exposure(world, agent)
    with world.store.read() as session:
        expired = Counter(
            event.data()["reservation"]
            for event in session.scalars(
                select(LedgerEvent).where(LedgerEvent.kind == "authority.expired")
            )
        )
    twice = sum(count > 1 for count in expired.values())
    total = sum(won) * (CEILING[4] // held)
    worst = max(percent_over(seen, ceiling), percent_over(total, ceiling)) + 100.0 * twice
    detail = f"{len(expired)} expiries, {twice} done twice; {sum(won)} reserved meanwhile"
    return Outcome(worst, held + sum(won), sum(won), detail, world.faults())


def _clock(world: World) -> FixedClock:
    clock = world.store.clock
    if not isinstance(clock, FixedClock):
        raise TypeError("this attack moves the clock")
    return clock


Attack = Callable[[World], Outcome]
ATTACKS: dict[str, Attack] = {
    "race of 16 processes": race,
    "split identities": split_identities,
    "delegation laundering": delegation_laundering,
    "decay reset by small tasks": decay_reset,
    "audit gaming": audit_gaming,
    "refund cycling": refund_cycling,
    "replayed keys": replayed_keys,
    "clock skew": clock_skew,
    "kill -9 in the middle": killed,
    "two hosts ticking": two_hosts_ticking,
}
# Attacks in which time is moved, and the policy's window that they play with.
MOVES_CLOCK = {"decay reset by small tasks": {}, "clock skew": {"window": "day"}}
