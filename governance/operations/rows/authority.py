"""Money that agents may put at risk, and the sub-budgets out of it."""

from __future__ import annotations

from governance.operations.catalogue import Operation

ROWS = (
    Operation(
        name="authority.reserve",
        handler="authority:reserve",
        permission="operator",
        effect="writes",
        command="authorize reserve",
        example={
            "agent": "invoice-bot",
            "amount": {"amount": 1250, "currency": "USD"},
            "key": "order-17",
        },
        binding=True,
    ),
    Operation(
        name="authority.show",
        handler="authority:show",
        permission="reader",
        effect="reads",
        command="authorize show",
        example={"agent": "invoice-bot"},
    ),
    Operation(
        name="authority.commit",
        handler="authority:commit",
        permission="operator",
        effect="writes",
        command="authorize commit",
        example={"reservation": "{reservation}", "amount": {"amount": 999, "currency": "USD"}},
        binding=True,
    ),
    Operation(
        name="authority.release",
        handler="authority:release",
        permission="operator",
        effect="writes",
        command="authorize release",
        example={"reservation": "{reservation}"},
        binding=True,
    ),
    Operation(
        name="authority.refund",
        handler="authority:refund",
        permission="operator",
        effect="writes",
        command="authorize refund",
        example={
            "reservation": "{reservation}",
            "amount": {"amount": 200, "currency": "USD"},
            "key": "credit-1",
        },
        binding=True,
    ),
    Operation(
        name="authority.check",
        handler="authority:check",
        permission="operator",
        effect="runs",
        command="authorize check",
        binding=True,
    ),
    Operation(
        name="authority.marginal",
        handler="authority:marginal",
        permission="reader",
        effect="reads",
        command="authorize marginal",
        example={"agent": "invoice-bot", "amount": {"amount": 1250, "currency": "USD"}},
    ),
    Operation(
        name="delegations.grant",
        handler="authority_delegations:grant",
        permission="treasurer",
        effect="writes",
        command="delegate grant",
        example={
            "principal": "invoice-bot",
            "delegate": "scout",
            "amount": {"amount": 2000, "currency": "USD"},
            "expires_in": "8h",
        },
        binding=True,
    ),
    Operation(
        name="delegations.revoke",
        handler="authority_delegations:revoke",
        permission="treasurer",
        effect="writes",
        command="delegate revoke",
        example={"delegation": "{delegation}", "reason": "task done"},
        binding=True,
    ),
    Operation(
        name="delegations.tree",
        handler="authority_delegations:tree",
        permission="reader",
        effect="reads",
        command="delegate tree",
        example={"agent": "invoice-bot"},
    ),
)
