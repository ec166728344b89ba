"""Changes that wait for a second person: listed, shown with what they would do, decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from governance.gate.diff import PolicyDiff
from governance.kernel.errors import MissingExtraError
from governance.kernel.value import IsoTime, Value, value_of
from governance.operations.permit import lacking
from governance.operations.policies import PolicyProof, proof_of
from governance.operations.requests import ById
from governance.operations.work import Reading, Writing
from governance.registry.proposal_review import LiftEffect
from governance.registry.proposal_state import StateDifference

if TYPE_CHECKING:
    from governance.gate.policy import Policy
    from governance.store.roles import Proposal


class ProposalFilter(Value):
    """Which proposals are wanted; all, or those of one state."""

    state: Annotated[
        Literal["open", "approved", "rejected"] | None,
        Field(description="open, approved or rejected."),
    ] = None


class ProposalState(Value):
    """A change that waits for a second person, or was decided, without the change itself."""

    id: str
    kind: str
    role: str
    subject: str
    state: str
    reason: str
    proposed_by: str
    proposed_at: IsoTime
    decided_by: str | None


class ListedProposal(ProposalState):
    """A proposal with the digest of the state that it was made against, where it was kept.

    ``fresh`` says that it is open and that state still stands: nothing changed that speaks
    against it.
    """

    state_digest: str | None
    fresh: bool


class ShownProposal(ListedProposal):
    """A proposal in full: the change itself, what changed since, and what it would do.

    ``document`` is the policy as data, or the agent whose freeze is to be lifted with the reason.
    ``diff`` and ``proofs`` are there for a policy, ``lift`` for a freeze; ``proofs`` is missing
    where the extra ``prove`` is. ``decided_via`` is how who decided was known, and ``ties`` say how
    one person may have stood behind both.
    """

    document: dict[str, Any]
    against: dict[str, Any] | None
    changed: tuple[StateDifference, ...]
    diff: PolicyDiff | None = None
    proofs: PolicyProof | None = None
    lift: LiftEffect | None = None
    decided_via: str | None = None
    ties: tuple[str, ...] = ()


def list_proposals(work: Reading, request: ProposalFilter) -> list[ListedProposal]:
    """List proposals, the oldest first."""
    from governance.registry import proposals

    rows = proposals.list_proposals(work.session, request.state)
    return [ListedProposal(**_listed(row, _changed(work, row))) for row in rows]


def show(work: Reading, request: ById) -> ShownProposal:
    """Show a proposal: the change, what changed since, who gains and loses, and the proofs."""
    from governance.registry.proposals import find_proposal

    row = find_proposal(work.session, request.id)
    changed = _changed(work, row)
    return ShownProposal(
        **_listed(row, changed),
        against=row.against,
        changed=changed,
        **_effect(work, row),
        **_decision(work, row),
    )


def approve(work: Writing, request: ById) -> ProposalState:
    """Approve a change that somebody else proposed; it takes effect at once.

    Refused where what it was made against changed since, or where the two are not two people.
    """
    return _decide(work, request.id, yes=True)


def reject(work: Writing, request: ById) -> ProposalState:
    """Reject a proposed change."""
    return _decide(work, request.id, yes=False)


def _decide(work: Writing, identifier: str, *, yes: bool) -> ProposalState:
    from governance.registry.changes import carry_with
    from governance.registry.keys import open_signing_key
    from governance.registry.proposals import decide, find_proposal

    role = find_proposal(work.session, identifier).role
    if role not in work.caller.permissions:
        raise lacking(work.caller, (role,), "this proposal")
    key = open_signing_key(work.transaction, work.place.password)
    decided = decide(
        work.transaction,
        identifier,
        approve=yes,
        carry=carry_with(key),
        single_user=work.settings.single_user,
    )
    return value_of(ProposalState, decided)


def _changed(work: Reading, row: Proposal) -> tuple[StateDifference, ...]:
    from governance.registry.proposal_checks import changes_since

    return changes_since(work.session, row) if row.state == "open" else ()


def _listed(row: Proposal, changed: tuple[StateDifference, ...]) -> dict[str, Any]:
    stated = dict(value_of(ProposalState, row))
    fresh = row.state == "open" and not changed
    return {**stated, "state_digest": row.state_digest, "fresh": fresh}


def _decision(work: Reading, row: Proposal) -> dict[str, Any]:
    """Return what the ledger says of who decided."""
    from governance.store.ledger_query import last_events

    found = last_events(work.session, kind=f"change.{row.state}", subject=row.id, last=1)
    return {
        name: value
        for event in found
        for name, value in (("decided_via", event.via), ("ties", event.data.get("ties", ())))
    }


def _effect(work: Reading, row: Proposal) -> dict[str, Any]:
    """Return the document and what it would do, by the proposal's kind."""
    from governance.registry import proposal_review as review

    if row.kind == "policy":
        return {
            "document": row.document["policy"],
            "diff": review.policy_effect(work.session, row, work.moment()),
            "proofs": _proofs(work, review.proposed_policy(row)),
        }
    if row.kind == "lift":
        lift = review.lift_effect(work.session, row, work.moment())
        return {"document": {"agent": lift.agent, "reason": row.reason}, "lift": lift}
    return {"document": row.document}


def _proofs(work: Reading, policy: Policy) -> PolicyProof | None:
    try:
        return proof_of(work, policy)
    except MissingExtraError as error:
        work.remark(f"the laws are not proved here: {error.message} ({error.hint})")
        return None
