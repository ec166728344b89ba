"""Whether a caller may ask for an operation: by the table, and by what is stored at the moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from governance.identity.roles import AGENT, READING
from governance.kernel.errors import ForbiddenError, StorageError
from governance.operations.caller import Caller
from governance.operations.catalogue import Operation
from governance.operations.place import Place

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def require_permission(operation: Operation, caller: Caller) -> None:
    """Raise ForbiddenError where no permission of the caller's is one of the operation's.

    A token that is bound to an agent asks for what an agent can do for itself alone.
    """
    if caller.agent is not None and operation.own is None:
        raise ForbiddenError("this token acts for one agent alone", field="token")
    if not _wanted(operation) & caller.permissions:
        raise _forbidden(operation, caller)


def require_now(
    session: Session, caller: Caller, operation: Operation, request: Any, now: datetime
) -> None:
    """Raise ForbiddenError unless what is stored lets the caller ask at this moment.

    Roles, tokens and principals that were taken since the caller was authenticated count, and an
    agent's token does for its agent what the request names.
    """
    from governance.identity.authenticate import Identity
    from governance.identity.recheck import still_stands

    who = Identity(
        caller.principal, caller.name, caller.permissions, caller.via, caller.agent, caller.owner
    )
    if not still_stands(session, who, _wanted(operation), now):
        raise _forbidden(operation, caller)
    plain = caller.permissions & frozenset(operation.permissions)
    if caller.agent is not None or not plain:
        _require_own(session, caller, operation, request)


def require_at(
    place: Place, caller: Caller, operation: Operation, request: Any, now: datetime
) -> None:
    """Raise ForbiddenError as `require_now` does, whatever the place's database is.

    Where it is not ours or not there, nobody can be kept from anything in it.
    """
    state = state_for(place, operation)
    if state == "current":
        with place.store.read() as session:
            require_now(session, caller, operation, request, now)
    elif state == "older":
        with place.unchecked.read() as session:
            _require_before_upgrade(session, caller, operation)


def state_for(place: Place, operation: Operation) -> str | None:
    """Return what a place's database is, None where it cannot be reached and nobody but reads.

    What reads says itself what is wrong with the database; of any other operation the StorageError
    is raised.
    """
    try:
        return place.state()
    except StorageError:
        if READING in operation.permissions:
            return None
        raise


def _require_before_upgrade(session: Session, caller: Caller, operation: Operation) -> None:
    from governance.identity.authenticate import before_upgrade

    if not _wanted(operation) & before_upgrade(session).permissions:
        raise _forbidden(operation, caller)


def _wanted(operation: Operation) -> frozenset[str]:
    own = {AGENT} if operation.own is not None else set()
    return frozenset({*operation.permissions, *own})


def _require_own(session: Session, caller: Caller, operation: Operation, request: Any) -> None:
    from governance.store.agents import Agent
    from governance.store.economy_reservations import Reservation
    from governance.store.finding import by_id_or_name

    named = getattr(request, str(operation.own))
    if operation.own == "reservation":
        row = session.get(Reservation, named)
        own = row is not None and row.agent_id == caller.agent
    else:
        agent = by_id_or_name(session, Agent, named)
        own = agent is not None and agent.id == caller.agent
    if not own:
        raise ForbiddenError("this token acts for one agent alone", field="token")


def lacking(caller: Caller, roles: Sequence[str], what: str) -> ForbiddenError:
    """Return the error of a caller who holds none of the roles that something takes.

    Who is no principal cannot be given one.
    """
    nobody = caller.principal is None
    return ForbiddenError(
        f"{caller.name!r} lacks the role {' or '.join(roles)}, which {what} takes",
        field="actor",
        hint="show the token of a principal that holds it" if nobody else None,
        remedy=None if nobody else f"roles.grant {caller.name} {roles[0]}",
    )


def _forbidden(operation: Operation, caller: Caller) -> ForbiddenError:
    return lacking(caller, operation.permissions, operation.name)
