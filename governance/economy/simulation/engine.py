"""One day after the other: audits, tiers, contracts, settlements; all agents at once.

The gate is the policy's: tier = min over dimensions of the step function of the certified scores,
decayed by exp(-lambda t); a contract's penalty is granted only under the ceiling. The market, the
behaviours and the chance of success are a model, and its numbers are for comparison only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from governance.economy.simulation.population import Population, make_population
from governance.economy.simulation.settings import STRATEGIES, Settings
from governance.gate.decay import retained
from governance.gate.dimensions import GATING
from governance.gate.policy import Policy

Floats = NDArray[np.float64]
AUDIT_NOISE = 0.02
EFFORT = 0.01  # of what is missing to 1, a day
DRIFT = 0.002  # of true robustness, a day
# Chance of success: robustness and capability count the same, so that what one pays more than the
# other comes from the gate and the market alone.
SURE, SKILL = 0.55, 0.225
AUDIT_COST = 0.05  # of the ceiling of T1


@dataclass(frozen=True)
class Run:
    """What happened; series have one value a day.

    ``over_by_decay`` counts agent-days with more at risk than the ceiling although no audit had
    lowered it, ``over_by_audit`` those while an audit that did was younger than a contract's term;
    ``worst_ratio`` is the largest exposure over ceiling of the former kind. ``below_floor`` counts
    authorisations that took safety below the floor. Money is in the policy's minor units.
    """

    settings: Settings
    safety: Floats
    true_safety: Floats  # by true scores instead of certified ones
    exposure: Floats
    ceiling: Floats
    tiers: Floats  # days x 6 shares of the agents that are there
    earned: Floats  # days x strategies, mean per agent so far
    agents: Floats
    over_by_decay: int
    over_by_audit: int
    worst_ratio: float
    below_floor: int
    refused_by_floor: int
    population: Population


class Economy:
    """The moving parts of one run."""

    def __init__(self, settings: Settings, policy: Policy) -> None:
        self.settings, self.policy = settings, policy
        self.generator = np.random.default_rng(settings.seed)
        self.people = make_population(settings, self.generator)
        self.ceilings = np.array(policy.ceilings.minor_units, dtype=np.float64)
        # Whole minor units, exact in any float.
        self.stakes = np.floor(settings.market.stake * self.ceilings)
        self.thresholds = [
            np.array(policy.thresholds.of(name), dtype=np.float32) for name in GATING
        ]
        rates = (0.0, *policy.reaudit.rates_per_day)
        self.audit_rates = np.array(rates, dtype=np.float32)
        self.decay = policy.decay.rate_per_day
        count, term = settings.agents, settings.market.term_days
        self.due = np.zeros((term, count), dtype=np.float32)  # penalties by the day they end
        self.due_tier = np.zeros((term, count), dtype=np.int8)
        self.lowered = np.full(count, -np.inf, dtype=np.float32)  # day of a lowering audit
        self.tier = np.zeros(count, dtype=np.int8)
        self.worst = 0.0
        self.last_term_factor = retained(self.decay, term)

    def tiers_at(self, factor: NDArray[np.float32] | float) -> NDArray[np.int8]:
        """Return the tiers of all agents with their certified scores times a factor."""
        found: NDArray[np.int8] | None = None
        for scores, thresholds in zip(self.people.certified, self.thresholds, strict=True):
            reached = np.searchsorted(thresholds, scores * factor, side="right").astype(np.int8)
            found = reached if found is None else np.minimum(found, reached)
        assert found is not None  # noqa: S101 - there are three dimensions
        return self._as_chain(found)

    def _as_chain(self, tier: NDArray[np.int8]) -> NDArray[np.int8]:
        """Give colluding groups the tier of their chain: the weakest, or (others) the strongest."""
        people = self.people
        members = people.strategy == STRATEGIES.index("colluder")
        if not members.any():
            return tier
        group = people.group[members]
        first = group.min()
        chain = np.full(group.max() - first + 1, 9 if self.settings.chain == "weakest" else 0)
        combine = np.minimum if self.settings.chain == "weakest" else np.maximum
        combine.at(chain, group - first, tier[members])
        tier[members] = chain[group - first]
        return tier

    def day(self, day: int) -> tuple[int, int, int, int]:
        """Live one day; returns (over by decay, over by audit, below floor, refused by floor)."""
        people = self.people
        present = people.enters <= day
        self._settle(day)
        self._audit(day, present)
        factor = retained(self.decay, day - people.certified_day).astype(np.float32)
        self.tier = np.where(present, self.tiers_at(factor), 0).astype(np.int8)
        self._invest()
        ceiling = self.ceilings[self.tier]
        over = people.exposure > ceiling + 1e-6
        audited = day - self.lowered <= self.settings.market.term_days
        by_audit = int(np.count_nonzero(over & audited))
        by_decay = int(np.count_nonzero(over)) - by_audit
        known = (ceiling > 0) & ~audited
        self.worst = max(
            self.worst, float((people.exposure[known] / ceiling[known]).max(initial=0))
        )
        forward = self.settings.rule == "forward"
        allowed = (
            self.ceilings[self.tiers_at(factor * self.last_term_factor)] if forward else ceiling
        )
        below, refused = self._contract(day, present, allowed, factor)
        return by_decay, by_audit, below, refused

    def _settle(self, day: int) -> None:
        """End the contracts of the day: reward or penalty, and the exposure with it."""
        people, market = self.people, self.settings.market
        slot = day % market.term_days
        stake = self.due[slot]
        ends = np.flatnonzero(stake)
        if ends.size == 0:
            return
        weakest = people.true[:, ends].min(axis=0)
        success = SURE + SKILL * (weakest + people.capability[ends])
        won = self.generator.random(ends.size, dtype=np.float32) < success
        premium = np.array((0.0, *market.premium))[self.due_tier[slot, ends]]
        people.earnings[ends] += np.where(won, premium, -1.0) * stake[ends]
        people.exposure[ends] -= stake[ends]
        stake[ends] = 0.0

    def _audit(self, day: int, present: NDArray[np.bool_]) -> None:
        """Audit entrants, those drawn by the hazard of their tier, and those that ask."""
        people = self.people
        rate = self.audit_rates[self.tier] + people.traits.renewal
        drawn = self.generator.random(rate.size, dtype=np.float32) < -np.expm1(-rate)
        audited = np.flatnonzero(present & (drawn | np.isneginf(people.certified_day)))
        if audited.size == 0:
            return
        noise = self.generator.normal(0, AUDIT_NOISE, size=(3, audited.size))
        measured = people.true[:, audited] + noise + people.traits.inflation[audited]
        caught = self.generator.random(audited.size) < self.settings.detection
        measured[:, caught & (people.traits.inflation[audited] > 0)] = 0.0
        age = day - people.certified_day[audited]
        before = people.certified[:, audited] * retained(self.decay, age)
        people.certified[:, audited] = np.clip(measured, 0.0, 1.0)
        people.certified_day[audited] = day
        people.earnings[audited] -= AUDIT_COST * self.ceilings[1]
        self._note_lowered(day, audited[(people.certified[:, audited] < before).any(axis=0)])

    def _note_lowered(self, day: int, agents: NDArray[np.int64]) -> None:
        """Remember whom an audit lowered; of a colluding group it lowers every member."""
        people = self.people
        self.lowered[agents] = day
        members = people.strategy == STRATEGIES.index("colluder")
        groups = np.unique(people.group[agents[members[agents]]])
        if groups.size:
            self.lowered[members & np.isin(people.group, groups)] = day

    def _invest(self) -> None:
        """Let true scores drift down and effort lift them, and capability with the rest of it."""
        if self.settings.static:
            return
        people, traits = self.people, self.people.traits
        gain = EFFORT * traits.robust
        low = people.true.min(axis=0)
        for scores in people.true:
            share = np.where(traits.weakest_first, np.where(scores <= low, 3.0 * gain, 0.0), gain)
            scores += (share * (1.0 - scores) - DRIFT * scores).astype(np.float32)
        people.capability += (EFFORT * (1.0 - traits.robust)) * (1.0 - people.capability)

    def _contract(
        self,
        day: int,
        present: NDArray[np.bool_],
        allowed: Floats,
        factor: NDArray[np.float32],
    ) -> tuple[int, int]:
        """Give each tier's contracts to those that ask for them and may; at most one a day."""
        people = self.people
        chance = self.generator.random(people.exposure.size, dtype=np.float32)
        asking = present & (self.tier > 0) & (chance < people.traits.appetite)
        candidates = self._one_of_each_sybil(np.flatnonzero(asking))
        chosen, tiers = self._market(candidates, int(np.count_nonzero(present)), allowed)
        below, refused = 0, 0
        if self.settings.floor is not None:
            kept, below, refused = self._under_floor(chosen, self.stakes[tiers], factor)
            chosen, tiers = chosen[kept], tiers[kept]
        slot = day % self.settings.market.term_days
        people.exposure[chosen] += self.stakes[tiers]
        self.due[slot, chosen] = self.stakes[tiers]
        self.due_tier[slot, chosen] = tiers
        return below, refused

    def _market(
        self, candidates: NDArray[np.int64], present: int, allowed: Floats
    ) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
        """Draw who gets the contracts of each tier, from the best paid down.

        A contract's tier is the least it asks for: who stands higher may take it too, where its
        penalty still fits. Returns the agents with the tiers of their contracts.
        """
        waiting = self.generator.permutation(candidates)
        held = self._counted(waiting)
        taken, tiers = [], []
        for tier in range(len(self.stakes) - 1, 0, -1):
            may = self.tier[waiting] >= tier
            may &= held + self.stakes[tier] <= allowed[waiting]
            places = np.flatnonzero(may)[: int(self.settings.market.demand[tier - 1] * present)]
            taken.append(waiting[places])
            tiers.append(np.full(places.size, tier, dtype=np.int8))
            left = np.ones(waiting.size, dtype=np.bool_)
            left[places] = False
            waiting, held = waiting[left], held[left]
        return np.concatenate(taken), np.concatenate(tiers)

    def _counted(self, agents: NDArray[np.int64]) -> Floats:
        """Return what counts against each agent's ceiling: of sybils, what all of them hold."""
        people = self.people
        held: Floats = people.exposure[agents]
        sybil = people.strategy == STRATEGIES.index("sybil")
        if sybil.any():
            groups = np.bincount(people.group[sybil], weights=people.exposure[sybil])
            masks = sybil[agents]
            held[masks] = groups[people.group[agents[masks]]]
        return held

    def _one_of_each_sybil(self, candidates: NDArray[np.int64]) -> NDArray[np.int64]:
        """Let one identity of each principal ask on a day, so that their sum can be compared."""
        people = self.people
        sybil = people.strategy[candidates] == STRATEGIES.index("sybil")
        if not sybil.any():
            return candidates
        mine = candidates[sybil]
        mine = mine[np.unique(people.group[mine], return_index=True)[1]]
        return np.concatenate([candidates[~sybil], mine])

    def _under_floor(
        self, chosen: NDArray[np.int64], stakes: Floats, factor: NDArray[np.float32]
    ) -> tuple[NDArray[np.int64], int, int]:
        """Refuse what would take S below the floor, the safest asked first.

        Returns (places in ``chosen`` that are granted, authorisations below, refusals).
        """
        floor = self.settings.floor or 0.0
        weakest = self._weakest(factor)
        order = np.argsort(-weakest[chosen], kind="stable")
        exposure = self.people.exposure
        total = exposure.sum() + np.cumsum(stakes[order])
        unsafe = (exposure * (1 - weakest)).sum()
        unsafe = unsafe + np.cumsum(stakes[order] * (1 - weakest[chosen[order]]))
        bad = np.flatnonzero(1 - unsafe / total < floor)
        keep = order if bad.size == 0 else order[: bad[0]]
        after = 1 - unsafe[: keep.size] / total[: keep.size]
        return keep, int(np.count_nonzero(after < floor)), order.size - keep.size

    def _weakest(self, factor: NDArray[np.float32]) -> Floats:
        weakest: Floats = self.people.certified.min(axis=0).astype(np.float64) * factor
        return weakest

    def safety(self, day: int) -> tuple[float, float]:
        """Return S = 1 - sum E (1 - weakest) / sum E; NaN where nothing is at risk.

        First by the certified scores after decay, which is all that a gate knows, then by the
        true ones, which cheaters keep from it.
        """
        exposure = self.people.exposure
        total = exposure.sum()
        if total <= 0:
            return float("nan"), float("nan")
        factor = retained(self.decay, day - self.people.certified_day).astype(np.float32)
        known, true = self._weakest(factor), self.people.true.min(axis=0)
        by_known, by_true = (
            float(1 - (exposure * (1 - low)).sum() / total) for low in (known, true)
        )
        return by_known, by_true


