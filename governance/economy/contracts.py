"""Contracts from posting to verification: money waits in escrow, penalties count as at risk."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from governance.economy.answers import ContractAnswer, ContractState, contract_state
from governance.economy.books import Transfer, account_id, open_accounts, post
from governance.economy.checkers import Finding, judge_all
from governance.economy.checkers.base import MAX_SUBMISSION_BYTES
from governance.economy.closing import expire_due
from governance.economy.cosigning import check_cosigner, conflicts_of, take_liability
from governance.economy.keys import check_key
from governance.economy.moment import begin
from governance.economy.node import Node, read_node
from governance.economy.reservations import (
    DEFAULT_ACTION,
    claim_at_risk,
    claim_transfers,
)
from governance.economy.safety import safety_refusal
from governance.economy.terms import Terms, check_terms
from governance.gate.decide import Ask, Limit, refusals
from governance.gate.standing import Reason
from governance.kernel.canonical import digest, sha256_hex
from governance.kernel.errors import ConflictError, ForbiddenError, InputError, NotFoundError
from governance.store.agents import Agent
from governance.store.economy_contracts import Contract, Submission
from governance.store.store import Store, Transaction

PARTY_KINDS = ("funds",)
ESCROW_KINDS = ("reward", "collateral")


def post_contract(
    transaction: Transaction, terms: Terms, poster: str, *, key: str | None = None
) -> ContractAnswer:
    """Post a contract and put its reward into escrow; the same key posts once."""
    if not poster.strip() or not poster.isprintable() or "/" in poster or len(poster) > 200:
        raise InputError(f"{poster!r} is no name of a party", field="poster")
    if key is not None:
        check_key(key)
    transaction = begin(transaction)
    session, known = transaction.session, None
    body = digest({"poster": poster, "terms": terms.to_json()})
    if key is not None:
        known = session.scalar(select(Contract).where(Contract.key == key))
    if known is not None:
        if known.digest != body:
            raise ConflictError(f"{key!r} was used for another contract", field="key")
        return done(known, changed=False)
    check_terms(terms, transaction.now)
    check_cosigner(terms, poster)
    identifier, currency = transaction.new_id(), terms.reward.currency
    row = Contract(
        id=identifier,
        key=key,
        poster=poster,
        objective=terms.objective,
        terms=terms.to_json(),
        digest=body,
        minimum_tier=terms.needed_tier,
        currency=currency,
        reward=terms.reward.amount,
        penalty=terms.penalty.amount,
        deadline=terms.deadline,
        review_until=terms.at_risk_until,
        state="posted",
        posted_at=transaction.now,
    )
    session.add(row)
    session.flush()
    open_accounts(session, f"party/{poster}", PARTY_KINDS, currency)
    open_accounts(session, f"contract/{identifier}", ESCROW_KINDS, currency)
    paid = [Transfer(escrow(row, "reward"), party_account(poster, currency), row.reward)]
    payload = {"contract": identifier, "poster": poster, "terms": body, "penalty": row.penalty}
    post(transaction, "contract.posted", identifier, payload, paid, currency)
    return done(row, changed=True)


def cosign_contract(transaction: Transaction, contract: Contract) -> ContractAnswer:
    """Let the named co-signer, as who acts, take the liability of a contract that is posted."""
    transaction = begin(transaction)
    row = find_contract(transaction.session, contract.id)
    if row.state != "posted":
        return refused(row, f"it is {row.state} already")
    person = Terms.model_validate(row.terms).cosigner
    return done(row, changed=take_liability(transaction, row, person))


def accept_contract(
    transaction: Transaction, contract: Contract | ContractState, agent: Agent
) -> ContractAnswer:
    """Bind an agent to a contract, its penalty counting as at risk, or say every reason why not.

    Where the terms name a co-signer, that person bears the penalty instead of the agent, and must
    have agreed to it. Nobody accepts a contract with itself.
    """
    transaction = begin(transaction)
    session = transaction.session
    row = find_contract(session, contract.id)
    if row.state == "accepted" and row.agent_id == agent.id:
        return done(row, changed=False)
    if row.state != "posted":
        return refused(row, f"it is {row.state} already")
    terms = Terms.model_validate(row.terms)
    if transaction.now >= row.deadline:
        return refused(row, "its deadline is past")
    conflicts = conflicts_of(row, terms, agent, transaction.actor)
    expire_due(transaction, agent_id=agent.id)
    amount = 0 if terms.cosigner else row.penalty
    node = read_node(session, agent.id, row.currency, transaction.now)
    asked = Ask(amount, DEFAULT_ACTION, terms.at_risk_until, row.minimum_tier)
    limit = node.limit(asked.until)
    reasons = conflicts + refusals(node, asked, limit)
    unsafe = safety_refusal(session, node, amount)
    if unsafe is not None:
        reasons.append(unsafe)
    if not reasons and claim_at_risk(session, node, "penalties", amount, limit) is None:
        reasons = [Reason("raced", None, "the authority changed in between; ask again")]
    if reasons:
        payload = {"contract": row.id, "reasons": [one.code for one in reasons]}
        transaction.record("contract.refused", agent.id, payload)
        return _denied(row, reasons)
    _bind(transaction, row, node, terms.cosigner, amount, limit)
    return done(row, changed=True)


def submit_work(transaction: Transaction, contract: Contract, content: str) -> ContractAnswer:
    """Hand work in before the deadline; until it is verified a later one replaces it."""
    _check_content(content)
    transaction = begin(transaction)
    session = transaction.session
    row = find_contract(session, contract.id)
    if row.state not in ("accepted", "submitted"):
        return refused(row, f"it is {row.state}")
    if transaction.now >= row.deadline:
        return refused(row, "its deadline is past")
    body = "sha256:" + sha256_hex(content.encode())
    before = None if row.submission_id is None else session.get(Submission, row.submission_id)
    if before is not None and before.digest == body:
        return done(row, changed=False)
    identifier = transaction.new_id()
    session.execute(
        insert(Submission),
        {
            "id": identifier,
            "contract_id": row.id,
            "content": content,
            "digest": body,
            "submitted_at": transaction.now,
        },
    )
    row.state, row.submission_id = "submitted", identifier
    session.flush()
    payload = {"submission": identifier, "digest": body, "agent": row.agent_id}
    transaction.record("contract.submitted", row.id, payload)
    return done(row, changed=True)


def verify_work(store: Store, identifier: str, *, signed_by: str | None = None) -> ContractAnswer:
    """Judge what was handed in, outside any transaction, and store the verdict.

    ``done`` says whether the work fulfils the contract. Where a checker hung or crashed nothing
    changes, and the verification can be repeated until the review is over. A co-signer signs as
    the actor of the store.
    """
    if signed_by is not None and signed_by != store.actor:
        raise ForbiddenError(
            f"{signed_by!r} is not who acts here ({store.actor!r})", field="signed_by"
        )
    with store.read() as session:
        row = find_contract(session, identifier)
        if row.state != "submitted" or store.clock.now() >= row.review_until:
            return _known_verdict(row)
        work = session.get(Submission, row.submission_id)
        terms = Terms.model_validate(row.terms)
    findings = judge_all(terms.constraints, "" if work is None else work.content, signed_by)
    with store.write() as opened:
        return _store_verdict(begin(opened), identifier, row.submission_id, terms, findings)


def _store_verdict(
    transaction: Transaction,
    identifier: str,
    submission: str | None,
    terms: Terms,
    findings: Sequence[Finding],
) -> ContractAnswer:
    row = find_contract(transaction.session, identifier)
    if row.state != "submitted" or transaction.now >= row.review_until:
        return _known_verdict(row)
    if row.submission_id != submission:
        return refused(row, "another submission came in between; verify again")
    fulfilled = verdict_of(findings, terms.soft_share)
    if fulfilled is None:
        open_ = [one for one in findings if one.result == "unknown"]
        reasons = tuple(Reason("unknown", None, f"{one.kind}: {one.detail}") for one in open_)
        payload = {"submission": submission, "unknown": [one.kind for one in open_]}
        transaction.record("contract.not_verified", row.id, payload)
        return _denied(row, reasons)
    checks = [one.model_dump(mode="json") for one in findings]
    row.verdict = {"fulfilled": fulfilled, "submission": submission, "checks": checks}
    row.state = "verified"
    transaction.session.flush()
    transaction.record(
        "contract.verified",
        row.id,
        {"submission": submission, "fulfilled": fulfilled, "checks": digest(checks)},
    )
    return _verdict_answer(row, changed=True)


def verdict_of(findings: Sequence[Finding], soft_share: float) -> bool | None:
    """Return whether work fulfils its contract; None where that is open.

    A hard constraint that failed settles it, whatever is unknown. Of the soft ones the share
    ``soft_share`` must pass.
    """
    hard = [one.result for one in findings if not one.soft]
    soft = [one.result for one in findings if one.soft]
    if "failed" in hard:
        return False
    needed = soft_share * len(soft)
    if len(soft) - soft.count("failed") < needed:
        return False
    if "unknown" in hard or soft.count("passed") < needed:
        return None
    return True


def find_contract(session: Session, identifier: str) -> Contract:
    """Return a contract by its id; raises InputError where there is none."""
    row = session.get(Contract, identifier, populate_existing=True)
    if row is None:
        raise NotFoundError(
            f"no contract has the id {identifier!r}",
            field="contract",
            remedy="contracts.list",
        )
    return row


def list_contracts(session: Session, state: str | None = None) -> list[Contract]:
    """Return the contracts, oldest first."""
    query = select(Contract).order_by(Contract.posted_at, Contract.id)
    return list(session.scalars(query if state is None else query.where(Contract.state == state)))


def refused(row: Contract, message: str) -> ContractAnswer:
    """Return that a step is not possible in the contract's state."""
    return _denied(row, [Reason(row.state, None, message)])


