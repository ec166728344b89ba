"""Whether two people are two people: who may not decide over a proposal, and why.

Pure. Identities are ids of principals; times are aware UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from governance.gate.draft import ApprovalRule
from governance.identity.known_by import LOCAL
from governance.kernel.clock import format_time


@dataclass(frozen=True)
class Person:
    """Who proposed or decides; ``via`` says how the identity was shown, None where unknown."""

    id: str
    name: str
    via: str | None = None

    @property
    def local(self) -> bool:
        """Whether this is whoever sits at the machine: one person, whatever the name."""
        return self.via == LOCAL


@dataclass(frozen=True)
class Held:
    """A role that somebody holds, who gave it (None: nobody that is known), and when."""

    role: str
    granted_by_id: str | None
    granted_at: datetime


@dataclass(frozen=True)
class Tie:
    """Somebody who stands behind another, since when, and how in words.

    ``direct``: gave the role itself, which `Held` says too. ``near``: nobody stands in between.
    """

    by: str
    since: datetime
    words: str
    direct: bool = False
    near: bool = True


@dataclass(frozen=True)
class Pair:
    """A proposer and who decides, each with the roles held now, and the role that each needs.

    The ties are those who stand behind each.
    """

    proposer: Person
    decider: Person
    proposer_roles: tuple[Held, ...]
    decider_roles: tuple[Held, ...]
    proposer_role: str
    decider_role: str
    proposer_ties: tuple[Tie, ...] = ()
    decider_ties: tuple[Tie, ...] = ()


def refusals(
    pair: Pair, now: datetime, rule: ApprovalRule, *, single_user: bool = False
) -> tuple[str, ...]:
    """Return every reason why the decider may not approve, as sentences; none where it may.

    With ``single_user`` whoever sits at the machine counts as the second person too, even where
    the same one proposed it. That the proposer still holds the role is asked all the same.
    """
    lost = lost_role(pair.proposer, pair.proposer_roles, pair.proposer_role)
    found = [] if lost is None else [lost]
    if not any(held.role == pair.decider_role for held in pair.decider_roles):
        found.append(f"{pair.decider.name} is no {pair.decider_role}")
    if not alone_by_choice(pair.decider, single_user=single_user):
        found += _same_person(pair)
        found += _cooling(pair, now, rule)
    return tuple(found)


def alone_by_choice(decider: Person, *, single_user: bool) -> bool:
    """Return whether one person decides alone because the installation is for one person."""
    return single_user and decider.local


def lost_role(proposer: Person, roles: Iterable[Held], role: str) -> str | None:
    """Return what is wrong where a proposer does not hold the role any more."""
    if any(held.role == role for held in roles):
        return None
    return f"{proposer.name}, who proposed it, was {role} and is not any more"


def _same_person(pair: Pair) -> Iterator[str]:
    if pair.decider.id == pair.proposer.id:
        yield "needs a second person: who proposed it cannot approve it"
    elif pair.decider.local:
        yield (
            f"needs a second person: {pair.decider.name} is known by the machine alone, "
            "and whoever sits at it is one person under every name"
        )


def _cooling(pair: Pair, now: datetime, rule: ApprovalRule) -> Iterator[str]:
    """Yield what recent grants stand against; a grant counts until its cooling time is over."""
    if pair.proposer.id == pair.decider.id:
        return
    yield from _enabled_the_proposer(pair, now, rule)
    # Whoever sits at the machine owns the database and could write the approval into it as well:
    # that their grants made the second person is told, and refused where the policy asks for it.
    if rule.independent or not pair.proposer.local:
        yield from _enabled_the_decider(pair, now, rule)
    if rule.independent:
        yield from _one_behind_both(pair, now, rule)


def _enabled_the_proposer(pair: Pair, now: datetime, rule: ApprovalRule) -> Iterator[str]:
    """Yield that the decider gave the proposer the role, or stands behind them in another way."""
    proposer, decider = pair.proposer, pair.decider
    given = _latest(pair.proposer_roles, pair.proposer_role)
    for tie in pair.proposer_ties:
        if tie.by == decider.id and not tie.direct:
            yield from _until(tie.since, now, rule, tie.words)
    if given is not None and given.granted_by_id == decider.id:
        words = f"{decider.name} made {proposer.name}, who proposed it, {given.role}"
        yield from _until(given.granted_at, now, rule, words)


def _enabled_the_decider(pair: Pair, now: datetime, rule: ApprovalRule) -> Iterator[str]:
    """Yield that the proposer gave the decider the role, or stands behind them in another way."""
    proposer, decider = pair.proposer, pair.decider
    taken = _latest(pair.decider_roles, pair.decider_role)
    for tie in pair.decider_ties:
        if tie.by == proposer.id and not tie.direct:
            yield from _until(tie.since, now, rule, tie.words)
    if taken is not None and taken.granted_by_id == proposer.id:
        words = f"{proposer.name}, who proposed it, made {decider.name} {taken.role}"
        yield from _until(taken.granted_at, now, rule, words)


def _one_behind_both(pair: Pair, now: datetime, rule: ApprovalRule) -> Iterator[str]:
    """Yield that one other person gave both their roles, or stands behind both in another way."""
    proposer, decider = pair.proposer, pair.decider
    given = _latest(pair.proposer_roles, pair.proposer_role)
    taken = _latest(pair.decider_roles, pair.decider_role)
    for tie in _between(pair, indirect=True):
        if tie.by != proposer.id:
            yield from _until(tie.since, now, rule, tie.words)
    if given is None or taken is None or given.granted_by_id != taken.granted_by_id:
        return
    if taken.granted_by_id not in (None, proposer.id, decider.id):
        words = f"one person gave both {proposer.name} and {decider.name} their roles"
        yield from _until(max(given.granted_at, taken.granted_at), now, rule, words)


def _latest(roles: Iterable[Held], role: str) -> Held | None:
    held = [one for one in roles if one.role == role]
    return max(held, key=lambda one: one.granted_at, default=None)


def ties_between(pair: Pair, now: datetime, rule: ApprovalRule) -> tuple[str, ...]:
    """Return how one person may stand behind both, as sentences: what the cooling time covers.

    It is what an independent policy refuses; another one lets it pass, and the ledger says it.
    """
    mine = [one for one in pair.proposer_ties if one.by == pair.decider.id]
    ties = (*mine, *_between(pair, indirect=False))
    told = [tie for tie in ties if now < _ends(tie.since, rule)]
    # Whoever stands further back stands behind everybody: said only where nobody is nearer.
    return tuple(tie.words for tie in [tie for tie in told if tie.near] or told)


def _between(pair: Pair, *, indirect: bool) -> Iterator[Tie]:
    """Yield how the proposer stands behind the decider, or one person behind both.

    With ``indirect`` what `Held` says is left out.
    """
    youngest = sorted(pair.proposer_ties, key=lambda tie: (tie.since, not tie.direct))
    behind = {tie.by: tie for tie in youngest}
    for tie in pair.decider_ties:
        other = behind.get(tie.by)
        if tie.by == pair.proposer.id:
            if not (indirect and tie.direct):
                yield tie
        elif other is not None and not (indirect and tie.direct and other.direct):
            since, words = max(tie.since, other.since), f"{other.words}, and {tie.words}"
            yield Tie(tie.by, since, words, near=tie.near and other.near)


def _until(since: datetime, now: datetime, rule: ApprovalRule, what: str) -> Iterator[str]:
    ends = _ends(since, rule)
    if now < ends:
        length = f"the cooling time of {rule.cooling_hours} hours"
        yield f"{what} within {length}, which ends {format_time(ends)}"


def _ends(since: datetime, rule: ApprovalRule) -> datetime:
    return since + timedelta(hours=rule.cooling_hours)
