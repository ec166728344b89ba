"""Who may do what, and changes that wait for a second person."""

from __future__ import annotations

from governance.operations.catalogue import Operation

ROWS = (
    Operation(
        name="roles.grant",
        handler="people:grant_role",
        permission="administrator",
        effect="writes",
        command="role grant",
        example={"actor": "ada", "role": "administrator"},
        binding=True,
    ),
    Operation(
        name="roles.revoke",
        handler="people:revoke_role",
        permission="administrator",
        effect="writes",
        command="role revoke",
        example={"actor": "ben", "role": "auditor"},
        binding=True,
    ),
    Operation(
        name="roles.list",
        handler="people:list_roles",
        permission="reader",
        effect="reads",
        command="role list",
    ),
    Operation(
        name="proposals.list",
        handler="people:list_proposals",
        permission="reader",
        effect="reads",
        command="proposal list",
        example={"state": "open"},
    ),
    Operation(
        name="proposals.approve",
        handler="people:approve",
        permission="policy_owner",
        effect="writes",
        command="proposal approve",
        example={"id": "{proposal}"},
    ),
    Operation(
        name="proposals.reject",
        handler="people:reject",
        permission="policy_owner",
        effect="writes",
        command="proposal reject",
        example={"id": "{proposal}"},
    ),
)
