"""`token` and `session`: credentials of principals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from cli.door import Door, with_door
from cli.output import note, print_table, say

if TYPE_CHECKING:
    from governance.identity.tokens import TokenState

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
session_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

NameArgument = Annotated[str, typer.Argument(help="Name or id of the principal.")]


@app.callback()
def token_help() -> None:
    """API tokens: whoever holds one in UNDERWRITER_TOKEN acts as its principal."""


@app.command(epilog="Example: underwriter token create ada --role auditor --expires 30d")
@with_door
def create(
    door: Door,
    name: NameArgument,
    role: Annotated[
        list[str] | None,
        typer.Option("--role", help="A role of the principal's; repeatable. Default: all of them."),
    ] = None,
    agent: Annotated[
        str | None, typer.Option(help="Agent that the token acts for, and no other. Default: none.")
    ] = None,
    expires: Annotated[str, typer.Option(help="How long it is good: 90d, 12h.")] = "90d",
) -> None:
    """Make a token of a principal's. Its text is shown this once and stored nowhere."""
    from governance.operations import people_tokens as tokens

    request = tokens.NewToken(name=name, roles=tuple(role or ()), agent=agent, expires=expires)
    made = door.ask(tokens.create, request)
    if door.printed(made):
        return
    acts = "" if made.agent is None else f", for the agent {made.agent} alone"
    note(f"token {made.id} of {made.principal}: {', '.join(made.roles)}{acts}")
    note(f"good until {made.expires:%Y-%m-%d %H:%M} UTC; shown this once:")
    say(made.token)


@app.command("list", epilog="Example: underwriter token list ada")
@with_door
def list_(
    door: Door,
    name: Annotated[str | None, typer.Argument(help="Only this principal's. Default: all.")] = None,
) -> None:
    """List tokens without their secrets, the oldest first."""
    from governance.operations import people_tokens as tokens

    rows = door.ask(tokens.list_tokens, tokens.TokenFilter(name=name))
    if door.printed(rows):
        return
    print_tokens(rows)


@app.command(epilog="Example: underwriter token revoke 0f3a9c1122334455")
@with_door
def revoke(
    door: Door, token: Annotated[str, typer.Argument(help="Id of the token, as `list` shows it.")]
) -> None:
    """Revoke a token; it is good for nothing from this moment on."""
    from governance.operations import people_tokens as tokens

    answer = door.ask(tokens.revoke, tokens.TokenNamed(id=token))
    if door.printed(answer):
        return
    note(f"token {answer.id} of {answer.principal}: {answer.state}")


@session_app.callback()
def session_help() -> None:
    """Signing in to the console."""


@session_app.command(epilog="Example: underwriter session link ada --json")
@with_door
def link(door: Door, name: NameArgument) -> None:
    """Make a path that signs a principal in to the console, once and within ten minutes."""
    from governance.operations import people_tokens as tokens
    from governance.operations.people_principals import PrincipalNamed

    made = door.ask(tokens.link, PrincipalNamed(name=name))
    if door.printed(made):
        return
    note(f"good once, until {made.expires:%Y-%m-%d %H:%M} UTC:")
    say(made.path)


def print_tokens(rows: Sequence[TokenState]) -> None:
    """Print tokens as a table."""
    print_table(
        ("id", "principal", "roles", "agent", "state", "expires", "last used"),
        [
            (
                row.id,
                row.principal,
                ", ".join(row.roles),
                row.agent,
                row.state,
                None if row.expires is None else f"{row.expires:%Y-%m-%d}",
                row.last_used_on,
            )
            for row in rows
        ],
    )
