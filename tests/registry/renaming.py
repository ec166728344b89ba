"""Agents under other names: what the tests of kin and of matches share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from governance.gate.certificate.keys import private_key_from_seed
from governance.gate.certificate.payload import CertificateDocument
from governance.gate.vector import RobustnessVector
from governance.identity.principals import add_principal
from governance.kernel.clock import FixedClock
from governance.registry.agent_history import History, history_of
from governance.registry.agents import find_agent, register_agent
from governance.registry.certificates import sign_certification
from governance.registry.certifications import certify_agent
from governance.registry.changes import carry_with, request_registration
from governance.registry.proposals import decide
from governance.store.roles import Proposal
from governance.store.store import Store
from tests.registry.proposal_world import as_person

KEY = private_key_from_seed(bytes(range(32)))
MODEL, PROMPT, TOOLS, OTHER = (f"sha256:{letter * 64}" for letter in "abcd")
DECLARED = {"model": MODEL, "prompt": PROMPT}
Happened = Callable[..., None]


def register(store: Store, name: str, digests: dict[str, str] | None = None) -> None:
    with store.write() as transaction:
        register_agent(transaction, name, digests=digests)


def certify(store: Store, name: str, vector: RobustnessVector, times: int = 1) -> None:
    with store.write() as transaction:
        agent = find_agent(transaction.session, name)
        for _ in range(times):
            certify_agent(transaction, agent, vector)


def history_in(store: Store, name: str, at: datetime | None = None) -> History:
    with store.read() as session:
        return history_of(session, find_agent(session, name), at or store.clock.now())


def standing_of_kin(history: History) -> dict[str, str]:
    return {one.agent: one.status for one in history.kin}


def operator(store: Store) -> Store:
    """Return the store in which olga acts, an operator; bob is an auditor beside her."""
    with store.write() as transaction:
        add_principal(transaction, "olga", "person", ["operator"])
        add_principal(transaction, "bob", "person", ["auditor"])
    return as_person(store, "olga")


def propose(store: Store, name: str, digests: dict[str, str], reason: str = "mended") -> str:
    with operator(store).write() as transaction:
        made = request_registration(
            transaction, name, digests=digests, group="default", description="", reason=reason
        )
        assert isinstance(made, Proposal)
        return made.id


def approve(store: Store, proposal: str, actor: str = "bob") -> None:
    with as_person(store, actor).write() as transaction:
        decide(transaction, proposal, approve=True, carry=carry_with(KEY))


def signed(
    store: Store, name: str, vector: RobustnessVector
) -> tuple[CertificateDocument, FixedClock]:
    with store.write() as transaction:
        agent = find_agent(transaction.session, name)
        certification, _ = certify_agent(transaction, agent, vector)
        document = sign_certification(transaction, agent, certification, KEY)
    assert isinstance(store.clock, FixedClock)
    return document, store.clock
