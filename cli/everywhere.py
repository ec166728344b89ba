"""Options that every command takes, and that the program takes before the command."""

from __future__ import annotations

from functools import cache
from typing import Annotated

import typer
from typer._click.core import Command, Parameter
from typer.core import TyperGroup

from cli.output import be_quiet

SETTINGS = "underwriter.settings"  # where a context keeps the file: each run has one of its own
TAKEN_EVERYWHERE = ("quiet", "settings_file")


def _hush(value: bool) -> bool:
    if value:
        be_quiet(True)
    return value


def _name_settings(ctx: typer.Context, value: str | None) -> str | None:
    if value is not None:
        ctx.meta[SETTINGS] = value
    return value


DatabaseOption = Annotated[
    str | None,
    typer.Option(
        "--db", metavar="URL", help="Database URL or SQLite file; before UNDERWRITER_DATABASE_URL."
    ),
]
QuietOption = Annotated[
    bool,
    typer.Option(
        "--quiet",
        "-q",
        help="Leave out remarks and progress bars; errors are shown all the same.",
        callback=_hush,
        is_eager=True,
    ),
]
SettingsOption = Annotated[
    str | None,
    typer.Option(
        "--settings",
        metavar="FILE",
        help="The one settings file (TOML) to read; before UNDERWRITER_CONFIG.",
        callback=_name_settings,
    ),
]


def named_settings(ctx: typer.Context) -> str | None:
    """Return the settings file that --settings names; behind the command it goes first."""
    found: str | None = ctx.meta.get(SETTINGS)
    return found


def add_options(command: Command) -> None:
    """Let a command and all below it take --quiet and --settings, as each takes --help.

    A command that has an option of such a name keeps it for itself.
    """
    if isinstance(command, TyperGroup):
        for child in command.commands.values():
            add_options(child)
        return
    own = {name for parameter in command.params for name in parameter.opts}
    command.params += [option for option in _options() if own.isdisjoint(option.opts)]


def _carrier(settings_file: SettingsOption = None, quiet: QuietOption = False) -> None:
    """Carry the options that every command takes."""


@cache
def _options() -> tuple[Parameter, ...]:
    carrier = typer.Typer(add_completion=False)
    carrier.command()(_carrier)
    options = typer.main.get_command(carrier).params
    for option in options:
        option.expose_value = False
    return tuple(options)
