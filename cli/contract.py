"""`contract`: work with a reward and a penalty, both in escrow until it is verified."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.database import DatabaseOption, open_store
from cli.output import JsonOption, note, print_json, print_table

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
    from governance.economy.contracts import post_contract
    from governance.economy.terms import Terms
    from governance.kernel.documents import read_document
    from governance.kernel.value import parse_document

    terms = parse_document(Terms, read_document(file))
    from governance.store.access import require_role

    with open_store(ctx, db) as store, store.write() as transaction:
        require_role(transaction, "operator")
        answer = post_contract(transaction, terms, poster, key=key)
    _finish(answer, as_json)


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
    from governance.economy.contracts import cosign_contract, find_contract

    with open_store(ctx, db) as store, store.write() as transaction:
        answer = cosign_contract(transaction, find_contract(transaction.session, contract))
    _finish(answer, as_json)


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
    from governance.economy.contracts import accept_contract, find_contract
    from governance.registry.agents import find_agent
    from governance.store.access import require_role

    with open_store(ctx, db) as store, store.write() as transaction:
        require_role(transaction, "operator")
        row = find_contract(transaction.session, contract)
        answer = accept_contract(transaction, row, find_agent(transaction.session, agent))
    _finish(answer, as_json)


@app.command(epilog="Example: underwriter contract submit ID answer.txt")
def submit(
    ctx: typer.Context,
    contract: ContractArgument,
    file: Annotated[str, typer.Argument(help="The work, UTF-8 text; - is standard input.")],
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Hand work in before the deadline; a later submission replaces it until it is verified."""
    from governance.economy.contracts import find_contract, submit_work
    from governance.kernel.documents import read_text

    content, _ = read_text(file)
    from governance.store.access import require_role

    with open_store(ctx, db) as store, store.write() as transaction:
        require_role(transaction, "operator")
        row = find_contract(transaction.session, contract)
        answer = submit_work(transaction, row, content)
    _finish(answer, as_json)


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
    from governance.economy.contracts import find_contract, verify_work
    from governance.store.access import require_role

    with open_store(ctx, db) as store:
        with store.write() as transaction:
            row = find_contract(transaction.session, contract)
            if signed_by is None or row.cosigner != signed_by:  # a co-signer needs no role
                require_role(transaction, "operator")
        answer = verify_work(store, contract, signed_by=signed_by)
    _finish(answer, as_json)


@app.command(epilog="Example: underwriter contract settle ID")
def settle(
    ctx: typer.Context,
    contract: ContractArgument,
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Pay out a verified contract, once: the reward to the agent, or the penalty to the poster."""
    from governance.economy.contracts import find_contract
    from governance.economy.settling import settle_contract
    from governance.store.access import require_role

    with open_store(ctx, db) as store, store.write() as transaction:
        require_role(transaction, "operator")
        row = find_contract(transaction.session, contract)
        answer = settle_contract(transaction, row)
    _finish(answer, as_json)


@app.command(epilog="Example: underwriter contract expire ID")
def expire(
    ctx: typer.Context,
    contract: ContractArgument,
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """End a contract whose time is over; `tick` does it for all of them."""
    from governance.economy.contracts import find_contract
    from governance.economy.settling import expire_contract
    from governance.store.access import require_role

    with open_store(ctx, db) as store, store.write() as transaction:
        require_role(transaction, "operator")
        row = find_contract(transaction.session, contract)
        answer = expire_contract(transaction, row)
    _finish(answer, as_json)


@app.command(epilog="Example: underwriter contract cancel ID")
def cancel(
    ctx: typer.Context,
    contract: ContractArgument,
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take back a contract that nobody accepted yet."""
    from governance.economy.contracts import find_contract
    from governance.economy.settling import cancel_contract
    from governance.store.access import require_role

    with open_store(ctx, db) as store, store.write() as transaction:
        require_role(transaction, "operator")
        row = find_contract(transaction.session, contract)
        answer = cancel_contract(transaction, row)
    _finish(answer, as_json)


@app.command("list", epilog="Example: underwriter contract list --state accepted")
def list_(
    ctx: typer.Context,
    state: Annotated[str | None, typer.Option("--state", help="Only contracts in it.")] = None,
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """List contracts, oldest first."""
    from governance.economy.answers import contract_state
    from governance.economy.contracts import list_contracts
    from governance.gate.decide import shown

    with open_store(ctx, db) as store, store.read() as session:
        found = [contract_state(row) for row in list_contracts(session, state)]
    rows = [one.model_dump(mode="json") for one in found]
    if as_json:
        print_json(rows)
        return
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
    from governance.economy.answers import contract_state
    from governance.economy.contracts import find_contract

    with open_store(ctx, db) as store, store.read() as session:
        row = find_contract(session, contract)
    data = {**contract_state(row).model_dump(mode="json"), "terms": row.terms}
    if as_json:
        print_json(data)
        return
    fields = ("id", "state", "outcome", "poster", "agent", "cosigner", "objective", "deadline")
    print_table(("field", "value"), [(name, data[name]) for name in fields])
    for check in (row.verdict or {"checks": []})["checks"]:
        note(f"{check['result']}: {check['name'] or check['kind']}: {check['detail']}")


def _finish(answer: ContractAnswer, as_json: bool) -> None:
    row = answer.contract
    if as_json:
        print_json(answer.model_dump(mode="json"))
    elif answer.done:
        outcome = f", {row.outcome}" if row.outcome else ""
        note(f"{row.state}{outcome}{'' if answer.changed else ' already'}")
        print(row.id)  # noqa: T201
    else:
        note("no:")
        print_table(("reason", "what"), [(one.code, one.message) for one in answer.reasons])
    if not answer.done:
        raise typer.Exit(1)
