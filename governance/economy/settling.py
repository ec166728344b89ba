"""How a contract ends: the escrow is emptied once, to whom the outcome says."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import and_, or_, select

from governance.economy.answers import ContractAnswer
from governance.economy.authority import delegation_transfers, shift_delegation
from governance.economy.books import Transfer, account_id, open_accounts, post
from governance.economy.contracts import (
    PARTY_KINDS,
    done,
    escrow,
    find_contract,
    party_account,
    payer,
    refused,
)
from governance.economy.moment import begin
from governance.economy.node import read_delegation, read_node
from governance.economy.revoking import close_if_done
from governance.economy.spending import count_spend
from governance.store.economy_contracts import Contract
from governance.store.store import Transaction

Outcome = Literal["fulfilled", "failed", "unverified", "not_accepted", "cancelled"]
ENDED = ("settled", "expired", "cancelled")


def settle_contract(transaction: Transaction, contract: Contract) -> ContractAnswer:
    """Pay out a verified contract: the reward to the agent, or the penalty to the poster.

    A repetition changes nothing.
    """
    transaction = begin(transaction)
    row = find_contract(transaction.session, contract.id)
    if row.state == "settled":
        return done(row, changed=False)
    if row.state != "verified" or row.verdict is None:
        return refused(row, f"it is {row.state}, not verified")
    _end(transaction, row, "settled", _verdict(row.verdict))
    return done(row, changed=True)


def cancel_contract(transaction: Transaction, contract: Contract) -> ContractAnswer:
    """Take back a contract that nobody accepted yet; its reward returns to the poster."""
    transaction = begin(transaction)
    row = find_contract(transaction.session, contract.id)
    if row.state == "cancelled":
        return done(row, changed=False)
    if row.state != "posted":
        return refused(row, f"it is {row.state}: somebody is bound by it")
    _end(transaction, row, "cancelled", "cancelled")
    return done(row, changed=True)


def expire_contract(transaction: Transaction, contract: Contract) -> ContractAnswer:
    """End a contract whose time is over.

    Nobody accepted it: the reward returns. Accepted and nothing handed in: the penalty is due.
    Handed in and not verified until the end of the review: everything returns. Verified and not
    settled until then: it is settled as the verdict says, so that no penalty stays at risk longer.
    """
    transaction = begin(transaction)
    row = find_contract(transaction.session, contract.id)
    if row.state == "expired":
        return done(row, changed=False)
    if not _end_overdue(transaction, row):
        return refused(row, f"it is {row.state} and its time is not over")
    return done(row, changed=True)


def end_due_contracts(transaction: Transaction, *, limit: int) -> int:
    """End the contracts whose time is over; returns how many."""
    rows = transaction.session.scalars(
        select(Contract)
        .where(
            Contract.deadline <= transaction.now,
            or_(
                Contract.state.in_(("posted", "accepted")),
                and_(
                    Contract.state.in_(("submitted", "verified")),
                    Contract.review_until <= transaction.now,
                ),
            ),
        )
        .order_by(Contract.deadline, Contract.id)
        .limit(limit)
        .execution_options(populate_existing=True)
    ).all()
    for row in rows:
        _end_overdue(transaction, row)
    return len(rows)


def _end_overdue(transaction: Transaction, row: Contract) -> bool:
    """End a contract as its state demands if its time is over; returns whether it was."""
    over, reviewed = transaction.now >= row.deadline, transaction.now >= row.review_until
    if row.state == "verified" and reviewed and row.verdict is not None:
        _end(transaction, row, "settled", _verdict(row.verdict))
    elif row.state == "posted" and over:
        _end(transaction, row, "expired", "not_accepted")
    elif row.state == "accepted" and over:
        _end(transaction, row, "expired", "failed")
    elif row.state == "submitted" and reviewed:
        _end(transaction, row, "expired", "unverified")
    else:
        return False
    return True


def _verdict(verdict: dict[str, Any]) -> Outcome:
    return "fulfilled" if verdict["fulfilled"] else "failed"


def _end(transaction: Transaction, row: Contract, state: str, outcome: Outcome) -> None:
    session, bound = transaction.session, row.agent_id is not None
    transfers = _pay_out(transaction, row, outcome)
    if bound and row.cosigner is None:
        transfers += _free_authority(transaction, row, forfeited=outcome == "failed")
    row.state, row.outcome, row.closed_at = state, outcome, transaction.now
    session.flush()
    payload = {"outcome": outcome, "agent": row.agent_id, "poster": row.poster}
    post(transaction, f"contract.{state}", row.id, payload, transfers, row.currency)
    if row.delegation_id is not None:
        close_if_done(transaction, row.delegation_id)


def _pay_out(transaction: Transaction, row: Contract, outcome: Outcome) -> list[Transfer]:
    """Empty the escrow accounts."""
    poster = party_account(row.poster, row.currency)
    rewarded = poster
    if outcome == "fulfilled":
        owner = f"agent/{row.agent_id}"
        open_accounts(transaction.session, owner, PARTY_KINDS, row.currency)
        rewarded = account_id(owner, "funds", row.currency)
    made = [Transfer(rewarded, escrow(row, "reward"), row.reward)]
    if row.agent_id is not None:
        back = poster if outcome == "failed" else payer(row)
        made.append(Transfer(back, escrow(row, "collateral"), row.penalty))
    return made


def _free_authority(transaction: Transaction, row: Contract, *, forfeited: bool) -> list[Transfer]:
    """Take the penalty off what is at risk; one that was forfeited is spend from then on."""
    session, agent, currency = transaction.session, str(row.agent_id), row.currency
    node = read_node(session, agent, currency, transaction.now)
    lost = row.penalty if forfeited else 0
    made = count_spend(session, node, {"penalties": row.penalty}, lost)
    if row.delegation_id is not None and read_delegation(session, row.delegation_id) is not None:
        changes = {"penalties": -row.penalty, "spent": lost}
        shift_delegation(session, row.delegation_id, changes)
        made += delegation_transfers(row.delegation_id, currency, changes)
    return made
