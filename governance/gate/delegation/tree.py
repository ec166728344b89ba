"""Trees of grants as a file says them, to be analysed: what is available at every node.

A grant passes part of its parent grant's money to another agent; a grant without a parent comes
from the principal's own ceiling. Money at every node: available = allocated - spent - reserved -
delegated. The principal of the root is liable for the whole tree. What may be granted is decided
by `governance.gate.delegation.granting`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Self

from pydantic import Field, StrictInt, model_validator

from governance.gate.standing import Reason
from governance.kernel.errors import InputError
from governance.kernel.money import MAX_MINOR_UNITS, Currency
from governance.kernel.value import Value

Minor = Annotated[StrictInt, Field(ge=0, le=MAX_MINOR_UNITS)]
Identifier = Annotated[str, Field(min_length=1, max_length=200)]


class Grant(Value):
    """Money that ``grantor`` passes to ``holder``, in minor units of one currency."""

    id: Identifier
    parent: Identifier | None = None
    grantor: Identifier
    holder: Identifier
    currency: Currency
    allocated: Minor
    spent: Minor = 0
    reserved: Minor = 0

    @model_validator(mode="after")
    def _not_to_oneself(self) -> Self:
        if self.grantor == self.holder:
            raise ValueError("nobody delegates to themselves")
        return self


class GrantTree:
    """Grants by id with their children; a forest where there are several roots.

    Raises InputError on a grant that names no known parent, another grantor than the parent's
    holder, another currency, or that is its own ancestor.
    """

    def __init__(self, grants: Iterable[Grant]) -> None:
        self.grants: dict[str, Grant] = {}
        for grant in grants:
            if grant.id in self.grants:
                raise InputError(f"the grant {grant.id!r} stands twice", field="id")
            self.grants[grant.id] = grant
        self.children: dict[str, list[Grant]] = {name: [] for name in self.grants}
        for grant in self.grants.values():
            self._link(grant)
        for name in self.grants:
            self.chain(name)

    def _link(self, grant: Grant) -> None:
        if grant.parent is None:
            return
        parent = self.grants.get(grant.parent)
        if parent is None:
            raise InputError(f"{grant.id}: no grant {grant.parent!r}", field="parent")
        if parent.holder != grant.grantor:
            raise InputError(
                f"{grant.id}: {grant.grantor} does not hold {parent.id}", field="grantor"
            )
        if parent.currency != grant.currency:
            raise InputError(
                f"{grant.id}: {grant.currency} under {parent.currency}", field="currency"
            )
        self.children[parent.id].append(grant)

    def chain(self, grant_id: str) -> list[Grant]:
        """Return the grants from the root down to this one; raises InputError on a cycle."""
        found: list[Grant] = []
        seen: set[str] = set()
        here: Grant | None = self.grants[grant_id]
        while here is not None:
            if here.id in seen:
                raise InputError(f"{grant_id} is its own ancestor", field="parent")
            seen.add(here.id)
            found.append(here)
            here = None if here.parent is None else self.grants[here.parent]
        return found[::-1]

    def members(self, grant_id: str) -> list[str]:
        """Return the agents of a chain, the liable principal first."""
        chain = self.chain(grant_id)
        return [chain[0].grantor, *(grant.holder for grant in chain)]

    def delegated(self, grant_id: str) -> int:
        """Return what a grant has passed on to its children."""
        return sum(child.allocated for child in self.children[grant_id])

    def available(self, grant_id: str) -> int:
        """Return allocated - spent - reserved - delegated; negative where more was used."""
        grant = self.grants[grant_id]
        return grant.allocated - grant.spent - grant.reserved - self.delegated(grant_id)

    def subtree(self, grant_id: str) -> list[Grant]:
        """Return a grant and all below it, parents before children."""
        found, waiting = [], [self.grants[grant_id]]
        while waiting:
            grant = waiting.pop()
            found.append(grant)
            waiting.extend(self.children[grant.id])
        return found


def chain_tier(members: Iterable[str], tiers: Mapping[str, int]) -> int:
    """Return the tier of a chain: its weakest member's; an agent that is not known is T0."""
    return min((tiers.get(name, 0) for name in members), default=0)


def conservation_faults(tree: GrantTree) -> list[Reason]:
    """Return every node that used or passed on more than it was given."""
    return [
        Reason("conservation", None, f"{grant.id}: {-left} more than its {grant.allocated}")
        for grant in tree.grants.values()
        if (left := tree.available(grant.id)) < 0
    ]
