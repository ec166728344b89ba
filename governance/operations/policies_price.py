"""Ceilings that a portfolio's tail allows: the gate's prices from the calculator's figures."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Annotated

from pydantic import Field

from governance.gate.price import AgentPortfolio, Ceilings, PricedCeilings, Tail, price_ceilings
from governance.kernel.currency import MINOR_DIGITS
from governance.kernel.errors import InputError
from governance.kernel.value import Value, parse, parse_document
from governance.operations.policies import GroupField, OptionalPolicyFile, policy_of
from governance.operations.requests import TextFile
from governance.operations.work import Reading
from governance.risk.quantify import check_level, quantify, scenarios_of
from governance.risk.scenario import Portfolio, Scenario, subject_of

_SUFFIXES = {"K": 10**3, "M": 10**6, "B": 10**9}
_TOLERANCE = 1e-5


class PriceQuestion(Value):
    """A policy whose ceilings are to be scaled, and the agents under it."""

    file: OptionalPolicyFile = None
    appetite: Annotated[str, Field(description="Largest TVaR, for example 2M or 250000.")]
    groups: Annotated[
        TextFile | None, Field(description="Agents by tier; the stored agents if left out.")
    ] = None
    failures_per_year: Annotated[
        float, Field(ge=0, description="Assumed for each stored agent; groups bring their own.")
    ] = 1.0
    level: Annotated[float, Field(description="Level of the TVaR, inside (0, 1).")] = 0.99
    base: Annotated[TextFile | None, Field(description="Other risks: a scenario or portfolio.")] = (
        None
    )
    group: GroupField = "default"


def price(work: Reading, request: PriceQuestion) -> PricedCeilings:
    """Find the ceilings for which the portfolio's TVaR stays within the appetite.

    The policy's ceilings give the shape and one factor scales them. The failures of each group
    are Poisson, the loss of each is spread evenly over the shares of the ceiling given.
    """
    policy = policy_of(work, request.file, request.group)
    currency = policy.ceilings.currency
    appetite = appetite_of(request.appetite, currency)
    agents = _agents(work, request, currency)
    check_level(request.level, "level")
    base = None if request.base is None else subject_of(request.base.document())
    if agents.currency != currency:
        raise InputError(
            f"the groups are in {agents.currency}, the policy's ceilings in {currency}",
            field="currency",
        )
    tail = _tail(agents, request.level, base, request.base)
    shape = policy.ceilings.minor_units
    return price_ceilings(shape, appetite, tail, currency=currency, level=request.level)


def appetite_of(text: str, currency: str) -> float:
    """Return an amount such as ``2M``, ``250000`` or ``1.5M USD`` in minor units."""
    number, _, code = text.replace(",", "").strip().partition(" ")
    if code and code != currency:
        raise InputError(f"the policy's currency is {currency}, not {code}", field="appetite")
    factor = _SUFFIXES.get(number[-1:].upper(), 1)
    try:
        amount = Decimal(number[:-1] if factor > 1 else number) * factor
    except InvalidOperation:
        raise InputError(f"{text!r} is no amount", field="appetite") from None
    if not amount.is_finite() or amount < 0:
        raise InputError(f"{text!r} is no amount of 0 or more", field="appetite")
    return float(amount.scaleb(MINOR_DIGITS[currency]))


def _agents(work: Reading, request: PriceQuestion, currency: str) -> AgentPortfolio:
    if request.groups is not None:
        return parse_document(AgentPortfolio, request.groups.document())
    found = _stored_agents(work, currency, request.failures_per_year)
    work.remark(f"assumed: each stored agent fails {request.failures_per_year:g} times a year")
    return found


def _stored_agents(work: Reading, currency: str, failures_per_year: float) -> AgentPortfolio:
    """Return the stored agents by the tier that each holds now, with an assumed failure rate."""
    from governance.registry.standing import all_standings

    standings = all_standings(work.session, work.moment())
    tiers = [standing.tier for standing in standings if standing.tier > 0]
    if not tiers:
        raise InputError("no stored agent holds a tier above T0", hint="bring --groups FILE")
    groups = [
        {"tier": tier, "agents": tiers.count(tier), "failures_per_year": failures_per_year}
        for tier in sorted(set(tiers))
    ]
    return parse(AgentPortfolio, {"currency": currency, "groups": groups})


def _tail(
    agents: AgentPortfolio,
    level: float,
    base: Scenario | Portfolio | None,
    file: TextFile | None,
) -> Tail:
    """Return the TVaR in minor units as a function of the ceilings."""
    digits = 10.0 ** MINOR_DIGITS[agents.currency]
    others = () if base is None else scenarios_of(base)

    @cache
    def tail(ceilings: Ceilings) -> float:
        scenarios = (*others, *_scenarios(agents, ceilings, digits))
        if not scenarios:
            return 0.0
        portfolio = Portfolio(
            currency=agents.currency, horizon_years=agents.horizon_years, scenarios=scenarios
        )
        answer = quantify(portfolio, levels=(level,), tolerance=_TOLERANCE, curve=False)
        tvar = next(iter(answer.tvar.values()))
        if tvar is None:
            source = None if file is None else file.name
            raise InputError("the TVaR does not exist: a tail is too heavy", file=source)
        return tvar * digits

    return tail


def _scenarios(agents: AgentPortfolio, ceilings: Ceilings, digits: float) -> list[Scenario]:
    found: list[Scenario] = []
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
    return found
