"""The records behind the reports, as JSON Lines, and the ledger until a moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, inspect, select
from sqlalchemy.orm import Session

from governance.kernel.canonical import canonical_json
from governance.kernel.clock import format_time
from governance.store.agents import Certification
from governance.store.base import Base
from governance.store.checkpoint_table import LedgerCheckpoint
from governance.store.exposure import RiskRun
from governance.store.incidents import IncidentClassification, IncidentReview
from governance.store.keys import Revocation, SigningKey
from governance.store.ledger import LedgerEvent, without_absent
from governance.store.merkle import Frontier, leaf_hash
from governance.store.policies import PolicyVersion
from governance.store.typed_json import as_stored

# The seed of a spot audit stays hidden until the audit is due; private keys leave nothing.
HIDDEN = {"audit_seed", "encrypted_private_key"}
RECORDS: dict[str, tuple[type[Base], str]] = {
    "certifications": (Certification, "certified_at"),
    "classifications": (IncidentClassification, "classified_at"),
    "policies": (PolicyVersion, "stored_at"),
    "revocations": (Revocation, "at"),
    "reviews": (IncidentReview, "reviewed_at"),
    "risk-runs": (RiskRun, "at"),
    "signing-keys": (SigningKey, "created_at"),
}


def record_files(session: Session, at: datetime) -> Iterator[tuple[str, bytes]]:
    """Yield (path, JSON Lines) for each kind of record that stood at a moment."""
    for name, (table, moment) in RECORDS.items():
        lines = (_line(row) for row in _rows(session, table, getattr(table, moment) <= at))
        yield f"records/{name}.jsonl", b"".join(lines)


def ledger_files(session: Session, at: datetime) -> Iterator[tuple[str, bytes]]:
    """Yield the ledger, the Merkle root over it, and its checkpoints until a moment.

    The root makes a single event provable later (`ledger prove`) against a manifest that was kept.
    """
    events = _rows(session, LedgerEvent, LedgerEvent.at <= at)
    last = 0
    lines: list[bytes] = []
    frontier = Frontier()
    for event in events:
        last = event.sequence
        lines.append(_line(event))
        frontier.push(leaf_hash(bytes.fromhex(event.hash)))
    yield "ledger/events.jsonl", b"".join(lines)
    yield "ledger/root.json", canonical_json({"size": frontier.size, "root": frontier.root()})
    checkpoints = _rows(session, LedgerCheckpoint, LedgerCheckpoint.size <= last)
    yield "ledger/checkpoints.jsonl", b"".join(_line(row) for row in checkpoints)


def _rows(session: Session, table: type[Base], wanted: ColumnElement[bool]) -> Iterator[Row[Any]]:
    """Yield rows as they are stored, in the order of their key."""
    query = select(*as_stored(table.__table__)).where(wanted)
    yield from session.execute(query.order_by(*inspect(table).primary_key))


def _line(row: Row[Any]) -> bytes:
    data = without_absent(dict(row._mapping))  # noqa: SLF001 - SQLAlchemy's public name
    return canonical_json({k: _plain(v) for k, v in data.items() if k not in HIDDEN}) + b"\n"


def _plain(value: Any) -> Any:
    return format_time(value) if isinstance(value, datetime) else value
