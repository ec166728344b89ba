"""The gate asked: which tier a robustness vector holds, and why."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, model_validator

from governance.gate.decay import TierDrop, moment_after
from governance.gate.delegation import analysis
from governance.gate.delegation.analysis import DelegationAnalysis, DelegationEconomy
from governance.gate.dimensions import DIMENSION_NAMES, Basis
from governance.gate.evaluate import Decision
from governance.gate.evaluate import evaluate as decide
from governance.gate.explain import Margin, Need
from governance.gate.explain import explain as explained
from governance.gate.policy import Policy
from governance.gate.standing import choose_basis
from governance.gate.vector import RobustnessVector
from governance.kernel.clock import parse_time
from governance.kernel.errors import InputError
from governance.kernel.value import LedgerTime, Value, absent, parse_document
from governance.operations.policies import (
    BasisField,
    DefaultedPolicyFile,
    PolicyName,
    name_of,
    policy_or_default,
)
from governance.operations.requests import LocalPath, TextFile
from governance.operations.work import Reading, Work

__all__ = ["DIMENSION_NAMES", "RobustnessVector"]

AttemptsField = Annotated[
    int, Field(ge=1, description="Which attempt on this digest it is: how much alpha is left.")
]


class GateQuestion(Value):
    """Vectors whose tiers are asked for; a score that is left out is missing, which is T0."""

    vector: Annotated[RobustnessVector | None, Field(description="Scores and counts.")] = None
    file: Annotated[
        LocalPath | None, Field(description="CSV or JSON Lines instead, one vector a row.")
    ] = None
    basis: BasisField = None
    attempts: AttemptsField = 1
    policy: DefaultedPolicyFile = None


class StatedDecision(Decision):
    """A decision with its policy as one object."""

    policy_name: Annotated[str, Field(exclude=True)]
    policy_digest: Annotated[str, Field(exclude=True)]
    policy: PolicyName


class VectorDecision(StatedDecision):
    """The decision on one vector; ``name`` is what its row is called, where it is."""

    name: Annotated[str | None, Field(exclude_if=absent)] = None
    line: Annotated[int, Field(exclude=True)] = 1


class ExplanationQuestion(Value):
    """A vector, or a stored agent whose last certification is to be explained."""

    vector: Annotated[RobustnessVector | None, Field(description="Scores and counts.")] = None
    agent: Annotated[str | None, Field(description="A stored agent instead.")] = None
    audited: Annotated[str | None, Field(description="The audit's date, to date the drops.")] = None
    basis: BasisField = None
    attempts: AttemptsField = 1
    policy: DefaultedPolicyFile = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if self.agent is not None and self.vector is not None:
            raise ValueError("an agent brings its own vector")
        return self


class DatedDrop(Value):
    """A drop that decay will bring; ``at`` where the audit's moment is known."""

    tier: int
    days: float
    at: LedgerTime | None
    dimensions: tuple[str, ...]


class ExplainedDecision(StatedDecision):
    """A decision with what is still needed, the next drops, and what would change it."""

    needs: tuple[Need, ...]
    margins: tuple[Margin, ...]
    drops: tuple[DatedDrop, ...]
    changes: tuple[str, ...]


class EconomyFile(Value):
    """An economy of agents and the grants between them."""

    file: Annotated[TextFile, Field(description="Agents and grants, YAML or JSON.")]


def evaluate(work: Work, request: GateQuestion) -> list[VectorDecision]:
    """Say which tier each vector holds, what binds it, and what each gap is."""
    from governance.gate.rows import VectorRow, read_vectors

    rules = policy_or_default(request.policy)
    if request.file is None:
        rows = [VectorRow(1, None, request.vector or RobustnessVector())]
    elif request.vector is None:
        rows = read_vectors(str(request.file))
    else:
        raise InputError(
            "brings its own scores; leave out --cc, --er, --as, --ih, --n-*", field="file"
        )
    found = []
    for row in rows:
        basis = choose_basis(row.vector, rules, request.basis)
        decision = decide(row.vector, rules, basis=basis, attempts=request.attempts)
        stated = {**dict(decision), "policy": name_of(rules)}
        found.append(VectorDecision(**stated, name=row.name, line=row.line))
    return found


def explain(work: Reading, request: ExplanationQuestion) -> ExplainedDecision:
    """Explain a tier: what binds it, items still needed, next drops, what would change it."""
    if request.agent is not None:
        return _of_agent(work, request.agent)
    vector, rules = request.vector or RobustnessVector(), policy_or_default(request.policy)
    basis = choose_basis(vector, rules, request.basis)
    start = None if request.audited is None else parse_time(request.audited, field="audited")
    return _explained(vector, rules, basis, request.attempts, start)


def analyse(work: Work, request: EconomyFile) -> DelegationAnalysis:
    """Find chains with their tier and liable principal, single points of failure and circles."""
    return analysis.analyse(parse_document(DelegationEconomy, request.file.document()))


def _of_agent(work: Reading, name: str) -> ExplainedDecision:
    """Explain the last certification of a stored agent."""
    from governance.registry.agents import find_agent
    from governance.registry.certifications import latest_certification
    from governance.store.positions import stored_policy

    last = latest_certification(work.session, find_agent(work.session, name))
    if last is None:
        raise InputError(f"{name!r} was never certified: T0", field="agent")
    return _explained(
        last.vector,
        stored_policy(work.session, last.policy_digest),
        "bound" if last.basis == "bound" else "point",
        last.attempt,
        last.certified_at,
    )


def _explained(
    vector: RobustnessVector, rules: Policy, basis: Basis, attempts: int, start: datetime | None
) -> ExplainedDecision:
    found = explained(vector, rules, basis=basis, attempts=attempts)
    return ExplainedDecision(
        **dict(found.decision),
        policy=name_of(rules),
        needs=found.needs,
        margins=found.margins,
        drops=tuple(_dated(drop, start) for drop in found.drops),
        changes=found.changes,
    )


def _dated(drop: TierDrop, start: datetime | None) -> DatedDrop:
    moment = None if start is None else moment_after(start, drop.days)
    return DatedDrop(tier=drop.tier, days=drop.days, at=moment, dimensions=drop.dimensions)
