"""Where agents stand, read inside the transaction: as it is now, by prepared statements.

`governance.store.past` reads the same for a past moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, aliased

from governance.gate import reaudit
from governance.gate.dimensions import Basis
from governance.gate.policy import Policy
from governance.gate.position import AgentPosition, Certified, View, view_of
from governance.gate.standing import standing_of
from governance.gate.vector import RobustnessVector
from governance.kernel.clock import days_between
from governance.kernel.errors import InputError, StorageError
from governance.store.agents import Agent, Certification
from governance.store.policies import DEFAULT_GROUP, PolicyInForce, PolicyVersion
from governance.store.prepared import Prepared

BATCH = 500  # ids in one statement

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
# What a position follows from, of a certification.
CERTIFIED = (
    Certification.id.label("certification"),
    Certification.certified_at,
    Certification.tier,
    Certification.void_at,
    Certification.void_reason,
    Certification.policy_digest,
    Certification.audit_contribution,
    Certification.reaudit_ordered_at,
)
_COLUMNS = (
    Agent.id,
    Agent.name,
    Agent.status,
    _GROUP.label("group_policy"),
    _DEFAULT.label("default_policy"),
    *CERTIFIED,
)
_JOINED = select(*_COLUMNS).select_from(Agent).outerjoin(Certification, Certification.id == _LATEST)
# One agent's position, for statements that read more beside it; see `position_of`.
POSITION = _JOINED.where(Agent.id == bindparam("agent"))
_ONE = Prepared(POSITION)


class PositionRow(NamedTuple):
    """What a position follows from: the columns of `_JOINED`, now or as they were."""

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
    return position_from(session, PositionRow(*row))


def position_of(session: Session, row: tuple[Any, ...]) -> tuple[AgentPosition, tuple[Any, ...]]:
    """Return the position that a row of `POSITION` begins with, and the columns behind it."""
    own = len(_COLUMNS)
    return position_from(session, PositionRow(*row[:own])), row[own:]


def read_positions(session: Session, agent_ids: list[str]) -> dict[str, AgentPosition]:
    """Return the positions of several agents by id."""
    found: dict[str, AgentPosition] = {}
    for start in range(0, len(agent_ids), BATCH):
        part = agent_ids[start : start + BATCH]
        rows = session.execute(_JOINED.where(Agent.id.in_(part)))
        found |= positions_from(session, [PositionRow(*row) for row in rows])
    return found


def positions_from(session: Session, rows: list[PositionRow]) -> dict[str, AgentPosition]:
    """Return the positions that rows say, by id; what they need is read for all of them at once."""
    new = {row.certification for row in rows if row not in _positions}
    read = _read(session, [one for one in new if one is not None])
    return {row.id: position_from(session, row, read) for row in rows}


def position_from(
    session: Session, row: PositionRow, read: Mapping[str, _Content] | None = None
) -> AgentPosition:
    """Return the position that a row says; the same row gives the same value.

    ``read`` holds the certifications that were read already.
    """
    known = _positions.get(row)
    if known is None:
        if len(_positions) >= _MAX_CACHED:
            _positions.clear()
        known = _positions[row] = _new_position(session, row, read or {})
    return known


def _new_position(
    session: Session, row: PositionRow, read: Mapping[str, _Content]
) -> AgentPosition:
    digest = row.group_policy or row.default_policy
    if digest is None:
        raise StorageError("no policy is in force", remedy="installation.initialise")
    policy = stored_policy(session, digest)
    certified = None
    if row.certification is not None:
        digests = dict.fromkeys((digest, row.policy_digest))  # the two are mostly one
        seen = [
            _seen(session, row.certification, row.audit_contribution, one, read) for one in digests
        ]
        certified = Certified(
            id=row.certification,
            at=row.certified_at,
            tier=row.tier,
            void_reason=None if row.void_at is None else row.void_reason or "void",
            views=tuple(one.view for one in seen),
            due_after=_due_after(seen[-1].due_after, row.certified_at, row.reaudit_ordered_at),
        )
    return AgentPosition(row.id, row.name, row.status, policy, certified)


def _due_after(drawn: float | None, certified: datetime, ordered: datetime | None) -> float | None:
    """Return when an audit is due: the drawn moment, or that of an incident which ordered one."""
    if ordered is None:
        return drawn
    days = days_between(certified, ordered)
    return days if drawn is None else min(drawn, days)


class _Content(NamedTuple):
    """What a policy looks at in a certification."""

    vector: RobustnessVector
    basis: str
    attempt: int
    audit_seed: str


@dataclass(frozen=True)
class _Seen:
    view: View
    due_after: float | None


# What is cached never changes: policy versions and certifications are append-only evidence, and
# a position follows from its row and from them.
_policies: dict[str, Policy] = {}
_positions: dict[PositionRow, AgentPosition] = {}
_views: dict[tuple[str, str], _Seen] = {}
_MAX_CACHED = 10_000


def stored_policy(session: Session, digest: str) -> Policy:
    """Return a stored version by its digest; raises InputError where there is none."""
    policy = _policies.get(digest)
    if policy is None:
        document = session.scalar(
            select(PolicyVersion.document).where(PolicyVersion.digest == digest)
        )
        if document is None:
            raise InputError(f"no policy version has the digest {digest}")
        policy = Policy.model_validate(document)
        if policy.digest != digest:
            raise StorageError(f"the stored policy {digest} was changed: its digest does not fit")
        _policies[digest] = policy
    return policy


def _seen(
    session: Session,
    certification: str,
    event_hash: str,
    digest: str,
    read: Mapping[str, _Content],
) -> _Seen:
    """Return a certification under a policy; the hash of its event stands for its content."""
    known = _views.get((event_hash, digest))
    if known is not None:
        return known
    policy = stored_policy(session, digest)
    row = read.get(certification) or _read(session, [certification])[certification]
    basis: Basis = "bound" if row.basis == "bound" else "point"
    standing = standing_of(row.vector, policy, basis, row.attempt)
    seed = bytes.fromhex(row.audit_seed)
    due = reaudit.due_days(standing, policy, seed, certification, event_hash.encode())
    if len(_views) >= _MAX_CACHED:
        _views.clear()
    seen = _views[event_hash, digest] = _Seen(view_of(standing, policy), due)
    return seen


def _read(session: Session, certifications: list[str]) -> dict[str, _Content]:
    """Return {certification: what a policy looks at}; at most a batch of them."""
    if not certifications:
        return {}
    statement = select(
        Certification.id,
        Certification.vector,
        Certification.basis,
        Certification.attempt,
        Certification.audit_seed,
    ).where(Certification.id.in_(certifications))
    return {row[0]: _Content(*row[1:]) for row in session.execute(statement)}
