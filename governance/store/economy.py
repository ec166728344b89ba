"""Tables of the economy: double-entry books, and the authority that agents have used up."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from governance.store.base import Base
from governance.store.ledger import make_append_only

Big = BigInteger().with_variant(Integer(), "sqlite")


class Account(Base):
    """One account of the books; every account holds one currency."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("id", "currency"),)

    id: Mapped[str] = mapped_column(primary_key=True)  # owner/kind/currency
    owner: Mapped[str] = mapped_column(index=True)  # agent/ID, delegation/ID, contract/ID, party/..
    kind: Mapped[str]
    currency: Mapped[str]


class Posting(Base):
    """A transfer of a positive amount from one account to another: balanced by its shape.

    A balance is what was debited less what was credited. ``sequence`` is the ledger event that
    made the transfer, whose payload repeats it, so that the hash chain covers the books.
    """

    __tablename__ = "posting"
    __table_args__ = (
        CheckConstraint("amount > 0", name="positive"),
        CheckConstraint("debit <> credit", name="two_accounts"),
        ForeignKeyConstraint(
            ["debit", "currency"], ["account.id", "account.currency"], name="fk_posting_debit"
        ),
        ForeignKeyConstraint(
            ["credit", "currency"], ["account.id", "account.currency"], name="fk_posting_credit"
        ),
    )

    sequence: Mapped[int] = mapped_column(Big, primary_key=True, autoincrement=False)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    debit: Mapped[str]
    credit: Mapped[str]
    amount: Mapped[int] = mapped_column(Big)
    currency: Mapped[str]


class Authority(Base):
    """All money that an agent has at risk in one currency, kept equal to its postings.

    ``spent`` counts within the policy's window, whose name is ``spending_window``.
    """

    __tablename__ = "authority"
    __table_args__ = (
        CheckConstraint(
            "penalties >= 0 AND spent >= 0 AND reserved >= 0 AND delegated >= 0",
            name="not_negative",
        ),
    )

    agent_id: Mapped[str] = mapped_column(ForeignKey("agent.id"), primary_key=True)
    currency: Mapped[str] = mapped_column(primary_key=True)
    penalties: Mapped[int] = mapped_column(Big)
    spent: Mapped[int] = mapped_column(Big)
    reserved: Mapped[int] = mapped_column(Big)
    delegated: Mapped[int] = mapped_column(Big)
    spending_window: Mapped[str]
    over_ceiling: Mapped[int | None] = mapped_column(Big)
    over_cause: Mapped[str | None]


make_append_only(Account.__table__)  # type: ignore[arg-type]
make_append_only(Posting.__table__)  # type: ignore[arg-type]
