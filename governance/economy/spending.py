"""Counting spend in the window of the moment, and closing the window that is over."""

from __future__ import annotations

from sqlalchemy.orm import Session

from governance.economy.authority import authority_transfers, shift_authority
from governance.economy.books import Transfer, account_id
from governance.economy.node import Node
from governance.gate.position import EACH


def close_window(node: Node) -> list[Transfer]:
    """Return the transfer that closes the spend of a window that is over."""
    over = _over(node)
    return [Transfer(_account(node, "closed"), _account(node, "spent"), over)] if over else []


def count_spend(session: Session, node: Node, freed: dict[str, int], spent: int) -> list[Transfer]:
    """Take ``freed`` amounts off what is at risk and count ``spent``; returns the transfers.

    Under a window of single transactions spend never adds up, so it is closed at once.
    """
    over, agent, currency = _over(node), node.position.id, node.currency
    kept = 0 if node.window == EACH else spent
    changes = {kind: -amount for kind, amount in freed.items()}
    shift_authority(session, agent, currency, {**changes, "spent": kept - over}, node.window)
    made = close_window(node)
    made += authority_transfers(agent, currency, {**changes, "spent": kept})
    made.append(Transfer(_account(node, "closed"), _account(node, "authority"), spent - kept))
    return made


def _over(node: Node) -> int:
    return 0 if node.stored is None else node.stored.spent - node.used.spent


def _account(node: Node, kind: str) -> str:
    return account_id(f"agent/{node.position.id}", kind, node.currency)
