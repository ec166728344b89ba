from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from governance.kernel.clock import FixedClock, days_between, format_time, parse_time
from governance.kernel.errors import InputError
from governance.kernel.ids import uuid7

moments = st.datetimes(
    min_value=datetime(1970, 1, 2), max_value=datetime(9000, 1, 1), timezones=st.just(UTC)
)


@given(moments)
def test_text_and_time_round_trip(moment: datetime) -> None:
    assert parse_time(format_time(moment)) == moment


@given(moments, st.binary(min_size=10, max_size=10))
def test_ids_are_version_7_and_carry_the_millisecond(moment: datetime, noise: bytes) -> None:
    made = uuid.UUID(uuid7(moment, lambda count: noise[:count]))
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert made.int >> 80 == (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(
        milliseconds=1
    )


@given(moments, st.integers(1, 10**6))
@example(datetime(2243, 1, 1, tzinfo=UTC), 1)  # a float of seconds is a millisecond short of it
def test_ids_sort_by_time(moment: datetime, milliseconds: int) -> None:
    later = moment + timedelta(milliseconds=milliseconds)
    full = lambda count: b"\xff" * count  # noqa: E731
    none = lambda count: b"\x00" * count  # noqa: E731
    assert uuid7(moment, full) < uuid7(later, none)


def test_other_zones_become_utc() -> None:
    assert parse_time("2026-03-01T12:00:00+02:00") == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert parse_time("2026-03-01") == datetime(2026, 3, 1, tzinfo=UTC)


def test_what_is_no_time_is_refused() -> None:
    with pytest.raises(InputError):
        parse_time("yesterday")


def test_naive_times_have_no_place() -> None:
    with pytest.raises(ValueError, match="naive"):
        format_time(datetime(2026, 3, 1))


def test_the_fixed_clock_moves_when_told(clock: FixedClock) -> None:
    before = clock.now()
    clock.advance(1.5)
    assert days_between(before, clock.now()) == 1.5


@pytest.mark.parametrize("text", ["0001-01-01T00:00+05:00", "9999-12-31T23:59:59-05:00"])
def test_a_zone_that_leaves_the_calendar_is_bad_input(text: str) -> None:
    with pytest.raises(InputError, match="beyond the calendar") as error:
        parse_time(text, field="--at")
    assert error.value.field == "--at"
