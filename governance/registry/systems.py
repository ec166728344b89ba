"""The inventory of AI systems and the threats that each is said to face, as it is changed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from governance.identity.naming import principal_named
from governance.kernel.errors import ConflictError, InputError, NotFoundError
from governance.registry.system_history import CHANGED, REGISTERED, current_threats, declared
from governance.store.assessment import AiSystem, AiSystemThreat
from governance.store.finding import by_id_or_name, by_name
from governance.store.names import check_name
from governance.store.store import Transaction
from taxonomy import Ontology

SystemStatus = Literal["planned", "in_use", "retired"]
_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,200}")
THREAT_KINDS = ("sub_threat", "domain")


def register_system(
    transaction: Transaction,
    name: str,
    *,
    description: str = "",
    owner: str = "",
    role: str | None = None,
    risk_class: str | None = None,
    status: SystemStatus = "in_use",
    facts: Mapping[str, str] | None = None,
) -> AiSystem:
    """Register an AI system under a unique name; role and risk class are taken as declared.

    Raises InputError for a name that looks like an id, ConflictError where a system has it.
    """
    if not _NAME.fullmatch(name) or name != name.strip():
        raise InputError(f"{name!r} is no name for an AI system", field="name")
    check_name(name)
    session = transaction.session
    if by_name(session, AiSystem, name) is not None:
        raise ConflictError(f"an AI system named {name!r} is registered already", field="name")
    system = AiSystem(
        id=transaction.new_id(),
        name=name,
        description=description,
        owner=owner,
        owner_id=principal_named(session, owner),
        role=role,
        risk_class=risk_class,
        status=status,
        facts=dict(facts or {}),
        registered_at=transaction.now,
        retired_at=transaction.now if status == "retired" else None,
    )
    session.add(system)
    session.flush()
    transaction.record(REGISTERED, system.id, {"name": name, **declared(system)})
    return system


def change_system(transaction: Transaction, system: AiSystem, changes: Mapping[str, Any]) -> bool:
    """Change what is declared of a system; returns False where nothing differs.

    ``changes`` may name description, owner, role, risk_class, status and facts (which are merged).
    """
    before = declared(system)
    wanted = dict(changes)
    if "owner" in wanted:
        wanted["owner_id"] = principal_named(transaction.session, wanted["owner"])
    if "facts" in wanted:
        wanted["facts"] = {**system.facts, **wanted["facts"]}
    unknown = sorted(set(wanted) - set(before))
    if unknown:
        raise InputError(f"{unknown[0]!r} is not declared of a system", field="changes")
    if all(before[key] == value for key, value in wanted.items()):
        return False
    for key, value in wanted.items():
        setattr(system, key, value)
    system.retired_at = transaction.now if system.status == "retired" else None
    transaction.record(
        CHANGED, system.id, {"name": system.name, "before": before, **declared(system)}
    )
    return True


def state_threats(
    transaction: Transaction,
    system: AiSystem,
    ontology: Ontology,
    threats: Iterable[str],
    reason: str = "",
    *,
    field: str = "threats",
) -> list[str]:
    """State that a system faces sub-threats or whole domains; returns the newly stated ones.

    ``field`` is what an error about a threat names.
    """
    known = {row.threat for row in current_threats(transaction.session, system)}
    added = []
    for threat in dict.fromkeys(threats):
        if ontology.node(threat).kind not in THREAT_KINDS:
            raise InputError(f"{threat!r} is no threat", field=field, hint="for example MIS-01")
        if threat in known:
            continue
        row = AiSystemThreat(
            id=transaction.new_id(),
            system_id=system.id,
            threat=threat,
            edition=ontology.edition,
            reason=reason,
            stated_at=transaction.now,
        )
        transaction.session.add(row)
        added.append(threat)
    if added:
        transaction.session.flush()
        payload = {"name": system.name, "threats": added, "reason": reason}
        transaction.record("system.threats_stated", system.id, payload)
    return added


def drop_threats(
    transaction: Transaction, system: AiSystem, threats: Iterable[str], reason: str
) -> list[str]:
    """End that a system faces threats; raises NotFoundError for one it was not said to face."""
    current = {row.threat: row for row in current_threats(transaction.session, system)}
    dropped = list(dict.fromkeys(threats))
    for threat in dropped:
        if threat not in current:
            raise NotFoundError(f"{system.name!r} is not said to face {threat!r}", field="drop")
        current[threat].removed_at = transaction.now
    payload = {"name": system.name, "threats": dropped, "reason": reason}
    transaction.record("system.threats_dropped", system.id, payload)
    return dropped


def find_system(session: Session, name_or_id: str) -> AiSystem:
    """Return a system by its id, or else by its name; raises NotFoundError with near names."""
    system = by_id_or_name(session, AiSystem, name_or_id)
    if system is not None:
        return system
    import difflib

    near = difflib.get_close_matches(name_or_id, session.scalars(select(AiSystem.name)).all(), n=3)
    raise NotFoundError(
        f"no AI system is named {name_or_id!r}",
        field="system",
        hint=f"did you mean {', '.join(near)}?" if near else None,
        remedy=None if near else "systems.list",
    )
