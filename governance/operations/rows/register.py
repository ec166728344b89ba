"""The risk register: threats with the frequency that incidents leave of a prior."""

from __future__ import annotations

from governance.operations.catalogue import Operation

ROWS = (
    Operation(
        name="register.add",
        handler="register:register_risk",
        permission="compliance",
        effect="writes",
        command="risk-register add",
        example={
            "threat": "MIS-01",
            "prior_events": 2,
            "prior_years": 4,
            "basis": "expert range",
        },
    ),
    Operation(
        name="register.list",
        handler="register:list_risks",
        permission="reader",
        effect="reads",
        command="risk-register list",
    ),
)
