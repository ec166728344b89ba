"""`authorize`: reserving, committing and giving back money that an agent puts at risk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.authorize_marginal import EPILOG as MARGINAL_EPILOG
from cli.authorize_marginal import marginal
from cli.door import AtOption, Door, as_data, moment_of, print_answer, with_door
from cli.output import note, print_table

if TYPE_CHECKING:
    from governance.economy.answers import Outcome
    from governance.kernel.money import Money

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

AgentArgument = Annotated[str, typer.Argument(help="The agent's name or id.")]
ReservationArgument = Annotated[str, typer.Argument(help="The reservation's id.")]
AmountOption = Annotated[
    str | None, typer.Option("--amount", help="An amount with its currency: '12.50 USD'.")
]
MinorOption = Annotated[
    int | None, typer.Option("--minor", help="The amount in minor units (cents); with --currency.")
]
CurrencyOption = Annotated[str | None, typer.Option("--currency", help="ISO 4217 code.")]


@app.command(
    epilog="Example: underwriter authorize reserve invoice-bot --amount '12.50 USD' --key order-17"
)
@with_door
def reserve(
    door: Door,
    agent: AgentArgument,
    key: Annotated[
        str, typer.Option("--key", help="Idempotency key: the same key never reserves twice.")
    ],
    amount: AmountOption = None,
    minor: MinorOption = None,
    currency: CurrencyOption = None,
    action: Annotated[
        str, typer.Option("--action", help="An action of the policy, or contract (its second).")
    ] = "contract",
    expires: Annotated[
        str | None,
        typer.Option(
            "--expires",
            help="How long it is held: 30m, 1h, 7d. Default 1h, or until the sub-budget ends.",
        ),
    ] = None,
) -> None:
    """Set money aside for an agent's action, or say every reason why not.

    Decided against the lowest ceiling until the deadline. Exit code 1 where it is denied.
    """
    from governance.operations import authority

    request = authority.Reserve(
        agent=agent,
        amount=money_from(amount, minor, currency),
        key=key,
        action=action,
        expires_in=expires,
    )
    grant = door.ask(authority.reserve, request, options={"expires_in": "--expires"})
    if door.as_json:
        print_answer(grant)
    elif grant.granted:
        said = f"granted before, {grant.state}" if grant.replayed else "granted"
        note(f"{said} until {grant.expires:%c} UTC" if grant.state == "held" else said)
        print(grant.reservation)  # noqa: T201
    else:
        note(f"denied: {request.amount} for {agent}")
        print_table(("reason", "what"), [(one.code, one.message) for one in grant.reasons])
    if not grant.granted:
        raise typer.Exit(1)


@app.command(epilog="Example: underwriter authorize show invoice-bot --json")
@with_door
def show(
    door: Door,
    agent: AgentArgument,
    currency: CurrencyOption = None,
    last: Annotated[
        int, typer.Option(min=1, help="How many reservations, besides all held ones.")
    ] = 100,
    at: AtOption = None,
) -> None:
    """Show what an agent has or had at risk, its ceiling, what is left, and its reservations."""
    from governance.operations import authority

    request = authority.ShowAuthority(agent=agent, currency=currency, last=last, at=moment_of(at))
    view = door.ask(authority.show, request)
    if door.printed(view):
        return
    data = as_data(view)
    _print_view(data)


@app.command(epilog="Example: underwriter authorize commit ID --amount '9.99 USD'")
@with_door
def commit(
    door: Door,
    reservation: ReservationArgument,
    amount: AmountOption = None,
    minor: MinorOption = None,
    currency: CurrencyOption = None,
) -> None:
    """Turn held money into spend, all of it or a part; the rest is given back.

    Exit code 1 where the reservation has expired or ended otherwise.
    """
    from governance.operations import authority

    request = authority.Commit(reservation=reservation, amount=read_money(amount, minor, currency))
    _finish(door.ask(authority.commit, request), door.as_json)


@app.command(epilog="Example: underwriter authorize release ID")
@with_door
def release(door: Door, reservation: ReservationArgument) -> None:
    """Give held money back. Exit code 1 where it is spent already."""
    from governance.operations import authority

    request = authority.OfReservation(reservation=reservation)
    _finish(door.ask(authority.release, request), door.as_json)


@app.command(epilog="Example: underwriter authorize refund ID --amount '2 USD' --key credit-1")
@with_door
def refund(
    door: Door,
    reservation: ReservationArgument,
    amount: AmountOption = None,
    minor: MinorOption = None,
    currency: CurrencyOption = None,
    key: Annotated[
        str | None, typer.Option("--key", help="Idempotency key; needed for a part.")
    ] = None,
) -> None:
    """Take spend back, all that is left of it or a part. Exit code 1 where none was committed."""
    from governance.operations import authority

    money = read_money(amount, minor, currency)
    request = authority.Refund(reservation=reservation, amount=money, key=key)
    _finish(door.ask(authority.refund, request), door.as_json)


@app.command(epilog="Example: underwriter authorize check --json")
@with_door
def check(door: Door) -> None:
    """Check that every balance follows from the postings and these from the ledger.

    Exit code 1 where the books are not in order.
    """
    from governance.operations import authority
    from governance.operations.requests import Nothing

    found = door.ask(authority.check, Nothing())
    if door.as_json:
        print_answer(found)
    elif found.ok:
        print(f"{found.postings} postings, all in order")  # noqa: T201
    else:
        print_table(("fault",), [(fault,) for fault in found.faults])
    if not found.ok:
        raise typer.Exit(1)


app.command("marginal", epilog=MARGINAL_EPILOG)(marginal)


def read_money(amount: str | None, minor: int | None, currency: str | None) -> Money | None:
    """Return the amount that the options name; None where they name none."""
    from governance.kernel.errors import InputError
    from governance.kernel.money import Money, parse_money
    from governance.kernel.value import parse

    if amount is not None:
        if minor is not None or currency is not None:
            raise InputError("stands beside --minor or --currency", field="--amount")
        return parse_money(amount)
    if minor is None and currency is None:
        return None
    if minor is None or currency is None:
        raise InputError("--minor and --currency go together", field="--minor")
    return parse(Money, {"amount": minor, "currency": currency})


def money_from(amount: str | None, minor: int | None, currency: str | None) -> Money:
    """Return the amount that the options name; raises bad usage where they name none."""
    money = read_money(amount, minor, currency)
    if money is None:
        raise typer.BadParameter("give --amount, or --minor with --currency")
    return money


def _finish(outcome: Outcome, as_json: bool) -> None:
    from governance.kernel.money import shown

    row = outcome.reservation
    if as_json:
        print_answer(outcome)
    elif outcome.done:
        net = shown(row.committed - row.refunded, row.currency)
        said = row.state if outcome.changed else f"was {row.state} already"
        note(f"{row.id} {said}; spent under it: {net}")
    else:
        note(f"no: {'; '.join(one.message for one in outcome.reasons)}")
    if not outcome.done:
        raise typer.Exit(1)


def _print_view(data: dict[str, Any]) -> None:
    from governance.kernel.money import shown

    code = data["currency"]
    amounts = ("exposure", "ceiling", "available", "penalties", "spent", "reserved", "delegated")
    print_table(
        ("agent", "tier", *amounts),
        [(data["agent"], f"T{data['tier']}", *(shown(data[name], code) for name in amounts))],
    )
    for reason in data["reasons"]:
        note(reason["message"])
    if data["reservations"]:
        print_table(
            ("reservation", "amount", "state", "expires", "action"),
            [
                (
                    row["id"],
                    shown(row["amount"], code),
                    row["state"],
                    row["expires"][:19],
                    row["action"],
                )
                for row in data["reservations"]
            ],
        )
