from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from governance.kernel.currency import MINOR_DIGITS
from governance.kernel.errors import InputError
from governance.kernel.money import MAX_MINOR_UNITS, Money, parse_money
from governance.kernel.value import Value, parse

amounts = st.integers(-(10**12), 10**12)


@given(amount=amounts, currency=st.sampled_from(sorted(MINOR_DIGITS)))
def test_text_and_money_round_trip(amount: int, currency: str) -> None:
    money = Money(amount=amount, currency=currency)
    assert parse_money(str(money)) == money


@given(first=amounts, second=amounts)
def test_addition_and_subtraction_undo_each_other(first: int, second: int) -> None:
    a, b = (Money(amount=amount, currency="EUR") for amount in (first, second))
    assert (a + b) - b == a


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("12.50 USD", 1250, "USD"),
        ("1,000 JPY", 1000, "JPY"),
        ("0.001 KWD", 1, "KWD"),
        ("1,234,567.5 USD", 123456750, "USD"),
        ("1e3 USD", 100000, "USD"),
        ("-7. EUR", -700, "EUR"),
        (".5 EUR", 50, "EUR"),
    ],
)
def test_minor_units_follow_the_currency(text: str, amount: int, currency: str) -> None:
    assert parse_money(text) == Money(amount=amount, currency=currency)


@pytest.mark.parametrize(
    "text",
    [
        "12.505 USD",
        "12",
        "12 XXX",
        "abc USD",
        "NaN USD",
        "1e400 USD",
        "",
        "1 2 USD",
        "12,50 USD",  # a comma is no decimal point: this is not 1,250.00
        "1.234,50 USD",
        "1,23,456 USD",
        ",5 USD",
        "1_000 USD",
        "\uff11\uff12 USD",
        "1" * 29 + " USD",
        "Infinity USD",
    ],
)
def test_what_is_no_money_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_money(text)


def test_a_program_that_makes_what_is_no_money_is_told_the_field() -> None:
    with pytest.raises(InputError, match="no ISO 4217") as error:
        Money(amount=1, currency="usd")
    assert error.value.field == "currency"
    with pytest.raises(InputError):
        Money(amount=MAX_MINOR_UNITS, currency="USD") + Money(amount=1, currency="USD")


def test_money_inside_a_value_is_refused_with_its_place() -> None:
    class Priced(Value):
        price: Money

    with pytest.raises(InputError) as error:
        parse(Priced, {"price": {"amount": 1, "currency": "usd"}})
    assert error.value.field == "price.currency"


def test_currencies_do_not_mix() -> None:
    with pytest.raises(ValueError, match="do not add"):
        Money(amount=1, currency="USD") + Money(amount=1, currency="EUR")


@pytest.mark.parametrize("amount", [1.5, "1", True, MAX_MINOR_UNITS + 1])
def test_only_integers_in_range_are_money(amount: object) -> None:
    with pytest.raises(ValidationError):
        Money.model_validate({"amount": amount, "currency": "USD"})
