"""Reports from stored evidence."""

from __future__ import annotations

from governance.operations.catalogue import Operation

ROWS = (
    Operation(
        name="reports.build",
        handler="reports:build_report",
        permission="reader",
        effect="runs",
        command="report build",
        example={"kind": "overview", "format": "json"},
    ),
    Operation(
        name="reports.kinds",
        handler="reports:list_kinds",
        permission="reader",
        effect="pure",
        command="report list",
    ),
    Operation(
        name="reports.schema",
        handler="reports:schema",
        permission="reader",
        effect="pure",
        command="report schema",
        example={"kind": "overview"},
    ),
    Operation(
        name="reports.diff",
        handler="reports:diff",
        permission="reader",
        effect="pure",
        command="report diff",
        example={
            "before": {"name": "before.json", "text": "{report}"},
            "after": {"name": "after.json", "text": "{report}"},
        },
    ),
)
