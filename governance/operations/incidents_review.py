"""A person's word on a code."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from governance.incidents.agreement import Agreement, Reviewer
from governance.incidents.reviews import Verdict
from governance.incidents.view import IncidentView
from governance.kernel.value import Value
from governance.operations.requests import MOST, Nothing
from governance.operations.work import Reading, Writing

REVIEWER = "Who reviews. Default: who asks. Another name is kept as a typed one."


class ReviewOrder(Value):
    """What a reviewer says about an incident's code."""

    incident: Annotated[str, Field(description="Id, source:id, or how an id begins.")]
    verdict: Annotated[
        Verdict, Field(description="accept, correct, or comment, which decides nothing.")
    ]
    code: Annotated[str | None, Field(description="The right code: MIS, MIS-01, or NONE.")] = None
    losses: Annotated[
        tuple[str, ...] | None, Field(description="The right losses, where they are others.")
    ] = None
    comment: Annotated[str | None, Field(description="A remark.")] = None
    reviewer: Annotated[str | None, Field(description=REVIEWER)] = None


class Reviewed(Value):
    """What was stored: the incident as it was named, and the code that the reviewer gave it.

    ``reviewer_id`` is the principal's id; None: the name was typed.
    """

    incident: str
    reviewer: str
    reviewer_id: str | None
    verdict: Verdict
    code: str | None


class QueueOrder(Value):
    """Whose queue is wanted, and how much of it."""

    reviewer: Annotated[str | None, Field(description=REVIEWER)] = None
    limit: Annotated[int, Field(ge=1, le=MOST, description="Length of the queue.")] = 20


def review(work: Writing, request: ReviewOrder) -> Reviewed:
    """Store a reviewer's word on an incident's code; every word is kept, the last one counts.

    The name of another principal is refused: nobody reviews as somebody else.
    """
    import taxonomy
    from governance.incidents.reviews import add_review
    from governance.incidents.view import find_incident

    who = _reviewer(work, request.reviewer)
    stored = add_review(
        work.transaction,
        find_incident(work.session, request.incident),
        taxonomy.load(),
        reviewer=who.name,
        reviewer_id=who.id,
        verdict=request.verdict,
        code=request.code,
        losses=None if request.losses is None else list(request.losses),
        comment=request.comment,
    )
    return Reviewed(
        incident=request.incident,
        reviewer=stored.reviewer,
        reviewer_id=stored.reviewer_id,
        verdict=request.verdict,
        code=stored.sub_threat or stored.domain,
    )


def review_queue(work: Reading, request: QueueOrder) -> list[IncidentView]:
    """List classified incidents that the reviewer has not decided, the least confident first.

    The name of another principal is refused.
    """
    from governance.incidents import reviews

    who = _reviewer(work, request.reviewer)
    return reviews.review_queue(work.session, who.name, who.id, limit=request.limit)


def reviewer_agreement(work: Reading, request: Nothing) -> list[Agreement]:
    """Tell how far each two reviewers agree on the domain, and where they differ."""
    from governance.incidents import reviews

    return reviews.reviewer_agreement(work.session)


def _reviewer(work: Reading | Writing, typed: str | None) -> Reviewer:
    from governance.identity.naming import named_by

    caller = work.caller
    if not typed:
        return Reviewer(caller.name, caller.principal)
    name = typed.strip()
    return Reviewer(name, named_by(work.session, name, caller.principal, field="reviewer"))
