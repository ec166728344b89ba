"""Vectors and policies that several tests of the gate share."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from governance.gate.decide import Ask, Limit, Situation, Used, refusals
from governance.gate.policy import Policy, default_policy
from governance.gate.position import AgentPosition, Certified, view_of
from governance.gate.standing import Reason, Standing, standing_of
from governance.gate.vector import RobustnessVector


def vector(cc: float, er: float, as_: float, ih: float = 1.0, **more: Any) -> RobustnessVector:
    return RobustnessVector.model_validate({"cc": cc, "er": er, "as": as_, "ih": ih, **more})


def standing(
    cc: float, er: float, as_: float, ih: float = 1.0, policy: Policy | None = None
) -> Standing:
    return standing_of(vector(cc, er, as_, ih), policy or default_policy(), "point")


def changed(**sections: dict[str, Any]) -> Policy:
    """Return the default policy with some fields of some sections replaced."""
    data = default_policy().model_dump()
    for name, fields in sections.items():
        data[name].update(fields)
    return Policy.model_validate(data)


AUDIT = datetime(2026, 1, 1, tzinfo=UTC)


def after(days: float) -> datetime:
    """Return the moment so many days after the audit."""
    return AUDIT + timedelta(days=days)


def position(some: Standing, *policies: Policy, due_after: float | None = None) -> AgentPosition:
    """Return an agent audited at `AUDIT`: the policy in force first, its own last."""
    seen = policies or (default_policy(),)
    views = tuple(view_of(some, policy) for policy in seen)
    certified = Certified("certification", AUDIT, views[-1].tier(0), None, views, due_after)
    return AgentPosition("agent", "bot", "active", seen[0], certified)


def decided(
    where: AgentPosition,
    amount: int,
    *,
    at: float = 0.0,
    until: float = 0.0,
    used: Used | int = 0,
    action: str = "microtask",
    currency: str = "USD",
) -> tuple[Limit, list[Reason]]:
    """Return (limit, reasons against) of one request by an agent on its own; days since `AUDIT`."""
    counts = Used(reserved=used) if isinstance(used, int) else used
    situation = Situation(where, currency, after(at), counts, ())
    asked = Ask(amount, action, after(until))
    limit = situation.limit(asked.until)
    return limit, refusals(situation, asked, limit)
