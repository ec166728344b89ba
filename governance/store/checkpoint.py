"""Checkpoints of the ledger: a Merkle root that a stranger keeps, and proofs against it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from governance.kernel.clock import format_time
from governance.kernel.errors import InputError
from governance.kernel.value import LedgerTime, Value
from governance.store.checkpoint_table import LedgerCheckpoint
from governance.store.ledger import LedgerEvent, hash_of
from governance.store.merkle import Frontier, inclusion_proof, leaf_hash, root_of_proof
from governance.store.store import Transaction
from governance.store.verify import LedgerFault

BATCH = 5000
FORMAT = "underwriter.checkpoint/v1"


class Checkpoint(Value):
    """The Merkle root over the first ``size`` events; ``head`` is the hash of the last of them."""

    format: str = FORMAT
    size: int
    root: str
    head: str
    made_at: LedgerTime
    public_key: str | None = None
    signature: str | None = None

    def body(self) -> dict[str, object]:
        """Return what a signature covers."""
        return {
            "format": self.format,
            "size": self.size,
            "root": self.root,
            "head": self.head,
            "made_at": format_time(self.made_at),
        }


class ProvenEvent(Value):
    """What an event says, as its hash covers it; ``payload`` is the canonical text."""

    at: datetime
    kind: str
    subject: str
    actor: str
    payload: str
    previous_hash: str
    actor_id: str | None = None
    via: str | None = None
    claimed: str | None = None

    def hash_as(self, sequence: int) -> str:
        """Return the hash that the event has under a number."""
        return hash_of(LedgerEvent(**self.model_dump()), sequence)


class InclusionProof(Value):
    """That an event stands in the ledger under a root; checkable without the ledger.

    With ``event`` it shows what the event says too, else only that something with its hash stands
    there.
    """

    sequence: int
    event_hash: str
    size: int
    root: str
    path: tuple[str, ...]
    event: ProvenEvent | None = None


def make_checkpoint(
    transaction: Transaction, *, sign: Callable[[Checkpoint], Checkpoint] | None = None
) -> Checkpoint:
    """Store the root over all events so far and record it; raises InputError on an empty ledger."""
    session = transaction.session
    frontier, head = Frontier(), ""
    for _, event_hash in event_hashes(session):
        frontier.push(leaf_hash(bytes.fromhex(event_hash)))
        head = event_hash
    if frontier.size == 0:
        raise InputError("the ledger is empty: there is nothing to prove")
    made = Checkpoint(size=frontier.size, root=frontier.root(), head=head, made_at=transaction.now)
    if sign is not None:
        made = sign(made)
    row = made.model_dump(exclude={"format"})
    session.execute(insert(LedgerCheckpoint), row)
    transaction.record("ledger.checkpointed", "ledger", made.body())
    return made


def prove_event(session: Session, sequence: int, *, size: int | None = None) -> InclusionProof:
    """Return the proof that an event stands among the first ``size`` events (default: all)."""
    stored = session.get(LedgerEvent, sequence)
    if stored is None:
        raise InputError(f"there is no event {sequence}", field="event", remedy="ledger.list")
    total = size if size is not None else _count(session)
    if not 1 <= sequence <= total:
        raise InputError(f"event {sequence} is not among the first {total}", field="event")
    frontier = Frontier()

    def leaves() -> Iterator[bytes]:
        for _, event_hash in event_hashes(session, upto=total):
            leaf = leaf_hash(bytes.fromhex(event_hash))
            frontier.push(leaf)
            yield leaf

    try:
        path = inclusion_proof(leaves(), total, sequence - 1)
    except ValueError as error:
        raise InputError(str(error), field="event") from None
    return InclusionProof(
        sequence=sequence,
        event_hash=stored.hash,
        size=total,
        root=frontier.root(),
        path=tuple(path),
        event=ProvenEvent(
            **{name: getattr(stored, name) for name in ProvenEvent.model_fields},
        ),
    )


def proof_holds(proof: InclusionProof, root: str | None = None) -> bool:
    """Return whether a proof leads to its root, and to the one given, from what the event says."""
    if proof.event is not None and proof.event.hash_as(proof.sequence) != proof.event_hash:
        return False
    try:
        leaf = leaf_hash(bytes.fromhex(proof.event_hash))
        reached = root_of_proof(leaf, proof.sequence - 1, proof.size, proof.path)
    except ValueError:
        return False
    return reached == proof.root and root in (None, reached)


def stored_checkpoints(session: Session) -> list[Checkpoint]:
    """Return the checkpoints in the database, the smallest first."""
    rows = session.scalars(select(LedgerCheckpoint).order_by(LedgerCheckpoint.size))
    return [
        Checkpoint(
            size=row.size,
            root=row.root,
            head=row.head,
            made_at=row.made_at,
            public_key=row.public_key,
            signature=row.signature,
        )
        for row in rows
    ]


def checkpoint_faults(
    session: Session,
    checkpoints: Sequence[Checkpoint],
    *,
    advance: Callable[[int], None] | None = None,
) -> list[LedgerFault]:
    """Return how the ledger contradicts checkpoints, in one pass and constant memory.

    Shorter than a checkpoint says is truncated, even where the head row was rewritten to fit.
    Another root under the same size is a changed past, even where the chain was forged anew.
    """
    wanted = sorted(checkpoints, key=lambda one: one.size)
    faults: list[LedgerFault] = []
    frontier = Frontier()
    for _, event_hash in event_hashes(session):
        frontier.push(leaf_hash(bytes.fromhex(event_hash)))
        while wanted and wanted[0].size == frontier.size:
            faults += _compare(wanted.pop(0), frontier, event_hash)
        if advance is not None and frontier.size % BATCH == 0:
            advance(BATCH)
    for one in wanted:
        detail = f"the checkpoint of {format_time(one.made_at)} has {one.size} events, "
        detail += f"{frontier.size} are there"
        faults.append(LedgerFault(sequence=frontier.size + 1, fault="truncated", detail=detail))
    return faults


def event_hashes(session: Session, *, upto: int | None = None) -> Iterator[tuple[int, str]]:
    """Yield (number, hash) of each event, in order and constant memory."""
    query = select(LedgerEvent.sequence, LedgerEvent.hash).order_by(LedgerEvent.sequence)
    if upto is not None:
        query = query.where(LedgerEvent.sequence <= upto)
    for row in session.execute(query.execution_options(yield_per=BATCH)):
        yield row.sequence, row.hash


def _compare(one: Checkpoint, frontier: Frontier, head: str) -> list[LedgerFault]:
    if (one.root, one.head) == (frontier.root(), head):
        return []
    detail = f"the checkpoint of {format_time(one.made_at)} names another past"
    return [LedgerFault(sequence=one.size, fault="changed", detail=detail)]


def _count(session: Session) -> int:
    last = session.scalar(
        select(LedgerEvent.sequence).order_by(LedgerEvent.sequence.desc()).limit(1)
    )
    return last or 0
