"""Work in escrow: posted, accepted, handed in, verified, settled."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from governance.economy.answers import ContractAnswer, ContractState
from governance.kernel.value import Value
from governance.operations.requests import TextFile
from governance.operations.work import Reading, Running, Writing

if TYPE_CHECKING:
    from governance.store.economy_contracts import Contract
    from governance.store.store import Transaction

Step = Callable[["Transaction", "Contract"], ContractAnswer]


class PostContract(Value):
    """The terms of some work, and who pays for it."""

    terms: Annotated[TextFile, Field(description="Terms as YAML, JSON or TOML.")]
    poster: Annotated[str, Field(description="Who pays the reward.")]
    key: Annotated[str | None, Field(description="Idempotency key: the same posts once.")] = None


class OfContract(Value):
    """A contract."""

    contract: Annotated[str, Field(description="Its id.")]


class AcceptContract(OfContract):
    """The agent that a contract binds."""

    agent: Annotated[str, Field(description="The agent's name or id.")]


class SubmitWork(OfContract):
    """Work that is handed in."""

    work: Annotated[str, Field(description="The work as text.")]


class VerifyWork(OfContract):
    """A contract whose work is judged, and who signs it off."""

    signed_by: Annotated[str | None, Field(description="Co-signer; must be who asks.")] = None


class ContractFilter(Value):
    """Which contracts are wanted."""

    state: Annotated[str | None, Field(description="Only contracts in it.")] = None


class ContractShown(ContractState):
    """A contract with its terms."""

    terms: dict[str, Any]


def post(work: Writing, request: PostContract) -> ContractAnswer:
    """Post a contract; its reward goes into escrow."""
    from governance.economy.contracts import post_contract
    from governance.economy.terms import Terms
    from governance.kernel.value import parse_document

    terms = parse_document(Terms, request.terms.document())
    return post_contract(work.transaction, terms, request.poster, key=request.key)


def cosign(work: Writing, request: OfContract) -> ContractAnswer:
    """Take the liability as the co-signer whom the terms name."""
    from governance.economy.contracts import cosign_contract

    return _step(work, request, cosign_contract)


def accept(work: Writing, request: AcceptContract) -> ContractAnswer:
    """Bind an agent; its penalty counts as at risk from now on."""
    from governance.economy.contracts import accept_contract
    from governance.registry.agents import find_agent

    agent = find_agent(work.session, request.agent)
    return _step(work, request, lambda transaction, row: accept_contract(transaction, row, agent))


def submit(work: Writing, request: SubmitWork) -> ContractAnswer:
    """Hand work in before the deadline; a later submission replaces it until it is verified."""
    from governance.economy.contracts import submit_work

    return _step(work, request, lambda opened, row: submit_work(opened, row, request.work))


def verify(work: Running, request: VerifyWork) -> ContractAnswer:
    """Judge what was handed in by the contract's constraints; a co-signer can sign it off."""
    from governance.economy.contracts import verify_work

    return verify_work(work.store, request.contract, signed_by=request.signed_by)


def settle(work: Writing, request: OfContract) -> ContractAnswer:
    """Pay out a verified contract, once: the reward to the agent, or the penalty to the poster."""
    from governance.economy.settling import settle_contract

    return _step(work, request, settle_contract)


def expire(work: Writing, request: OfContract) -> ContractAnswer:
    """End a contract whose time is over."""
    from governance.economy.settling import expire_contract

    return _step(work, request, expire_contract)


def cancel(work: Writing, request: OfContract) -> ContractAnswer:
    """Take back a contract that nobody accepted yet."""
    from governance.economy.settling import cancel_contract

    return _step(work, request, cancel_contract)


def list_contracts(work: Reading, request: ContractFilter) -> list[ContractState]:
    """List contracts, oldest first."""
    from governance.economy import contracts
    from governance.economy.answers import contract_state

    return [contract_state(row) for row in contracts.list_contracts(work.session, request.state)]


def show(work: Reading, request: OfContract) -> ContractShown:
    """Show a contract with its terms and verdict."""
    from governance.economy.answers import contract_state
    from governance.economy.contracts import find_contract

    row = find_contract(work.session, request.contract)
    return ContractShown(**dict(contract_state(row)), terms=row.terms)


def _step(work: Writing, request: OfContract, step: Step) -> ContractAnswer:
    from governance.economy.contracts import find_contract

    return step(work.transaction, find_contract(work.session, request.contract))
