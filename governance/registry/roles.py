"""Who may do what, and changes that wait for a second person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from governance.kernel.errors import InputError
from governance.store.access import ROLES, holds_role, require_role, roles_in_use
from governance.store.finding import with_id
from governance.store.roles import Proposal, RoleGrant
from governance.store.store import Transaction

Carry = Callable[[Transaction, Proposal], None]


def grant_role(transaction: Transaction, actor: str, role: str) -> bool:
    """Give an actor a role; returns False where the actor holds it already.

    The first grant makes roles count, so it must be that of an administrator.
    """
    _known(role)
    if not roles_in_use(transaction) and role != "administrator":
        raise InputError(
            "the first role granted must be administrator, or nobody could grant more",
            field="role",
            remedy=f"roles.grant {transaction.actor} administrator",
        )
    if holds_role(transaction, role, actor):
        return False
    transaction.session.add(
        RoleGrant(actor=actor, role=role, granted_by=transaction.actor, granted_at=transaction.now)
    )
    transaction.session.flush()
    transaction.record("role.granted", actor, {"role": role})
    return True


def revoke_role(transaction: Transaction, actor: str, role: str) -> None:
    """Take a role from an actor; the last administrator keeps it."""
    _known(role)
    grant = transaction.session.get(RoleGrant, (actor, role))
    if grant is None:
        raise InputError(f"{actor!r} is no {role}", field="actor")
    administrators = select(func.count()).where(RoleGrant.role == "administrator")
    if role == "administrator" and transaction.session.scalar(administrators) == 1:
        raise InputError("the last administrator keeps the role", field="role")
    transaction.session.delete(grant)
    transaction.record("role.revoked", actor, {"role": role})


def list_roles(session: Session) -> list[RoleGrant]:
    """Return every grant by actor and role."""
    return list(session.scalars(select(RoleGrant).order_by(RoleGrant.actor, RoleGrant.role)))


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
    require_role(transaction, proposal.role)
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
    found = with_id(session, Proposal, identifier)
    if len(found) != 1:
        what = "no proposal" if not found else "more than one proposal"
        raise InputError(f"{what} begins with {identifier!r}", field="proposal")
    return found[0]


def _known(role: str) -> None:
    if role not in ROLES:
        raise InputError(f"{role!r} is no role", field="role", hint=", ".join(ROLES))
