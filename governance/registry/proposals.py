"""Changes that wait for a second person: proposed against a state, approved while it holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from governance.kernel.errors import InputError
from governance.registry.ordering import alone
from governance.registry.proposal_checks import (
    decider_of,
    require_fresh,
    require_two_people,
    said_of,
)
from governance.registry.proposal_state import digest_of, state_of
from governance.registry.two_people import alone_by_choice
from governance.store.finding import with_id
from governance.store.roles import Proposal
from governance.store.store import Transaction

Carry = Callable[[Transaction, Proposal], None]


def propose(
    transaction: Transaction,
    kind: str,
    subject: str,
    document: dict[str, Any],
    *,
    role: str,
    reason: str,
) -> Proposal:
    """Store a change that takes effect only when a second holder of the role approves it.

    The state that it was made against is stored with it.
    """
    if not reason.strip():
        raise InputError("a reason is needed: it goes into the ledger", field="reason")
    transaction = alone(transaction)
    against = state_of(transaction.session, kind, document)
    proposal = Proposal(
        id=transaction.new_id(),
        kind=kind,
        role=role,
        subject=subject,
        document=document,
        reason=reason,
        state="open",
        proposed_by=transaction.actor,
        proposed_by_id=transaction.proof.actor_id,
        proposed_via=transaction.proof.via,
        proposed_at=transaction.now,
        decided_by=None,
        decided_by_id=None,
        decided_at=None,
        against=against,
        state_digest=digest_of(against),
    )
    transaction.session.add(proposal)
    transaction.session.flush()
    transaction.record("change.proposed", proposal.id, said_of(proposal))
    return proposal


def decide(
    transaction: Transaction,
    identifier: str,
    *,
    approve: bool,
    carry: dict[str, Carry],
    single_user: bool = False,
) -> Proposal:
    """Approve a proposal, which carries it out at once, or reject it.

    What is checked stands until the commit: other writers wait. Raises InputError where it was
    decided already, ForbiddenError where the two are not two people, one of whom lost a role
    (`governance.registry.two_people`), ConflictError where the state that it was made against is
    another now or was not kept; it stays open then.
    """
    transaction = alone(transaction)
    proposal = find_proposal(transaction.session, identifier)
    if proposal.state != "open":
        raise InputError(f"was {proposal.state} already", field="proposal")
    decider = decider_of(transaction)
    ties: tuple[str, ...] = ()
    if approve:
        ties = require_two_people(transaction, proposal, decider, single_user=single_user)
        require_fresh(transaction.session, proposal)
    proposal.state = "approved" if approve else "rejected"
    proposal.decided_by, proposal.decided_at = transaction.actor, transaction.now
    proposal.decided_by_id = decider.id
    payload: dict[str, Any] = {
        "kind": proposal.kind,
        "subject": proposal.subject,
        "proposed_by": proposal.proposed_by,
        "state": proposal.state_digest,
    }
    if approve and alone_by_choice(decider, single_user=single_user):
        payload["single_user"] = True
    if ties:
        payload["ties"] = list(ties)
    transaction.record(f"change.{proposal.state}", proposal.id, payload)
    if approve:
        carry[proposal.kind](transaction, proposal)
    return proposal


def list_proposals(session: Session, state: str | None = None) -> list[Proposal]:
    """Return proposals, the oldest first; all or those of one state."""
    statement = select(Proposal).order_by(Proposal.proposed_at, Proposal.id)
    if state is not None:
        statement = statement.where(Proposal.state == state)
    return list(session.scalars(statement))


def find_proposal(session: Session, identifier: str) -> Proposal:
    """Return the proposal whose id alone begins with a text; raises InputError."""
    found = with_id(session, Proposal, identifier)
    if len(found) != 1:
        what = "no proposal" if not found else "more than one proposal"
        said = f"{what} begins with {identifier!r}"
        raise InputError(said, field="proposal", remedy="proposals.list")
    return found[0]
