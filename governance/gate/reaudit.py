"""Spot audits: when one falls due, and how both sides can check that nobody chose the moment.

Hazard law (default): one unit exponential e is drawn per certification; the audit is due when the
integral of mu over the agent's effective tiers reaches e. At a constant tier the mean interval is
1/mu however often anybody looks. Literal law: the paper's Eq. 10 read at each step, p = 1 -
exp(-mu (t - t_last)) with the time since the last audit, whose mean depends on the step (12.5 days
at mu = 0.01 and a step of a day where 100 is meant); for reproduction only.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator

from governance.gate.decay import tier_at, tier_drops
from governance.gate.policy import Policy
from governance.gate.standing import Standing
from governance.kernel.errors import InputError

_DOMAIN = b"underwriter.reaudit/v1\x00"


def commitment(seed: bytes, certification: str) -> str:
    """Return ``sha256:`` and the digest that commits to a seed before the draw is used.

    Raises InputError on a seed shorter than 32 bytes, which could be guessed from its digest.
    """
    if len(seed) < 32:
        raise InputError("a seed needs at least 32 bytes", field="seed")
    return "sha256:" + hashlib.sha256(_DOMAIN + certification.encode() + b"\x00" + seed).hexdigest()


def unit_exponential(seed: bytes, certification: str, contribution: bytes = b"") -> float:
    """Return the one unit exponential of a certification: -ln(1 - u), u from SHA-256.

    ``contribution`` is something that the seed's owner could not know when committing, such as a
    nonce of the agent or the ledger's head afterwards; with it neither side steers the draw.
    """
    return -math.log1p(-_uniform(seed, certification, contribution, 0))


def step_uniforms(seed: bytes, certification: str, contribution: bytes = b"") -> Iterator[float]:
    """Yield the uniforms of the literal law, one a step, from the same seed."""
    number = 1
    while True:
        yield _uniform(seed, certification, contribution, number)
        number += 1


def reveal_fits(committed: str, seed: bytes, certification: str) -> bool:
    """Return whether a revealed seed is the one that was committed to."""
    return committed == commitment(seed, certification)


def audit_rate(policy: Policy, tier: int) -> float:
    """Return the rate of spot audits per day at a tier; 0 at T0, which has no authority."""
    return 0.0 if tier == 0 else policy.reaudit.rates_per_day[tier - 1]


def cumulative_hazard(standing: Standing, policy: Policy, days: float) -> float:
    """Return the integral of mu over the effective tiers from the audit until ``days``."""
    total, start = 0.0, 0.0
    for end, rate in _segments(standing, policy):
        if days <= start:
            break
        total += rate * (min(days, end) - start)
        start = end
    return total


def hazard_due_days(standing: Standing, policy: Policy, exponential: float) -> float | None:
    """Return after how many days a spot audit is due; None where the agent is at T0 before it."""
    left, start = exponential, 0.0
    for end, rate in _segments(standing, policy):
        if rate > 0 and left <= rate * (end - start):
            return start + left / rate
        left -= rate * (end - start) if rate > 0 else 0.0
        start = end
    return None


def literal_due_days(
    standing: Standing, policy: Policy, uniforms: Iterator[float], step_days: float = 1.0
) -> float | None:
    """Return the first step at which Eq. 10, read literally, asks for an audit.

    None once the agent is at T0. Raises ValueError on a step that is not positive.
    """
    if step_days <= 0:
        raise ValueError("a step needs a positive length")
    step = 1
    while True:
        days = step * step_days
        rate = audit_rate(policy, tier_at(standing, policy, days))
        if rate == 0:
            return None
        if next(uniforms) < -math.expm1(-rate * days):
            return days
        step += 1


def due_days(
    standing: Standing,
    policy: Policy,
    seed: bytes,
    certification: str,
    contribution: bytes = b"",
) -> float | None:
    """Return after how many days the next audit is due: the spot audit or a stale IH*."""
    spot: float | None
    if policy.reaudit.law == "literal":
        uniforms = step_uniforms(seed, certification, contribution)
        spot = literal_due_days(standing, policy, uniforms)
    else:
        exponential = unit_exponential(seed, certification, contribution)
        spot = hazard_due_days(standing, policy, exponential)
    known = [days for days in (spot, policy.ih.fresh_days) if days is not None]
    return min(known) if known else None


def _segments(standing: Standing, policy: Policy) -> Iterator[tuple[float, float]]:
    """Yield (end, rate) of the stretches of constant effective tier, in days since the audit."""
    tier = tier_at(standing, policy, 0.0)
    for drop in tier_drops(standing, policy):
        yield drop.days, audit_rate(policy, tier)
        tier = drop.tier
    yield math.inf, audit_rate(policy, tier)


def _uniform(seed: bytes, certification: str, contribution: bytes, number: int) -> float:
    parts = (seed, certification.encode(), contribution, str(number).encode())
    framed = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    raw = hashlib.sha256(_DOMAIN + framed).digest()
    return (int.from_bytes(raw[:8], "big") >> 11) / 2.0**53
