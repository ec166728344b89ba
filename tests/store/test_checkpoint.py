from __future__ import annotations

import pytest
from sqlalchemy import text

from governance.kernel.errors import InputError
from governance.store.checkpoint import (
    Checkpoint,
    InclusionProof,
    checkpoint_faults,
    make_checkpoint,
    proof_holds,
    prove_event,
    stored_checkpoints,
)
from governance.store.ledger import LedgerEvent, hash_of
from governance.store.store import Store
from governance.store.verify import verify_ledger


def fill(store: Store, count: int) -> None:
    with store.write() as transaction:
        for number in range(count):
            transaction.record("thing.counted", "thing", {"number": number})


def checkpoint(store: Store) -> Checkpoint:
    with store.write() as transaction:
        return make_checkpoint(transaction)


def faults(store: Store, *kept: Checkpoint) -> list[tuple[int, str]]:
    with store.read() as session:
        return [(one.sequence, one.fault) for one in checkpoint_faults(session, kept)]


def rewrite(store: Store, *statements: str) -> None:
    """What somebody can do who owns the database file."""
    with store.write() as transaction:
        session = transaction.session
        for name in ("update", "delete"):
            session.execute(text(f"DROP TRIGGER ledger_event_no_{name}"))
            session.execute(text(f"DROP TRIGGER IF EXISTS ledger_checkpoint_no_{name}"))
        for statement in statements:
            session.execute(text(statement))


def test_a_ledger_that_only_grew_fits_its_checkpoints(store: Store) -> None:
    fill(store, 5)
    first = checkpoint(store)
    fill(store, 3)
    second = checkpoint(store)
    assert (first.size, second.size) == (6, 10)
    assert faults(store, first, second) == []
    with store.read() as session:
        assert [one.root for one in stored_checkpoints(session)] == [first.root, second.root]


def test_truncation_is_found_even_where_the_head_was_rewritten(sqlite_store: Store) -> None:
    fill(sqlite_store, 9)
    kept = checkpoint(sqlite_store)
    rewrite(
        sqlite_store,
        "DELETE FROM ledger_event WHERE sequence > 6",
        "UPDATE ledger_head SET sequence = 6, "
        "hash = (SELECT hash FROM ledger_event WHERE sequence = 6)",
        "DELETE FROM ledger_checkpoint",
    )
    with sqlite_store.read() as session:
        assert verify_ledger(session).ok  # the chain alone cannot tell
    assert faults(sqlite_store, kept) == [(7, "truncated")]


def test_a_past_forged_anew_is_found(sqlite_store: Store) -> None:
    fill(sqlite_store, 4)
    kept = checkpoint(sqlite_store)
    rewrite(sqlite_store)
    with sqlite_store.write() as transaction:
        session = transaction.session
        previous = None
        for event in session.query(LedgerEvent).order_by(LedgerEvent.sequence):
            if event.sequence == 3:
                event.payload = '{"number":99}'
            if previous is not None:
                event.previous_hash = previous
            event.hash = previous = hash_of(event, event.sequence)
        session.flush()
        session.execute(text("UPDATE ledger_head SET hash = :hash"), {"hash": previous})
    with sqlite_store.read() as session:
        assert verify_ledger(session).ok
    assert faults(sqlite_store, kept) == [(5, "changed")]


def test_proofs_hold_for_every_event_and_under_a_kept_root(store: Store) -> None:
    fill(store, 6)
    kept = checkpoint(store)
    fill(store, 4)
    with store.read() as session:
        for sequence in range(1, kept.size + 1):
            proof = prove_event(session, sequence, size=kept.size)
            assert proof_holds(proof, kept.root)
            assert not proof_holds(proof.model_copy(update={"sequence": 1 + sequence % kept.size}))
        assert not proof_holds(prove_event(session, 1), kept.root)
        with pytest.raises(InputError, match="no event 99"):
            prove_event(session, 99)
        with pytest.raises(InputError, match="not among the first"):
            prove_event(session, kept.size + 1, size=kept.size)


def test_a_proof_shows_what_the_event_says_and_no_other(store: Store) -> None:
    fill(store, 6)
    kept = checkpoint(store)
    with store.read() as session:
        proof = prove_event(session, 4, size=kept.size)
    read = InclusionProof.model_validate_json(proof.model_dump_json())
    assert proof_holds(read, kept.root)
    assert read.event is not None
    assert read.event.payload == '{"number":2}'
    for change in (
        {"payload": '{"number":9}'},
        {"actor": "eve"},
        {"at": kept.made_at.replace(1999)},
    ):
        forged = read.event.model_copy(update=change)
        assert not proof_holds(read.model_copy(update={"event": forged}), kept.root)
        claimed = forged.hash_as(4)  # with a hash that fits the forged event
        assert not proof_holds(
            read.model_copy(update={"event": forged, "event_hash": claimed}), kept.root
        )
    assert proof_holds(read.model_copy(update={"event": None}), kept.root)


def test_an_empty_ledger_has_nothing_to_prove(empty_store: Store) -> None:
    from governance.store.migrate import upgrade

    upgrade(empty_store.engine)
    with empty_store.write() as transaction, pytest.raises(InputError, match="empty"):
        make_checkpoint(transaction)
