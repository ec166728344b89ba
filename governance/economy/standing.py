"""What the gate allows an agent, now and until a deadline, read inside the transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, aliased

from governance.gate import decay, reaudit
from governance.gate.dimensions import Basis
from governance.gate.forward import Schedule
from governance.gate.policy import Policy
from governance.gate.standing import Reason, Standing, standing_of
from governance.gate.vector import RobustnessVector
from governance.kernel.clock import days_between
from governance.kernel.errors import StorageError
from governance.store.agents import Agent, Certification
from governance.store.policies import DEFAULT_GROUP, PolicyInForce, PolicyVersion
from governance.store.prepared import Prepared


@dataclass(frozen=True)
class View:
    """A certification as one policy sees it."""

    policy: Policy
    standing: Standing
    schedule: Schedule


@dataclass(frozen=True)
class Certified:
    """The last certification, seen under the policy in force and under its own.

    ``lapses_after`` is the time in days after which an audit that fell due and was not done
    leaves the agent at T0; None where no audit falls due.
    """

    id: str
    at: datetime
    tier: int
    void_reason: str | None
    views: tuple[View, ...]
    due_after: float | None
    lapses_after: float | None

    def lapses_between(self, start: float, end: float) -> bool:
        """Return whether an audit that is due at ``start``, so that all know it, lapses by ``end``.

        A spot audit that is yet to fall due stays secret, and moves no ceiling.
        """
        due, lapses = self.due_after, self.lapses_after
        return due is not None and lapses is not None and due <= start and end > lapses


@dataclass(frozen=True)
class AgentPosition:
    """An agent with its policy in force and its last certification (None: never certified)."""

    id: str
    name: str
    status: str
    policy: Policy
    certified: Certified | None

    def tier(self, at: datetime) -> int:
        """Return the tier at a moment."""
        return self.forward(at, at, self.policy.ceilings.currency)[0]

    def forward(self, at: datetime, until: datetime, currency: str) -> tuple[int, int]:
        """Return (lowest tier, lowest ceiling in minor units) from a moment until another.

        Under the policy in force and under that of the certification, whichever is lower.
        """
        certified = self.certified
        if certified is None or self.barred(at):
            return 0, self.policy.ceiling(0, currency).amount
        start = max(0.0, days_between(certified.at, at))
        end = max(start, days_between(certified.at, until))
        if certified.lapses_between(start, end):
            return 0, self.policy.ceiling(0, currency).amount
        found = [view.schedule.lowest(end, currency) for view in certified.views]
        return min(tier for tier, _ in found), min(ceiling for _, ceiling in found)

    def barred(self, at: datetime) -> Reason | None:
        """Return why the agent has no authority at all at a moment, apart from its scores."""
        certified = self.certified
        if self.status != "active":
            return Reason("status", None, f"{self.name} is {self.status}")
        if certified is None:
            return Reason("never_certified", None, f"{self.name} was never certified")
        if certified.void_reason is not None:
            return Reason("void", None, f"the certification is void: {certified.void_reason}")
        lapses = certified.lapses_after
        if lapses is not None and days_between(certified.at, at) > lapses:
            return Reason("audit_overdue", None, "an audit is overdue")
        return None

    def weakest(self, at: datetime) -> float:
        """Return the smallest effective score in [0, 1]; 0 where one is missing or all are void."""
        certified = self.certified
        if certified is None or self.barred(at):
            return 0.0
        days = max(0.0, days_between(certified.at, at))
        scores = decay.effective_robustness(
            certified.views[0].standing.scores, days, self.policy.decay.rate_per_day
        )
        gating = [scores[name] for name in ("cc", "er", "as")]
        return min((0.0 if score is None else score) for score in gating)


_Any = aliased(Certification)
_LATEST = (
    select(_Any.id)
    .where(_Any.agent_id == Agent.id)
    .order_by(_Any.event_sequence.desc())
    .limit(1)
    .correlate(Agent)
    .scalar_subquery()
)
_GROUP = (
    select(PolicyInForce.policy_digest)
    .where(PolicyInForce.agent_group == Agent.agent_group)
    .scalar_subquery()
)
_DEFAULT = (
    select(PolicyInForce.policy_digest)
    .where(PolicyInForce.agent_group == DEFAULT_GROUP)
    .scalar_subquery()
)
_COLUMNS = (
    Agent.id,
    Agent.name,
    Agent.status,
    _GROUP.label("group_policy"),
    _DEFAULT.label("default_policy"),
    Certification.id.label("certification"),
    Certification.certified_at,
    Certification.tier,
    Certification.void_at,
    Certification.void_reason,
    Certification.policy_digest,
    Certification.audit_contribution,
    Certification.reaudit_ordered_at,
)
_JOINED = select(*_COLUMNS).select_from(Agent).outerjoin(Certification, Certification.id == _LATEST)
# One agent's position, for statements that read more beside it; see `position_of`.
POSITION = _JOINED.where(Agent.id == bindparam("agent"))
_ONE = Prepared(POSITION)


class _Row(NamedTuple):
    """What `_JOINED` reads of an agent."""

    id: str
    name: str
    status: str
    group_policy: str | None
    default_policy: str | None
    certification: str | None
    certified_at: datetime
    tier: int
    void_at: datetime | None
    void_reason: str | None
    policy_digest: str
    audit_contribution: str
    reaudit_ordered_at: datetime | None


def read_position(session: Session, agent_id: str) -> AgentPosition:
    """Return one agent's position; the agent must be there."""
    row = _ONE.one(session, {"agent": agent_id})
    assert row is not None  # noqa: S101 - callers have the agent's row
    return _position(session, _Row(*row))


