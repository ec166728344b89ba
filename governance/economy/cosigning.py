"""The human who takes the liability for an agent, and parties that deal with themselves.

A co-signer bears the penalty instead of the agent, so nothing counts against the agent's ceiling.
That is safe only where the person agreed, and is neither the one whom the penalty is paid to nor
the agent under another name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from governance.gate.standing import Reason
from governance.kernel.errors import ForbiddenError, InputError

if TYPE_CHECKING:
    from governance.economy.terms import Terms
    from governance.store.agents import Agent
    from governance.store.economy_contracts import Contract
    from governance.store.store import Transaction


def check_cosigner(terms: Terms, poster: str) -> None:
    """Raise InputError where the poster would owe the penalty to itself."""
    if terms.cosigner == poster:
        raise InputError(
            f"{poster!r} posts the contract and would owe the penalty to itself",
            field="constraints",
            hint="name another co-signer",
        )


def take_liability(transaction: Transaction, row: Contract, person: str | None) -> bool:
    """Let the co-signer that a posted contract names agree, as who acts; returns whether it is new.

    ``row`` is read under the writers' lock and ``person`` is the co-signer of its terms. Raises
    InputError where the contract names nobody or somebody else.
    """
    if person is None:
        raise InputError("the contract names no co-signer", field="contract")
    if person != transaction.actor:
        message = f"{transaction.actor!r} acts here, the contract names {person!r}"
        raise ForbiddenError(
            message, field="actor", hint="the co-signer agrees with a token of their own"
        )
    if row.cosigner is not None:
        return False
    row.cosigner = person
    transaction.session.flush()
    transaction.record("contract.cosigned", row.id, {"cosigner": person, "penalty": row.penalty})
    return True


def conflicts_of(row: Contract, terms: Terms, agent: Agent, actor: str) -> list[Reason]:
    """Return why an agent may not accept because of who the parties are.

    A co-signer who accepts on the agent's behalf agrees by that.
    """
    found: list[Reason] = []
    if row.poster in (agent.name, agent.id):
        found.append(Reason("self_dealing", None, f"{agent.name} posted it itself"))
    person = terms.cosigner
    if person is None:
        return found
    if person in (agent.name, agent.id):
        message = f"{agent.name} cannot be its own co-signer"
        found.append(Reason("self_dealing", None, message))
    elif person not in (row.cosigner, actor):
        message = f"{person} has not taken the liability (contract cosign)"
        found.append(Reason("cosigner", None, message))
    return found
