"""Asking one judge: what it fails on is missing, and the rest is asked all the same."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

from governance.audit.subjects.base import (
    Completion,
    Decoding,
    OnAnswer,
    Prompt,
    Subject,
    SubjectError,
)

CHUNK = 32
GIVE_UP_AFTER = 3  # failures in a row


def ask_tolerantly(
    subject: Subject, prompts: Sequence[Prompt], decoding: Decoding, on_answer: OnAnswer
) -> dict[int, str]:
    """Ask every prompt and return why some were not answered, by their index.

    A subject gives up a whole batch for one failure, so prompts are asked in chunks, and what is
    left of a chunk that failed one at a time. After three failures in a row the judge is gone:
    nothing more is asked, and what is left fails for the reason of the last.
    """
    waiting = deque(_chunks(len(prompts), subject.info.batch))
    failed: dict[int, str] = {}
    in_a_row, last = 0, ""
    while waiting and in_a_row < GIVE_UP_AFTER:
        group = waiting.popleft()
        left, why = _ask(subject, prompts, group, decoding, on_answer)
        if len(left) < len(group):
            in_a_row = 0
        if why is None:
            continue
        last = why
        if len(group) > 1:
            waiting.extendleft([index] for index in reversed(left))
        else:
            failed[group[0]] = why
            in_a_row += 1
    return failed | {index: last for group in waiting for index in group}


def _chunks(count: int, batch: int | None) -> Iterator[list[int]]:
    size = max(CHUNK, 4 * (batch or 1))
    for start in range(0, count, size):
        yield list(range(start, min(start + size, count)))


def _ask(
    subject: Subject,
    prompts: Sequence[Prompt],
    group: Sequence[int],
    decoding: Decoding,
    on_answer: OnAnswer,
) -> tuple[list[int], str | None]:
    """Ask a group; return which prompts were not answered and, where it failed, why."""
    answered: set[int] = set()

    def keep(place: int, completion: Completion) -> None:
        answered.add(group[place])
        on_answer(group[place], completion)

    try:
        subject.answer([prompts[index] for index in group], decoding, keep)
    except SubjectError as error:
        return [index for index in group if index not in answered], str(error)
    return [], None
