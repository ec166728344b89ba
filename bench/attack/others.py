"""The same attacks against models of the rules that others use, in memory and without a race.

Each model is the rule as its code or text says, stripped of the rest:
- per contract: each contract's penalty is compared with the tier's ceiling, never their sum (the
  author's port to Solana, `accept_contract.rs` of rb125/cgae_solana; its port to Ethereum sums).
  Left out: the agent deposits the penalty, and its stored tier does not decay; ours does here;
- after the spend: the cost is recorded once the action is done, and beyond the hard cap the next
  one is blocked, which the text calls an overshoot of one action (Microsoft's agent governance
  toolkit, ADR 0012). Left out: the soft cap's alerts and the window that rolls. The race is ours:
  the text says nothing of actions at the same time;
- per step: the paper's reference implementation (rb125/cgae): penalties only, a task certifies
  anew (`task_update`) and with it the decay clock, delegation one hop deep without sub-budgets.
The overspend is the most money at risk or spent at once, above the ceiling, in per cent of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

CEILING = 10_000.0
RACERS = 16


@dataclass
class PerContract:
    """Every single amount is compared with the ceiling."""

    at_risk: float = 0.0

    def ask(self, amount: float, certified_days: float = 0.0) -> bool:
        granted = amount <= CEILING * _level(certified_days)
        self.at_risk += amount * granted
        return granted

    def give_back(self, amount: float) -> None:
        self.at_risk -= amount

    def renew(self) -> bool:
        return False


@dataclass
class AfterTheSpend:
    """The spend is recorded first; only the next call sees that it was too much."""

    at_risk: float = 0.0

    def ask(self, amount: float, certified_days: float = 0.0) -> bool:
        del certified_days
        if self.at_risk >= CEILING:
            return False
        self.at_risk += amount
        return True

    def give_back(self, amount: float) -> None:
        self.at_risk = max(0.0, self.at_risk - amount)

    def renew(self) -> bool:
        return False


@dataclass
class PerStep:
    """Penalties add up, but what is spent leaves, and a task renews the certification."""

    at_risk: float = 0.0
    spent: float = 0.0
    renewals: int = field(default=0)

    def ask(self, amount: float, certified_days: float = 0.0) -> bool:
        if self.at_risk + amount > CEILING * _level(certified_days):
            return False
        self.at_risk += amount
        return True

    def give_back(self, amount: float) -> None:
        self.at_risk = max(0.0, self.at_risk - amount)

    def renew(self) -> bool:
        self.renewals += 1
        return True


Rule = PerContract | AfterTheSpend | PerStep
RULES: dict[str, type[Rule]] = {
    "per contract": PerContract,
    "after the spend": AfterTheSpend,
    "per step": PerStep,
}


def attack_others() -> dict[str, dict[str, float]]:
    """Return {rule: {attack: worst overspend in per cent}}."""
    return {
        name: {label: attack(rule) for label, attack in _ATTACKS.items()}
        for name, rule in RULES.items()
    }


def _level(days: float) -> float:
    """The share of the ceiling that is left after decay: T3 of 0.79 falls to T2, T1, T0."""
    score = 0.79 * math.exp(-0.01 * days)
    return next(
        (share for share, least in ((1.0, 0.65), (0.1, 0.5), (0.01, 0.3)) if score >= least), 0.0
    )


def _over(amount: float, ceiling: float = CEILING) -> float:
    return max(0.0, 100.0 * (amount - ceiling) / ceiling)


def _race(rule: type[Rule]) -> float:
    """Sixteen clients read the state before any of them has written."""
    seen = [rule() for _ in range(RACERS)]
    return _over(sum(CEILING for one in seen if one.ask(CEILING)))


def _split(rule: type[Rule]) -> float:
    """Sixteen children; none of the three has sub-budgets, so each child has a whole one."""
    return _over(sum(CEILING for _ in range(16) if rule().ask(CEILING)))


def _launder(rule: type[Rule]) -> float:
    """A root and two delegates under it, each with a full ceiling of its own."""
    return _over(sum(CEILING for _ in range(3) if rule().ask(CEILING)))


def _decay(rule: type[Rule]) -> float:
    """A small task a day for 120 days, then the whole; the true ceiling is then that of T0..T1."""
    state, certified = rule(), 0.0
    for day in range(1, 121):
        if state.ask(1.0, day - certified):
            state.give_back(1.0)
            if state.renew():
                certified = float(day)
    granted = state.ask(CEILING, 120 - certified)
    return _over(CEILING * granted, CEILING * max(_level(120), 0.01))


def _game(rule: type[Rule]) -> float:
    """Held money stays while a new audit lowers the tier by one (ceiling a tenth)."""
    state = rule()
    state.ask(CEILING)
    return _over(state.at_risk, CEILING * 0.1)


def _refund(rule: type[Rule]) -> float:
    """One purchase, refunded twice without a key, then the whole again."""
    state = rule()
    out = CEILING * state.ask(CEILING)
    state.give_back(CEILING)
    state.give_back(CEILING)
    out -= CEILING
    for _ in range(3):
        out += CEILING * state.ask(CEILING)
    return _over(out)


def _replay(rule: type[Rule]) -> float:
    """A client that saw a timeout sends the same request again; no rule knows its key."""
    state = rule()
    return _over(sum(CEILING for _ in range(RACERS) if state.ask(CEILING)))


_ATTACKS = {
    "race of 16 processes": _race,
    "split identities": _split,
    "delegation laundering": _launder,
    "decay reset by small tasks": _decay,
    "audit gaming": _game,
    "refund cycling": _refund,
    "replayed keys": _replay,
}
