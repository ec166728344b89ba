"""Agents: registration, change of what they are made of, retirement."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from governance.kernel.errors import ConflictError, InputError, NotFoundError
from governance.registry.enforcement import enforce_agent
from governance.registry.kinship import Declared, who_registers
from governance.registry.matches import Agreement, check_matches, matches_of, note_matches, told
from governance.registry.ordering import alone
from governance.store.agents import Agent, Certification
from governance.store.declared import keep_digests
from governance.store.finding import by_id_or_name, by_name
from governance.store.names import claim_name
from governance.store.policies import DEFAULT_GROUP
from governance.store.store import Transaction

PARTS = ("model", "prompt", "tools")
_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,200}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def register_agent(
    transaction: Transaction,
    name: str,
    *,
    digests: Mapping[str, str] | None = None,
    group: str = DEFAULT_GROUP,
    description: str = "",
    agreement: Agreement | None = None,
) -> Agent:
    """Register an agent under a unique name; ``digests`` bind its model, prompt and tools.

    A new agent holds no authority: it has no certification, so it stands at T0. Raises InputError
    for a name that looks like an id, ConflictError where an agent has it or one that looks like
    it, and where the digests match those of an agent that is frozen, retired or over its ceiling,
    unless a second person agreed to that.
    """
    declared = declared_by(transaction, name, digests or {}, agreement)
    noted = check_matches(name, matches_of(transaction, declared), agreement)
    agent = new_agent(
        name,
        declared,
        identifier=transaction.new_id(),
        at=transaction.now,
        group=group,
        description=description,
        noted=noted,
    )
    claim_name(transaction.session, "agent", name, agent.id, taken=_taken(name))
    transaction.session.add(agent)
    transaction.session.flush()
    keep_digests(transaction.session, agent)
    record_registration(transaction, agent, noted, agreement)
    return agent


def new_agent(
    name: str,
    declared: Declared,
    *,
    identifier: str,
    at: datetime,
    group: str = DEFAULT_GROUP,
    description: str = "",
    noted: list[dict[str, Any]] | None = None,
) -> Agent:
    """Return an agent that is stored nowhere yet."""
    return Agent(
        id=identifier,
        name=name,
        status="active",
        agent_group=group,
        digests=dict(declared.digests),
        description=description,
        registered_at=at,
        registered_by=declared.registered_by,
        matches=noted or None,
    )


def record_registration(
    transaction: Transaction,
    agent: Agent,
    noted: list[dict[str, Any]],
    agreement: Agreement | None = None,
) -> None:
    """Write the event of a registration, at the moment that it was made for."""
    payload = {"name": agent.name, "group": agent.agent_group, "digests": dict(agent.digests)}
    at_its_time = replace(transaction, now=agent.registered_at)
    at_its_time.record("agent.registered", agent.id, payload | _history(noted, agreement))


def declared_by(
    transaction: Transaction,
    name: str,
    digests: Mapping[str, str],
    agreement: Agreement | None = None,
) -> Declared:
    """Return what would be registered under a name; raises InputError where that cannot be."""
    checked = _checked_digests(digests)
    check_agent_name(name)
    if by_name(transaction.session, Agent, name) is not None:
        raise ConflictError(_taken(name), field="name")
    by = who_registers(transaction) if agreement is None else agreement.registered_by
    return Declared(checked, by)


def check_agent_name(name: str) -> None:
    """Raise InputError for what is no name for an agent."""
    if not _NAME.fullmatch(name) or name != name.strip():
        raise InputError(f"{name!r} is no name for an agent", field="name")


def changed_digests(agent: Agent, digests: Mapping[str, str]) -> Declared:
    """Return what an agent would declare with some digests changed."""
    changed = {**agent.digests, **_checked_digests(digests)}
    return Declared(changed, agent.registered_by, agent.id)


def change_agent(
    transaction: Transaction,
    agent: Agent,
    digests: Mapping[str, str],
    agreement: Agreement | None = None,
) -> list[Certification]:
    """Record that model, prompt or tools changed; every certification in force becomes void.

    Returns the certifications that were made void; none where no digest differs. Raises
    ConflictError where the digests then match those of another agent that is frozen, retired or
    over its ceiling, unless a second person agreed to that.
    """
    transaction = alone(transaction)
    declared = changed_digests(agent, digests)
    checked = dict(declared.digests)
    if checked == agent.digests:
        return []
    noted = check_matches(agent.name, matches_of(transaction, declared), agreement)
    note_matches(agent, noted)
    before = dict(agent.digests)
    agent.digests = checked
    keep_digests(transaction.session, agent)
    changed = sorted(part for part in checked if checked[part] != before.get(part))
    reason = f"changed: {', '.join(changed)}"
    void = []
    statement = select(Certification).where(
        Certification.agent_id == agent.id, Certification.void_at.is_(None)
    )
    for certification in transaction.session.scalars(statement):
        certification.void_at, certification.void_reason = transaction.now, reason
        void.append(certification)
    payload = {"digests": checked, "before": before, "void": [row.id for row in void]}
    transaction.record("agent.changed", agent.id, payload | _history(noted, agreement))
    enforce_agent(transaction, agent.id, reason)
    return void


def retire_agent(transaction: Transaction, agent: Agent, reason: str) -> None:
    """Retire an agent for good; it holds no authority from then on."""
    transaction = alone(transaction)
    if agent.status == "retired":
        raise ConflictError(f"{agent.name!r} is retired already", field="name")
    agent.status = "retired"
    transaction.record("agent.retired", agent.id, {"name": agent.name, "reason": reason})
    enforce_agent(transaction, agent.id, f"retired: {reason}")


def find_agent(session: Session, name_or_id: str) -> Agent:
    """Return an agent by its id, or else by its name; raises NotFoundError with near names."""
    agent = by_id_or_name(session, Agent, name_or_id)
    if agent is not None:
        return agent
    import difflib

    names = session.scalars(select(Agent.name)).all()
    near = difflib.get_close_matches(name_or_id, names, n=3)
    raise NotFoundError(
        f"no agent is named {name_or_id!r}",
        field="agent",
        hint=f"did you mean {', '.join(near)}?" if near else None,
        remedy=None if near else "agents.list",
    )


def agent_by_id(session: Session, identifier: str) -> Agent:
    """Return the agent with an id that is on record, whatever others are named.

    Raises NotFoundError where no agent has it.
    """
    agent = session.get(Agent, identifier)
    if agent is None:
        raise NotFoundError(
            f"no agent has the id {identifier!r}", field="agent", remedy="agents.list"
        )
    return agent


def agents_in_service(session: Session) -> list[Agent]:
    """Return the agents that are not retired, in the order in which they were registered."""
    statement = select(Agent).where(Agent.status != "retired")
    return list(session.scalars(statement.order_by(Agent.registered_at, Agent.id)))


def _history(noted: list[dict[str, Any]], agreement: Agreement | None) -> dict[str, Any]:
    """Return what an event says of matches, and who asked where the second person acts."""
    by = {} if agreement is None else {"registered_by": agreement.registered_by}
    return told(noted) | by


def _taken(name: str) -> str:
    return f"an agent named {name!r} is registered already"


def _checked_digests(digests: Mapping[str, str]) -> dict[str, str]:
    for part, value in digests.items():
        if part not in PARTS:
            raise InputError(f"{part!r} is none of {', '.join(PARTS)}", field="digests")
        if not _DIGEST.fullmatch(value):
            raise InputError(f"{value!r} is no sha256: digest", field=part)
    return dict(digests)
