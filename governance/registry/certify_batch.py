"""One batch of a file's certifications: decided and signed first, stored where that still holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from governance.economy.unwinding import with_money
from governance.gate.evaluate import decide
from governance.gate.standing import standing_of
from governance.kernel.errors import UnderwriterError
from governance.kernel.ids import uuid7
from governance.registry.agents import new_agent, record_registration
from governance.registry.certificates import sign_for
from governance.registry.certifications import (
    SEED_BYTES,
    new_certification,
    record_certification,
)
from governance.registry.certify_ground import FileRow, FromFile, Ground, Grounds, at_row
from governance.registry.enforcement import enforce_agents
from governance.registry.keys import signs_now
from governance.registry.kinship import Declared, who_registers
from governance.registry.matches import check_matches
from governance.registry.ordering import alone
from governance.registry.standing import AgentStanding, standings_of
from governance.store.agents import Agent, Certification
from governance.store.finding import by_ids_or_names
from governance.store.ledger import LedgerEvent, ledger_head
from governance.store.names import claim_name, claim_names
from governance.store.past import present
from governance.store.positions import stored_policy
from governance.store.store import Store, Transaction

OLD = timedelta(minutes=1)  # what was signed so long ago is signed anew
# Events that say nothing of an agent but their subject, however many there are meanwhile.
_OF_SUBJECT_ALONE = ("agent.certified", "agent.registered")
_MONEY = "authority."


class KeyRotatedError(UnderwriterError):
    """The key that signed does not sign any more; nothing of the batch is stored."""


@dataclass(frozen=True)
class Made:
    """What a row comes to; without an attempt where that stands already."""

    ground: Ground
    agent: Agent
    certification: Certification | None


def certify_batch(store: Store, asked: FromFile, rows: Sequence[FileRow]) -> list[AgentStanding]:
    """Certify the rows, which name no agent twice, and return where their agents stand then.

    What others changed between the signing and the storing is decided and signed again there.
    Raises KeyRotatedError, and InputError naming the row of an agent that is retired or of a name
    that is taken; nothing of the batch is stored then.
    """
    by = who_registers(store)
    with store.read() as session:
        seen, now = ledger_head(session)[0], present(session, store.clock.now())
        grounds = Grounds(session, asked, rows, by, now)
        made = [_make(store, grounds, asked, by, now, *each) for each in grounds.each()]
    if any(one.certification is not None for one in made):
        with store.write() as transaction:
            transaction = alone(transaction)
            made = _still(store, transaction, asked, rows, made, seen, now)
            _store(transaction, asked, rows, made)
    with store.read() as session:
        found = by_ids_or_names(session, Agent, [one.agent.id for one in made])
        agents = [found[one.agent.id] for one in made]
        return standings_of(session, agents, _last(made, present(session, now)))


def _last(made: Sequence[Made], now: datetime) -> datetime:
    """Return the moment of the batch: that of its last attempt, or now where it made none."""
    times = [one.certification.certified_at for one in made if one.certification is not None]
    return max(times, default=now)


def _make(
    store: Store,
    grounds: Grounds,
    asked: FromFile,
    by: str,
    at: datetime,
    row: FileRow,
    ground: Ground,
) -> Made:
    agent = grounds.agents.get(row.name)
    if agent is None:
        with at_row(asked.path, row.line):
            noted = check_matches(row.name, ground.matches)
        agent = new_agent(
            row.name,
            Declared({}, by),
            identifier=uuid7(at, store.random_bytes),
            at=at,
            noted=noted,
        )
    if ground.stored:
        return Made(ground, agent, None)
    policy = stored_policy(grounds.session, ground.policy)
    basis = asked.basis or policy.basis.kind
    standing = standing_of(row.vector, policy, basis, ground.attempt)
    certification = new_certification(
        agent,
        row.vector,
        decide(standing, policy, row.vector.all_evidence()),
        asked.evidence,
        identifier=uuid7(at, store.random_bytes),
        seed=store.random_bytes(SEED_BYTES),
        at=at,
    )
    sign_for(agent, certification, policy, asked.key, standing)
    return Made(ground, agent, certification)


def _still(
    store: Store,
    transaction: Transaction,
    asked: FromFile,
    rows: Sequence[FileRow],
    made: Sequence[Made],
    seen: int,
    at: datetime,
) -> list[Made]:
    """Return what was made where its ground is the same, and the rest made again now."""
    session, now, by = transaction.session, transaction.now, who_registers(store)
    if not signs_now(session, asked.key):
        raise KeyRotatedError("the signing key was rotated")
    agents = [one.agent.id for one in made]
    again = set(agents) if now - at > OLD else _touched(session, seen, agents)
    grounds = Grounds(session, asked, rows, by, now)
    return [
        one
        if one.ground == ground and one.agent.id not in again
        else _make(store, grounds, asked, by, now, row, ground)
        for one, (row, ground) in zip(made, grounds.each(), strict=True)
    ]


def _touched(session: Session, seen: int, agents: Sequence[str]) -> set[str]:
    """Return the agents for which something happened since an event, or may have.

    Theirs would be an attempt of before that, behind it in the ledger. Of those that hold money
    anything counts, since others act under them.
    """
    since = select(LedgerEvent.kind, LedgerEvent.subject).where(LedgerEvent.sequence > seen)
    events = session.execute(since.distinct()).all()
    if not events:
        return set()
    others = [row for row in events if row.kind not in _OF_SUBJECT_ALONE]
    if any(not row.kind.startswith(_MONEY) for row in others):
        return set(agents)
    return {row.subject for row in events} | with_money(session, agents)


def _store(
    transaction: Transaction, asked: FromFile, rows: Sequence[FileRow], made: Sequence[Made]
) -> None:
    session = transaction.session
    new = {row.line: one.agent for row, one in zip(rows, made, strict=True) if _is_new(one)}
    _claim(session, asked, new)
    session.add_all(new.values())
    session.flush()
    causes: dict[str, str] = {}
    for one in made:
        if _is_new(one):
            record_registration(transaction, one.agent, one.agent.matches or [])
        if one.certification is not None:
            record_certification(transaction, one.certification)
            causes[one.agent.id] = f"certified at T{one.certification.tier}"
    session.add_all(one.certification for one in made if one.certification is not None)
    enforce_agents(transaction, causes)


def _is_new(one: Made) -> bool:
    return one.ground.agent is None


def _claim(session: Session, asked: FromFile, new: Mapping[int, Agent]) -> None:
    """Take the names of agents, {line: agent}; an error names the line."""
    if claim_names(session, "agent", {agent.name: agent.id for agent in new.values()}):
        return
    for line, agent in new.items():
        with at_row(asked.path, line):
            claim_name(session, "agent", agent.name, agent.id)
