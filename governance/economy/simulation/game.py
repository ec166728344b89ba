"""Incentives as a game: what each strategy earns among each other, best responses, equilibria."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from governance.economy.simulation.bands import Band, band
from governance.economy.simulation.engine import simulate
from governance.economy.simulation.settings import STRATEGIES, Settings
from governance.gate.policy import Policy
from governance.kernel.value import Value

PLAYERS = STRATEGIES[:5]  # the paper's five
MUTANTS = 0.1
Matrix = NDArray[np.float64]


class Game(Value):
    """A symmetric game: row strategy among column strategy.

    ``payoff`` is the mean earning per agent, ``spread`` the standard deviation of what a single
    agent earns: the risk that it bears itself, which does not shrink with the population.
    ``best`` names the best response to each column and ``margin`` by how much it is better than the
    second, with its band over seeds. ``nash`` and ``risk_averse`` list the symmetric equilibria as
    shares of the strategies; the latter those of payoff - aversion * spread (the mean-deviation
    reading of risk-averse equilibria, arXiv 2205.15434 in spirit).
    """

    strategies: tuple[str, ...]
    payoff: tuple[tuple[float, ...], ...]
    spread: tuple[tuple[float, ...], ...]
    best: dict[str, str]
    margin: dict[str, Band]
    aversion: float
    nash: tuple[dict[str, float], ...]
    risk_averse: tuple[dict[str, float], ...]

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return self.model_dump(mode="json")


def play(settings: Settings, policy: Policy, seeds: int, aversion: float = 1.0) -> Game:
    """Return the game in which a tenth of the population plays the row, the rest the column."""
    count = len(PLAYERS)
    earned, spread = np.zeros((count, count, seeds)), np.zeros((count, count))
    for row, mine in enumerate(PLAYERS):
        for column, theirs in enumerate(PLAYERS):
            mix = {mine: 1.0} if mine == theirs else {mine: MUTANTS, theirs: 1 - MUTANTS}
            single = [_earnings(settings, policy, mix, row, seed) for seed in range(seeds)]
            earned[row, column] = [each.mean() for each in single]
            spread[row, column] = np.concatenate(single).std()
    payoff = earned.mean(axis=2)
    order = payoff.argsort(axis=0)[::-1]  # of each column, the best first
    return Game(
        strategies=PLAYERS,
        payoff=_rows(payoff),
        spread=_rows(spread),
        best={name: PLAYERS[order[0, column]] for column, name in enumerate(PLAYERS)},
        margin={
            name: band(list(earned[order[0, column], column] - earned[order[1, column], column]))
            for column, name in enumerate(PLAYERS)
        },
        aversion=aversion,
        nash=tuple(map(_named, symmetric_equilibria(payoff))),
        risk_averse=tuple(map(_named, symmetric_equilibria(payoff - aversion * spread))),
    )


def _earnings(
    settings: Settings, policy: Policy, mix: dict[str, float], row: int, seed: int
) -> Matrix:
    """Return what each agent of a strategy earned in one run."""
    played = settings.model_copy(update={"mix": mix, "seed": settings.seed + seed})
    people = simulate(played, policy).population
    mine: Matrix = people.earnings[people.strategy == row]
    return mine if mine.size else np.zeros(1)


def symmetric_equilibria(payoff: Matrix) -> list[Matrix]:
    """Return the symmetric Nash equilibria, one a support, the smallest supports first.

    Every finite symmetric game has one (Nash, 1951). On a support S its shares x solve
    (A x)_i = v for i in S, sum x = 1; no strategy outside may earn more than v.
    """
    count = payoff.shape[0]
    scale = max(1.0, float(np.abs(payoff).max()))
    found: list[Matrix] = []
    for size in range(1, count + 1):
        for support in combinations(range(count), size):
            shares = _on_support(payoff / scale, support)
            if shares is not None and not any(np.allclose(shares, one) for one in found):
                found.append(shares)
    return found


def _on_support(payoff: Matrix, support: tuple[int, ...]) -> Matrix | None:
    size, index = len(support), np.array(support)
    system = np.zeros((size + 1, size + 1))
    system[:size, :size] = payoff[np.ix_(index, index)]
    system[:size, size], system[size, :size] = -1.0, 1.0
    right = np.zeros(size + 1)
    right[size] = 1.0
    found, *_ = np.linalg.lstsq(system, right, rcond=None)
    if np.abs(system @ found - right).max() > 1e-9 or (found[:size] < -1e-12).any():
        return None
    shares = np.zeros(payoff.shape[0])
    shares[index] = np.clip(found[:size], 0.0, 1.0)
    return shares if (payoff @ shares).max() <= found[size] + 1e-9 else None


def _rows(matrix: Matrix) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(round(float(value), 4) for value in row) for row in matrix)


def _named(shares: Matrix) -> dict[str, float]:
    return {name: round(float(share), 6) for name, share in zip(PLAYERS, shares, strict=True)}
