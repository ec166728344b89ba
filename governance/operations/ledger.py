"""The record of every state change: looked at, verified, proved."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from governance.kernel.value import Value
from governance.operations.requests import MOST, TextFile
from governance.operations.work import Reading, Work, Writing
from governance.store.checkpoint import Checkpoint, InclusionProof
from governance.store.ledger_query import LedgerEntry
from governance.store.verify import LedgerVerification

A_PAGE = 5000

KeptCheckpoint = Annotated[
    TextFile | None, Field(description="A checkpoint that was kept outside the database.")
]


class EventFilter(Value):
    """Which events are wanted."""

    kind: Annotated[str | None, Field(description="Only events of this kind.")] = None
    subject: Annotated[str | None, Field(description="Only events about this subject.")] = None
    last: Annotated[int, Field(ge=1, le=MOST, description="How many, counted from the end.")] = 50


class Verify(Value):
    """What the ledger is held against beside the checkpoints that it stores."""

    checkpoint: KeptCheckpoint = None


class MakeCheckpoint(Value):
    """How a checkpoint is made."""

    sign: Annotated[bool, Field(description="Sign it with the key of the certificates.")] = False


class Prove(Value):
    """The event to prove, and the checkpoint to prove it under (default: the present root)."""

    event: Annotated[int, Field(ge=1, le=MOST, description="Number of the event.")]
    checkpoint: KeptCheckpoint = None


class EventProof(InclusionProof):
    """An inclusion proof, and whether it leads to the root that it is asked for."""

    holds: bool


class CheckProof(Value):
    """A proof that was kept, and the checkpoint that it must lead to."""

    proof: Annotated[TextFile, Field(description="A proof that was kept.")]
    checkpoint: KeptCheckpoint = None


class ProofChecked(Value):
    """Whether a proof holds, for which event and root."""

    holds: bool
    sequence: int
    root: str
    proof: Annotated[InclusionProof, Field(exclude=True)]


class Page(Value):
    """A page of events in their order."""

    after: Annotated[int, Field(ge=0, le=MOST, description="Number of the last event seen.")] = 0
    most: Annotated[int, Field(ge=1, le=A_PAGE, description="How many at most.")] = A_PAGE


def list_events(work: Reading, request: EventFilter) -> list[LedgerEntry]:
    """List the last events, oldest first."""
    from governance.store.ledger_query import last_events

    return last_events(work.session, kind=request.kind, subject=request.subject, last=request.last)


def export(work: Reading, request: Page) -> list[LedgerEntry]:
    """Return events in order, a page at a time, with all that their hashes cover."""
    from governance.store.ledger_query import events_after

    return events_after(work.session, request.after, request.most)


def verify(work: Reading, request: Verify) -> LedgerVerification:
    """Walk the hash chain and compare checkpoints; every fault is named."""
    from governance.store.checkpoint import checkpoint_faults, stored_checkpoints
    from governance.store.ledger import ledger_head
    from governance.store.verify import verify_ledger

    known = stored_checkpoints(work.session)
    kept = _kept(request.checkpoint)
    total, _ = ledger_head(work.session)
    with work.progress("verifying", total) as advance:
        found = verify_ledger(work.session, advance=advance)
    compared = known if kept is None else [*known, kept]
    faults = checkpoint_faults(work.session, compared) if compared else []
    if not faults:
        return found
    return found.model_copy(update={"ok": False, "faults": (*found.faults, *faults)})


def checkpoint(work: Writing, request: MakeCheckpoint) -> Checkpoint:
    """Make a Merkle root over all events; who keeps it can tell when the past is changed."""
    from governance.registry.checkpoints import signed_with
    from governance.registry.keys import open_signing_key
    from governance.store.checkpoint import make_checkpoint

    signer = None
    if request.sign:
        signer = signed_with(open_signing_key(work.transaction, work.place.password))
    return make_checkpoint(work.transaction, sign=signer)


def prove(work: Reading, request: Prove) -> EventProof:
    """Prove what an event says and that it stands in the ledger, under a root or not."""
    from governance.store.checkpoint import proof_holds, prove_event

    kept = _kept(request.checkpoint)
    proof = prove_event(work.session, request.event, size=None if kept is None else kept.size)
    fits = proof_holds(proof, None if kept is None else kept.root)
    return EventProof(**proof.model_dump(), holds=fits)


def check_proof(work: Work, request: CheckProof) -> ProofChecked:
    """Check a proof without any database."""
    from governance.kernel.value import parse_document
    from governance.store.checkpoint import proof_holds

    proof = parse_document(InclusionProof, request.proof.document())
    kept = _kept(request.checkpoint)
    fits = proof_holds(proof, None if kept is None else kept.root)
    return ProofChecked(holds=fits, sequence=proof.sequence, root=proof.root, proof=proof)


def _kept(file: TextFile | None) -> Checkpoint | None:
    from governance.registry.checkpoints import kept_checkpoint

    return None if file is None else kept_checkpoint(file.document())
