"""Money that is owed or may be spent: integer minor units with a currency, never a float."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, Field, StrictInt, ValidationError

from governance.kernel.currency import MINOR_DIGITS, check_currency
from governance.kernel.errors import InputError
from governance.kernel.value import Value, input_error

MAX_MINOR_UNITS = 2**53 - 1  # the largest integer that canonical JSON carries exactly
MAX_LENGTH = 28  # more digits than a Decimal keeps exactly by default
# A comma is never a decimal point: '12,50' must not be read as 1250.
_AMOUNT = re.compile(
    r"[+-]?(?:(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
)


def _known(code: str) -> str:
    if code not in MINOR_DIGITS:
        raise ValueError(f"{code!r} is no ISO 4217 currency code")
    return code


Currency = Annotated[str, AfterValidator(_known)]
MinorUnits = Annotated[StrictInt, Field(ge=-MAX_MINOR_UNITS, le=MAX_MINOR_UNITS)]


if TYPE_CHECKING:
    _Checked = type
else:

    class _Checked(type(Value)):
        """Raises InputError where a program makes a value of what it cannot be.

        Inside a document pydantic makes it without a call of the class, so that the error still
        names the place in the document.
        """

        def __call__(cls, *given: Any, **fields: Any) -> Any:
            try:
                return super().__call__(*given, **fields)
            except ValidationError as error:
                raise input_error(error) from error


class Money(Value, metaclass=_Checked):
    """An amount in integer minor units of one currency."""

    amount: MinorUnits
    currency: Currency

    def __add__(self, other: Money) -> Money:
        """Return the sum; raises ValueError where the currencies differ."""
        self._same_currency(other)
        return Money(amount=self.amount + other.amount, currency=self.currency)

    def __sub__(self, other: Money) -> Money:
        """Return the difference; raises ValueError where the currencies differ."""
        self._same_currency(other)
        return Money(amount=self.amount - other.amount, currency=self.currency)

    def __str__(self) -> str:
        """Return for example ``12.50 USD``."""
        digits = MINOR_DIGITS[self.currency]
        return f"{Decimal(self.amount).scaleb(-digits):,.{digits}f} {self.currency}"

    def _same_currency(self, other: Money) -> None:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add")


def parse_money(text: str) -> Money:
    """Parse ``12.50 USD``; raises InputError on more digits than the currency has.

    >>> parse_money("12.50 USD")
    Money(amount=1250, currency='USD')
    """
    parts = text.split()
    if len(parts) != 2:
        raise InputError(f"{text!r} is no amount with a currency", hint="for example '12.50 USD'")
    number, code = parts
    digits = MINOR_DIGITS[check_currency(code)]
    if len(number) > MAX_LENGTH or _AMOUNT.fullmatch(number) is None:
        hint = "a point before the cents, commas between thousands: 1,234.50"
        raise InputError(f"{number!r} is no amount", hint=hint)
    minor = Decimal(number.replace(",", "")).scaleb(digits)
    if abs(minor) > MAX_MINOR_UNITS:
        raise InputError(f"{number!r} is out of range")
    if minor != minor.to_integral_value():
        raise InputError(f"{code} has {digits} digits after the point, {number!r} has more")
    return Money(amount=int(minor), currency=code)


def shown(amount: int, currency: str) -> str:
    """Return minor units as people read them, for example ``12.50 USD``."""
    return str(Money.model_construct(amount=amount, currency=currency))
