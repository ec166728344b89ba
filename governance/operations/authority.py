"""Money that an agent puts at risk: reserved, committed, given back, shown."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from governance.economy.answers import AuthorityView, Grant, Outcome
from governance.economy.check import BooksCheck
from governance.economy.marginal import MarginalEffect
from governance.kernel.money import Money
from governance.kernel.value import Value
from governance.operations.requests import MOST, AgentNamed, Moment, Nothing
from governance.operations.work import Reading, Running, Writing

Amount = Annotated[Money, Field(description="Minor units and ISO 4217 code.")]
Part = Annotated[Money | None, Field(description="A part; all of it if left out.")]


class Reserve(AgentNamed):
    """An amount that an agent wants to put at risk."""

    amount: Amount
    key: Annotated[str, Field(description="Idempotency key: the same key reserves once.")]
    action: Annotated[str, Field(description="An action of the policy.")] = "contract"
    expires_in: Annotated[str | None, Field(description="How long it is held: 30m, 1h.")] = None


class ShowAuthority(AgentNamed):
    """An agent's authority in a currency, now or at a past moment."""

    currency: Annotated[str | None, Field(description="ISO 4217; the policy's main one.")] = None
    last: Annotated[
        int, Field(ge=1, le=MOST, description="Reservations, besides all held ones.")
    ] = 100
    at: Moment = None


class OfReservation(Value):
    """A reservation."""

    reservation: Annotated[str, Field(description="Its id.")]


class Commit(OfReservation):
    """Held money that is spent."""

    amount: Part = None


class Refund(OfReservation):
    """Spent money that came back."""

    amount: Part = None
    key: Annotated[str | None, Field(description="Idempotency key; needed for a part.")] = None


class Marginal(AgentNamed):
    """An amount whose effect on the economy is wanted."""

    amount: Amount
    level: Annotated[float, Field(description="Level of the TVaR, inside (0, 1).")] = 0.99
    failures: Annotated[float, Field(ge=0, description="Failures of an agent a year.")] = 1.0


def reserve(work: Writing, request: Reserve) -> Grant:
    """Set money aside for an agent's action, or say every reason why not."""
    from governance.economy import reservations
    from governance.economy.durations import parse_duration
    from governance.registry.agents import find_agent

    held = request.expires_in
    return reservations.reserve(
        work.transaction,
        find_agent(work.session, request.agent),
        request.amount,
        key=request.key,
        action=request.action,
        term=None if held is None else parse_duration(held, field="expires_in"),
        with_safety=True,
    )


def show(work: Reading, request: ShowAuthority) -> AuthorityView:
    """Show what an agent has at risk, its ceiling, what is left, and its reservations."""
    from governance.economy.show import show_authority
    from governance.kernel.currency import check_currency
    from governance.registry.agents import find_agent

    code = None if request.currency is None else check_currency(request.currency)
    return show_authority(
        work.session,
        find_agent(work.session, request.agent),
        work.moment(request.at),
        currency=code,
        last=request.last,
    )


def commit(work: Writing, request: Commit) -> Outcome:
    """Turn held money into spend, all of it or a part; the rest is given back."""
    from governance.economy import closing

    return closing.commit(work.transaction, request.reservation, request.amount)


def release(work: Writing, request: OfReservation) -> Outcome:
    """Give held money back."""
    from governance.economy import closing

    return closing.release(work.transaction, request.reservation)


def refund(work: Writing, request: Refund) -> Outcome:
    """Take spend back, all that is left of it or a part."""
    from governance.economy import closing

    return closing.refund(work.transaction, request.reservation, request.amount, key=request.key)


def check(work: Running, request: Nothing) -> BooksCheck:
    """Check that every balance follows from the postings and these from the ledger."""
    from governance.economy.check import check_books
    from governance.store.snapshot import snapshot

    with snapshot(work.store) as session:
        return check_books(session)


def marginal(work: Reading, request: Marginal) -> MarginalEffect:
    """Show the marginal safety and the marginal TVaR of an amount; nothing is reserved."""
    from governance.economy.marginal import marginal_effect
    from governance.registry.agents import find_agent

    return marginal_effect(
        work.session,
        find_agent(work.session, request.agent),
        request.amount,
        work.moment(),
        level=request.level,
        failures_per_year=request.failures,
    )
