"""`delegate`: sub-budgets that never exceed what their principal has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.authorize import AmountOption, CurrencyOption, MinorOption, money_from
from cli.door import Door, print_answer, with_door
from cli.gate_delegate import analyse
from cli.output import note, print_table

if TYPE_CHECKING:
    from governance.economy.answers import Branch

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.command(
    epilog="Example: underwriter delegate grant buyer scout --amount '20 USD' --expires 8h"
)
@with_door
def grant(
    door: Door,
    parent: Annotated[str, typer.Argument(help="The principal's name or id.")],
    child: Annotated[str, typer.Argument(help="The delegate's name or id.")],
    amount: AmountOption = None,
    minor: MinorOption = None,
    currency: CurrencyOption = None,
    expires: Annotated[
        str | None,
        typer.Option(
            "--expires",
            help="How long it lasts: 8h, 1d, 4w. Default 1d, or until the one above ends.",
        ),
    ] = None,
) -> None:
    """Hand a part of an agent's authority to another, or say every reason why not.

    Exit code 1 where it is denied.
    """
    from governance.operations import authority_delegations as delegations

    request = delegations.GrantSubBudget(
        principal=parent,
        delegate=child,
        amount=money_from(amount, minor, currency),
        expires_in=expires,
    )
    answer = door.ask(delegations.grant, request, options={"expires_in": "--expires"})
    money = request.amount
    if door.as_json:
        print_answer(answer)
    elif answer.granted:
        note(f"{child} may use {money} of {parent} until {answer.expires:%c} UTC")
        print(answer.delegation)  # noqa: T201
    else:
        note(f"denied: {money} from {parent} to {child}")
        print_table(("reason", "what"), [(one.code, one.message) for one in answer.reasons])
    if not answer.granted:
        raise typer.Exit(1)


@app.command(epilog="Example: underwriter delegate revoke ID --reason 'task done'")
@with_door
def revoke(
    door: Door,
    delegation: Annotated[str, typer.Argument(help="The sub-budget's id.")],
    reason: Annotated[
        str, typer.Option("--reason", help="Why; it goes into the ledger.")
    ] = "revoked",
) -> None:
    """Take a sub-budget back with all below it, in one transaction; held money is released."""
    from governance.operations import authority_delegations as delegations

    request = delegations.RevokeSubBudget(delegation=delegation, reason=reason)
    answer = door.ask(delegations.revoke, request)
    if door.printed(answer):
        return
    ended = answer.ended
    note(f"{len(ended)} sub-budgets ended" if ended else "it had ended already")


@app.command(epilog="Example: underwriter delegate tree buyer --json")
@with_door
def tree(
    door: Door,
    agent: Annotated[
        str | None, typer.Argument(help="An agent's name or id; all trees if left out.")
    ] = None,
    ended: Annotated[bool, typer.Option("--ended", help="Show ended sub-budgets too.")] = False,
) -> None:
    """Show who handed what to whom, and what is left of it."""
    from governance.kernel.money import shown
    from governance.operations import authority_delegations as delegations

    branches = door.ask(delegations.tree, delegations.ShowTree(agent=agent, ended=ended))
    if door.printed(branches):
        return
    amounts = ("allocated", "spent", "reserved", "delegated", "penalties", "available")
    rows = []
    for depth, branch in _walk(branches):
        data = branch.model_dump(mode="json")
        cells = (shown(data[name], data["currency"]) for name in amounts)
        name = f"{'  ' * depth}{branch.principal} > {branch.agent}"
        rows.append((name, *cells, data["state"], data["expires"][:16], data["id"]))
    print_table(("principal > delegate", *amounts, "state", "expires", "id"), rows)


def _walk(branches: list[Branch], depth: int = 0) -> list[tuple[int, Branch]]:
    found: list[tuple[int, Branch]] = []
    for branch in branches:
        found.append((depth, branch))
        found += _walk(list(branch.below), depth + 1)
    return found


app.command("analyse", epilog="Example: underwriter delegate analyse economy.yaml --json")(analyse)
