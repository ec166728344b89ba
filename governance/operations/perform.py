"""The one way in: permission, transaction, actor, answer."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from governance.kernel.errors import ForbiddenError
from governance.operations.caller import Caller
from governance.operations.catalogue import Operation, operation_of
from governance.operations.place import Place
from governance.operations.work import SILENT, Ears, Reading, Running, Work, Writing

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from governance.store.store import Transaction

WorkT = TypeVar("WorkT", bound=Work)
RequestT = TypeVar("RequestT")
AnswerT = TypeVar("AnswerT")


def perform(
    place: Place,
    caller: Caller,
    handler: Callable[[WorkT, RequestT], AnswerT],
    request: RequestT,
    *,
    ears: Ears = SILENT,
) -> AnswerT:
    """Carry out one operation of the catalogue for somebody and return its answer.

    A denial is an answer with its reasons; bad input raises InputError or one of its kinds, and
    nothing is stored then. Raises ForbiddenError where the caller may not ask, StorageError where
    the database fails.
    """
    operation = operation_of(handler)
    _permit(operation, caller)
    carry_out: Callable[[Any, RequestT], AnswerT] = handler
    if operation.effect == "pure":
        return carry_out(Work(place, caller, place.clock.now(), ears), request)
    if operation.effect == "reads":
        return _read(place, caller, operation, carry_out, request, ears)
    if operation.effect == "writes":
        return _write(place, caller, operation, carry_out, request, ears)
    if operation.bound:
        with place.store.read() as session:
            require_held(session, operation, caller)
    return carry_out(Running(place, caller, place.clock.now(), ears), request)


def _read(
    place: Place,
    caller: Caller,
    operation: Operation,
    handler: Callable[[Any, RequestT], AnswerT],
    request: RequestT,
    ears: Ears,
) -> AnswerT:
    with ExitStack() as exits:
        work = Reading(place, caller, place.clock.now(), ears, exits)
        if operation.bound:
            require_held(work.session, operation, caller)
        return handler(work, request)


def _write(
    place: Place,
    caller: Caller,
    operation: Operation,
    handler: Callable[[Any, RequestT], AnswerT],
    request: RequestT,
    ears: Ears,
) -> AnswerT:
    def carry_out(transaction: Transaction) -> AnswerT:
        own = replace(transaction, actor=caller.name)
        if operation.bound:
            require_held(own.session, operation, caller)
        return handler(Writing(place, caller, own.now, ears, transaction=own), request)

    if place.group is not None:
        return place.group.run(carry_out)
    with place.store.write() as transaction:
        return carry_out(transaction)


def _permit(operation: Operation, caller: Caller) -> None:
    if operation.permission not in caller.permissions:
        raise ForbiddenError(
            f"{caller.name!r} lacks the permission {operation.permission} for {operation.name}",
            field="actor",
        )


def require_held(session: Session, operation: Operation, caller: Caller) -> None:
    """Raise ForbiddenError where roles are in use and the caller lacks the one needed."""
    from governance.store.access import require_held_role

    require_held_role(session, caller.name, operation.permission)
