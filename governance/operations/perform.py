"""The one way in: permission, transaction, actor, answer."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from governance.operations.caller import Caller
from governance.operations.catalogue import Operation, operation_of
from governance.operations.permit import require_at, require_now, require_permission
from governance.operations.place import Place
from governance.operations.work import SILENT, Ears, Reading, Running, Work, Writing

if TYPE_CHECKING:
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
    require_permission(operation, caller)
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
            admit = partial(
                require_now, caller=self.caller, operation=self.operation, request=request, now=now
            )
            work = Reading(self.place, self.caller, now, self.ears, exits, admit=admit)
            return handler(work, request)

    def write(self, handler: Callable[[Writing, Any], Any], request: Any) -> Any:
        """Carry out what writes, in one transaction or in one that threads share."""

        def carry_out(transaction: Transaction) -> Any:
            own = replace(transaction, actor=self.caller.name, proof=self.caller.proof)
            self._admit(own, request)
            work = Writing(self.place, self.caller, own.now, self.ears, transaction=own)
            return handler(work, request)

        if self.place.group is not None:
            return self.place.group.run(carry_out)
        with self.place.store.write() as transaction:
            return carry_out(transaction)

    def run(self, handler: Callable[[Running, Any], Any], request: Any) -> Any:
        """Carry out long work, which opens its own transactions."""
        now = self.place.clock.now()
        require_at(self.place, self.caller, self.operation, request, now)
        admit = partial(self._admit, request=request)
        return handler(Running(self.place, self.caller, now, self.ears, admit=admit), request)

    def _admit(self, transaction: Transaction, request: Any) -> None:
        """Raise ForbiddenError unless the caller may do it in this transaction.

        Other writers are waited for first: nothing is taken between the question and the commit.
        """
        transaction.ledger.last_time()
        require_now(transaction.session, self.caller, self.operation, request, transaction.now)
