"""What stands against approving a stored proposal: its people, and what changed since."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from governance.gate.draft import ApprovalRule
from governance.kernel.canonical import digest
from governance.kernel.errors import ConflictError, ForbiddenError
from governance.registry.policies import policy_in_force
from governance.registry.proposal_state import (
    StateDifference,
    differences,
    digest_of,
    state_of,
)
from governance.registry.ties import ties_of
from governance.registry.two_people import Held, Pair, Person, lost_role, refusals, ties_between
from governance.store.ledger_query import last_events
from governance.store.policies import DEFAULT_GROUP
from governance.store.principals import Principal, RoleGrant
from governance.store.roles import Proposal
from governance.store.store import Transaction

# Kinds that one role proposes and another approves.
PROPOSED_AS = {"registration": "operator", "change": "operator"}


def require_two_people(
    transaction: Transaction, proposal: Proposal, decider: Person, *, single_user: bool
) -> tuple[str, ...]:
    """Raise ForbiddenError where the proposer and the decider do not count as two people.

    Returns how one person may stand behind both all the same.
    """
    session, proposer = transaction.session, proposer_of(proposal)
    pair = Pair(
        proposer=proposer,
        decider=decider,
        proposer_roles=held_by(session, proposer),
        decider_roles=held_by(session, decider),
        proposer_role=role_to_propose(proposal),
        decider_role=proposal.role,
        proposer_ties=ties_of(session, proposer, role_to_propose(proposal)),
        decider_ties=ties_of(session, decider, proposal.role),
    )
    rule = approval_rule_of(session, proposal)
    found = refusals(pair, transaction.now, rule, single_user=single_user)
    if found:
        raise ForbiddenError("; ".join(found), field="actor")
    return () if proposer.id == decider.id else ties_between(pair, transaction.now, rule)


def require_fresh(session: Session, proposal: Proposal) -> None:
    """Raise ConflictError, which says every difference, where the proposal is not fresh."""
    found = changes_since(session, proposal)
    if found:
        raise ConflictError(
            "; ".join(one.message for one in found),
            field="proposal",
            hint="it can be rejected, and proposed again",
            remedy=f"proposals.show {proposal.id}",
        )


def changes_since(session: Session, proposal: Proposal) -> tuple[StateDifference, ...]:
    """Return what is not as it was when a proposal was made; empty where it is fresh.

    A proposal whose state was not kept is never fresh.
    """
    if proposal.against is None or proposal.state_digest is None:
        return (_about("against", "was proposed before states were kept; propose it again"),)
    found = list(_rewritten(session, proposal))
    now = state_of(session, proposal.kind, proposal.document)
    if digest_of(now) != proposal.state_digest:
        unfit = _about("against", "the state that was kept does not fit its digest")
        found += differences(proposal.against, now) or (unfit,)
    proposer = proposer_of(proposal)
    lost = lost_role(proposer, held_by(session, proposer), role_to_propose(proposal))
    if lost is not None:
        found.append(_about("proposer", lost))
    return tuple(found)


def said_of(proposal: Proposal) -> dict[str, Any]:
    """Return what the ledger says of a proposal when it is made."""
    return {
        "kind": proposal.kind,
        "subject": proposal.subject,
        "reason": proposal.reason,
        "state": proposal.state_digest,
        "document": digest(proposal.document),
    }


def _rewritten(session: Session, proposal: Proposal) -> Iterator[StateDifference]:
    """Yield that a proposal is not the one that the ledger says was made."""
    event = next(iter(last_events(session, kind="change.proposed", subject=proposal.id)), None)
    who = (proposal.proposed_by, proposal.proposed_by_id, proposal.proposed_via)
    same = event is not None and (
        event.data == said_of(proposal) and (event.actor, event.actor_id, event.via) == who
    )
    if not same:
        yield _about("document", "is not what the ledger says was proposed")


def approval_rule_of(session: Session, proposal: Proposal) -> ApprovalRule:
    """Return what the policy in force for a proposal's group asks of who approves it."""
    group = state_of(session, proposal.kind, proposal.document).get("group", DEFAULT_GROUP)
    return policy_in_force(session, group).approval_rule()


def proposer_of(proposal: Proposal) -> Person:
    """Return who proposed it."""
    identifier = proposal.proposed_by_id or proposal.proposed_by
    return Person(identifier, proposal.proposed_by, proposal.proposed_via)


def role_to_propose(proposal: Proposal) -> str:
    """Return the role by which it was proposed: that of whoever decides, unless the kind says."""
    return PROPOSED_AS.get(proposal.kind, proposal.role)


def decider_of(transaction: Transaction) -> Person:
    """Return who acts."""
    proof = transaction.proof
    return Person(proof.actor_id or transaction.actor, transaction.actor, proof.via)


def held_by(session: Session, person: Person) -> tuple[Held, ...]:
    """Return the roles that somebody holds; whoever is disabled holds none."""
    rows = session.scalars(
        select(RoleGrant)
        .join(Principal, Principal.id == RoleGrant.principal_id)
        .where(RoleGrant.principal_id == person.id, Principal.state == "active")
    )
    return tuple(Held(row.role, row.granted_by_id, row.granted_at) for row in rows)


def _about(field: str, message: str) -> StateDifference:
    return StateDifference(field=field, before=None, after=None, message=message)
