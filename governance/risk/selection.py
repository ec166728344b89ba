"""The best set of controls under a budget."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from typing import Literal

from governance.kernel.errors import InputError
from governance.kernel.value import Value
from governance.risk.compound import total_law
from governance.risk.quantify import check_level
from governance.risk.scenario import Portfolio, Scenario
from governance.risk.treatment import Control, check_controls, treated_model

Objective = Literal["net_benefit", "mean", "tvar"]
EXACT_MEAN = 16  # controls up to which every affordable set is tried
EXACT_TAIL = 10  # the same where each set needs a transform


class Selection(Value):
    """The chosen controls, what they cost and leave, and how the choice was made."""

    controls: tuple[str, ...]
    cost: float
    objective: Objective
    value: float
    value_without: float
    exact: bool
    sets_tried: int
    method: str


def select_controls(
    subject: Scenario | Portfolio,
    controls: Sequence[Control],
    budget: float,
    *,
    objective: Objective = "net_benefit",
    level: float = 0.99,
) -> Selection:
    """Return the set of controls with the lowest value of the objective within the budget.

    ``net_benefit`` minimises mean loss plus cost over the horizon, ``mean`` the mean loss,
    ``tvar`` the TVaR at ``level``. Up to 16 controls (10 for TVaR) every affordable set is tried.
    Beyond, the heuristic adds the control with the best gain for its cost, then swaps pairs while
    that helps; it can miss sets whose controls need each other. Costs are per year.
    """
    if not 0.0 <= budget < math.inf:
        raise InputError(f"a budget of {budget:g} is no use", field="budget")
    check_level(level)
    check_controls(subject, controls)
    value = _Valuation(subject, objective, level)
    affordable = [control for control in controls if control.annual_cost <= budget]
    few = len(affordable) <= (EXACT_TAIL if objective == "tvar" else EXACT_MEAN)
    best = (
        min(_affordable_sets(affordable, budget), key=value)
        if few
        else _greedy(affordable, budget, value)
    )
    return Selection(
        controls=tuple(control.id for control in best),
        cost=_cost(best),
        objective=objective,
        value=value(best),
        value_without=value(()),
        exact=few,
        sets_tried=value.calls,
        method="every affordable set" if few else "greedy by gain for cost, then pair swaps",
    )


class _Valuation:
    """The objective of a set of controls, remembered."""

    def __init__(self, subject: Scenario | Portfolio, objective: Objective, level: float) -> None:
        self._subject = subject
        self._objective = objective
        self._level = level
        self._known: dict[tuple[str, ...], float] = {}
        base = subject.model()
        if math.isinf(base.mean):
            raise InputError("the mean does not exist: give the severity a cap", field="severity")

    @property
    def calls(self) -> int:
        return len(self._known)

    def __call__(self, chosen: Sequence[Control]) -> float:
        key = tuple(sorted(control.id for control in chosen))
        if key not in self._known:
            self._known[key] = self._value(chosen)
        return self._known[key]

    def _value(self, chosen: Sequence[Control]) -> float:
        model = treated_model(self._subject, chosen)
        if self._objective == "mean":
            return model.mean
        if self._objective == "net_benefit":
            return model.mean + _cost(chosen) * self._subject.years
        (tail,) = total_law(model, tolerance=1e-6).tails([self._level])
        return math.inf if tail.tvar is None else tail.tvar.value


def _cost(chosen: Iterable[Control]) -> float:
    return math.fsum(control.annual_cost for control in chosen)


def _affordable_sets(controls: Sequence[Control], budget: float) -> Iterable[tuple[Control, ...]]:
    for size in range(len(controls) + 1):
        for chosen in combinations(controls, size):
            if _cost(chosen) <= budget * (1.0 + 1e-12):
                yield chosen


def _greedy(
    controls: Sequence[Control],
    budget: float,
    value: Callable[[Sequence[Control]], float],
) -> tuple[Control, ...]:
    chosen: list[Control] = []
    while True:
        free = [
            control
            for control in controls
            if control not in chosen and _cost(chosen) + control.annual_cost <= budget
        ]
        now = value(chosen)
        gains = [(now - value([*chosen, c])) / max(c.annual_cost, 1e-9) for c in free]
        if not gains or max(gains) <= 0.0:
            break
        chosen.append(free[gains.index(max(gains))])
    return _swapped(chosen, controls, budget, value)


def _swapped(
    chosen: list[Control],
    controls: Sequence[Control],
    budget: float,
    value: Callable[[Sequence[Control]], float],
) -> tuple[Control, ...]:
    improved = True
    while improved:
        improved = False
        for index in range(len(chosen)):
            for other in controls:
                tried = [*chosen[:index], other, *chosen[index + 1 :]]
                if other in chosen or _cost(tried) > budget:
                    continue
                if value(tried) < value(chosen) * (1.0 - 1e-12):
                    chosen, improved = tried, True
    return tuple(chosen)
