"""The roles that a principal can hold, and what each allows."""

from __future__ import annotations

from collections.abc import Iterable

from governance.kernel.errors import InputError

# What each role may do; the permissions of the operations have the same names.
ROLES = {
    "administrator": "manages people: principals, roles, tokens",
    "auditor": "certifies, revokes and freezes agents, runs and imports audits",
    "policy_owner": "sets policies",
    "treasurer": "grants sub-budgets, moves escrow",
    "operator": "registers agents, reserves, commits, releases, refunds, contracts",
    "compliance": "keeps incidents, controls, systems and risks, builds reports",
    "reader": "reads, and runs what stores nothing",
    "agent": "does for itself what an agent may do",
    "backup": "writes backups",
    "restore": "makes, fills and upgrades the database",
    "downgrade": "moves the database back, which drops rows",
    "rotate_keys": "rotates the signing key",
    "trust": "hands out and takes in trusted keys",
}
READING = "reader"
AGENT = "agent"
MAKING = "restore"
# What the first principal of an installation holds.
ALL_BUT_AGENT = tuple(sorted(set(ROLES) - {AGENT}))
# What whoever owns the database can do in any case: no role could keep it from them.
OF_THE_OWNER = frozenset({"administrator", READING})


def permissions_of(roles: Iterable[str]) -> frozenset[str]:
    """Return what roles allow together: every one but ``agent`` includes reading."""
    held = frozenset(roles)
    return held | {READING} if held - {AGENT} else held


def require_fitting(kind: str, roles: Iterable[str]) -> None:
    """Raise InputError where a role does not exist, or a principal of the kind cannot hold it."""
    named = list(roles)
    require_known(named)
    if kind == AGENT and set(named) - {AGENT}:
        raise InputError("an agent holds the role agent and no other", field="role")


def require_known(roles: Iterable[str]) -> None:
    """Raise InputError where a role does not exist."""
    for role in roles:
        if role not in ROLES:
            raise InputError(f"{role!r} is no role", field="role", hint=", ".join(ROLES))
