"""The installation itself: its database, its health, what is due, and a first look."""

from __future__ import annotations

from governance.operations.catalogue import Operation

ROWS = (
    Operation(
        name="installation.initialise",
        handler="installation:initialise",
        permission="restore",
        effect="runs",
        command="init",
    ),
    Operation(
        name="installation.demonstrate",
        handler="installation_demonstration:demonstrate",
        permission="reader",
        effect="runs",
        command="demo",
        example={"out": "{folder}", "limit": 40},
    ),
    Operation(
        name="installation.doctor",
        handler="installation_doctor:examine",
        permission="reader",
        effect="runs",
        command="doctor",
    ),
    Operation(
        name="installation.tick",
        handler="installation:do_due",
        permission="operator",
        effect="runs",
        command="tick",
    ),
    Operation(
        name="database.upgrade",
        handler="installation:upgrade",
        permission="restore",
        effect="runs",
        command="db upgrade",
        example={"revision": "head"},
    ),
    Operation(
        name="database.downgrade",
        handler="installation:downgrade",
        permission="downgrade",
        effect="runs",
        command="db downgrade",
        example={"revision": "base"},
    ),
    Operation(
        name="database.backup",
        handler="installation:backup",
        permission="backup",
        effect="runs",
        command="db backup",
        example={"file": "{backup}"},
    ),
    Operation(
        name="database.restore",
        handler="installation:restore",
        permission="restore",
        effect="runs",
        command="db restore",
        example={"file": "{backup}"},
    ),
)
