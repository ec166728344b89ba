"""Backup and restore: every row of every table in one gzip file of JSON lines.

The first line names the revision, the last one the digest of all lines before it. The same file
restores on SQLite and on PostgreSQL.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import tempfile
import zlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Row, Table, func, select
from sqlalchemy.orm import Session

from governance.kernel.canonical import canonical_json
from governance.kernel.clock import format_time
from governance.kernel.documents import parse_json
from governance.kernel.errors import InputError, StorageError
from governance.kernel.value import Value
from governance.store.base import UtcTime
from governance.store.migrate import upgrade
from governance.store.revision import head_revision, require_current, store_state
from governance.store.store import Store
from governance.store.tables import Base
from governance.store.typed_json import as_stored
from governance.store.verify import verify_ledger

FORMAT = "underwriter-backup/1"
BATCH = 1000
MAX_LINE_BYTES = 64 * 1024 * 1024
MAX_RATIO = 250  # how far a backup unpacks once it is over FREE_BYTES
FREE_BYTES = 64 * 1024 * 1024


class BackupSummary(Value):
    """What a backup holds."""

    revision: str
    tables: int
    rows: int
    digest: str


def write_backup(store: Store, path: Path) -> BackupSummary:
    """Write a consistent copy of the store to ``path``, under a temporary name until complete."""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise StorageError(f"{path}: cannot be written: {error.strerror}") from error
    try:
        with (
            os.fdopen(handle, "wb") as raw,
            gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as stream,
            store.read() as session,
        ):
            _consistent(session)
            summary = _write_lines(session, stream)
        Path(temporary).replace(path)
    except OSError as error:
        raise StorageError(f"{path}: cannot be written: {error.strerror}") from error
    finally:
        Path(temporary).unlink(missing_ok=True)
    return summary


def read_backup(store: Store, path: Path) -> BackupSummary:
    """Fill an empty database from a backup, in one transaction.

    Raises InputError on a file that is no backup, was changed or cut, and StorageError where the
    database is not empty or the restored ledger does not verify.
    """
    expected = _check_file(path)
    state = store_state(store.engine)
    if state.state not in ("empty", "current"):
        require_current(store.engine)
    if state.state == "empty":
        upgrade(store.engine)
    with store.write() as transaction:
        session = transaction.session
        head = Base.metadata.tables["ledger_head"]
        for table in Base.metadata.sorted_tables:
            count = session.scalar(select(func.count()).select_from(table)) or 0
            if count > (table is head):
                raise StorageError(f"the database is not empty: {table.name} has {count} rows")
        session.execute(head.delete())
        for name, rows in _batches(path):
            session.execute(Base.metadata.tables[name].insert(), rows)
        verification = verify_ledger(session)
        if not verification.ok:
            fault = verification.faults[0]
            raise StorageError(f"the backup's ledger is broken at {fault.sequence}: {fault.detail}")
    return expected


def _consistent(session: Session) -> None:
    """Make every later query of the session see one moment."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def _write_lines(session: Session, stream: gzip.GzipFile) -> BackupSummary:
    digest = hashlib.sha256()
    count = 0

    def put(value: object) -> None:
        line = canonical_json(value) + b"\n"
        digest.update(line)
        stream.write(line)

    put({"format": FORMAT, "revision": head_revision()})
    for table in Base.metadata.sorted_tables:
        query = select(*as_stored(table)).order_by(*table.primary_key.columns)
        for row in session.execute(query.execution_options(yield_per=BATCH)):
            put({"table": table.name, "row": _encoded(row)})
            count += 1
    summary = BackupSummary(
        revision=head_revision(),
        tables=len(Base.metadata.sorted_tables),
        rows=count,
        digest="sha256:" + digest.hexdigest(),
    )
    stream.write(canonical_json(summary.model_dump()) + b"\n")
    return summary


def _encoded(row: Row[Any]) -> dict[str, object]:
    return {
        name: format_time(value) if isinstance(value, datetime) else value
        for name, value in row._mapping.items()  # noqa: SLF001 - SQLAlchemy's public name
    }


def _lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a backup; one that unpacks without measure is refused on the way."""
    try:
        allowed = max(FREE_BYTES, MAX_RATIO * path.stat().st_size)
        read = number = 0
        with gzip.open(path, "rb") as stream:
            while line := stream.readline(MAX_LINE_BYTES + 1):
                read, number = read + len(line), number + 1
                if len(line) > MAX_LINE_BYTES:
                    limit = MAX_LINE_BYTES // 2**20
                    raise InputError(f"longer than {limit} MiB", file=str(path), line=number)
                if read > allowed:
                    message = f"unpacks to over {MAX_RATIO} times its size"
                    raise InputError(message, file=str(path), line=number)
                yield line
    except FileNotFoundError:
        raise InputError("no such file", file=str(path)) from None
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"is no backup or is damaged: {error}", file=str(path)) from error


def _check_file(path: Path) -> BackupSummary:
    """Read the whole file once: format, revision, digest."""
    digest = hashlib.sha256()
    previous: bytes | None = None
    number = 0
    for number, line in enumerate(_lines(path), start=1):
        if number == 1:
            _check_header(line, path)
        if previous is not None:
            digest.update(previous)
        previous = line
    if previous is None or number < 2:
        raise InputError("is empty or cut", file=str(path))
    try:
        summary = BackupSummary.model_validate_json(previous)
    except ValueError as error:
        raise InputError("is cut: the closing line is not there", file=str(path)) from error
    if summary.digest != "sha256:" + digest.hexdigest():
        raise InputError("was changed: its digest does not fit", file=str(path))
    return summary


def _check_header(line: bytes, path: Path) -> None:
    try:
        header = parse_json(line.decode("utf-8", "replace"), str(path), line=1)
    except InputError:
        header = None
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise InputError("is no Underwriter backup", file=str(path), line=1)
    if header.get("revision") != head_revision():
        raise InputError(
            f"is of revision {header.get('revision')}, the program needs {head_revision()}",
            file=str(path),
            hint="restore it with the program that wrote it, then upgrade the database",
            remedy="database.upgrade",
        )


def _batches(path: Path) -> Iterator[tuple[str, list[dict[str, object]]]]:
    """Yield (table, rows) in the order of the file; times are parsed back."""
    name, rows = "", list[dict[str, object]]()
    for number, line in enumerate(_lines(path), start=1):
        entry = parse_json(line.decode("utf-8", "replace"), str(path), line=number)
        if not isinstance(entry, dict):
            raise InputError("is no row of a backup", file=str(path), line=number)
        if "table" not in entry:
            continue
        known = entry["table"] in Base.metadata.tables and isinstance(entry.get("row"), dict)
        if not known:
            raise InputError("is no row of a table", file=str(path), line=number)
        if rows and (entry["table"] != name or len(rows) >= BATCH):
            yield name, rows
            rows = []
        name = entry["table"]
        rows.append(_decoded(Base.metadata.tables[name], entry["row"]))
    if rows:
        yield name, rows


def _decoded(table: Table, row: dict[str, object]) -> dict[str, object]:
    times = {column.name for column in table.columns if isinstance(column.type, UtcTime)}
    return {
        name: datetime.fromisoformat(value) if name in times and isinstance(value, str) else value
        for name, value in row.items()
    }