def done(row: Contract, *, changed: bool) -> ContractAnswer:
    """Return that a step was taken, now or before."""
    return ContractAnswer(done=True, changed=changed, contract=contract_state(row))


def _denied(row: Contract, reasons: Sequence[Reason]) -> ContractAnswer:
    return ContractAnswer(
        done=False, changed=False, reasons=tuple(reasons), contract=contract_state(row)
    )


def escrow(row: Contract, kind: str) -> str:
    """Return the account in which the reward or the collateral of a contract waits."""
    return account_id(f"contract/{row.id}", kind, row.currency)


def party_account(name: str, currency: str) -> str:
    """Return the account of what a party is owed (debit) or has paid in (credit)."""
    return account_id(f"party/{name}", "funds", currency)


def payer(row: Contract) -> str:
    """Return the account that put the collateral up: the co-signer's or the agent's."""
    if row.cosigner is not None:
        return party_account(row.cosigner, row.currency)
    return account_id(f"agent/{row.agent_id}", "funds", row.currency)


def _bind(
    transaction: Transaction,
    row: Contract,
    node: Node,
    cosigner: str | None,
    amount: int,
    limit: Limit,
) -> None:
    session, sub_budget = transaction.session, node.sub_budget
    row.state, row.agent_id, row.cosigner = "accepted", node.position.id, cosigner
    row.accepted_at = transaction.now
    row.delegation_id = None if sub_budget is None or cosigner is not None else sub_budget.id
    session.flush()
    owner = f"agent/{row.agent_id}" if cosigner is None else f"party/{cosigner}"
    open_accounts(session, owner, PARTY_KINDS, row.currency)
    transfers = claim_transfers(node, "penalties", amount)
    transfers.append(Transfer(escrow(row, "collateral"), payer(row), row.penalty))
    payload = {
        "agent": row.agent_id,
        "cosigner": cosigner,
        "penalty": row.penalty,
        "ceiling": limit.ceiling,
        "tier": limit.tier,
        "sub_budget": row.delegation_id,
    }
    post(transaction, "contract.accepted", row.id, payload, transfers, row.currency)


def _check_content(content: str) -> None:
    """Raise InputError on work that cannot be stored as it is."""
    try:
        size = len(content.encode())
    except UnicodeEncodeError:
        raise InputError("is no text: it has half a surrogate pair", field="submission") from None
    if size > MAX_SUBMISSION_BYTES:
        raise InputError(f"larger than {MAX_SUBMISSION_BYTES // 2**20} MiB", field="submission")
    if "\0" in content:
        raise InputError("is no text: it has a NUL character", field="submission")


def _known_verdict(row: Contract) -> ContractAnswer:
    if row.state == "submitted":
        return refused(row, "its review is over")
    if row.verdict is None:
        return refused(row, f"it is {row.state}: there is nothing to verify")
    return _verdict_answer(row, changed=False)


def _verdict_answer(row: Contract, *, changed: bool) -> ContractAnswer:
    verdict = row.verdict or {}
    failed = [one for one in verdict["checks"] if one["result"] != "passed"]
    reasons = tuple(Reason(one["kind"], None, one["detail"]) for one in failed)
    return ContractAnswer(
        done=bool(verdict["fulfilled"]),
        changed=changed,
        reasons=reasons,
        contract=contract_state(row),
    )
