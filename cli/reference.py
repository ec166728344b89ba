"""The references in `docs/`, written from the program itself: commands and operations."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import typer
from typer._click.core import Command, Context, Parameter
from typer.core import TyperGroup, TyperOption

from cli.everywhere import TAKEN_EVERYWHERE
from cli.main import app

HEADER = """# Commands

Written from the program by `make docs`; `make check` fails where the two differ. Every command
also takes `--help`, `--quiet` and `--settings FILE`, the settings file to read. With `--json` an
error is JSON on standard output too:
`{"error": {code, message, file, line, field, hint}}`. Exit codes: 0 done; 1 the thing asked for is
false; 2 bad usage or input; 3 storage or an outside system failed.
"""


def reference() -> str:
    """Return the whole reference as Markdown."""
    root = typer.main.get_command(app)
    parts = [HEADER]
    for path, command in walk(root, ()):
        if path:
            parts.append(_section(path, command))
    return "\n".join(parts)


def walk(command: Command, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Command]]:
    """Yield every command with its path, depth first, in the order of the help."""
    yield path, command
    if isinstance(command, TyperGroup):
        context = Context(command)
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child is not None and not child.hidden:
                yield from walk(child, (*path, name))


def _section(path: tuple[str, ...], command: Command) -> str:
    name = " ".join(path)
    text = (command.help or "").strip().replace("\b\n", "")
    lines = [f"{'##' if len(path) == 1 else '###'} `{name}`", "", text, ""]
    if not isinstance(command, TyperGroup):
        rows = [
            _row(parameter)
            for parameter in command.params
            if parameter.name not in {"help", *TAKEN_EVERYWHERE}
        ]
        if rows:
            lines += ["| argument or option | meaning |", "| --- | --- |", *rows, ""]
        if command.epilog:
            lines += [command.epilog.strip().replace("Example: ", "Example: `", 1) + "`", ""]
    return "\n".join(lines)


def _row(parameter: Parameter) -> str:
    if isinstance(parameter, TyperOption):
        label = ", ".join(f"`{option}`" for option in (*parameter.opts, *parameter.secondary_opts))
        meaning = parameter.help or ""
    else:
        label = f"`{(parameter.name or '').upper()}`"
        meaning = getattr(parameter, "help", None) or ""
    return f"| {label} | {' '.join(meaning.split()).replace('|', chr(92) + '|')} |"


def pages() -> dict[str, Callable[[], str]]:
    """Return what writes each page that comes from the program."""
    from governance.operations.page import operations_page

    return {"commands.md": reference, "operations.md": operations_page}


def main(arguments: list[str]) -> int:
    """Write the pages into a folder, or with ``--check`` compare them; returns the exit code."""
    check = "--check" in arguments
    folder = Path(next(a for a in arguments if not a.startswith("--")))
    stale = []
    for name, text in pages().items():
        file = folder / name
        if check and not (file.is_file() and file.read_text(encoding="utf-8") == text()):
            stale.append(file)
        elif not check:
            file.write_text(text(), encoding="utf-8")
    for file in stale:
        sys.stderr.write(f"{file} is not up to date: run `make docs`\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
