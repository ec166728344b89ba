"""Where rows come from: a file, a folder of files, standard input; and in which shape."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from governance.incidents.intake.entry import Entry
from governance.incidents.intake.json_array import read_json_array
from governance.kernel.documents import parse_text, read_text
from governance.kernel.errors import InputError
from governance.kernel.rows import FaultHandler, Row, open_rows, read_csv, read_jsonl

MAX_ROW_BYTES = 16 * 1024 * 1024
DOCUMENT_SUFFIXES = (".json", ".yaml", ".yml")


@dataclass(frozen=True)
class FileSource:
    """A file, or standard input kept in a temporary one, that can be read more than once."""

    path: str
    name: str

    def entries(self, records_at: tuple[str, ...], on_fault: FaultHandler) -> Iterator[Entry]:
        """Yield the rows in the shape that the file has."""
        with open_rows(self.path) as (stream, _):
            shape = self._shape(stream)
            if shape == "document":
                yield from _document_entries(self.path, self.name, records_at, on_fault)
                return
            read = {"jsonl": read_jsonl, "array": read_json_array}.get(shape, _read_table)
            rows = read(stream, self.name, on_fault=on_fault, max_row_bytes=MAX_ROW_BYTES)
            for line, row in rows:
                yield Entry(row, self.name, line)

    def _shape(self, stream: BinaryIO) -> str:
        """Tell csv, jsonl, array and document apart by the name's ending and the first bytes."""
        suffix = Path(self.path).suffix.lower()
        if suffix in (".yaml", ".yml"):
            return "document"
        if suffix in (".csv", ".tsv", ".jsonl", ".ndjson"):
            return "csv" if suffix in (".csv", ".tsv") else "jsonl"
        head = stream.read(64 * 1024).removeprefix(b"\xef\xbb\xbf").lstrip()
        stream.seek(0)
        if head.startswith(b"["):
            return "array"
        if head.startswith(b"{"):
            first, _, rest = head.partition(b"\n")
            lines = first.rstrip().endswith(b"}") and rest.lstrip().startswith(b"{")
            return "jsonl" if lines or suffix != ".json" else "document"
        return "document" if suffix == ".json" else "csv"


def _read_table(
    stream: BinaryIO, name: str, *, on_fault: FaultHandler, max_row_bytes: int
) -> Iterator[tuple[int, Row]]:
    """Read CSV whose header is parted by commas, or by semicolons or tabs where it has no comma."""
    header = stream.readline(max_row_bytes)
    stream.seek(0)
    parted = [mark for mark in (b",", b";", b"\t") if mark in header]
    delimiter = parted[0].decode() if parted else ","
    return read_csv(
        stream, name, on_fault=on_fault, max_row_bytes=max_row_bytes, delimiter=delimiter
    )


@dataclass(frozen=True)
class FolderSource:
    """A folder of JSON or YAML documents, each an incident or a list of them."""

    path: str
    name: str

    def entries(self, records_at: tuple[str, ...], on_fault: FaultHandler) -> Iterator[Entry]:
        """Yield the incidents of every document, by file name."""
        files = sorted(
            file
            for file in Path(self.path).rglob("*")
            if file.suffix.lower() in DOCUMENT_SUFFIXES and file.is_file()
        )
        if not files:
            raise InputError("holds no JSON or YAML file", file=self.name)
        for file in files:
            try:
                yield from _document_entries(str(file), str(file), records_at, on_fault)
            except InputError as fault:
                on_fault(fault)


Source = FileSource | FolderSource


@contextmanager
def opened_source(path: str) -> Iterator[Source]:
    """Yield the source for a path; standard input (``-``) is copied to a temporary file first."""
    if path != "-":
        if not Path(path).is_dir():
            with open_rows(path):
                pass
        yield FolderSource(path, path) if Path(path).is_dir() else FileSource(path, path)
        return
    with tempfile.NamedTemporaryFile(prefix="underwriter-") as copy:
        shutil.copyfileobj(sys.stdin.buffer, copy)
        copy.flush()
        yield FileSource(copy.name, "<stdin>")


def _document_entries(
    path: str, name: str, records_at: tuple[str, ...], on_fault: FaultHandler
) -> Iterator[Entry]:
    text, _ = read_text(path)
    document = parse_text(text, name)
    for location, row in _records(document.data, records_at):

        def locate(field: str | None, location: tuple[int | str, ...] = location) -> int | None:
            return document.line_of((*location, *(field or "").split(".")))

        if isinstance(row, dict):
            yield Entry({str(key): value for key, value in row.items()}, name, None, locate)
        else:
            on_fault(InputError("holds no incident", file=name, line=locate(None)))


def _records(
    data: object, records_at: tuple[str, ...]
) -> Iterator[tuple[tuple[int | str, ...], object]]:
    """Yield (location, row): the items of a list, of those at a known path, or the whole."""
    if isinstance(data, list):
        yield from (((place,), row) for place, row in enumerate(data))
        return
    for path in records_at:
        parts: tuple[int | str, ...] = tuple(path.split("."))
        found = Entry(data, "").at(path) if isinstance(data, dict) else None
        if isinstance(found, list):
            yield from (((*parts, place), row) for place, row in enumerate(found))
            return
        if isinstance(found, dict) and all(isinstance(row, dict) for row in found.values()):
            yield from (((*parts, str(key)), row) for key, row in found.items())
            return
    yield (), data
