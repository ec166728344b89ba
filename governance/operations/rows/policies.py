"""The gate and its policies: what may raise authority waits for a second person."""

from __future__ import annotations

from typing import Any

from governance.operations.catalogue import Operation

_VECTOR = {"cc": 0.82, "er": 0.78, "as": 0.71, "ih": 0.9}
_COUNTED = {**_VECTOR, "n_cc": 300, "n_er": 300, "n_as": 120}
_POLICY: dict[str, Any] = {"name": "policy.yaml", "text": "{policy}"}
_STRICTER: dict[str, Any] = {"name": "stricter.yaml", "text": "{stricter}"}
_GROUPS = {
    "name": "groups.yaml",
    "text": "currency: USD\ngroups:\n  - {tier: 2, agents: 50, failures_per_year: 0.5}\n",
}
_ECONOMY = {
    "name": "economy.yaml",
    "text": "agents:\n"
    "  - {name: buyer, tier: 5, operator: north}\n"
    "  - {name: scout, tier: 4}\n"
    "grants:\n"
    "  - {id: g1, grantor: buyer, holder: scout, currency: USD, allocated: 1000, spent: 200}\n",
}

ROWS = (
    Operation(
        name="gate.evaluate",
        handler="policies_gate:evaluate",
        permission="reader",
        effect="pure",
        command="gate evaluate",
        example={"vector": _COUNTED},
    ),
    Operation(
        name="gate.explain",
        handler="policies_gate:explain",
        permission="reader",
        effect="reads",
        command="gate explain",
        example={"vector": _COUNTED, "audited": "2026-03-01"},
    ),
    Operation(
        name="gate.due",
        handler="policies_stored:due",
        permission="reader",
        effect="reads",
        command="gate due",
    ),
    Operation(
        name="gate.simulate",
        handler="policies_simulation:simulate",
        permission="reader",
        effect="pure",
        command="gate simulate",
        example={"agents": 60, "days": 20},
    ),
    Operation(
        name="policies.show",
        handler="policies:show",
        permission="reader",
        effect="reads",
        command="gate policy show",
        example={"group": "default"},
    ),
    Operation(
        name="policies.set",
        handler="policies:set_policy",
        permission="policy_owner",
        effect="writes",
        command="gate policy set",
        example={"file": _STRICTER, "group": "default", "reason": "yearly review"},
        binding=True,
    ),
    Operation(
        name="policies.releases",
        handler="policies_stored:releases",
        permission="reader",
        effect="reads",
        command="gate policy releases",
    ),
    Operation(
        name="policies.validate",
        handler="policies:validate",
        permission="reader",
        effect="pure",
        command="gate policy validate",
        example={"file": _POLICY},
    ),
    Operation(
        name="policies.verify",
        handler="policies:verify",
        permission="reader",
        effect="reads",
        command="gate policy verify",
        example={"file": _POLICY},
    ),
    Operation(
        name="policies.diff",
        handler="policies:diff",
        permission="reader",
        effect="reads",
        command="gate policy diff",
        example={"before": _POLICY, "after": _STRICTER, "stored": True},
    ),
    Operation(
        name="policies.backtest",
        handler="policies:backtest",
        permission="reader",
        effect="reads",
        command="gate policy backtest",
        example={"file": _STRICTER, "since": "2026-01-01"},
    ),
    Operation(
        name="policies.price",
        handler="policies_price:price",
        permission="reader",
        effect="reads",
        command="gate policy price",
        example={"file": _POLICY, "appetite": "2M", "groups": _GROUPS, "level": 0.99},
    ),
    Operation(
        name="policies.cedar",
        handler="policies:cedar",
        permission="reader",
        effect="pure",
        command="gate policy cedar",
        example={"schema_alone": False},
    ),
    Operation(
        name="delegations.analyse",
        handler="policies_gate:analyse",
        permission="reader",
        effect="pure",
        command="delegate analyse",
        example={"file": _ECONOMY},
    ),
)
