"""Policies in the database: every version kept, one in force for each group of agents."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from governance.gate.certificate.policy import sign_policy
from governance.gate.policy import Policy, policy_digest
from governance.kernel.errors import StorageError
from governance.registry.enforcement import enforce_group
from governance.store.policies import DEFAULT_GROUP, PolicyInForce, PolicyVersion, SignedRelease
from governance.store.positions import stored_policy
from governance.store.store import Transaction


def set_policy(
    transaction: Transaction,
    policy: Policy,
    group: str = DEFAULT_GROUP,
    *,
    key: Ed25519PrivateKey | None = None,
) -> bool:
    """Store a policy and put it in force for a group; returns False where it is in force already.

    With a signing key the release is signed: version, group, moment and actor.

    A policy with the content of a stored one is not stored again; another content under the same
    name becomes the next version of that name.
    """
    session = transaction.session
    digest = policy_digest(policy)
    now_in_force = session.get(PolicyInForce, group)
    if now_in_force is not None and now_in_force.policy_digest == digest:
        return False
    version = session.get(PolicyVersion, digest)
    if version is None:
        version = _store_version(transaction, policy, digest)
    before = None if now_in_force is None else now_in_force.policy_digest
    if now_in_force is None:
        session.add(PolicyInForce(agent_group=group, policy_digest=digest, since=transaction.now))
    else:
        now_in_force.policy_digest, now_in_force.since = digest, transaction.now
    release = SignedRelease(
        id=transaction.new_id(),
        agent_group=group,
        policy_digest=digest,
        at=transaction.now,
        actor=transaction.actor,
        envelope=_signed(transaction, policy, group, version.version, key),
    )
    session.add(release)
    transaction.record(
        "policy.set",
        group,
        {"name": policy.name, "version": version.version, "digest": digest, "before": before}
        | {"release": release.id, "signed": key is not None},
    )
    enforce_group(transaction, group, f"policy {policy.name} version {version.version}")
    return True


def policy_releases(session: Session) -> list[SignedRelease]:
    """Return every putting in force, the oldest first."""
    return list(session.scalars(select(SignedRelease).order_by(SignedRelease.at, SignedRelease.id)))


class InForce(dict[str, str]):
    """{group: digest of its policy}."""

    def of(self, group: str) -> str:
        """Return what rules a group; raises StorageError where no policy is in force."""
        digest = self.get(group) or self.get(DEFAULT_GROUP)
        if digest is None:
            raise StorageError("no policy is in force", remedy="installation.initialise")
        return digest


def policies_in_force(session: Session) -> InForce:
    """Return the policy of every group that has one of its own, by its digest."""
    rows = session.execute(select(PolicyInForce.agent_group, PolicyInForce.policy_digest))
    return InForce((row[0], row[1]) for row in rows)


def policy_in_force(session: Session, group: str = DEFAULT_GROUP) -> Policy:
    """Return the policy of a group, or of the default group where it has none of its own."""
    return stored_policy(session, policies_in_force(session).of(group))


def _signed(
    transaction: Transaction,
    policy: Policy,
    group: str,
    version: int,
    key: Ed25519PrivateKey | None,
) -> dict[str, Any] | None:
    if key is None:
        return None
    envelope = sign_policy(
        policy, key, group=group, version=version, actor=transaction.actor, at=transaction.now
    )
    return envelope.model_dump(mode="json", by_alias=True)


def _store_version(transaction: Transaction, policy: Policy, digest: str) -> PolicyVersion:
    session = transaction.session
    last = session.scalar(
        select(func.max(PolicyVersion.version)).where(PolicyVersion.name == policy.name)
    )
    version = PolicyVersion(
        digest=digest,
        name=policy.name,
        version=(last or 0) + 1,
        document=policy.model_dump(mode="json"),
        stored_at=transaction.now,
        actor=transaction.actor,
    )
    session.add(version)
    session.flush()
    return version
