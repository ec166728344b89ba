"""Pricing of ceilings with the risk calculator as the engine of the tail."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from functools import cache
from typing import TYPE_CHECKING

from governance.kernel.currency import MINOR_DIGITS
from governance.kernel.errors import InputError

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from governance.gate.policy import Policy
    from governance.gate.price import AgentPortfolio, Ceilings, PricedCeilings
    from governance.risk.scenario import Portfolio, Scenario

_SUFFIXES = {"K": 10**3, "M": 10**6, "B": 10**9}


def parse_appetite(text: str, currency: str) -> float:
    """Return an amount such as ``2M``, ``250000`` or ``1.5M USD`` in minor units."""
    number, _, code = text.replace(",", "").strip().partition(" ")
    if code and code != currency:
        raise InputError(f"the policy's currency is {currency}, not {code}", field="--appetite")
    factor = _SUFFIXES.get(number[-1:].upper(), 1)
    try:
        amount = Decimal(number[:-1] if factor > 1 else number) * factor
    except InvalidOperation:
        raise InputError(f"{text!r} is no amount", field="--appetite") from None
    if not amount.is_finite() or amount < 0:
        raise InputError(f"{text!r} is no amount of 0 or more", field="--appetite")
    return float(amount.scaleb(MINOR_DIGITS[currency]))


def read_agents(path: str) -> AgentPortfolio:
    """Read groups of agents from a file; raises InputError naming file, line and field."""
    from governance.gate.price import AgentPortfolio
    from governance.kernel.documents import read_document
    from governance.kernel.value import parse_document

    return parse_document(AgentPortfolio, read_document(path))


def stored_agents(
    session: Session, at: datetime, currency: str, failures_per_year: float
) -> AgentPortfolio:
    """Return the stored agents by the tier that each holds now, with an assumed failure rate."""
    from governance.gate.price import AgentPortfolio
    from governance.kernel.value import parse
    from governance.registry.standing import all_standings

    tiers = [standing.tier for standing in all_standings(session, at) if standing.tier > 0]
    if not tiers:
        raise InputError("no stored agent holds a tier above T0", hint="bring --groups FILE")
    groups = [
        {"tier": tier, "agents": tiers.count(tier), "failures_per_year": failures_per_year}
        for tier in sorted(set(tiers))
    ]
    return parse(AgentPortfolio, {"currency": currency, "groups": groups})


def priced(
    policy: Policy, agents: AgentPortfolio, appetite: float, level: float, base: str | None
) -> PricedCeilings:
    """Price a policy's ceilings for groups of agents; money in minor units."""
    from governance.gate.price import price_ceilings
    from governance.kernel.documents import read_document
    from governance.risk.quantify import check_level, quantify
    from governance.risk.scenario import Portfolio, read_scenario

    check_level(level)
    other = None if base is None else read_scenario(read_document(base).data, file=base)
    _same_currency(policy.ceilings.currency, agents.currency)
    digits = 10.0 ** MINOR_DIGITS[agents.currency]

    @cache
    def tail(ceilings: Ceilings) -> float:
        scenarios = _scenarios(agents, ceilings, digits, other)
        if not scenarios:
            return 0.0
        portfolio = Portfolio(
            currency=agents.currency, horizon_years=agents.horizon_years, scenarios=scenarios
        )
        answer = quantify(portfolio, levels=(level,), tolerance=1e-5, curve=False)
        tvar = next(iter(answer.tvar.values()))
        if tvar is None:
            raise InputError("the TVaR does not exist: a tail is too heavy", file=base)
        return tvar * digits

    return price_ceilings(
        policy.ceilings.minor_units, appetite, tail, currency=agents.currency, level=level
    )


def _same_currency(policy: str, groups: str) -> None:
    if policy != groups:
        raise InputError(
            f"the groups are in {groups}, the policy's ceilings in {policy}", field="currency"
        )


def _scenarios(
    agents: AgentPortfolio, ceilings: Ceilings, digits: float, other: Scenario | Portfolio | None
) -> tuple[Scenario, ...]:
    from governance.risk.quantify import scenarios_of
    from governance.risk.scenario import Scenario

    found: list[Scenario] = [] if other is None else list(scenarios_of(other))
    for index, group in enumerate(agents.groups):
        ceiling = ceilings[group.tier] / digits
        rate = group.agents * group.failures_per_year
        if ceiling == 0 or rate == 0:
            continue
        found.append(
            Scenario.model_validate(
                {
                    "id": f"agents-{index}-T{group.tier}",
                    "currency": agents.currency,
                    "frequency": {"type": "poisson", "mean": rate},
                    "severity": {
                        "type": "uniform",
                        "low": group.share_low * ceiling,
                        "high": group.share_high * ceiling,
                    },
                }
            )
        )
    return tuple(found)
