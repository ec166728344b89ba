"""Making a database ready for work: schema, ontology, default policy."""

from __future__ import annotations

from sqlalchemy import select

from governance.gate.policy import default_policy
from governance.identity.first import add_first_principal
from governance.kernel.value import Value
from governance.registry.keys import open_signing_key
from governance.registry.ontology import store_ontology
from governance.registry.policies import policy_in_force, set_policy
from governance.store.initialise import initialise
from governance.store.policies import DEFAULT_GROUP, PolicyInForce
from governance.store.store import Store
from taxonomy import load


class SetUp(Value):
    """What `set_up` found or made."""

    created: bool
    edition: str
    policy: str
    principal: str | None = None


def set_up(store: Store, password: bytes | None = None) -> SetUp:
    """Create the schema, load the ontology, put a policy in force, add the first principal.

    Safe to repeat: the first principal is added only where there is none.

    A policy that somebody set is left as it is. With the password of the signing keys the default
    policy is put in force under a signature.
    """
    created = initialise(store)
    ontology = load()
    with store.write() as transaction:
        store_ontology(transaction, ontology)
        session = transaction.session
        in_force = select(PolicyInForce).where(PolicyInForce.agent_group == DEFAULT_GROUP)
        if session.scalar(in_force) is None:
            key = None if password is None else open_signing_key(transaction, password)
            set_policy(transaction, default_policy(), key=key)
        policy = policy_in_force(session)
        first = add_first_principal(transaction)
    return SetUp(
        created=created,
        edition=ontology.edition,
        policy=policy.name,
        principal=None if first is None else first.name,
    )
