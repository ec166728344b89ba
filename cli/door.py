"""The command line as a door: options in, a request to an operation, its answer out."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_type_hints

import typer

from cli.everywhere import DatabaseOption, named_settings
from cli.output import JsonOption, gauge, note, print_json, print_json_line, progress
from governance.kernel.errors import InputError
from governance.kernel.secrets import SecretUrl
from governance.operations.work import Ears, Work

if TYPE_CHECKING:
    from datetime import datetime

    from pydantic import BaseModel

    from governance.operations.caller import Caller
    from governance.operations.catalogue import Operation
    from governance.operations.place import Place

Command = Callable[..., None]
ASKED = "underwriter.asked"
TOKEN_VARIABLE = "UNDERWRITER_TOKEN"  # noqa: S105 - a name, no secret
KEYWORD = inspect.Parameter.KEYWORD_ONLY

AtOption = Annotated[
    str | None,
    typer.Option("--at", metavar="MOMENT", help="State as of this past moment (ISO 8601)."),
]

WorkT = TypeVar("WorkT", bound=Work)
RequestT = TypeVar("RequestT")
AnswerT = TypeVar("AnswerT")
ModelT = TypeVar("ModelT", bound="BaseModel")


@dataclass(frozen=True)
class Door:
    """What a command has beside its own options: where it asks, and whether it answers as JSON."""

    ctx: typer.Context
    db: SecretUrl | None
    as_json: bool

    def ask(
        self,
        handler: Callable[[WorkT, RequestT], AnswerT],
        request: RequestT,
        *,
        options: Mapping[str, str] | None = None,
    ) -> AnswerT:
        """Perform an operation on the database that is named, as the holder of UNDERWRITER_TOKEN.

        Without a token it is the local user who asks. An error at a field of the request names the
        option that stands for it: the one of the same name, or the one that ``options`` gives.
        """
        from governance.operations.catalogue import operation_of
        from governance.operations.perform import perform
        from governance.operations.place import local_place

        named: dict[str, Any] = self.ctx.find_root().obj or {}
        settings_file = named_settings(self.ctx)
        place = local_place(url=self.db or named.get("db"), settings_file=settings_file)
        self.ctx.meta[ASKED] = True
        try:
            with self.fields(options):
                named_file = settings_file is not None
                caller = _caller(place, operation_of(handler), reads_settings=named_file)
                return perform(place, caller, handler, request, ears=Ears(note, progress, gauge))
        finally:
            place.close()

    def carry_out(self, command: Command, own: Mapping[str, Any]) -> None:
        """Run the command; a request that cannot be made of its options is bad input."""
        try:
            command(self, **own)
        except ValueError as error:  # pydantic's is one, and need not be loaded for this
            if ASKED in self.ctx.meta:
                raise
            with self.fields():
                raise _refused(error) from error

    def request(self, model: type[ModelT], **fields: Any) -> ModelT:
        """Return a request of options that are not of its fields' types yet; raises InputError."""
        from governance.kernel.value import parse

        with self.fields():
            return parse(model, fields)

    def printed(self, answer: BaseModel | list[Any] | tuple[Any, ...]) -> bool:
        """Print an answer as JSON where that is asked for, and return whether it is."""
        if self.as_json:
            print_answer(answer)
        return self.as_json

    @contextmanager
    def fields(self, options: Mapping[str, str] | None = None) -> Iterator[None]:
        """Let an error at a field of a request (``at``) name the command's option (``--at``)."""
        try:
            yield
        except InputError as error:
            if error.field is not None and error.line is None and self._is_own(error):
                error.field = (options or {}).get(error.field) or self._option(error.field)
            raise

    def _is_own(self, error: InputError) -> bool:
        """Return whether the field is one of the request, and not one inside a file."""
        return error.file is None or error.file in str(self.ctx.params.get(error.field or "", ""))

    def _option(self, field: str) -> str:
        for parameter in self.ctx.command.params:
            if parameter.name in {field, f"{field}_"} and parameter.opts[0].startswith("--"):
                return parameter.opts[0]
        return field


def _caller(place: Place, operation: Operation, *, reads_settings: bool) -> Caller:
    """Return who asks; what stores nothing waits for settings only where they are named."""
    from governance.operations.authentication import caller_at
    from governance.operations.caller import local_reader

    if operation.effect == "pure" and not (reads_settings or os.environ.get(TOKEN_VARIABLE)):
        return local_reader()
    if os.environ.get(TOKEN_VARIABLE) == "":
        # Whoever meant to show a token is not to act as the local user instead.
        raise InputError("is empty", field=TOKEN_VARIABLE, hint="unset it to be the local user")
    settings = place.settings
    token = None if settings.token is None else settings.token.get_secret_value()
    return caller_at(place, operation, token=token, claimed=settings.actor)


def with_door(command: Command) -> Command:
    """Make a function with a Door a command, which takes --db and --json beside its own options."""
    return _opened(command, {"db": (DatabaseOption, None), "as_json": (JsonOption, False)})


def with_plain_door(command: Command) -> Command:
    """Make a function with a Door a command that needs no database; it takes --json."""
    return _opened(command, {"as_json": (JsonOption, False)})


def _opened(command: Command, taken: dict[str, tuple[Any, object]]) -> Command:
    @wraps(command)
    def called(*, ctx: typer.Context, as_json: bool, db: str | None = None, **own: Any) -> None:
        url = None if db is None else SecretUrl(db)
        Door(ctx, url, as_json).carry_out(command, own)

    hints = get_type_hints(command, include_extras=True)
    own = list(inspect.signature(command).parameters.values())[1:]
    parameters = [
        inspect.Parameter("ctx", KEYWORD, annotation=typer.Context),
        *(one.replace(kind=KEYWORD, annotation=hints[one.name]) for one in own),
        *(
            inspect.Parameter(name, KEYWORD, default=default, annotation=kind)
            for name, (kind, default) in taken.items()
        ),
    ]
    called.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    called.__annotations__ = {one.name: one.annotation for one in parameters}
    return called


def _refused(error: ValueError) -> ValueError | InputError:
    from pydantic import ValidationError

    from governance.kernel.value import input_error

    return input_error(error) if isinstance(error, ValidationError) else error


def moment_of(text: str | None, option: str = "--at") -> datetime | None:
    """Return the moment that an option names; None where it is left out."""
    from governance.kernel.clock import parse_time

    return None if text is None else parse_time(text, field=option)


def as_data(answer: BaseModel | list[Any] | tuple[Any, ...] | dict[str, Any]) -> Any:
    """Return an answer as plain JSON data."""
    if isinstance(answer, list | tuple):
        return [as_data(row) for row in answer]
    return answer if isinstance(answer, dict) else answer.model_dump(mode="json", by_alias=True)


def print_answer(answer: BaseModel | list[Any] | tuple[Any, ...]) -> None:
    """Print an answer as one JSON document."""
    print_json(as_data(answer))


def print_answer_lines(answers: list[Any] | tuple[Any, ...]) -> None:
    """Print each of several answers as JSON on a line of its own."""
    for answer in answers:
        print_json_line(as_data(answer))
