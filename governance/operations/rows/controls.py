"""Operations of the area `controls`."""

from __future__ import annotations

from governance.operations.catalogue import Operation

_CSV = "control,status,owner\niso42001:A.2.2,declared,Board\n"

ROWS = (
    Operation(
        name="systems.add",
        handler="controls_systems:add_system",
        permission="compliance",
        effect="writes",
        command="system add",
        example={
            "name": "claims-triage",
            "owner": "Claims",
            "facts": {"cloud": "own"},
            "threats": ["BIA", "UNR-X1"],
        },
    ),
    Operation(
        name="systems.change",
        handler="controls_systems:change",
        permission="compliance",
        effect="writes",
        command="system change",
        example={"system": "claims-triage", "risk_class": "high"},
    ),
    Operation(
        name="systems.threats",
        handler="controls_systems:change_threats",
        permission="compliance",
        effect="writes",
        command="system threats",
        example={"system": "claims-triage", "add": ["MIS-01"], "reason": "public chat"},
    ),
    Operation(
        name="systems.list",
        handler="controls_systems:list_systems",
        permission="reader",
        effect="reads",
        command="system list",
    ),
    Operation(
        name="systems.show",
        handler="controls_systems:show_system",
        permission="reader",
        effect="reads",
        command="system show",
        example={"system": "claims-triage", "framework": "iso42001"},
    ),
    Operation(
        name="controls.set",
        handler="controls:set_control",
        permission="compliance",
        effect="runs",
        command="control set",
        example={
            "control": "iso42001:A.6.2.8",
            "status": "verified",
            "system": "claims-triage",
            "owner": "Platform",
            "assessor": "Internal audit",
            "evidence": [{"title": "Log policy", "location": "https://example.org/logs"}],
            "review_on": "2999-06-30",
        },
    ),
    Operation(
        name="controls.import",
        handler="controls:import_controls",
        permission="compliance",
        effect="runs",
        command="control import",
        example={"file": {"name": "controls.csv", "text": _CSV}},
    ),
    Operation(
        name="controls.list",
        handler="controls:list_controls",
        permission="reader",
        effect="reads",
        command="control list",
        example={"framework": "iso42001"},
    ),
    Operation(
        name="controls.stale",
        handler="controls:list_stale",
        permission="reader",
        effect="reads",
        command="control stale",
    ),
)
