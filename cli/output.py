"""Printing: JSON alone on standard output, everything else on standard error or as tables."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from governance.kernel.errors import UnderwriterError
from governance.kernel.secrets import without_secrets

if TYPE_CHECKING:
    from rich.table import Table

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON alone on standard output.")]


def person(name: str | None, identifier: str | None) -> str:
    """Return the name of a principal; a name that is no principal's is marked as typed."""
    return f"{name} (typed)" if name and identifier is None else name or ""


def print_json(value: object) -> None:
    """Print one JSON document, indented."""
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)
    sys.stdout.write(_escaped(text) + "\n")


def print_json_line(value: object) -> None:
    """Print one JSON value on one line."""
    sys.stdout.write(_escaped(json.dumps(value, ensure_ascii=False, allow_nan=False)) + "\n")


def be_quiet(quiet: bool) -> None:
    """Leave out remarks and progress bars from now on, or show them again; errors always show."""
    _Remarks.shown = not quiet


class _Remarks:
    shown = True


def print_error_json(error: UnderwriterError) -> None:
    """Print an error as the one JSON document of a command with --json."""
    from governance.operations.catalogue import help_of

    where = {name: getattr(error, name, None) for name in ("file", "line", "field")}
    _print_error_document(error.code, error.message, {**where, "hint": help_of(error)})


def print_usage_json(message: str, field: str | None) -> None:
    """Print bad usage of a command with --json, such as a missing option, as an error is."""
    where = {"file": None, "line": None, "field": field, "hint": None}
    _print_error_document("usage", message, where)


def _print_error_document(code: str, message: str, where: Mapping[str, object]) -> None:
    said = {"message": message, **where}
    shown = {name: without_secrets(x) if isinstance(x, str) else x for name, x in said.items()}
    print_json({"error": {"code": code, **shown}})


def print_usage(shown: str) -> None:
    """Print what is said of bad usage on standard error; it repeats what was given."""
    sys.stderr.write(_inert(without_secrets(shown)))


def print_error(error: UnderwriterError) -> None:
    """Print an error and its hint on standard error."""
    from governance.operations.catalogue import help_of

    sys.stderr.write(f"error: {_inert(without_secrets(str(error)))}\n")
    hint = help_of(error)
    if hint:
        sys.stderr.write(f"hint: {_inert(without_secrets(hint))}\n")


def note(text: str) -> None:
    """Print a remark on standard error, so that standard output stays data."""
    if _Remarks.shown:
        sys.stderr.write(_inert(without_secrets(text)) + "\n")


def say(text: str, *, error: bool = False) -> None:
    """Print a line of words on standard output, or on standard error."""
    (sys.stderr if error else sys.stdout).write(_inert(text) + "\n")


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str | None = None
) -> None:
    """Print a table; columns whose cells are all numbers are aligned to the right."""
    from rich.console import Console

    console = Console()
    if not console.is_terminal:
        console.width = 160
    console.print(make_table(columns, rows, title=title))


def make_table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str | None = None
) -> Table:
    """Return a rich table with plain text cells (no markup is read from data)."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    cells = [["" if cell is None else _inert(str(cell)) for cell in row] for row in rows]
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for index, name in enumerate(columns):
        values = [row[index] for row in cells if row[index]]
        numeric = bool(values) and all(_is_number(value) for value in values)
        table.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in cells:
        table.add_row(*(Text(cell) for cell in row))
    return table


@contextmanager
def progress(description: str, total: int | None, *, quiet: bool = False) -> Iterator[Advance]:
    """Show a progress bar on a terminal's standard error; silent where there is none."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=quiet or not _Remarks.shown or not console.is_terminal,
    )
    with bar:
        task = bar.add_task(description, total=total)
        yield Advance(bar, task)


@contextmanager
def gauge(description: str) -> Iterator[Callable[[int, int | None, str], None]]:
    """Show how far long work is and its pace on a terminal; silent where there is none."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = Console(stderr=True)
    columns = (
        TextColumn(description),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[pace]}"),
    )
    hidden = not _Remarks.shown or not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as bar:
        task = bar.add_task("", total=None, pace="")

        def show(done: int, total: int | None, pace: str) -> None:
            bar.update(task, completed=done, total=total, pace=pace)

        yield show


class Advance:
    """Moves a progress bar forward."""

    def __init__(self, bar: object, task: object) -> None:
        self._bar = bar
        self._task = task

    def __call__(self, steps: int = 1) -> None:
        """Move the bar by a number of steps."""
        self._bar.advance(self._task, steps)  # type: ignore[attr-defined]


def _is_number(text: str) -> bool:
    return text.replace(",", "").replace(".", "").replace("-", "").replace("%", "").isdigit()


# Outside of strings JSON is ASCII, so these stand in strings only, where an escape says the same:
# control characters, direction marks, what has no width, half surrogate pairs, tags.
_HIDDEN = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff]"
)


def _escaped(text: str) -> str:
    """Return JSON that says the same, in which nothing steers a terminal or stays unseen."""
    return _HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _inert(text: str) -> str:
    """Replace control characters, so that stored text cannot steer the terminal."""
    return "".join(c if c in "\n\t" or c.isprintable() else "\ufffd" for c in text)
