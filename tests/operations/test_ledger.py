from __future__ import annotations

import json

import pytest

from governance.kernel.errors import InputError
from governance.operations import ledger
from governance.operations.place import Place
from governance.operations.requests import TextFile
from tests.operations.conftest import Ask
from tests.operations.examples import run_example


def test_events_are_listed_and_exported_in_pages(place: Place, ask: Ask) -> None:
    listed = run_example(place, "ledger.list")
    assert [event["kind"] for event in listed] == ["policy.set"]
    exported = run_example(place, "ledger.export")
    assert [event["sequence"] for event in exported] == list(range(1, len(exported) + 1))
    rest = ask(ledger.export, ledger.Page(after=1, most=1))
    assert [event.sequence for event in rest] == [2]
    assert ask(ledger.export, ledger.Page(after=len(exported))) == []


def test_a_checkpoint_a_proof_and_their_check(place: Place, ask: Ask) -> None:
    made = run_example(place, "ledger.checkpoint")
    kept = TextFile(name="ledger.root", text=json.dumps(made))
    assert made["signature"] is not None
    proof = run_example(place, "ledger.prove")
    assert proof.pop("holds")
    checked = run_example(place, "ledger.check_proof", {"proof": json.dumps(proof)})
    assert (checked["holds"], checked["sequence"]) == (True, 1)
    under = ask(ledger.prove, ledger.Prove(event=1, checkpoint=kept))
    assert under.holds
    assert under.size == made["size"]
    assert run_example(place, "ledger.verify")["ok"]
    assert ask(ledger.verify, ledger.Verify(checkpoint=kept)).ok


def test_a_checkpoint_of_another_past_is_a_fault_and_a_changed_one_is_refused(
    place: Place, ask: Ask
) -> None:
    made = run_example(place, "ledger.checkpoint")
    foreign = {**made, "root": "0" * 64, "signature": None, "public_key": None}
    found = ask(
        ledger.verify,
        ledger.Verify(checkpoint=TextFile(name="a.json", text=json.dumps(foreign))),
    )
    assert [fault.fault for fault in found.faults] == ["changed"]
    changed = TextFile(name="b.json", text=json.dumps({**made, "root": "0" * 64}))
    with pytest.raises(InputError, match=r"b\.json: signature"):
        ask(ledger.verify, ledger.Verify(checkpoint=changed))
