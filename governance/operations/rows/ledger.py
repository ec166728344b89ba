"""The record of every state change: looked at, verified, proved."""

from __future__ import annotations

from governance.operations.catalogue import Operation

ROWS = (
    Operation(
        name="ledger.list",
        handler="ledger:list_events",
        permission="reader",
        effect="reads",
        command="ledger list",
        example={"kind": "policy.set", "last": 20},
    ),
    Operation(
        name="ledger.verify",
        handler="ledger:verify",
        permission="reader",
        effect="reads",
        command="ledger verify",
    ),
    Operation(
        name="ledger.checkpoint",
        handler="ledger:checkpoint",
        permission="auditor",
        effect="writes",
        command="ledger checkpoint",
        example={"sign": True},
    ),
    Operation(
        name="ledger.prove",
        handler="ledger:prove",
        permission="reader",
        effect="reads",
        command="ledger prove",
        example={"event": 1},
    ),
    Operation(
        name="ledger.check_proof",
        handler="ledger:check_proof",
        permission="reader",
        effect="pure",
        command="ledger check-proof",
        example={"proof": {"name": "1.proof.json", "text": "{proof}"}},
    ),
    Operation(
        name="ledger.export",
        handler="ledger:export",
        permission="reader",
        effect="reads",
        command="ledger export",
        example={"after": 0, "most": 100},
    ),
)
