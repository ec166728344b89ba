"""The inventory of AI systems and how far their threats are covered."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from governance.kernel.value import LedgerTime, Value
from governance.operations.editions import WithLocal
from governance.operations.requests import Nothing
from governance.operations.work import Reading, Writing
from governance.registry.assessments import assessments_at
from governance.registry.staleness import find_stale
from governance.registry.system_coverage import SystemCoverage, cover_system
from governance.registry.system_history import System, current_threats, systems_at
from governance.registry.systems import (
    SystemStatus,
    change_system,
    drop_threats,
    find_system,
    register_system,
    state_threats,
)
from governance.store.assessment import AiSystem

SystemName = Annotated[str, Field(description="The system's name or id.")]


class NewSystem(WithLocal):
    """An AI system to be registered; role and risk class are taken as declared."""

    name: Annotated[str, Field(description="A name of its own for the system.")]
    description: Annotated[str, Field(description="What it does.")] = ""
    owner: Annotated[str, Field(description="Who answers for it.")] = ""
    role: Annotated[str | None, Field(description="provider, deployer, ...")] = None
    risk_class: Annotated[str | None, Field(description="high, limited, minimal, ...")] = None
    status: Annotated[SystemStatus, Field(description="Where it stands.")] = "in_use"
    facts: dict[str, str] = Field(default_factory=dict, description="Facts to keep with it.")
    threats: Annotated[
        tuple[str, ...], Field(description="Sub-threats and domains that it faces.")
    ] = ()


class SystemChange(Value):
    """What is declared anew of a system; what is left out stays, and facts are merged."""

    system: SystemName
    description: Annotated[str | None, Field(description="What it does.")] = None
    owner: Annotated[str | None, Field(description="Who answers for it.")] = None
    role: Annotated[str | None, Field(description="provider, deployer, ...")] = None
    risk_class: Annotated[str | None, Field(description="high, limited, minimal, ...")] = None
    status: Annotated[SystemStatus | None, Field(description="Where it stands.")] = None
    facts: Annotated[dict[str, str] | None, Field(description="Facts to merge in.")] = None


class ThreatChange(WithLocal):
    """Which threats a system faces from now on, and which no longer."""

    system: SystemName
    add: Annotated[tuple[str, ...], Field(description="It faces these.")] = ()
    drop: Annotated[tuple[str, ...], Field(description="It no longer faces these.")] = ()
    reason: Annotated[str, Field(description="Why; it goes into the ledger.")] = ""


class SystemAsked(WithLocal):
    """A system, and the framework whose controls count (default: all)."""

    system: SystemName
    framework: Annotated[str | None, Field(description="For example iso42001.")] = None


class SystemState(Value):
    """An AI system as it is declared; ``owner_id`` None: the owner's name was typed."""

    id: str
    name: str
    status: str
    owner: str
    owner_id: str | None
    role: str | None
    risk_class: str | None
    description: str
    facts: dict[str, str]
    registered_at: LedgerTime


class SystemAdded(SystemState):
    """A registered system with the threats that it is said to face."""

    threats: tuple[str, ...]


class SystemChanged(SystemState):
    """A system, and whether anything differs from before."""

    changed: bool


class SystemThreats(Value):
    """The threats that a system faces now.

    ``reasons`` stand beside them, one for each, for a reader; they are left out of JSON.
    """

    system: str
    threats: tuple[str, ...]
    reasons: Annotated[tuple[str, ...], Field(exclude=True)]


class SystemShown(SystemState):
    """A system with the coverage of its threats by controls."""

    coverage: SystemCoverage


def add_system(work: Writing, request: NewSystem) -> SystemAdded:
    """Register an AI system in the inventory, with the threats that it faces."""
    ontology = request.ontology()
    said = request.model_dump(exclude={"local", "threats"})
    system = register_system(work.transaction, said.pop("name"), **said)
    threats = state_threats(work.transaction, system, ontology, request.threats)
    return SystemAdded(**_state(system), threats=tuple(threats))


def change(work: Writing, request: SystemChange) -> SystemChanged:
    """Change what is declared of a system."""
    changes = request.model_dump(exclude={"system"}, exclude_none=True)
    system = find_system(work.session, request.system)
    changed = change_system(work.transaction, system, changes)
    return SystemChanged(**_state(system), changed=changed)


def change_threats(work: Writing, request: ThreatChange) -> SystemThreats:
    """State which threats a system faces, or end that it faces them."""
    ontology = request.ontology()
    system = find_system(work.session, request.system)
    state_threats(work.transaction, system, ontology, request.add, request.reason, field="add")
    if request.drop:
        drop_threats(work.transaction, system, request.drop, request.reason)
    rows = current_threats(work.session, system)
    return SystemThreats(
        system=system.name,
        threats=tuple(row.threat for row in rows),
        reasons=tuple(row.reason for row in rows),
    )


def list_systems(work: Reading, request: Nothing) -> list[SystemState]:
    """List every AI system by name."""
    return [SystemState(**_state(system)) for system in systems_at(work.session)]


def show_system(work: Reading, request: SystemAsked) -> SystemShown:
    """Show a system with the coverage of its threats by controls.

    A word on the system counts before a word of the whole organisation. Verified, declared and
    not assessed are never added up.
    """
    ontology = request.ontology()
    system = find_system(work.session, request.system)
    stale = find_stale(assessments_at(work.session), ontology, work.now)
    coverage = cover_system(
        work.session, ontology, system, framework=request.framework, stale=stale
    )
    return SystemShown(**_state(system), coverage=coverage)


def _state(system: AiSystem | System) -> dict[str, object]:
    return {name: getattr(system, name) for name in SystemState.model_fields}
