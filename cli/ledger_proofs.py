"""`ledger prove`, `ledger checkpoint`, `ledger check-proof`: what a stranger can check."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.door import Door, as_data, print_answer, with_door, with_plain_door
from cli.output import note
from governance.operations.files import given_file, text_file

CheckpointOption = Annotated[
    Path | None, typer.Option("--checkpoint", help="A file written by `ledger checkpoint --out`.")
]


@with_door
def checkpoint(
    door: Door,
    out: Annotated[
        Path | None, typer.Option("--out", help="File to write; keep it outside the database.")
    ] = None,
    sign: Annotated[
        bool, typer.Option("--sign", help="Sign it with the key that signs certificates.")
    ] = False,
) -> None:
    """Make a Merkle root over all events; who keeps it can tell when the past is changed."""
    from governance.kernel.files import require_writable
    from governance.operations import ledger

    if out is not None:
        require_writable(out)
    made = door.ask(ledger.checkpoint, ledger.MakeCheckpoint(sign=sign))
    if out is not None:
        _write(out, as_data(made))
    if door.printed(made):
        return
    note(f"{made.size} events, root {made.root}")
    if out is not None:
        note(f"written to {out}")


@with_door
def prove(
    door: Door,
    event: Annotated[int, typer.Argument(help="Number of the event.", min=1)],
    checkpoint: CheckpointOption = None,
    out: Annotated[Path | None, typer.Option("--out", help="File to write.")] = None,
) -> None:
    """Prove what an event says and that it stands in the ledger, under a checkpoint's root or not.

    The file shows the event. Without --checkpoint the root is the present one.
    """
    from governance.operations import ledger

    kept = given_file(checkpoint)
    proof = door.ask(ledger.prove, ledger.Prove(event=event, checkpoint=kept))
    if out is not None and proof.holds:
        _write(out, proof.model_dump(mode="json", exclude={"holds"}))
    if door.as_json:
        print_answer(proof)
    elif proof.holds:
        note(f"event {event} of {proof.size}: {len(proof.path)} hashes lead to {proof.root}")
    else:
        note("the ledger does not lead to the checkpoint's root")
    if not proof.holds:
        raise typer.Exit(1)


@with_plain_door
def check_proof(
    door: Door,
    file: Annotated[Path, typer.Argument(help="A file written by `ledger prove --out`.")],
    checkpoint: CheckpointOption = None,
) -> None:
    """Check a proof without any database; exit code 1 where it does not hold."""
    from governance.operations import ledger

    kept = given_file(checkpoint)
    request = ledger.CheckProof(proof=text_file(str(file)), checkpoint=kept)
    checked = door.ask(ledger.check_proof, request)
    if door.as_json:
        print_answer(checked)
    else:
        note("the proof holds" if checked.holds else "the proof does not hold")
        said = checked.proof.event
        if checked.holds and said is not None:
            note(f"event {checked.sequence} of {said.at:%c} UTC by {said.actor}: {said.kind}")
    if not checked.holds:
        raise typer.Exit(1)


def _write(out: Path, data: object) -> None:
    import json

    from governance.kernel.files import write_atomically

    write_atomically(out, json.dumps(data, indent=2) + "\n")
