"""What risks cost: the calculator's questions, none of which stores anything."""

from __future__ import annotations

from governance.operations.catalogue import Operation

_SCENARIO = {
    "name": "scenario.yaml",
    "text": "currency: USD\n"
    "frequency: {type: poisson, mean: 3}\n"
    "severity: {type: lognormal_90ci, low: 10000, high: 1000000}\n",
}
_PORTFOLIO = {
    "name": "portfolio.yaml",
    "text": "scenarios:\n"
    "  - {id: a, rate: 2, severity: {type: exponential, mean: 100}}\n"
    "  - {id: b, rate: 1, severity: {type: lognormal, mu: 5, sigma: 1}}\n",
}
_PLAN = {
    "name": "plan.yaml",
    "text": _SCENARIO["text"] + "controls:\n"
    "  - {id: filter, function: resist, effect: 0.4, annual_cost: 100000}\n"
    "  - {id: playbook, function: respond, effect: 0.3, annual_cost: 50000}\n",
}

ROWS = (
    Operation(
        name="risk.quantify",
        handler="exposure:quantify",
        permission="reader",
        effect="pure",
        command="risk quantify",
        example={
            "file": _SCENARIO,
            "levels": ["0.95", "0.99"],
            "thresholds": ["1000000"],
            "explain": True,
        },
    ),
    Operation(
        name="risk.portfolio",
        handler="exposure_portfolio:portfolio",
        permission="reader",
        effect="pure",
        command="risk portfolio",
        example={"file": _PORTFOLIO, "level": 0.99},
    ),
    Operation(
        name="risk.estimate",
        handler="exposure_estimate:estimate",
        permission="reader",
        effect="reads",
        command="risk estimate",
        example={"events": 9, "exposure": 3, "low": 10000, "high": 1000000, "currency": "USD"},
    ),
    Operation(
        name="risk.treat",
        handler="exposure_treatment:treat",
        permission="reader",
        effect="pure",
        command="risk treat",
        example={"file": _PLAN, "budget": 60000},
    ),
    Operation(
        name="risk.reserve",
        handler="exposure_reserve:reserve",
        permission="reader",
        effect="pure",
        command="risk reserve",
        example={"file": _SCENARIO, "level": "0.8", "deductible": 50000, "limit": 500000},
    ),
    Operation(
        name="risk.verify",
        handler="exposure_verify:verify",
        permission="reader",
        effect="pure",
        command="risk verify",
    ),
)
