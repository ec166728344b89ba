"""`ledger`: looking at the record, verifying it, and proving what it says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.door import Door, print_answer, print_answer_lines, with_door
from cli.ledger_proofs import CheckpointOption, check_proof, checkpoint, prove
from cli.output import note, print_json, print_table
from governance.operations.files import given_file

if TYPE_CHECKING:
    from governance.store.ledger_query import LedgerEntry

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.command("checkpoint", epilog="Example: underwriter ledger checkpoint --out ledger.root --sign")(
    checkpoint
)
app.command("prove", epilog="Example: underwriter ledger prove 17 --checkpoint ledger.root")(prove)
app.command("check-proof", epilog="Example: underwriter ledger check-proof 17.proof")(check_proof)


@app.command(epilog="Example: underwriter ledger verify --json")
@with_door
def verify(door: Door, against: CheckpointOption = None) -> None:
    """Walk the hash chain; name every changed, missing, reordered, copied or truncated event.

    Stored checkpoints are compared too, and one kept outside with --checkpoint: that finds a
    truncated ledger even where its head was rewritten.

    Exit code 1 where a fault is found.
    """
    from governance.operations import ledger

    kept = given_file(against)
    found = door.ask(ledger.verify, ledger.Verify(checkpoint=kept))
    if door.as_json:
        print_answer(found)
    elif found.ok:
        print(f"{found.events} events, unbroken; head {found.head}")  # noqa: T201
    else:
        rows = [(fault.sequence, fault.fault, fault.detail) for fault in found.faults]
        print_table(("event", "fault", "detail"), rows, title=f"{found.events} events read")
    if not found.ok:
        raise typer.Exit(1)


@app.command("list", epilog="Example: underwriter ledger list --kind agent.certified --last 20")
@with_door
def list_(
    door: Door,
    kind: Annotated[str | None, typer.Option(help="Only events of this kind.")] = None,
    subject: Annotated[str | None, typer.Option(help="Only events about this subject.")] = None,
    last: Annotated[int, typer.Option(min=1, help="How many, counted from the end.")] = 50,
) -> None:
    """List events, oldest first."""
    from governance.operations import ledger

    wanted = ledger.EventFilter(kind=kind, subject=subject, last=last)
    events = door.ask(ledger.list_events, wanted)
    if door.printed(events):
        return
    print_table(
        ("event", "time", "kind", "subject", "actor", "hash"),
        [
            (e.sequence, f"{e.at:%Y-%m-%d %H:%M:%S}", e.kind, e.subject, e.actor, e.hash[:12])
            for e in events
        ],
    )


@app.command(epilog="Example: underwriter ledger export --out ledger.jsonl")
@with_door
def export(
    door: Door,
    out: Annotated[Path | None, typer.Option(help="File to write; else standard output.")] = None,
) -> None:
    """Write every event as one JSON line, with all that its hash covers."""
    import json

    from governance.kernel.files import write_parts_atomically

    if out is None:
        for page in _pages(door):
            print_answer_lines(page)
        return
    lines = (
        f"{json.dumps(event.model_dump(mode='json'))}\n" for page in _pages(door) for event in page
    )
    count = write_parts_atomically(out, lines)
    if door.as_json:
        print_json({"file": str(out), "events": count})
        return
    note(f"{out}: {count} events")


def _pages(door: Door) -> Iterator[list[LedgerEntry]]:
    from governance.operations import ledger

    after = 0
    while page := door.ask(ledger.export, ledger.Page(after=after)):
        yield page
        after = page[-1].sequence
