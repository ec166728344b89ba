"""The operations `ledger.*` as methods.

Written from the catalogue by `make docs`; `make check` fails where the two differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from governance.api.asking import Area
from governance.api.waiting import AsyncArea, Awaited

if TYPE_CHECKING:
    import builtins
    from pathlib import Path

    from governance.operations.ledger import EventProof, ProofChecked
    from governance.operations.requests import TextFile
    from governance.store.checkpoint import Checkpoint
    from governance.store.ledger_query import LedgerEntry
    from governance.store.verify import LedgerVerification


class Ledger(Area):
    """The operations `ledger.*`."""

    def list(
        self, *, kind: str | None = None, subject: str | None = None, last: int = 50
    ) -> builtins.list[LedgerEntry]:
        """List the last events, oldest first."""
        from governance.operations import ledger as handlers

        return self._ask(handlers.list_events, kind=kind, subject=subject, last=last)

    def verify(self, *, checkpoint: str | Path | TextFile | None = None) -> LedgerVerification:
        """Walk the hash chain and compare checkpoints; every fault is named."""
        from governance.operations import ledger as handlers

        return self._ask(handlers.verify, checkpoint=checkpoint)

    def checkpoint(self, *, sign: bool = False) -> Checkpoint:
        """Make a Merkle root over all events; who keeps it can tell when the past is changed."""
        from governance.operations import ledger as handlers

        return self._ask(handlers.checkpoint, sign=sign)

    def prove(self, *, event: int, checkpoint: str | Path | TextFile | None = None) -> EventProof:
        """Prove what an event says and that it stands in the ledger, under a root or not."""
        from governance.operations import ledger as handlers

        return self._ask(handlers.prove, event=event, checkpoint=checkpoint)

    def check_proof(
        self, *, proof: str | Path | TextFile, checkpoint: str | Path | TextFile | None = None
    ) -> ProofChecked:
        """Check a proof without any database."""
        from governance.operations import ledger as handlers

        return self._ask(handlers.check_proof, proof=proof, checkpoint=checkpoint)

    def export(self, *, after: int = 0, most: int = 5000) -> builtins.list[LedgerEntry]:
        """Return events in order, a page at a time, with all that their hashes cover."""
        from governance.operations import ledger as handlers

        return self._ask(handlers.export, after=after, most=most)


class AsyncLedger(AsyncArea):
    """The same, awaited."""

    list = Awaited(Ledger.list)
    verify = Awaited(Ledger.verify)
    checkpoint = Awaited(Ledger.checkpoint)
    prove = Awaited(Ledger.prove)
    check_proof = Awaited(Ledger.check_proof)
    export = Awaited(Ledger.export)
