"""Whether a policy may raise authority, which takes a second person."""

from __future__ import annotations

from governance.gate.diff import diff
from governance.gate.policy import Policy


def raises_authority(before: Policy, after: Policy) -> bool:
    """Return whether some agent could have more under the second policy than under the first.

    By a higher ceiling in some currency, by a lower threshold, or by slower decay, a longer time
    until an audit, a looser basis or evidence that counts where it did not, or because a second
    person counts as one sooner.
    """
    moved = any(move.effect in ("gains", "mixed") for move in diff(before, after).moves)
    loosened = _rules_loosened(before, after) or _approval_loosened(before, after)
    return moved or loosened or _ceiling_raised(before, after)


def _ceiling_raised(before: Policy, after: Policy) -> bool:
    old = before.ceilings.tables()
    return any(
        amount > (old[currency][tier] if currency in old else 0)
        for currency, amounts in after.ceilings.tables().items()
        for tier, amount in enumerate(amounts)
    )


def _rules_loosened(before: Policy, after: Policy) -> bool:
    """Any change of the rules that bound authority over time counts, whatever its direction."""
    kept = ("window", "decay", "reaudit", "basis", "evidence", "actions", "delegation", "safety")
    parts = (*kept, "ih", "incidents", "contracts", "as_variant")
    return any(getattr(before, part) != getattr(after, part) for part in parts)


def _approval_loosened(before: Policy, after: Policy) -> bool:
    old, new = before.approval_rule(), after.approval_rule()
    return new.cooling_hours < old.cooling_hours or (old.independent and not new.independent)
