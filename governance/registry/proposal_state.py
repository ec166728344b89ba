"""The state that a proposal is made against: read alike when it is proposed and when approved.

Nothing in a state changes by time passing alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy.orm import Session

from governance.kernel.canonical import canonical_json, digest
from governance.kernel.errors import StorageError
from governance.kernel.value import Value
from governance.registry.agents import agent_by_id
from governance.registry.certifications import latest_certification
from governance.registry.incident_effects import open_freezes
from governance.registry.policies import policy_in_force
from governance.store.agents import Agent
from governance.store.finding import by_name
from governance.store.policies import DEFAULT_GROUP, PolicyVersion

State = dict[str, Any]
Reader = Callable[[Session, dict[str, Any]], State]


class StateDifference(Value):
    """One thing that is not as it was; ``message`` says it in words."""

    field: str
    before: Any
    after: Any
    message: str


def state_of(session: Session, kind: str, document: dict[str, Any]) -> State:
    """Return, as plain JSON data, what a proposal of a kind with a document depends on.

    ``group``, where it is there, is the group whose policy says how long grants cool.
    """
    reader = READERS.get(kind)
    if reader is None:
        raise StorageError(f"{kind!r} is no kind of proposal that this version knows")
    return reader(session, document)


def digest_of(state: State) -> str:
    """Return ``sha256:`` over the canonical JSON of a state."""
    return digest(state)


def differences(before: State, after: State) -> tuple[StateDifference, ...]:
    """Return what differs between two states, field by field; empty where they are the same."""
    fields = sorted(before.keys() | after.keys())
    return tuple(
        StateDifference(
            field=name,
            before=before.get(name),
            after=after.get(name),
            message=f"{_TITLES.get(name, name.replace('_', ' '))}: "
            f"was {_words(before.get(name))}, is {_words(after.get(name))}",
        )
        for name in fields
        if canonical_json(before.get(name)) != canonical_json(after.get(name))
    )


def policy_named(session: Session, group: str) -> State:
    """Return name, version and digest of the policy in force for a group."""
    found = policy_in_force(session, group)
    version = session.get_one(PolicyVersion, found.digest)
    return {"name": version.name, "version": version.version, "digest": version.digest}


def _policy(session: Session, document: dict[str, Any]) -> State:
    group = document.get("group", DEFAULT_GROUP)
    return {"group": group, "policy": policy_named(session, group)}


def _lift(session: Session, document: dict[str, Any]) -> State:
    agent = agent_by_id(session, document["agent"])
    last = latest_certification(session, agent)
    certification = None if last is None else {"id": last.id, "void": last.void_at is not None}
    return {
        "agent": agent.id,
        "status": agent.status,
        "digests": dict(agent.digests),
        "group": agent.agent_group,
        "certification": certification,
        "freezes": sorted(link.id for link in open_freezes(session, agent)),
        "policy": policy_named(session, agent.agent_group),
    }


def _registration(session: Session, document: dict[str, Any]) -> State:
    return {
        "name_taken": by_name(session, Agent, document["name"]) is not None,
        "group": document["group"],
        "matches": _matches(session, document),
    }


def _change(session: Session, document: dict[str, Any]) -> State:
    agent = agent_by_id(session, document["agent"])
    return {
        "agent": agent.id,
        "status": agent.status,
        "digests": dict(agent.digests),
        "group": agent.agent_group,
        "matches": _matches(session, document),
    }


def _matches(session: Session, document: dict[str, Any]) -> State:
    """Return the state of the agents that are matched, by id, with what each is made of."""
    found = (agent_by_id(session, one["id"]) for one in document["matches"])
    return {agent.id: {"status": agent.status, "digests": dict(agent.digests)} for agent in found}


READERS: dict[str, Reader] = {
    "policy": _policy,
    "lift": _lift,
    "registration": _registration,
    "change": _change,
}
_TITLES = {
    "policy": "policy in force",
    "certification": "last certification",
    "freezes": "open freezes",
}


def _words(value: Any) -> str:
    if isinstance(value, dict) and value.keys() >= {"name", "version"}:
        return f"{value['name']} version {value['version']}"
    if isinstance(value, dict):
        return _listed(f"{key} {_words(one)}" for key, one in sorted(value.items()))
    if isinstance(value, list):
        return _listed(_words(one) for one in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)


def _listed(parts: Iterable[str]) -> str:
    return ", ".join(parts) or "none"
