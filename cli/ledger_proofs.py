"""`ledger prove`, `ledger checkpoint`, `ledger check-proof`: what a stranger can check."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.database import DatabaseOption, configured_password, open_store
from cli.output import JsonOption, note, print_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from governance.store.checkpoint import Checkpoint
    from governance.store.store import Store, Transaction
    from governance.store.verify import LedgerVerification

CheckpointOption = Annotated[
    Path | None,
    typer.Option("--checkpoint", help="A file written by `ledger checkpoint --out`."),
]


def checkpoint(
    ctx: typer.Context,
    out: Annotated[
        Path | None, typer.Option("--out", help="File to write; keep it outside the database.")
    ] = None,
    sign: Annotated[
        bool, typer.Option("--sign", help="Sign it with the key that signs certificates.")
    ] = False,
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a Merkle root over all events; who keeps it can tell when the past is changed."""
    import json

    from governance.kernel.files import write_atomically
    from governance.store.checkpoint import make_checkpoint

    with open_store(ctx, db) as store, store.write() as transaction:
        signer = None if not sign else _signer(store, transaction)
        made = make_checkpoint(transaction, sign=signer)
    if out is not None:
        write_atomically(out, json.dumps(made.to_json(), indent=2) + "\n")
    if as_json:
        print_json(made.to_json())
        return
    note(f"{made.size} events, root {made.root}")
    if out is not None:
        note(f"written to {out}")


def prove(
    ctx: typer.Context,
    event: Annotated[int, typer.Argument(help="Number of the event.", min=1)],
    checkpoint: CheckpointOption = None,
    out: Annotated[Path | None, typer.Option("--out", help="File to write.")] = None,
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Prove what an event says and that it stands in the ledger, under a checkpoint's root or not.

    The file shows the event. Without --checkpoint the root is the present one.
    """
    import json

    from governance.kernel.files import write_atomically
    from governance.store.checkpoint import proof_holds, prove_event

    kept = None if checkpoint is None else read_checkpoint(checkpoint)
    with open_store(ctx, db) as store, store.read() as session:
        proof = prove_event(session, event, size=None if kept is None else kept.size)
    fits = proof_holds(proof, None if kept is None else kept.root)
    data = {**proof.model_dump(mode="json"), "holds": fits}
    if out is not None and fits:
        write_atomically(out, json.dumps(proof.model_dump(mode="json"), indent=2) + "\n")
    if as_json:
        print_json(data)
    elif fits:
        note(f"event {event} of {proof.size}: {len(proof.path)} hashes lead to {proof.root}")
    else:
        note("the ledger does not lead to the checkpoint's root")
    if not fits:
        raise typer.Exit(1)


def check_proof(
    file: Annotated[Path, typer.Argument(help="A file written by `ledger prove --out`.")],
    checkpoint: CheckpointOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check a proof without any database; exit code 1 where it does not hold."""
    from governance.kernel.documents import read_document
    from governance.kernel.value import parse_document
    from governance.store.checkpoint import InclusionProof, proof_holds

    proof = parse_document(InclusionProof, read_document(str(file)))
    kept = None if checkpoint is None else read_checkpoint(checkpoint)
    fits = proof_holds(proof, None if kept is None else kept.root)
    if as_json:
        print_json({"holds": fits, "sequence": proof.sequence, "root": proof.root})
    else:
        note("the proof holds" if fits else "the proof does not hold")
        if fits and proof.event is not None:
            said = proof.event
            note(f"event {proof.sequence} of {said.at:%c} UTC by {said.actor}: {said.kind}")
    if not fits:
        raise typer.Exit(1)


def read_checkpoint(file: Path) -> Checkpoint:
    """Read a checkpoint file; raises InputError where its signature does not fit."""
    import base64
    import binascii

    from cryptography.exceptions import InvalidSignature

    from governance.gate.certificate.keys import decode_public_key
    from governance.kernel.canonical import canonical_json
    from governance.kernel.documents import read_document
    from governance.kernel.errors import InputError
    from governance.kernel.value import parse_document
    from governance.store.checkpoint import Checkpoint

    kept = parse_document(Checkpoint, read_document(str(file)))
    if kept.signature is not None and kept.public_key is not None:
        try:
            signature = base64.b64decode(kept.signature, validate=True)
            decode_public_key(kept.public_key).verify(signature, canonical_json(kept.body()))
        except (InvalidSignature, binascii.Error):
            raise InputError("does not fit", file=str(file), field="signature") from None
    return kept


def with_checkpoints(
    store: Store, found: LedgerVerification, file: Path | None
) -> LedgerVerification:
    """Return a verification with what stored checkpoints and one in a file contradict."""
    from governance.store.checkpoint import checkpoint_faults, stored_checkpoints

    with store.read() as session:
        known = stored_checkpoints(session)
        if file is not None:
            known.append(read_checkpoint(file))
        faults = checkpoint_faults(session, known) if known else []
    if not faults:
        return found
    return found.model_copy(update={"ok": False, "faults": (*found.faults, *faults)})


def _signer(store: Store, transaction: Transaction) -> Callable[[Checkpoint], Checkpoint]:
    import base64

    from governance.gate.certificate.keys import encode_public_key
    from governance.kernel.canonical import canonical_json
    from governance.registry.keys import open_signing_key

    key = open_signing_key(transaction, configured_password(store))

    def sign(made: Checkpoint) -> Checkpoint:
        signature = base64.b64encode(key.sign(canonical_json(made.body()))).decode("ascii")
        public = encode_public_key(key.public_key())
        return made.model_copy(update={"public_key": public, "signature": signature})

    return sign
