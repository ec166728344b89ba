"""Who may do what, and changes that wait for a second person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from governance.kernel.errors import InputError
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
    """Store a change that takes effect only when a second holder of the role approves it."""
    if not reason.strip():
        raise InputError("a reason is needed: it goes into the ledger", field="reason")
    proposal = Proposal(
        id=transaction.new_id(),
        kind=kind,
        role=role,
        subject=subject,
        document=document,
        reason=reason,
        state="open",
        proposed_by=transaction.actor,
        proposed_at=transaction.now,
        decided_by=None,
        decided_at=None,
    )
    transaction.session.add(proposal)
    transaction.session.flush()
    transaction.record(
        "change.proposed", proposal.id, {"kind": kind, "subject": subject, "reason": reason}
    )
    return proposal


def decide(
    transaction: Transaction, identifier: str, *, approve: bool, carry: dict[str, Carry]
) -> Proposal:
    """Approve a proposal, which carries it out at once, or reject it.

    Raises InputError where who acts proposed it (the two-person rule), lacks its role, or where
    it was decided already.
    """
    proposal = _find(transaction.session, identifier)
    if proposal.state != "open":
        raise InputError(f"was {proposal.state} already", field="proposal")
    if approve and transaction.actor == proposal.proposed_by:
        raise InputError("needs a second person: who proposed it cannot approve it", field="actor")
    proposal.state = "approved" if approve else "rejected"
    proposal.decided_by, proposal.decided_at = transaction.actor, transaction.now
    transaction.record(
        f"change.{proposal.state}",
        proposal.id,
        {"kind": proposal.kind, "subject": proposal.subject, "proposed_by": proposal.proposed_by},
    )
    if approve:
        carry[proposal.kind](transaction, proposal)
    return proposal


def list_proposals(session: Session, state: str | None = None) -> list[Proposal]:
    """Return proposals, the oldest first; all or those of one state."""
    statement = select(Proposal).order_by(Proposal.proposed_at, Proposal.id)
    if state is not None:
        statement = statement.where(Proposal.state == state)
    return list(session.scalars(statement))


def _find(session: Session, identifier: str) -> Proposal:
    found = session.scalars(
        select(Proposal).where(Proposal.id.startswith(identifier, autoescape=True)).limit(2)
    ).all()
    if len(found) != 1:
        what = "no proposal" if not found else "more than one proposal"
        raise InputError(f"{what} begins with {identifier!r}", field="proposal")
    return found[0]
