"""The first principal of an installation: whoever makes it."""

from __future__ import annotations

from dataclasses import replace

from governance.identity.known_by import LOCAL
from governance.identity.local import local_user
from governance.identity.principals import add_new, count_principals, is_name
from governance.identity.roles import ALL_BUT_AGENT
from governance.kernel.names import looks_like_an_id
from governance.store.ledger import Proof
from governance.store.principals import Principal
from governance.store.store import Transaction

BY = "init"


def add_first_principal(transaction: Transaction) -> Principal | None:
    """Make the local user a person with all roles but ``agent``; None where anybody is there."""
    if count_principals(transaction.session):
        return None
    user = local_user(transaction.session)
    acting = replace(transaction, actor=BY, proof=Proof(via=LOCAL))
    fits = is_name(user) and not looks_like_an_id(user)
    name = user if fits else f"user {user}"
    return add_new(acting, name, "person", roles=ALL_BUT_AGENT, local_user=user)
