"""Operations of the area `taxonomy`."""

from __future__ import annotations

from governance.operations.catalogue import Operation

_CSV = "id,name,threats\nR1,Prompt injection,MIS-01\n"

ROWS = (
    Operation(
        name="taxonomy.edition",
        handler="taxonomy:show_edition",
        permission="reader",
        effect="pure",
        command="taxonomy list",
        example={"edition": "2026.1"},
    ),
    Operation(
        name="taxonomy.list",
        handler="taxonomy:list_rows",
        permission="reader",
        effect="pure",
        command="taxonomy list",
        example={"domain": "MIS", "kind": "sub_threat"},
    ),
    Operation(
        name="taxonomy.show",
        handler="taxonomy:show_row",
        permission="reader",
        effect="pure",
        command="taxonomy show",
        example={"id": "MIS-01"},
    ),
    Operation(
        name="taxonomy.coverage",
        handler="taxonomy:show_coverage",
        permission="reader",
        effect="pure",
        command="taxonomy coverage",
    ),
    Operation(
        name="taxonomy.gaps",
        handler="taxonomy:show_gaps",
        permission="reader",
        effect="pure",
        command="taxonomy gaps",
        example={"framework": "iso42001"},
    ),
    Operation(
        name="taxonomy.check",
        handler="taxonomy:check_edition",
        permission="reader",
        effect="pure",
        command="taxonomy check",
    ),
    Operation(
        name="taxonomy.path",
        handler="taxonomy_graph:find_ways",
        permission="reader",
        effect="pure",
        command="taxonomy path",
        example={"start": "iso42001:A.6.2.8", "end": "owasp-llm:LLM01"},
    ),
    Operation(
        name="taxonomy.diff",
        handler="taxonomy_graph:compare_editions",
        permission="reader",
        effect="pure",
        command="taxonomy diff",
        example={"old": "2026.1", "new": "2026.2"},
    ),
    Operation(
        name="taxonomy.plan_migration",
        handler="taxonomy_migration:plan_migration",
        permission="reader",
        effect="reads",
        command="taxonomy migrate",
        example={"old": "2026.1", "new": "2026.2"},
    ),
    Operation(
        name="taxonomy.migrate",
        handler="taxonomy_migration:migrate",
        permission="compliance",
        effect="writes",
        command="taxonomy migrate",
        example={"old": "2026.1", "new": "2026.2"},
    ),
    Operation(
        name="taxonomy.graph",
        handler="taxonomy_graph:draw_threat",
        permission="reader",
        effect="pure",
        command="taxonomy graph",
        example={"threat": "MIS-01", "format": "svg"},
    ),
    Operation(
        name="taxonomy.export",
        handler="taxonomy_exchange:export",
        permission="reader",
        effect="pure",
        command="taxonomy export",
        example={"format": "csv"},
    ),
    Operation(
        name="taxonomy.import",
        handler="taxonomy_exchange:take_in",
        permission="reader",
        effect="pure",
        command="taxonomy import",
        example={
            "file": {"name": "acme.csv", "text": _CSV},
            "format": "csv",
            "framework": "acme",
            "version": "3",
        },
    ),
)
