"""One story told twice: pairs that may be one, merging, and letting go again."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_serializer

from governance.incidents.duplicates import DuplicatePair
from governance.kernel.value import Value
from governance.operations.requests import MOST, ById
from governance.operations.work import Reading, Writing


class DuplicateSearch(Value):
    """How alike two incidents must be to be shown."""

    min_similarity: Annotated[
        float, Field(description="Least share of word triples in common, 0.5 to 1.")
    ] = 0.8
    across_sources: Annotated[bool, Field(description="Only pairs from two different sources.")] = (
        False
    )
    limit: Annotated[int, Field(ge=1, le=MOST, description="How many pairs.")] = 50


class NamedPair(DuplicatePair):
    """Two incidents that may be one, with their names and titles."""

    left_name: str
    right_name: str
    left_title: str
    right_title: str


class PairList(Value):
    """The most similar pairs, as JSON the pairs alone; ``total`` counts all that were found."""

    pairs: tuple[NamedPair, ...]
    total: int

    @model_serializer
    def _written(self) -> tuple[NamedPair, ...]:
        return self.pairs


class MergeOrder(Value):
    """Which incident is to stand for which."""

    keep: Annotated[str, Field(description="The incident that stays: id or source:id.")]
    drop: Annotated[str, Field(description="The incident that it stands for from now on.")]
    reason: Annotated[str | None, Field(description="Why; it goes into the ledger.")] = None


class Merged(Value):
    """The id of the incident that stands for another, and that other's."""

    kept: str
    merged: str
    kept_name: Annotated[str, Field(exclude=True)]
    merged_name: Annotated[str, Field(exclude=True)]


class Unmerged(Value):
    """The id of an incident that stands on its own again."""

    incident: str
    merged_into: None = None
    name: Annotated[str, Field(exclude=True)]


def list_duplicates(work: Reading, request: DuplicateSearch) -> PairList:
    """List pairs of incidents that may be one, by near-equal text or equal address."""
    from governance.incidents.merging import stored_duplicates

    pairs = stored_duplicates(
        work.session,
        min_similarity=request.min_similarity,
        across_sources=request.across_sources,
    )
    shown = tuple(_named(work, pair) for pair in pairs[: request.limit])
    return PairList(pairs=shown, total=len(pairs))


def merge(work: Writing, request: MergeOrder) -> Merged:
    """Let one incident stand for another; both texts are kept, lists and counts show the first."""
    from governance.incidents.merging import merge_incidents

    kept, dropped = merge_incidents(
        work.transaction, request.keep, request.drop, reason=request.reason
    )
    return Merged(
        kept=kept.id,
        merged=dropped.id,
        kept_name=f"{kept.source}:{kept.source_id}",
        merged_name=f"{dropped.source}:{dropped.source_id}",
    )


def unmerge(work: Writing, request: ById) -> Unmerged:
    """Let a merged incident stand on its own again."""
    from governance.incidents.merging import unmerge_incident

    found = unmerge_incident(work.transaction, request.id)
    return Unmerged(incident=found.id, name=f"{found.source}:{found.source_id}")


def _named(work: Reading, pair: DuplicatePair) -> NamedPair:
    from governance.store.incidents import Incident

    left = work.session.get_one(Incident, pair.left)
    right = work.session.get_one(Incident, pair.right)
    return NamedPair(
        **dict(pair),
        left_name=f"{left.source}:{left.source_id}",
        right_name=f"{right.source}:{right.source_id}",
        left_title=left.title,
        right_title=right.title,
    )
