"""What time alone does to agents: tier drops, spot audits falling due, audits overdue."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from governance.economy.unwinding import enforce_standing, with_money
from governance.gate import decay
from governance.gate.forward import public_hold_days
from governance.gate.position import AgentPosition, Certified
from governance.kernel.clock import days_between, format_time
from governance.store.agents import Agent, Certification
from governance.store.economy_audits import StandingMark
from governance.store.policies import DEFAULT_GROUP, PolicyInForce
from governance.store.positions import read_positions
from governance.store.store import Transaction

BATCH = 100


@dataclass(frozen=True)
class Watched:
    """How many agents were looked at, and what was told of them."""

    agents: int
    tier_drops: int
    audits_due: int
    audits_overdue: int

    def __add__(self, other: Watched) -> Watched:
        """Return the sum of two batches."""
        return Watched(
            self.agents + other.agents,
            self.tier_drops + other.tier_drops,
            self.audits_due + other.audits_due,
            self.audits_overdue + other.audits_overdue,
        )


_Newer = aliased(Certification)
_LATEST = (
    select(_Newer.id)
    .where(_Newer.agent_id == Agent.id)
    .order_by(_Newer.event_sequence.desc())
    .limit(1)
    .correlate(Agent)
    .scalar_subquery()
)
_OWN = aliased(PolicyInForce)
_COMMON = aliased(PolicyInForce)


def _now_stands() -> ColumnElement[str]:
    """Return SQL for all that decides a standing besides time, as one text."""
    void = func.coalesce(Certification.void_reason, "")
    policy = func.coalesce(_OWN.policy_digest, _COMMON.policy_digest, "")
    ordered = case((Certification.reaudit_ordered_at.is_(None), ""), else_="ordered")
    return Agent.status + "|" + void + "|" + policy + "|" + ordered


_DUE = (
    select(Agent.id, _now_stands().label("stands"))
    .join(Certification, Certification.id == _LATEST)
    .outerjoin(_OWN, _OWN.agent_group == Agent.agent_group)
    .outerjoin(_COMMON, _COMMON.agent_group == DEFAULT_GROUP)
    .outerjoin(StandingMark, StandingMark.certification_id == Certification.id)
)


def agents_due(session: Session, now: datetime, *, limit: int = BATCH) -> list[tuple[str, str]]:
    """Return (agent id, what it stands on) of agents with something new to tell."""
    query = _DUE.where(
        or_(
            StandingMark.certification_id.is_(None),
            StandingMark.next_at <= now,
            StandingMark.status != _now_stands(),
        )
    )
    return [(row.id, row.stands) for row in session.execute(query.order_by(Agent.id).limit(limit))]


def look_ahead(session: Session, now: datetime, *, limit: int = BATCH) -> None:
    """Work out the positions that `watch` will ask for, while other writers go on.

    They are kept by what they follow from; what changes meanwhile is worked out again.
    """
    read_positions(session, [agent_id for agent_id, _ in agents_due(session, now, limit=limit)])


def watch(transaction: Transaction, *, limit: int = BATCH) -> Watched:
    """Tell the ledger once what became of agents since it was told last, and unwind what must be.

    ``transaction`` holds the writers' lock. Each agent's mark says when to look again, so a
    repetition finds nothing to do.
    """
    session = transaction.session
    due = agents_due(session, transaction.now, limit=limit)
    positions = read_positions(session, [agent_id for agent_id, _ in due])
    holding, marks = with_money(session, positions), _marks(session, positions.values())
    told = Watched(0, 0, 0, 0)
    made = []
    for agent_id, stands in due:
        position = positions[agent_id]
        certified = position.certified
        assert certified is not None  # noqa: S101 - the query joins the certification
        mark = marks.get(certified.id) or _new_mark(agent_id, certified, stands)
        told += _watch_one(transaction, position, certified, mark, stands)
        made.append(mark)
        if agent_id in holding:
            enforce_standing(transaction, agent_id)
    session.add_all(made)
    session.flush()
    return told


def _marks(session: Session, positions: Iterable[AgentPosition]) -> dict[str, StandingMark]:
    wanted = [one.certified.id for one in positions if one.certified is not None]
    found = session.scalars(select(StandingMark).where(StandingMark.certification_id.in_(wanted)))
    return {mark.certification_id: mark for mark in found}


def _new_mark(agent_id: str, certified: Certified, stands: str) -> StandingMark:
    return StandingMark(
        certification_id=certified.id, agent_id=agent_id, tier=certified.tier, status=stands
    )


def _watch_one(
    transaction: Transaction,
    position: AgentPosition,
    certified: Certified,
    mark: StandingMark,
    stands: str,
) -> Watched:
    now = transaction.now
    due, overdue = _audits(transaction, position, certified, mark)
    tier, dropped = position.tier(now), 0
    if tier < mark.tier:
        barred = position.barred(now)
        payload = {
            "certification": certified.id,
            "from": mark.tier,
            "to": tier,
            "cause": "decay" if barred is None else barred.code,
        }
        transaction.record("agent.tier_dropped", position.id, payload)
        dropped = 1
    mark.tier, mark.status, mark.next_at = tier, stands, _next_change(position, certified, now)
    return Watched(1, dropped, due, overdue)


def _audits(
    transaction: Transaction, position: AgentPosition, certified: Certified, mark: StandingMark
) -> tuple[int, int]:
    """Reveal the seed of a spot audit that is due; say when one was not done in time."""
    days, told = days_between(certified.at, transaction.now), [0, 0]
    if certified.void_reason is not None or position.status != "active":
        return 0, 0
    due, lapses = certified.due_after, certified.lapses_after
    if mark.revealed_at is None and due is not None and days >= due:
        _reveal(transaction, position, certified)
        mark.revealed_at, told[0] = transaction.now, 1
    if mark.lapsed_at is None and lapses is not None and days > lapses:
        transaction.record("audit.overdue", position.id, {"certification": certified.id})
        mark.lapsed_at, told[1] = transaction.now, 1
    return told[0], told[1]


def _reveal(transaction: Transaction, position: AgentPosition, certified: Certified) -> None:
    row = transaction.session.execute(
        select(
            Certification.audit_seed,
            Certification.audit_commitment,
            Certification.audit_contribution,
        ).where(Certification.id == certified.id)
    ).one()
    due = decay.moment_after(certified.at, certified.due_after or 0.0)
    payload = {
        "certification": certified.id,
        "due": None if due is None else format_time(due),
        "seed": row.audit_seed,
        "commitment": row.audit_commitment,
        "contribution": row.audit_contribution,
    }
    transaction.record("audit.due", position.id, payload)


def _next_change(position: AgentPosition, certified: Certified, now: datetime) -> datetime | None:
    """Return the next moment at which time alone changes something."""
    moments: list[float | None] = [certified.due_after, certified.lapses_after]
    for view in certified.views:
        moments.append(public_hold_days(view.policy))
        moments += [drop.days for drop in decay.tier_drops(view.standing, view.policy)]
    passed = days_between(certified.at, now)
    coming = [days for days in moments if days is not None and days >= passed]
    if not coming or position.barred(now) is not None:
        return None
    last = decay.moment_after(certified.at, min(coming))
    return None if last is None else max(last, now) + timedelta(microseconds=1)
