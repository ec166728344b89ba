"""The `underwriter` command: lazy command groups, one place for errors and exit codes."""

from __future__ import annotations

import errno
import importlib
import io
import sys
from typing import Annotated, Any

import typer
from typer._click.core import Command as BaseCommand
from typer._click.core import Context  # typer carries click inside since 0.29
from typer._click.exceptions import ClickException
from typer._click.formatting import HelpFormatter
from typer.core import TyperCommand, TyperGroup

from cli.everywhere import DatabaseOption, QuietOption, SettingsOption, add_options
from cli.output import be_quiet, print_error, print_error_json, print_usage, print_usage_json
from governance.kernel.errors import InputError, StorageError, UnderwriterError
from governance.kernel.secrets import SecretUrl

# name -> (module, attribute, help). A group's module is imported only when it is used, so that
# `risk quantify` loads neither SQLAlchemy nor networkx.
COMMANDS: dict[str, tuple[str, str, str]] = {
    "init": ("cli.database", "init_app", "Create the database and load the ontology."),
    "demo": ("cli.demo", "app", "Run the main job on real incidents in an embedded database."),
    "doctor": ("cli.doctor", "app", "Say what is configured, found and missing."),
    "taxonomy": ("cli.taxonomy", "app", "Threats, losses, controls and the links between them."),
    "system": ("cli.system", "app", "AI systems, their threats, their coverage."),
    "control": ("cli.control", "app", "What is known of each control, and by what."),
    "incidents": ("cli.incidents", "app", "Import and classify AI incidents."),
    "risk": ("cli.risk", "app", "Loss distributions, tails, reserves, treatments."),
    "agent": ("cli.agent", "app", "Register and certify agents."),
    "audit": ("cli.audit", "app", "Measure the robustness of models; import other harnesses."),
    "gate": ("cli.gate", "app", "Robustness vectors to economic tiers; policies."),
    "authorize": ("cli.authorize", "app", "Reserve, commit and give back money at risk."),
    "delegate": ("cli.delegate", "app", "Sub-budgets inside their principal's authority."),
    "contract": ("cli.contract", "app", "Work in escrow: posted, accepted, verified, settled."),
    "tick": ("cli.tick", "app", "Do what is due: expiries, tier drops, audits, deadlines."),
    "risk-register": ("cli.risk_register", "app", "Threats with the frequency to be expected."),
    "principal": ("cli.principal", "app", "Persons, services and agents that can act."),
    "token": ("cli.token", "app", "API tokens of principals."),
    "session": ("cli.token", "session_app", "Signing in to the console."),
    "role": ("cli.role", "app", "Who may do what."),
    "proposal": ("cli.proposal", "app", "Changes that wait for a second person."),
    "report": ("cli.report", "app", "Build reports from stored evidence."),
    "ledger": ("cli.ledger", "app", "The hash-chained record of every state change."),
    "db": ("cli.database", "app", "Upgrade, downgrade, back up and restore the database."),
}


class LazyGroup(TyperGroup):
    """A group whose sub-commands are imported on use."""

    def list_commands(self, ctx: Context) -> list[str]:
        """Return the names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: Context, cmd_name: str) -> BaseCommand | None:
        """Import and return one command; while help is listed, a light stand-in."""
        if cmd_name not in COMMANDS:
            return None
        module, attribute, help_text = COMMANDS[cmd_name]
        if getattr(ctx, "_listing", False):
            return TyperCommand(cmd_name, help=help_text)
        group: typer.Typer = getattr(importlib.import_module(module), attribute)
        group._add_completion = False  # noqa: SLF001 - completion belongs to the root alone
        command = typer.main.get_command(group)
        command.name = cmd_name
        command.help = command.help or help_text
        add_options(command)
        return command

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        """List the groups without importing them."""
        ctx._listing = True  # type: ignore[attr-defined]  # noqa: SLF001
        super().format_help(ctx, formatter)


def _version(value: bool) -> None:
    if value:
        from governance import __version__

        typer.echo(f"underwriter {__version__}")
        raise typer.Exit


app = typer.Typer(
    cls=LazyGroup,
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="AI-risk governance and agent economy: what happened, what does it cost, what may this "
    "agent do, can you prove it.",
    epilog="Start with `underwriter demo`. Every command takes --json; exit codes: 0 done, "
    "1 the answer is no, 2 bad input, 3 storage or an outside system failed.",
)


@app.callback()
def root(
    ctx: typer.Context,
    db: DatabaseOption = None,
    settings_file: SettingsOption = None,
    quiet: QuietOption = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """AI-risk governance and agent economy."""
    ctx.obj = {"db": None if db is None else SecretUrl(db)}


def run(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Errors are printed on standard error; with --json also as JSON on standard output.
    """
    be_quiet(False)
    given = sys.argv[1:] if arguments is None else arguments
    as_json = "--json" in given
    try:
        _require_text(given)
        result: Any = app(args=arguments, standalone_mode=False)
    except UnderwriterError as error:
        return _failed(error, as_json)
    except ClickException as error:
        if as_json:
            print_usage_json(error.format_message(), _parameter(error))
        shown = io.StringIO()
        error.show(file=shown)
        print_usage(shown.getvalue())
        return 2
    except (typer.Abort, KeyboardInterrupt):
        typer.echo("interrupted: nothing was left half stored", err=True)
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except OSError as error:
        return _failed(_outside(error), as_json)
    return result if isinstance(result, int) else 0


def _failed(error: UnderwriterError, as_json: bool) -> int:
    if as_json:
        print_error_json(error)
    print_error(error)
    return error.exit_code


def _require_text(arguments: list[str]) -> None:
    """Raise InputError where an argument is not UTF-8: it could be neither stored nor shown."""
    for argument in arguments:
        if not argument.isascii() and argument.encode(errors="replace").decode() != argument:
            shown = argument.encode(errors="backslashreplace").decode()
            raise InputError(f"{shown} is not UTF-8", field="arguments")


def _outside(error: OSError) -> UnderwriterError:
    """Return what the operating system refused, as an error of a file or of storage."""
    name = None if error.filename is None else str(error.filename)
    said = error.strerror or "failed"
    if error.errno == errno.ENAMETOOLONG:
        return InputError(said.lower(), file=name)
    return StorageError(said if name is None else f"{name}: {said}")


def _parameter(error: ClickException) -> str | None:
    """Return the option or argument that bad usage is about, as it is written."""
    name = getattr(error, "option_name", None)
    parameter = getattr(error, "param", None)
    if name is None and parameter is not None:
        name = parameter.opts[0]
    return name


def main() -> None:
    """Entry point of the installed command."""
    sys.exit(run())


if __name__ == "__main__":
    main()
