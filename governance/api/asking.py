"""Who asks for operations, and where: what all methods of a connection go through."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar, cast

from governance.api.given import request_of
from governance.kernel.errors import ForbiddenError, InputError
from governance.operations.authentication import caller_at
from governance.operations.catalogue import Operation, operation_of
from governance.operations.perform import perform
from governance.operations.work import Work

if TYPE_CHECKING:
    from pydantic import SecretStr

    from governance.operations.caller import Caller
    from governance.operations.place import Place

REMEMBERED = timedelta(seconds=1)  # by the place's clock

WorkT = TypeVar("WorkT", bound=Work)
RequestT = TypeVar("RequestT")
AnswerT = TypeVar("AnswerT")


class Opened:
    """A place that connections with several callers share, until the first of them closes it."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.closed = False

    def close(self) -> None:
        """Give the database's connections back."""
        self.closed = True
        self.place.close()


class Asking:
    """Somebody who asks for operations at a place: the holder of a token, or the local user.

    Who it is, is remembered for a second: `perform` asks inside the transaction whether the
    credential, the principal and the roles still stand, so nothing is stored on what was taken.
    """

    def __init__(
        self, opened: Opened, token: SecretStr | None = None, claimed: str | None = None
    ) -> None:
        self.opened = opened
        self._token, self._claimed = token, claimed
        self._remembered: tuple[datetime, Caller] | None = None

    def ask(
        self, handler: Callable[[WorkT, RequestT], AnswerT], /, given: dict[str, Any]
    ) -> AnswerT:
        """Perform an operation with what a method was given; raises what `perform` raises.

        Raises InputError where the connection is closed.
        """
        if self.opened.closed:
            raise InputError("the connection is closed")
        operation, place = operation_of(handler), self.opened.place
        request = cast("RequestT", request_of(handler, given))
        caller = self._fresh(place.clock.now())
        if caller is None or (operation.effect == "pure" and self._token is None):
            return perform(place, self._authenticate(operation), handler, request)
        try:
            return perform(place, caller, handler, request)
        except ForbiddenError:
            again = self._authenticate(operation)
            if again == caller:
                raise
            return perform(place, again, handler, request)

    def _fresh(self, now: datetime) -> Caller | None:
        """Return who asked last, where that is not long ago."""
        if self._remembered is None:
            return None
        then, caller = self._remembered
        return caller if timedelta(0) <= now - then < REMEMBERED else None

    def _authenticate(self, operation: Operation) -> Caller:
        place = self.opened.place
        now = place.clock.now()
        token = None if self._token is None else self._token.get_secret_value()
        caller = caller_at(place, operation, token=token, claimed=self._claimed)
        # Who is no principal is whoever the database's state makes them: asked anew each time.
        self._remembered = None if caller.principal is None else (now, caller)
        return caller


class Area:
    """The methods of one area of the catalogue, asked for by somebody."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    def _ask(self, handler: Callable[[WorkT, RequestT], AnswerT], /, **given: Any) -> AnswerT:
        return self._asking.ask(handler, given)
