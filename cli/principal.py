"""`principal`: persons, services and agents that can act."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.door import Door, with_door
from cli.output import note, print_table

if TYPE_CHECKING:
    from governance.operations.people_principals import PrincipalChanged

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

NameArgument = Annotated[str, typer.Argument(help="Name or id of the principal.")]
RoleOption = Annotated[
    list[str] | None,
    typer.Option("--role", help="A role, as `role list` names them; repeatable. Default: none."),
]


@app.callback()
def principal_help() -> None:
    """Persons, services and agents that can act. Whoever runs `init` is the first."""


@app.command(epilog="Example: underwriter principal add ada --kind person --role auditor")
@with_door
def add(
    door: Door,
    name: Annotated[str, typer.Argument(help="A name of its own.")],
    kind: Annotated[str, typer.Option(help="person, service or agent.")] = "person",
    role: RoleOption = None,
) -> None:
    """Add somebody who can act; said again with other roles, it adds those."""
    from governance.operations import people_principals as principals

    request = principals.NewPrincipal(name=name, kind=kind, roles=tuple(role or ()))
    answer = door.ask(principals.add, request, options={"role": "--role"})
    if door.printed(answer):
        return
    note(f"{answer.kind} {answer.name}: {', '.join(answer.roles) or 'no role'}")


@app.command("list", epilog="Example: underwriter principal list")
@with_door
def list_(door: Door) -> None:
    """List every principal with its roles."""
    from governance.operations import people_principals as principals
    from governance.operations.requests import Nothing

    rows = door.ask(principals.list_principals, Nothing())
    if door.printed(rows):
        return
    print_table(
        ("name", "kind", "state", "local", "roles", "since", "added by"),
        [
            (
                row.name,
                row.kind,
                row.state,
                "yes" if row.local else "no",
                ", ".join(row.roles),
                f"{row.created_at:%Y-%m-%d}",
                row.created_by,
            )
            for row in rows
        ],
    )


@app.command(epilog="Example: underwriter principal show ada")
@with_door
def show(door: Door, name: NameArgument) -> None:
    """Show a principal: roles, tokens without their secrets, identities of other issuers."""
    from cli.token import print_tokens
    from governance.operations import people_principals as principals

    shown = door.ask(principals.show, principals.PrincipalNamed(name=name))
    if door.printed(shown):
        return
    note(f"{shown.kind} {shown.name} ({shown.id}), {shown.state}")
    note(f"roles: {', '.join(shown.roles) or 'none'}")
    if shown.local_user is not None:
        note(f"is the local user {shown.local_user}")
    for identity in shown.external:
        note(f"is {identity}")
    if shown.tokens:
        print_tokens(shown.tokens)


@app.command(epilog="Example: underwriter principal disable ada")
@with_door
def disable(door: Door, name: NameArgument) -> None:
    """Let a principal act no more, whatever credentials it has, from this moment on."""
    from governance.operations import people_principals as principals

    _print_change(door, door.ask(principals.disable, principals.PrincipalNamed(name=name)))


@app.command(epilog="Example: underwriter principal enable ada")
@with_door
def enable(door: Door, name: NameArgument) -> None:
    """Let a disabled principal act again."""
    from governance.operations import people_principals as principals

    _print_change(door, door.ask(principals.enable, principals.PrincipalNamed(name=name)))


def _print_change(door: Door, answer: PrincipalChanged) -> None:
    if not door.printed(answer):
        note(f"{answer.name}: {answer.state}")
