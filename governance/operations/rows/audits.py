"""Robustness audits of models, from item banks and other harnesses to scores."""

from __future__ import annotations

from governance.operations.catalogue import Operation

ROWS = (
    Operation(
        name="audits.check_constraints",
        handler="audits:check_constraints",
        permission="reader",
        effect="pure",
        command="audit check-constraints",
        example={"file": "{answers}"},
    ),
    Operation(
        name="audits.run",
        handler="audits_run:run",
        permission="auditor",
        effect="runs",
        command="audit run",
        example={"model": "{model}", "out": "{folder}", "tier": 1, "seed": "s", "limit": 2},
    ),
    Operation(
        name="audits.certify",
        handler="audits_run:certify",
        permission="auditor",
        effect="runs",
        command="agent audit",
        example={"agent": "invoice-bot", "model": "{model}", "out": "{folder}", "limit": 2},
        binding=True,
    ),
    Operation(
        name="audits.score",
        handler="audits:score",
        permission="reader",
        effect="pure",
        command="audit score",
        example={"run": "{folder}"},
    ),
    Operation(
        name="audits.show",
        handler="audits:show",
        permission="reader",
        effect="pure",
        command="audit show",
        example={"run": "{folder}", "against": "{folder}", "worst": 3},
    ),
    Operation(
        name="audits.judge",
        handler="audits_judge:judge",
        permission="auditor",
        effect="runs",
        command="audit judge",
        example={"run": "{folder}", "judges": ["{first}", "{second}", "{third}"]},
    ),
    Operation(
        name="audits.lint",
        handler="audits:lint",
        permission="reader",
        effect="pure",
        command="audit lint",
        example={"seed": "public"},
    ),
    Operation(
        name="audits.recount",
        handler="audits_import:recount",
        permission="reader",
        effect="pure",
        command="audit import",
        example={"files": ["{outcomes}"]},
    ),
    Operation(
        name="audits.import",
        handler="audits_import:certify",
        permission="auditor",
        effect="writes",
        command="audit import",
        example={"agent": "invoice-bot", "files": ["{outcomes}"]},
        binding=True,
    ),
)
