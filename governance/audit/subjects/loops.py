"""Noticing that a model has begun to repeat itself for ever."""

from __future__ import annotations

from collections.abc import Sequence

LONGEST_PERIOD = 24
REPEATS = 4
SHORTEST_TAIL = 32
CHECK_EVERY = 8


def is_looping(tokens: Sequence[int]) -> bool:
    """Return whether the tail repeats a piece of at most 24 tokens, at least 4 times.

    The repeated tail must be at least 32 tokens long, so that lists and tables do not count.
    """
    for period in range(1, LONGEST_PERIOD + 1):
        length = max(period * REPEATS, SHORTEST_TAIL)
        if length > len(tokens):
            continue
        tail = tokens[-length:]
        if all(tail[i] == tail[i - period] for i in range(period, length)):
            return True
    return False


def loop_end(tokens: Sequence[int]) -> int | None:
    """Return after how many tokens a loop is noticed when one looks every 8 tokens; None if never.

    Engines that cannot stop by themselves are cut where those that can have stopped.
    """
    lengths = range(CHECK_EVERY, len(tokens) + 1, CHECK_EVERY)
    return next((length for length in lengths if is_looping(tokens[:length])), None)
