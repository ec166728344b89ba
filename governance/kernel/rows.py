"""Reading row by row: JSON Lines and CSV, streamed, with the line of each row."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from governance.kernel.documents import parse_json
from governance.kernel.errors import InputError

MAX_ROW_BYTES = 4 * 1024 * 1024

Row = dict[str, object]
FaultHandler = Callable[[InputError], None]


def raise_fault(fault: InputError) -> None:
    """Raise the fault: the handler that stops at the first bad row."""
    raise fault


@contextmanager
def open_rows(path: str) -> Iterator[tuple[BinaryIO, str]]:
    """Open a file (``-``: standard input) for reading bytes; yields the stream and its name."""
    if path == "-":
        yield sys.stdin.buffer, "<stdin>"
        return
    try:
        stream = Path(path).open("rb")  # noqa: SIM115 - closed by the with below
    except FileNotFoundError:
        raise InputError("no such file", file=path) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=path) from error
    with stream:
        yield stream, path


def read_jsonl(
    stream: BinaryIO,
    source: str,
    *,
    on_fault: FaultHandler = raise_fault,
    max_row_bytes: int = MAX_ROW_BYTES,
    constants: bool = False,
) -> Iterator[tuple[int, Row]]:
    """Yield (line number, object) for each non-empty line.

    A bad line goes to ``on_fault``, which raises it by default; a handler that returns makes
    the reading go on with the next line. ``constants`` lets NaN and Infinity through.
    """
    lines = _Lines(stream, source, max_row_bytes)
    for number, text in lines:
        try:
            lines.raise_fault(number, number)
            data = _json_object(text.strip(), source, number, constants)
        except InputError as fault:
            on_fault(fault)
            continue
        if data is not None:
            yield number, data


def _json_object(text: str, source: str, number: int, constants: bool) -> Row | None:
    if not text:
        return None
    data = parse_json(text, source, line=number, constants=constants)
    if not isinstance(data, dict):
        raise InputError("is not a JSON object", file=source, line=number)
    return data


def read_csv(
    stream: BinaryIO,
    source: str,
    *,
    on_fault: FaultHandler = raise_fault,
    max_row_bytes: int = MAX_ROW_BYTES,
    delimiter: str = ",",
) -> Iterator[tuple[int, Row]]:
    """Yield (line number, row) for each CSV row; empty cells are left out of the row.

    The line is the one on which the row ends, as the csv module counts; a broken row is named by
    the line on which it begins. A row with more or fewer cells than the header, or one that is
    broken, goes to ``on_fault`` as in ``read_jsonl``.
    A faulty header always raises.
    """
    csv.field_size_limit(max_row_bytes)
    lines = _Lines(stream, source, max_row_bytes)
    reader = csv.reader((text for _, text in lines), delimiter=delimiter, strict=True)
    names = _csv_header(reader, lines, source)
    while True:
        first = reader.line_num + 1
        try:
            cells = next(reader, None)
            lines.raise_fault(first, reader.line_num)
            row = None if not cells else _csv_row(names, cells, source, reader.line_num)
        except csv.Error as error:
            on_fault(InputError(f"broken CSV: {error}", file=source, line=first))
            continue
        except InputError as fault:
            on_fault(fault)
            continue
        if cells is None:
            return
        if row is not None:
            yield reader.line_num, row


def _csv_row(names: list[str], cells: list[str], source: str, line: int) -> Row:
    if len(cells) != len(names):
        message = f"has {len(cells)} cells where the header has {len(names)}"
        raise InputError(message, file=source, line=line)
    return {name: cell for name, cell in zip(names, cells, strict=True) if cell != ""}


def _csv_header(reader: Iterator[list[str]], lines: _Lines, source: str) -> list[str]:
    try:
        header = next(reader, None)
    except csv.Error as error:
        raise InputError(f"broken CSV: {error}", file=source, line=1) from None
    lines.raise_fault(1, lines.number)
    if header is None:
        raise InputError("is empty: a header row is needed", file=source)
    names = [name.strip() for name in header]
    if len(set(names)) != len(names):
        raise InputError("the header names a column twice", file=source, line=1)
    return names


@dataclass
class _Lines:
    """Decoded lines of bounded length; what is wrong with a line is kept until it is asked for.

    A faulty line is still handed on (as far as it can be read), so that a row of several lines
    keeps its shape and the reader can go on behind it.
    """

    stream: BinaryIO
    source: str
    max_bytes: int
    number: int = 0
    faults: dict[int, InputError] = field(default_factory=dict)

    def raise_fault(self, first: int, last: int) -> None:
        """Raise the first fault of the lines from first to last; those up to last are forgotten."""
        found = [self.faults.pop(number) for number in sorted(self.faults) if number <= last]
        for fault in found:
            if first <= (fault.line or 0):
                raise fault

    def __iter__(self) -> Iterator[tuple[int, str]]:
        while raw := self.stream.readline(self.max_bytes + 1):
            self.number += 1
            if len(raw) > self.max_bytes:
                self._keep(f"is longer than {self.max_bytes // 2**20} MiB")
                self._skip_line(raw)
                yield self.number, "\n"
                continue
            encoding = "utf-8-sig" if self.number == 1 else "utf-8"
            try:
                text = raw.decode(encoding)
            except UnicodeDecodeError as error:
                self._keep(f"invalid UTF-8 at byte {error.start} of the line")
                text = raw.decode(encoding, errors="replace")
            yield self.number, text

    def _keep(self, message: str) -> None:
        self.faults[self.number] = InputError(message, file=self.source, line=self.number)

    def _skip_line(self, raw: bytes) -> None:
        while raw and not raw.endswith(b"\n"):
            raw = self.stream.readline(self.max_bytes + 1)