def position_of(session: Session, row: tuple[Any, ...]) -> tuple[AgentPosition, tuple[Any, ...]]:
    """Return the position that a row of `POSITION` begins with, and the columns behind it."""
    own = len(_COLUMNS)
    return _position(session, _Row(*row[:own])), row[own:]


def read_positions(session: Session, agent_ids: list[str]) -> dict[str, AgentPosition]:
    """Return the positions of several agents by id."""
    found: dict[str, AgentPosition] = {}
    for start in range(0, len(agent_ids), 500):
        part = agent_ids[start : start + 500]
        for row in session.execute(_JOINED.where(Agent.id.in_(part))):
            found[row.id] = _position(session, _Row(*row))
    return found


def _position(session: Session, row: _Row) -> AgentPosition:
    known = _positions.get(row)
    if known is None:
        if len(_positions) >= _MAX_CACHED:
            _positions.clear()
        known = _positions[row] = _new_position(session, row)
    return known


def _new_position(session: Session, row: _Row) -> AgentPosition:
    digest = row.group_policy or row.default_policy
    if digest is None:
        raise StorageError("no policy is in force", hint="underwriter init")
    policy = _policy(session, digest)
    certified = None
    if row.certification is not None:
        digests = dict.fromkeys((digest, row.policy_digest))  # the two are mostly one
        seen = [_seen(session, row.certification, row.audit_contribution, one) for one in digests]
        due = _due_after(seen[-1].due_after, row.certified_at, row.reaudit_ordered_at)
        grace = seen[-1].view.policy.reaudit.overdue_days
        certified = Certified(
            id=row.certification,
            at=row.certified_at,
            tier=row.tier,
            void_reason=None if row.void_at is None else row.void_reason or "void",
            views=tuple(one.view for one in seen),
            due_after=due,
            lapses_after=None if due is None else due + grace,
        )
    return AgentPosition(row.id, row.name, row.status, policy, certified)


def _due_after(drawn: float | None, certified: datetime, ordered: datetime | None) -> float | None:
    """Return when an audit is due: the drawn moment, or that of an incident which ordered one."""
    if ordered is None:
        return drawn
    days = days_between(certified, ordered)
    return days if drawn is None else min(drawn, days)


@dataclass(frozen=True)
class _Seen:
    view: View
    due_after: float | None


# What is cached never changes: policy versions and certifications are append-only evidence, and
# a position follows from its row and from them.
_policies: dict[str, Policy] = {}
_positions: dict[_Row, AgentPosition] = {}
_views: dict[tuple[str, str], _Seen] = {}
_MAX_CACHED = 10_000


def _policy(session: Session, digest: str) -> Policy:
    policy = _policies.get(digest)
    if policy is None:
        document = session.scalar(
            select(PolicyVersion.document).where(PolicyVersion.digest == digest)
        )
        policy = _policies[digest] = Policy.model_validate(document)
    return policy


def _seen(session: Session, certification: str, event_hash: str, digest: str) -> _Seen:
    """Return a certification under a policy; the hash of its event stands for its content."""
    known = _views.get((event_hash, digest))
    if known is not None:
        return known
    policy = _policy(session, digest)
    row = session.execute(
        select(
            Certification.vector,
            Certification.basis,
            Certification.attempt,
            Certification.audit_seed,
        ).where(Certification.id == certification)
    ).one()
    basis: Basis = "bound" if row.basis == "bound" else "point"
    standing = standing_of(RobustnessVector.model_validate(row.vector), policy, basis, row.attempt)
    seed = bytes.fromhex(row.audit_seed)
    due = reaudit.due_days(standing, policy, seed, certification, event_hash.encode())
    if len(_views) >= _MAX_CACHED:
        _views.clear()
    seen = _views[event_hash, digest] = _Seen(
        View(policy, standing, Schedule(standing, policy)), due
    )
    return seen
