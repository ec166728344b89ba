"""Agents under changing policies, and what each reader says of them: for the law of authority."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from governance.economy.answers import AuthorityView
from governance.economy.closing import commit, refund, release
from governance.economy.delegations import find_delegation, grant_delegation
from governance.economy.reservations import reserve
from governance.economy.revoking import revoke
from governance.economy.show import show_authority
from governance.economy.tick import tick
from governance.gate.certificate.verify import verify_certificate
from governance.gate.dimensions import Basis
from governance.gate.policy import Policy, default_policy
from governance.gate.vector import RobustnessVector
from governance.kernel.errors import InputError
from governance.kernel.money import Money
from governance.registry.agents import change_agent, register_agent, retire_agent
from governance.registry.certificates import (
    below_certificate,
    revoke_certificate,
    sign_certification,
)
from governance.registry.certifications import certify_agent
from governance.registry.incident_effects import Severity, lift_freeze, link_incident
from governance.registry.keys import open_signing_key
from governance.registry.policies import set_policy
from governance.registry.standing import AgentStanding, all_standings, standing_of_agent
from governance.reports.agent.collect import collect
from governance.reports.context import Context
from governance.reports.overview.collect_agents import agent_overview
from governance.reports.overview.model import AgentRow
from governance.reports.words import load_words
from governance.store.agents import Agent
from governance.store.incidents import Incident
from governance.store.past import position_at
from governance.store.policies import DEFAULT_GROUP
from governance.store.store import Store, Transaction
from taxonomy import Ontology, load

AGENTS = 3
CURRENCIES = ("USD", "JPY")
PASSWORD = b"for the tests"
MICROSECOND = timedelta(microseconds=1)


def variant(**sections: Any) -> Policy:
    """Return the default policy without spot audits falling due, and with some fields replaced."""
    data = default_policy().model_dump(mode="json")
    data["reaudit"]["rates_per_day"] = [1e-9] * 5
    data["name"] = sections.pop("name")
    for name, value in sections.items():
        if isinstance(value, dict):
            data[name].update(value)
        else:
            data[name] = value
    return Policy.model_validate(data)


def high(*, by: float) -> list[float]:
    """Return thresholds that ask more of T4 and T5."""
    return [0.30, 0.50, 0.65, min(0.98, 0.80 + by), min(0.99, 0.90 + by)]


POLICIES = (
    variant(name="plain"),
    variant(name="strict", thresholds={"cc": [0.9, 0.92, 0.94, 0.96, 0.98]}),
    # F2: asks more for T4, and gives T3 more.
    variant(
        name="other-ceilings",
        thresholds={"cc": high(by=0.15)},
        ceilings={"minor_units": [0, 100, 1000, 90_000, 100_000, 1_000_000]},
    ),
    variant(
        name="yen", ceilings={"currency": "JPY", "minor_units": [0, 10, 200, 3000, 40000, 5**9]}
    ),
    variant(
        name="two-currencies",
        ceilings={"other_currencies": {"JPY": [0, 15, 150, 1500, 15_000, 150_000]}},
        window="day",
    ),
    variant(name="fading", decay={"rate_per_day": 0.2}, window="transaction"),
    variant(name="stale-soon", ih={"fresh_days": 2}, reaudit={"overdue_days": 1}),
    variant(name="half", delegation={"attenuation": 0.5}, contracts={"max_share": 0.5}),
    variant(name="frugal", ceilings={"minor_units": [0, 1, 2, 3, 4, 5]}),
)


@dataclass(frozen=True)
class Said:
    """What all readers said of one agent at one moment, as plain data."""

    standing: dict[str, Any]
    authority: dict[str, dict[str, Any]]  # by currency
    report: dict[str, Any]
    overview: dict[str, Any] | None
    below_certificate: str | None


class _UndoError(Exception):
    """Takes a transaction back."""


@dataclass
class World:
    """One example: agents and groups of its own in a database that may hold others."""

    store: Store
    clock: Any
    ontology: Ontology
    groups: tuple[str, str]
    agents: list[Agent] = field(default_factory=list)
    status: list[str] = field(default_factory=list)
    reservations: list[str] = field(default_factory=list)
    delegations: list[str] = field(default_factory=list)
    links: list[int] = field(default_factory=list)
    policy: dict[str, Policy] = field(default_factory=dict)
    keys: Iterator[int] = field(default_factory=count)
    past: list[tuple[datetime, list[Said]]] = field(default_factory=list)

    def act(self, how: Callable[[Transaction], object]) -> None:
        """Do one thing a second later; what is refused changes nothing."""
        self.clock.moment += timedelta(seconds=1)
        try:
            with self.store.write() as transaction:
                how(transaction)
        except InputError:
            return

    def ask(self) -> list[Said]:
        """Ask every reader about every agent now, hold them against each other, and keep it."""
        now = self.clock.now()
        said = self.said(now)
        self.past.append((now, said))
        return said

    def said(self, at: datetime) -> list[Said]:
        """Return what every reader says of each agent at a moment; they must not disagree."""
        with self.store.read() as session:
            listed = {one.id: one for one in all_standings(session, at)}
            overview = agent_overview(_Quick(session, at, load_words("en"))).agents
            rows = {one.id: one for one in overview}
            return [
                self._said(session, agent, at, listed[agent.id], rows.get(agent.id))
                for agent in self.agents
            ]

    def _said(
        self,
        session: Session,
        agent: Agent,
        at: datetime,
        standing: AgentStanding,
        row: AgentRow | None,
    ) -> Said:
        assert standing_of_agent(session, agent, at) == standing
        views = {code: show_authority(session, agent, at, currency=code) for code in CURRENCIES}
        main = show_authority(session, agent, at)
        report = collect(_Quick(session, at, load_words("en"), subject=agent.id))
        below = below_certificate(session, agent, at)
        own = None
        position = position_at(session, agent, at)
        if position.certified is not None:
            own = position.ceiling(at, position.certified.own.policy.ceilings.currency)
        check_one(standing, main, report.tier, report.ceiling)
        assert (row is None) == (standing.status == "retired")
        if row is not None:
            check_one(standing, main, row.tier, row.ceiling)
            assert row.next_drop_at == standing.next_tier_drop
        assert report.agent.status == standing.status
        assert [(one.at, one.tier) for one in report.drops] == [
            (one.at, one.tier) for one in standing.tier_drops
        ]
        for one in report.at_risk:
            assert one.total.amount == views[one.currency].exposure
        self.check_certificate(standing, own, below)
        return Said(
            standing=standing.model_dump(mode="json"),
            authority={code: view.model_dump(mode="json") for code, view in views.items()},
            report=report.model_dump(mode="json", exclude={"head"}),
            overview=None if row is None else row.model_dump(mode="json", exclude={"source"}),
            below_certificate=below,
        )

    def check_certificate(
        self, standing: AgentStanding, own: Money | None, below: str | None
    ) -> None:
        """The online standing is never above what the certificate alone gives."""
        if standing.certificate is None or own is None:
            return
        alone = verify_certificate(standing.certificate, at=standing.at)
        assert alone.tier is not None
        assert alone.ceiling is not None
        assert standing.tier <= alone.tier
        assert own.amount <= alone.ceiling.amount
        same = (standing.tier, own) == (alone.tier, alone.ceiling)
        assert same == (below is None)

    def check_past(self) -> None:
        """What is said of a past moment is what was said then."""
        for at, then in self.past:
            assert self.said(at) == then, at

    def check_reservation(self, number: int, currency: str) -> None:
        """One minor unit more than is available is denied; a grant stays under the ceiling."""
        agent, now = self.agents[number], self.clock.now()
        with self.store.read() as session:
            view = show_authority(session, agent, now, currency=currency)
        with self._undone() as transaction:
            grant = reserve(
                transaction, agent, _money(view.available + 1, currency), **self._once()
            )
            assert not grant.granted
        if view.available:
            with self._undone() as transaction:
                asked = _money(view.available, currency)
                grant = reserve(transaction, agent, asked, action="microtask", **self._once())
                assert view.exposure + grant.granted * view.available <= view.ceiling
                assert grant.granted or grant.reasons
                if not grant.granted and {one.code for one in grant.reasons} <= {"ceiling"}:
                    assert grant.ceiling < view.ceiling  # it falls before the deadline

    def _row(self, transaction: Transaction, number: int) -> Agent:
        return transaction.session.get_one(Agent, self.agents[number].id)

    def _once(self) -> dict[str, Any]:
        return {"key": f"k{next(self.keys)}", "term": MICROSECOND}

    @contextmanager
    def _undone(self) -> Iterator[Transaction]:
        try:
            with self.store.write() as transaction:
                yield transaction
                raise _UndoError  # noqa: TRY301 - the one way out of a transaction
        except _UndoError:
            return

    # What may happen, each under the name of a step.

    def certify(self, number: int, scores: list[float], items: int | None, basis: Basis) -> None:
        counts = {} if items is None else {f"n_{name}": items for name in ("cc", "er", "as", "ih")}
        data = dict(zip(("cc", "er", "as", "ih"), scores, strict=True))
        vector = RobustnessVector.model_validate({**data, **counts})

        def how(transaction: Transaction) -> None:
            agent = self._row(transaction, number)
            certification, _ = certify_agent(transaction, agent, vector, basis=basis)
            key = open_signing_key(transaction, PASSWORD)
            sign_certification(transaction, agent, certification, key)

        self.act(how)

    def set_policy(self, which: int, policy: int) -> None:
        group = (*self.groups, DEFAULT_GROUP)[which]
        self.act(lambda transaction: set_policy(transaction, POLICIES[policy], group))

    def wait(self, hours: float) -> None:
        self.clock.moment += timedelta(hours=hours)

    def tick(self) -> None:
        self.clock.moment += timedelta(seconds=1)
        tick(self.store)

    def incident(self, number: int, severity: Severity) -> None:
        def how(transaction: Transaction) -> None:
            rows = transaction.session.scalars(select(Incident).order_by(Incident.id)).all()
            agent = self._row(transaction, number)
            link_incident(transaction, rows[self.links[number]], agent, severity, "it happened")

        if self.links[number] < 5:  # one more incident on the same agent each time
            self.act(how)
            self.links[number] += 1

    def lift(self, number: int) -> None:
        self.act(lambda t: lift_freeze(t, self._row(t, number), "mended"))

    def retire(self, number: int) -> None:
        self.act(lambda t: retire_agent(t, self._row(t, number), "over"))

    def void(self, number: int, how: str) -> None:
        if how == "revoke":
            self.act(lambda t: revoke_certificate(t, self._row(t, number), "lost"))
            return
        model = {"model": f"sha256:{next(self.keys):064x}"}
        self.act(lambda t: change_agent(t, self._row(t, number), model))

    def reserve(self, number: int, amount: int, currency: str, hours: float) -> None:
        def how(transaction: Transaction) -> None:
            agent, asked = self.agents[number], _money(amount, currency)
            once = {"key": f"k{next(self.keys)}", "term": timedelta(hours=hours)}
            grant = reserve(transaction, agent, asked, action="microtask", **once)
            if grant.reservation is not None:
                self.reservations.append(grant.reservation)

        self.act(how)

    def close(self, which: int, how: str) -> None:
        if not self.reservations:
            return
        name = self.reservations[which % len(self.reservations)]
        ends = {"commit": commit, "release": release, "refund": refund}
        self.act(lambda transaction: ends[how](transaction, name))

    def delegate(self, parent: int, child: int, amount: int, currency: str) -> None:
        def how(transaction: Transaction) -> None:
            above, below = self.agents[parent], self.agents[child]
            answer = grant_delegation(transaction, above, below, _money(amount, currency))
            if answer.delegation is not None:
                self.delegations.append(answer.delegation)

        self.act(how)

    def undelegate(self, which: int) -> None:
        if self.delegations:
            name = self.delegations[which % len(self.delegations)]
            self.act(lambda t: revoke(t, find_delegation(t.session, name), "over"))


class _Quick(Context):
    """A context that reads the packaged ontology once for all reports."""

    def ontology(self) -> Ontology:
        """Return the packaged edition."""
        return load()


def check_one(
    standing: AgentStanding, main: AuthorityView, tier: int | None, ceiling: Money | None
) -> None:
    """`agent show`, `authorize show` and one report say the same tier and the same ceiling."""
    assert (tier or 0) == standing.tier
    shown = Money(amount=0, currency=standing.ceiling.currency) if ceiling is None else ceiling
    assert shown == standing.ceiling
    assert main.currency == standing.ceiling.currency
    if main.sub_budget is None:
        assert (main.tier, main.ceiling) == (standing.tier, standing.ceiling.amount)
    else:  # under a principal it is never more
        assert main.tier <= standing.tier
        assert main.ceiling <= standing.ceiling.amount


_worlds = count()


def new_world(store: Store, clock: Any) -> World:
    """Return a world of three agents that were never certified, under the plain policy."""
    number = next(_worlds)
    world = World(store, clock, load(), (f"group-{number}-a", f"group-{number}-b"))
    clock.moment += timedelta(seconds=1)
    with store.write() as transaction:
        set_policy(transaction, POLICIES[0])
        for index in range(AGENTS):
            group = (*world.groups, DEFAULT_GROUP)[index % 3]
            tools = {"tools": f"sha256:{number * AGENTS + index:064x}"}  # no agent is another's kin
            name = f"bot-{number}-{index}"
            agent = register_agent(transaction, name, group=group, digests=tools)
            world.agents.append(agent)
            world.links.append(0)
    return world


def _money(amount: int, currency: str) -> Money:
    return Money(amount=amount, currency=currency)
