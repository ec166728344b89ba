"""The one error family of the program; each kind has one code, exit code and HTTP status."""

from __future__ import annotations

from governance.kernel.secrets import without_secrets

EXIT_OK = 0
EXIT_FALSE = 1
EXIT_INPUT = 2
EXIT_STORAGE = 3


class UnderwriterError(Exception):
    """Root of all errors raised on purpose; carries a short message and an optional hint.

    ``remedy`` is the operation that helps, with what it takes: ``roles.grant ada auditor``. A door
    says it in its own words. Message and hint hold no password or token, whatever text of a URL or
    of an outside system went into them.
    """

    exit_code = EXIT_INPUT
    code = "error"
    http_status = 400

    def __init__(self, message: str, *, hint: str | None = None, remedy: str | None = None) -> None:
        self.message = without_secrets(message)
        super().__init__(self.message)
        self.hint = None if hint is None else without_secrets(hint)
        self.remedy = remedy

    def __str__(self) -> str:
        return self.message


class InputError(UnderwriterError):
    """Bad usage or bad input; names the file, line and field at fault where they are known."""

    code = "input"
    http_status = 422

    def __init__(
        self,
        message: str,
        *,
        file: str | None = None,
        line: int | None = None,
        field: str | None = None,
        hint: str | None = None,
        remedy: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint, remedy=remedy)
        self.file = file
        self.line = line
        self.field = field

    def __str__(self) -> str:
        where = self.file or ""
        if self.line is not None:
            where = f"{where}:{self.line}" if where else f"line {self.line}"
        parts = [part for part in (where, self.field) if part]
        return ": ".join([*parts, self.message])


class NotFoundError(InputError):
    """What was named is not there."""

    code = "not_found"
    http_status = 404


class UnauthenticatedError(UnderwriterError):
    """Who asks has not shown who they are.

    The message says which class of fault, nothing that helps a guesser. ``reason`` is the one word
    and ``detail`` the bounded text for the operator's log; neither is for who asked. ``subject`` is
    the id of a token that exists.
    """

    code = "unauthenticated"
    http_status = 401

    def __init__(
        self,
        message: str,
        *,
        reason: str,
        detail: str | None = None,
        subject: str | None = None,
        hint: str | None = None,
        remedy: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint, remedy=remedy)
        self.reason = reason
        self.detail = detail
        self.subject = subject


class ForbiddenError(InputError):
    """Who asks may not do this."""

    code = "forbidden"
    http_status = 403


class ConflictError(InputError):
    """What is stored already stands against it, or has changed in between."""

    code = "conflict"
    http_status = 409


class StorageError(UnderwriterError):
    """The database, a file system or another outside system failed or is not usable."""

    exit_code = EXIT_STORAGE
    code = "storage"
    http_status = 503


class ComputationError(UnderwriterError):
    """A figure came out that cannot be; it is kept back and the method is named."""

    code = "computation"
    http_status = 422


class MissingExtraError(UnderwriterError):
    """A feature needs packages of an optional extra; prints the exact install command."""

    exit_code = EXIT_INPUT
    code = "missing_extra"
    http_status = 501

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(
            f"{feature} needs the extra '{extra}'",
            hint=f"pip install 'underwriter[{extra}]'",
        )
        self.extra = extra
