"""Moving coded incidents to another edition of the ontology."""

from __future__ import annotations

from governance.kernel.value import Value
from governance.operations.editions import open_edition
from governance.operations.taxonomy_graph import Editions
from governance.operations.work import Reading, Writing
from governance.registry import edition_migration
from governance.registry.edition_migration import MigrationPlan, ToReview


class Migration(Value):
    """How many codings of one edition stand in another, and which a person must look at.

    ``applied`` says that those that stand were carried over; ``other_editions`` counts codings
    that are left alone.
    """

    old: str
    new: str
    keep: int
    review: tuple[ToReview, ...]
    other_editions: dict[str, int]
    applied: bool


def plan_migration(work: Reading, request: Editions) -> Migration:
    """Say what would become of coded incidents in another edition; nothing is changed."""
    old, new = open_edition(request.old), open_edition(request.new)
    return _answer(edition_migration.plan(work.session, old, new), applied=False)


def migrate(work: Writing, request: Editions) -> Migration:
    """Carry over to another edition the codings that read the same in it.

    What a person must look at keeps its edition.
    """
    old, new = open_edition(request.old), open_edition(request.new)
    plan = edition_migration.plan(work.session, old, new)
    edition_migration.apply(work.transaction, plan)
    return _answer(plan, applied=True)


def _answer(plan: MigrationPlan, *, applied: bool) -> Migration:
    return Migration(
        old=plan.old,
        new=plan.new,
        keep=len(plan.keep),
        review=plan.review,
        other_editions=plan.other_editions,
        applied=applied,
    )
