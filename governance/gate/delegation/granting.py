"""What stands against handing a part of one's authority down, besides what stands against all."""

from __future__ import annotations

from dataclasses import dataclass

from governance.gate.decide import Ask, Limit, Situation
from governance.gate.position import AgentPosition
from governance.gate.standing import Reason
from governance.kernel.money import shown


@dataclass(frozen=True)
class Child:
    """Who is to receive a sub-budget: its own standing and ``exposure`` (minor units).

    ``depth_below`` counts the levels of sub-budgets that hang below it already.
    """

    position: AgentPosition
    exposure: int
    has_principal: bool
    depth_below: int


def grant_refusals(node: Situation, child: Child, asked: Ask, limit: Limit) -> list[Reason]:
    """Return every reason against a sub-budget that the tree, the child or its siblings give."""
    return [
        *_tree_refusals(node, child),
        *_child_refusals(node, child, asked),
        *_overcommitted(node, asked, limit),
    ]


def _tree_refusals(node: Situation, child: Child) -> list[Reason]:
    found: list[Reason] = []
    name = child.position.name
    if child.position.id == node.position.id:
        found.append(Reason("cycle", None, "an agent cannot be its own principal"))
    elif any(link.parent.id == child.position.id for link in node.links):
        found.append(Reason("cycle", None, f"{name} stands above {node.position.name}"))
    elif child.has_principal:
        found.append(Reason("has_principal", None, f"{name} has a principal already"))
    deepest = min(
        [node.position.policy.delegation.max_depth]
        + [link.parent.policy.delegation.max_depth for link in node.links]
    )
    depth = len(node.links) + 1 + child.depth_below
    if depth > deepest:
        found.append(Reason("too_deep", None, f"{depth} levels, the policy allows {deepest}"))
    return found


def _child_refusals(node: Situation, child: Child, asked: Ask) -> list[Reason]:
    """The delegate must hold authority itself: nobody launders a tier through a child."""
    name = child.position.name
    barred = child.position.barred(node.at)
    if barred is not None:
        return [Reason(f"child_{barred.code}", None, barred.message)]
    tier, ceiling = child.position.forward(node.at, asked.until, node.currency)
    if tier == 0 or ceiling == 0:
        return [Reason("child_tier", None, f"{name} stands at T{tier} until the deadline")]
    if child.exposure > ceiling:
        return [Reason("child_over_ceiling", None, f"{name} is over its own ceiling")]
    if asked.amount > ceiling:
        message = f"{name} itself may put at most {shown(ceiling, node.currency)} at risk"
        return [Reason("child_ceiling", None, message)]
    return []


def _overcommitted(node: Situation, asked: Ask, limit: Limit) -> list[Reason]:
    used, rule = node.used, node.position.policy.delegation
    own = limit.ceiling - used.penalties - used.spent - used.reserved
    row = node.sub_budget
    if row is not None:
        own = min(own, row.amount - row.penalties - row.spent - row.reserved)
    most = int(rule.overcommit * max(0, own))
    if used.delegated + asked.amount <= most or rule.overcommit == 1:
        return []
    message = f"all children together get at most {shown(most, node.currency)}"
    return [Reason("overcommit", None, message)]
