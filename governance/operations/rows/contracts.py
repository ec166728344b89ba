"""Work in escrow: posted, accepted, verified, settled."""

from __future__ import annotations

from governance.operations.catalogue import Operation

ROWS = (
    Operation(
        name="contracts.post",
        handler="contracts:post",
        permission="operator",
        effect="writes",
        command="contract post",
        example={
            "poster": "acme",
            "key": "job-9",
            "terms": {"name": "job.yaml", "text": "{terms}"},
        },
        binding=True,
    ),
    Operation(
        name="contracts.cosign",
        handler="contracts:cosign",
        permission="operator",
        effect="writes",
        command="contract cosign",
        example={"contract": "{cosigned}"},
    ),
    Operation(
        name="contracts.accept",
        handler="contracts:accept",
        permission="operator",
        effect="writes",
        command="contract accept",
        example={"contract": "{contract}", "agent": "invoice-bot"},
        binding=True,
    ),
    Operation(
        name="contracts.submit",
        handler="contracts:submit",
        permission="operator",
        effect="writes",
        command="contract submit",
        example={"contract": "{contract}", "work": "a short summary"},
        binding=True,
    ),
    Operation(
        name="contracts.verify",
        handler="contracts:verify",
        permission="operator",
        effect="runs",
        command="contract verify",
        example={"contract": "{contract}"},
    ),
    Operation(
        name="contracts.settle",
        handler="contracts:settle",
        permission="operator",
        effect="writes",
        command="contract settle",
        example={"contract": "{contract}"},
        binding=True,
    ),
    Operation(
        name="contracts.expire",
        handler="contracts:expire",
        permission="operator",
        effect="writes",
        command="contract expire",
        example={"contract": "{expired}"},
        binding=True,
    ),
    Operation(
        name="contracts.cancel",
        handler="contracts:cancel",
        permission="operator",
        effect="writes",
        command="contract cancel",
        example={"contract": "{posted}"},
        binding=True,
    ),
    Operation(
        name="contracts.list",
        handler="contracts:list_contracts",
        permission="reader",
        effect="reads",
        command="contract list",
        example={"state": "posted"},
    ),
    Operation(
        name="contracts.show",
        handler="contracts:show",
        permission="reader",
        effect="reads",
        command="contract show",
        example={"contract": "{contract}"},
    ),
)
