"""The one way in: permission, transaction, actor, answer."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
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
    call = _Call(place, caller, operation, ears)
    ways = {"pure": call.compute, "reads": call.read, "writes": call.write, "runs": call.run}
    way: Callable[..., AnswerT] = ways[operation.effect]
    return way(handler, request)


@dataclass(frozen=True)
class _Call:
    """One operation asked for, and what its effect opens for it."""

    place: Place
    caller: Caller
    operation: Operation
    ears: Ears

    def compute(self, handler: Callable[[Work, Any], Any], request: Any) -> Any:
        """Carry out what needs no database."""
        return handler(Work(self.place, self.caller, self.place.clock.now(), self.ears), request)

    def read(self, handler: Callable[[Reading, Any], Any], request: Any) -> Any:
        """Carry out what reads, in one session that is opened when it is first needed."""
        with ExitStack() as exits:
            now = self.place.clock.now()
            work = Reading(self.place, self.caller, now, self.ears, exits)
            if self.operation.bound:
                self.require_held(work.session)
            return handler(work, request)

    def write(self, handler: Callable[[Writing, Any], Any], request: Any) -> Any:
        """Carry out what writes, in one transaction or in one that threads share."""

        def carry_out(transaction: Transaction) -> Any:
            own = replace(transaction, actor=self.caller.name)
            if self.operation.bound:
                self.require_held(own.session)
            work = Writing(self.place, self.caller, own.now, self.ears, transaction=own)
            return handler(work, request)

        if self.place.group is not None:
            return self.place.group.run(carry_out)
        with self.place.store.write() as transaction:
            return carry_out(transaction)

    def run(self, handler: Callable[[Running, Any], Any], request: Any) -> Any:
        """Carry out long work, which opens its own transactions."""
        if self.operation.bound:
            with self.place.store.read() as session:
                self.require_held(session)
        return handler(Running(self.place, self.caller, self.place.clock.now(), self.ears), request)

    def require_held(self, session: Session) -> None:
        """Raise ForbiddenError where roles are in use and the caller lacks the one needed."""
        from governance.store.access import require_held_role

        require_held_role(session, self.caller.name, self.operation.permission)


def _permit(operation: Operation, caller: Caller) -> None:
    if operation.permission not in caller.permissions:
        raise ForbiddenError(
            f"{caller.name!r} lacks the permission {operation.permission} for {operation.name}",
            field="actor",
        )
