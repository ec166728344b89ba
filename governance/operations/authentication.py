"""From what a door was shown to the caller: a token, or nothing but the local user."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from governance.kernel.errors import InputError, StorageError, UnauthenticatedError
from governance.kernel.names import is_plain
from governance.kernel.secrets import holds_token
from governance.operations.caller import EVERYTHING, Caller, local_reader
from governance.operations.catalogue import Operation
from governance.operations.permit import state_for
from governance.operations.place import Place

if TYPE_CHECKING:
    from governance.identity.authenticate import Identity

LONGEST_CLAIM = 200


def caller_at(
    place: Place, operation: Operation, *, token: str | None = None, claimed: str | None = None
) -> Caller:
    """Return who asks for an operation at a place: the holder of a token, or the local user.

    Raises UnauthenticatedError, which is counted in the ledger, where the credential proves
    nothing, and InputError where what is claimed is no name. What needs no database asks it
    nothing, unless a token is shown. Where there is no database yet there is nobody to be asked:
    the local user makes it.
    """
    claim = _claim(claimed)
    if token is not None:
        return replace(by_token(place, token), claimed=claim)
    if operation.effect == "pure":
        return local_reader()
    return replace(_local(place, operation), claimed=claim)


def _claim(text: str | None) -> str | None:
    """Return a claimed name, which every event will repeat; raises InputError for other text."""
    if text is None:
        return None
    if not (is_plain(text) and len(text) <= LONGEST_CLAIM) or holds_token(text):
        hint = f"one line that can be printed, of {LONGEST_CLAIM} letters at most, and no token"
        raise InputError("is no name", field="actor", hint=hint)
    return text


def by_token(place: Place, token: str) -> Caller:
    """Return the holder of an API token; the day of its last use is kept."""
    from governance.identity import authenticate
    from governance.identity.tokens import keep_last_use

    store, now = place.store, place.clock.now()
    try:
        with store.read() as session:
            found = authenticate.by_token(session, token, now)
    except UnauthenticatedError as refusal:
        _count(place, refusal)
        raise
    with suppress(StorageError):  # a database that can only be read keeps no last use
        keep_last_use(store, found.via)
    return _caller(found)


def _local(place: Place, operation: Operation) -> Caller:
    from governance.identity import authenticate

    state = state_for(place, operation)
    if state is None:
        return local_reader()
    if state not in ("current", "older"):
        # Nothing of ours is there that anybody could be kept from.
        return replace(local_reader(), permissions=EVERYTHING)
    try:
        with place.unchecked.read() as session:
            if state == "current":
                return _caller(authenticate.by_local_user(session))
            return _caller(authenticate.before_upgrade(session))
    except UnauthenticatedError as refusal:
        if state == "current":
            _count(place, refusal)
        raise


def _count(place: Place, refusal: UnauthenticatedError) -> None:
    from governance.identity.refusals import count_refusal

    count_refusal(place.store, refusal)


def _caller(found: Identity) -> Caller:
    return Caller(
        found.principal,
        found.name,
        found.permissions,
        found.via,
        agent=found.agent,
        owner=found.owner,
    )
