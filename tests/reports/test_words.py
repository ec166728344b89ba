from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.kernel.errors import InputError
from governance.kernel.money import Money
from governance.reports.words import load_words


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0 USD"),
        (999.6, "1.00\u202fk USD"),
        (12_345.0, "12.3\u202fk USD"),
        (999_960.0, "1.00\u202fM USD"),
        (1.5e9, "1.50\u202fB USD"),
        (-2500.0, "-2.50\u202fk USD"),
        (None, "undefined"),
    ],
)
def test_amounts_have_three_digits(value: float | None, shown: str) -> None:
    assert load_words("en").amount(value, "USD") == shown


@pytest.mark.parametrize(
    ("share", "shown"),
    [(0, "0"), (0.5, "50"), (0.05, "5"), (0.005, "0.5"), (0.0123, "1.2"), (1, "100"), (0.1, "10")],
)
def test_shares_in_per_cent(share: float, shown: str) -> None:
    assert load_words("en").percent(share) == f"{shown}\u202f%"


def test_money_is_exact_and_days_are_iso() -> None:
    words = load_words("en")
    assert words.money(Money(amount=123456789, currency="USD")) == "1,234,567.89 USD"
    assert words.money(Money(amount=1234, currency="JPY")) == "1,234 JPY"
    assert words.day(datetime(2026, 1, 2, tzinfo=UTC)) == "2026-01-02"
    assert words.day(None) == "–"


@given(st.floats(min_value=1e-9, max_value=1e15))
def test_three_digits_are_within_half_a_per_cent(value: float) -> None:
    shown = load_words("en").significant(value).replace(",", "")
    if value >= 1e-3:
        assert float(shown) == pytest.approx(value, rel=0.0051)


def test_places_are_filled_by_name_and_data_are_not_read_as_places() -> None:
    words = load_words("en")
    assert words.tr("{name} is there", name="{other} {0}") == "{other} {0} is there"


def test_an_unknown_language_names_those_that_there_are() -> None:
    with pytest.raises(InputError, match="'xx'") as caught:
        load_words("xx")
    assert "en" in str(caught.value.hint)


def test_a_name_that_is_no_principals_is_marked_as_typed() -> None:
    assert load_words("en").person("{ada}", None) == "{ada} (typed)"
    assert load_words("de").person("ada", None) == "ada (eingetippt)"
    assert [load_words("en").person(*who) for who in (("ada", "01"), ("", None))] == ["ada", ""]