def simulate(settings: Settings, policy: Policy) -> Run:
    """Run one economy; the same settings and policy give the same run."""
    economy, days = Economy(settings, policy), settings.days
    people = economy.people
    names = len(STRATEGIES)
    sizes = np.maximum(1, np.bincount(people.strategy, minlength=names))
    safety, true, exposure, ceiling, agents = (np.full(days, np.nan) for _ in range(5))
    tiers, earned = np.zeros((days, 6)), np.zeros((days, names))
    counts = np.zeros(4, dtype=np.int64)
    for day in range(days):
        counts += economy.day(day)
        present = int(np.count_nonzero(people.enters <= day))
        ceilings = economy.ceilings[economy.tier]
        (safety[day], true[day]), exposure[day] = economy.safety(day), people.exposure.sum()
        ceiling[day], agents[day] = ceilings.sum(), present
        there = economy.tier[people.enters <= day]
        tiers[day] = np.bincount(there, minlength=6) / max(1, present)
        sums = np.bincount(people.strategy, weights=people.earnings, minlength=names)
        earned[day] = sums / sizes
    return Run(
        settings=settings,
        safety=safety,
        true_safety=true,
        exposure=exposure,
        ceiling=ceiling,
        tiers=tiers,
        earned=earned,
        agents=agents,
        over_by_decay=int(counts[0]),
        over_by_audit=int(counts[1]),
        worst_ratio=economy.worst,
        below_floor=int(counts[2]),
        refused_by_floor=int(counts[3]),
        population=people,
    )
