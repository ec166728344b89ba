"""Export of a policy to Cedar, so that a Cedar engine enforces tiers and ceilings.

Cedar has neither time nor real numbers: an agent's entity carries its effective scores of the
moment in billionths, rounded down, and requests carry exposure and amount in minor units. A policy
whose thresholds are whole billionths decides exactly as the gate does; others are refused. One
permit per tier says what that tier allows; whatever no permit allows is denied.
"""

from __future__ import annotations

import json
import math
from fractions import Fraction
from typing import Any

from governance.gate.decay import retained
from governance.gate.decide import PAPER_LEVELS, required_tier
from governance.gate.dimensions import GATING, TIERS
from governance.gate.policy import Policy
from governance.gate.standing import Standing
from governance.kernel.errors import InputError

SCALE = 10**9


def to_cedar(policy: Policy) -> str:
    """Return the policy set as Cedar text; raises InputError on finer thresholds."""
    parts = [f"// {policy.name}, {policy.digest}\n"]
    parts += [_permit(policy, tier) for tier in range(1, TIERS + 1) if _actions(policy, tier)]
    return "\n".join(parts)


def to_cedar_schema(policy: Policy) -> str:
    """Return the Cedar schema that the policy set validates against."""
    levels = ", ".join(f"t{tier}: Long" for tier in range(1, TIERS + 1))
    actions = ", ".join(_quoted(name) for name in _names(policy))
    return (
        f"entity Agent = {{ cc?: {{ {levels} }}, er?: {{ {levels} }}, as?: {{ {levels} }}, "
        "ih?: Long };\n"
        "entity Account;\n"
        f"action {actions} appliesTo {{\n"
        "  principal: Agent,\n"
        "  resource: Account,\n"
        "  context: { amount: Long, exposure: Long, currency: String }\n"
        "};\n"
    )


def agent_entity(
    name: str, standing: Standing, policy: Policy, days: float = 0.0
) -> dict[str, Any]:
    """Return an agent's entity with its effective scores so many days after the audit.

    A missing dimension is left out, so that no permit applies.
    """
    factor = retained(policy.decay.rate_per_day, days)
    attributes: dict[str, Any] = {}
    for dimension in GATING:
        levels = standing.levels[dimension]
        if levels is not None:
            attributes[dimension] = {
                f"t{tier}": _billionths(level * factor) for tier, level in enumerate(levels, 1)
            }
    if standing.ih is not None:
        attributes["ih"] = _billionths(standing.ih)
    return {"uid": {"type": "Agent", "id": name}, "attrs": attributes, "parents": []}


def cedar_request(
    agent: str, action: str, *, amount: int, exposure: int, currency: str
) -> dict[str, Any]:
    """Return a request as cedarpy takes it; money in minor units."""
    return {
        "principal": f"Agent::{_quoted(agent)}",
        "action": f"Action::{_quoted(action)}",
        "resource": 'Account::"ledger"',
        "context": {"amount": amount, "exposure": exposure, "currency": currency},
    }


def _permit(policy: Policy, tier: int) -> str:
    actions = ", ".join(f"Action::{_quoted(name)}" for name in _actions(policy, tier))
    conditions = [
        f"principal has {name} && principal.{name}.t{tier} >= {_threshold(policy, name, tier)}"
        for name in GATING
    ]
    conditions.append(_hallucination(policy))
    conditions.append("context.amount >= 0")
    conditions.append(f"({' || '.join(_money(policy, tier))})")
    body = " &&\n  ".join(conditions)
    return (
        f'@id("T{tier}")\n'
        f"permit (\n  principal is Agent,\n  action in [{actions}],\n  resource is Account\n)\n"
        f"when {{\n  {body}\n}};\n"
    )


def _actions(policy: Policy, tier: int) -> list[str]:
    needed = {name: required_tier(policy, name) for name in _names(policy)}
    return [name for name, least in needed.items() if least is not None and least <= tier]


def _names(policy: Policy) -> list[str]:
    """Return every name that an action may be asked under, those of the paper's levels too."""
    named = [action.name for action in policy.actions]
    return named + [
        name
        for name in PAPER_LEVELS
        if name not in named and required_tier(policy, name) is not None
    ]


def _threshold(policy: Policy, name: str, tier: int) -> int:
    return _exact(policy.thresholds.of(name)[tier - 1], f"thresholds.{name}[{tier - 1}]")


def _hallucination(policy: Policy) -> str:
    if policy.ih.effect == "reaudit":
        return "principal has ih"
    return f"principal has ih && principal.ih >= {_exact(policy.ih.threshold, 'ih.threshold')}"


def _money(policy: Policy, tier: int) -> list[str]:
    found = []
    for currency, table in policy.ceilings.tables().items():
        share = int(policy.contracts.max_share * table[tier])
        found.append(
            f"(context.currency == {_quoted(currency)} && context.amount <= {share} && "
            f"context.exposure + context.amount <= {table[tier]})"
        )
    return found


def _billionths(value: float) -> int:
    return math.floor(Fraction(value) * SCALE) if _is_finer(value) else _whole(value)


def _is_finer(value: float) -> bool:
    return (Fraction(repr(value)) * SCALE).denominator != 1


def _whole(value: float) -> int:
    return int(Fraction(repr(value)) * SCALE)


def _exact(value: float, field: str) -> int:
    if _is_finer(value):
        raise InputError(f"{value!r} is finer than a billionth, which Cedar gets", field=field)
    return _whole(value)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
