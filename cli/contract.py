"""`contract`: work with a reward and a penalty, both in escrow until it is verified."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.door import Door, as_data, print_answer, with_door
from cli.output import note, print_table
from governance.operations.files import text_file

if TYPE_CHECKING:
    from governance.economy.answers import ContractAnswer

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

ContractArgument = Annotated[str, typer.Argument(help="The contract's id.")]


@app.command(epilog="Example: underwriter contract post summary.yaml --poster acme --key job-9")
@with_door
def post(
    door: Door,
    file: Annotated[str, typer.Argument(help="Terms as YAML, JSON or TOML; - is standard input.")],
    poster: Annotated[str, typer.Option("--poster", help="Who pays the reward.")],
    key: Annotated[
        str | None, typer.Option("--key", help="Idempotency key: the same key posts once.")
    ] = None,
) -> None:
    """Post a contract; its reward goes into escrow.

    Terms: objective, constraints, minimum_tier, reward, penalty, deadline, soft_share, review_days.
    """
    from governance.operations import contracts

    request = contracts.PostContract(terms=text_file(file), poster=poster, key=key)
    _finish(door.ask(contracts.post, request), door.as_json)


@app.command(epilog="Example: underwriter contract cosign ID")
@with_door
def cosign(door: Door, contract: ContractArgument) -> None:
    """Take the liability as the co-signer whom the terms name; until then nobody can accept.

    Who acts must be that person, by a token (UNDERWRITER_TOKEN) or as the local user.
    """
    from governance.operations import contracts

    request = contracts.OfContract(contract=contract)
    _finish(door.ask(contracts.cosign, request), door.as_json)


@app.command(epilog="Example: underwriter contract accept ID invoice-bot")
@with_door
def accept(
    door: Door,
    contract: ContractArgument,
    agent: Annotated[str, typer.Argument(help="The agent's name or id.")],
) -> None:
    """Bind an agent; its penalty counts as at risk from now on.

    Exit code 1 where tier or ceiling forbid it.
    """
    from governance.operations import contracts

    request = contracts.AcceptContract(contract=contract, agent=agent)
    _finish(door.ask(contracts.accept, request), door.as_json)


@app.command(epilog="Example: underwriter contract submit ID answer.txt")
@with_door
def submit(
    door: Door,
    contract: ContractArgument,
    file: Annotated[str, typer.Argument(help="The work, UTF-8 text; - is standard input.")],
) -> None:
    """Hand work in before the deadline; a later submission replaces it until it is verified."""
    from governance.operations import contracts

    request = contracts.SubmitWork(contract=contract, work=text_file(file).text)
    _finish(door.ask(contracts.submit, request), door.as_json)


@app.command(epilog="Example: underwriter contract verify ID --signed-by dana")
@with_door
def verify(
    door: Door,
    contract: ContractArgument,
    signed_by: Annotated[
        str | None,
        typer.Option("--signed-by", help="Sign off as the co-signer, who must be who acts."),
    ] = None,
) -> None:
    """Judge what was handed in by the contract's constraints.

    Exit code 1 where it does not fulfil them, or a checker gave no answer (then nothing changes).
    """
    from governance.operations import contracts

    request = contracts.VerifyWork(contract=contract, signed_by=signed_by)
    _finish(door.ask(contracts.verify, request), door.as_json)


@app.command(epilog="Example: underwriter contract settle ID")
@with_door
def settle(door: Door, contract: ContractArgument) -> None:
    """Pay out a verified contract, once: the reward to the agent, or the penalty to the poster."""
    from governance.operations import contracts

    request = contracts.OfContract(contract=contract)
    _finish(door.ask(contracts.settle, request), door.as_json)


@app.command(epilog="Example: underwriter contract expire ID")
@with_door
def expire(door: Door, contract: ContractArgument) -> None:
    """End a contract whose time is over; `tick` does it for all of them."""
    from governance.operations import contracts

    request = contracts.OfContract(contract=contract)
    _finish(door.ask(contracts.expire, request), door.as_json)


@app.command(epilog="Example: underwriter contract cancel ID")
@with_door
def cancel(door: Door, contract: ContractArgument) -> None:
    """Take back a contract that nobody accepted yet."""
    from governance.operations import contracts

    request = contracts.OfContract(contract=contract)
    _finish(door.ask(contracts.cancel, request), door.as_json)


@app.command("list", epilog="Example: underwriter contract list --state accepted")
@with_door
def list_(
    door: Door,
    state: Annotated[str | None, typer.Option("--state", help="Only contracts in it.")] = None,
) -> None:
    """List contracts, oldest first."""
    from governance.kernel.money import shown
    from governance.operations import contracts

    found = door.ask(contracts.list_contracts, contracts.ContractFilter(state=state))
    if door.printed(found):
        return
    rows = as_data(found)
    print_table(
        ("contract", "state", "outcome", "poster", "tier", "reward", "penalty", "deadline"),
        [
            (
                row["id"],
                row["state"],
                row["outcome"],
                row["poster"],
                f"T{row['minimum_tier']}",
                shown(row["reward"], row["currency"]),
                shown(row["penalty"], row["currency"]),
                row["deadline"][:16],
            )
            for row in rows
        ],
    )


@app.command(epilog="Example: underwriter contract show ID --json")
@with_door
def show(door: Door, contract: ContractArgument) -> None:
    """Show a contract with its terms and verdict."""
    from governance.operations import contracts

    row = door.ask(contracts.show, contracts.OfContract(contract=contract))
    if door.printed(row):
        return
    data = as_data(row)
    fields = ("id", "state", "outcome", "poster", "agent", "cosigner", "objective", "deadline")
    print_table(("field", "value"), [(name, data[name]) for name in fields])
    for check in (row.verdict or {"checks": []})["checks"]:
        note(f"{check['result']}: {check['name'] or check['kind']}: {check['detail']}")


def _finish(answer: ContractAnswer, as_json: bool) -> None:
    row = answer.contract
    if as_json:
        print_answer(answer)
    elif answer.done:
        outcome = f", {row.outcome}" if row.outcome else ""
        note(f"{row.state}{outcome}{'' if answer.changed else ' already'}")
        print(row.id)  # noqa: T201
    else:
        note("no:")
        print_table(("reason", "what"), [(one.code, one.message) for one in answer.reasons])
    if not answer.done:
        raise typer.Exit(1)
