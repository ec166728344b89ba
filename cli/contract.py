"""`contract`: work with a reward and a penalty, both in escrow until it is verified."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.database import DatabaseOption
from cli.door import as_data, ask, print_answer, text_file
from cli.output import JsonOption, note, print_table

if TYPE_CHECKING:
    from governance.economy.answers import ContractAnswer

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

ContractArgument = Annotated[str, typer.Argument(help="The contract's id.")]


@app.command(epilog="Example: underwriter contract post summary.yaml --poster acme --key job-9")
def post(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(help="Terms as YAML, JSON or TOML; - is standard input.")],
    poster: Annotated[str, typer.Option("--poster", help="Who pays the reward.")],
    key: Annotated[
        str | None, typer.Option("--key", help="Idempotency key: the same key posts once.")
    ] = None,
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Post a contract; its reward goes into escrow.

    Terms: objective, constraints, minimum_tier, reward, penalty, deadline, soft_share, review_days.
    """
    from governance.operations import contracts

    request = contracts.PostContract(terms=text_file(file), poster=poster, key=key)
    _finish(ask(ctx, db, contracts.post, request), as_json)


@app.command(epilog="Example: UNDERWRITER_ACTOR=dana underwriter contract cosign ID")
def cosign(
    ctx: typer.Context,
    contract: ContractArgument,
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take the liability as the co-signer whom the terms name; until then nobody can accept.

    Who acts (UNDERWRITER_ACTOR) must be that person.
    """
    from governance.operations import contracts

    request = contracts.OfContract(contract=contract)
    _finish(ask(ctx, db, contracts.cosign, request), as_json)


@app.command(epilog="Example: underwriter contract accept ID invoice-bot")
def accept(
    ctx: typer.Context,
    contract: ContractArgument,
    agent: Annotated[str, typer.Argument(help="The agent's name or id.")],
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bind an agent; its penalty counts as at risk from now on.

    Exit code 1 where tier or ceiling forbid it.
    """
    from governance.operations import contracts

    request = contracts.AcceptContract(contract=contract, agent=agent)
    _finish(ask(ctx, db, contracts.accept, request), as_json)


@app.command(epilog="Example: underwriter contract submit ID answer.txt")
def submit(
    ctx: typer.Context,
    contract: ContractArgument,
    file: Annotated[str, typer.Argument(help="The work, UTF-8 text; - is standard input.")],
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Hand work in before the deadline; a later submission replaces it until it is verified."""
    from governance.operations import contracts

    request = contracts.SubmitWork(contract=contract, work=text_file(file).text)
    _finish(ask(ctx, db, contracts.submit, request), as_json)


@app.command(epilog="Example: underwriter contract verify ID --signed-by dana")
def verify(
    ctx: typer.Context,
    contract: ContractArgument,
    signed_by: Annotated[
        str | None,
        typer.Option("--signed-by", help="Sign off as the co-signer; must be UNDERWRITER_ACTOR."),
    ] = None,
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Judge what was handed in by the contract's constraints.

    Exit code 1 where it does not fulfil them, or a checker gave no answer (then nothing changes).
    """
    from governance.operations import contracts

    request = contracts.VerifyWork(contract=contract, signed_by=signed_by)
    _finish(ask(ctx, db, contracts.verify, request), as_json)


@app.command(epilog="Example: underwriter contract settle ID")
def settle(
    ctx: typer.Context,
    contract: ContractArgument,
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Pay out a verified contract, once: the reward to the agent, or the penalty to the poster."""
    from governance.operations import contracts

    request = contracts.OfContract(contract=contract)
    _finish(ask(ctx, db, contracts.settle, request), as_json)


@app.command(epilog="Example: underwriter contract expire ID")
def expire(
    ctx: typer.Context,
    contract: ContractArgument,
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """End a contract whose time is over; `tick` does it for all of them."""
    from governance.operations import contracts

    request = contracts.OfContract(contract=contract)
    _finish(ask(ctx, db, contracts.expire, request), as_json)


@app.command(epilog="Example: underwriter contract cancel ID")
def cancel(
    ctx: typer.Context,
    contract: ContractArgument,
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take back a contract that nobody accepted yet."""
    from governance.operations import contracts

    request = contracts.OfContract(contract=contract)
    _finish(ask(ctx, db, contracts.cancel, request), as_json)


@app.command("list", epilog="Example: underwriter contract list --state accepted")
def list_(
    ctx: typer.Context,
    state: Annotated[str | None, typer.Option("--state", help="Only contracts in it.")] = None,
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """List contracts, oldest first."""
    from governance.kernel.money import shown
    from governance.operations import contracts

    found = ask(ctx, db, contracts.list_contracts, contracts.ContractFilter(state=state))
    if as_json:
        print_answer(found)
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
def show(
    ctx: typer.Context,
    contract: ContractArgument,
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a contract with its terms and verdict."""
    from governance.operations import contracts

    row = ask(ctx, db, contracts.show, contracts.OfContract(contract=contract))
    if as_json:
        print_answer(row)
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
