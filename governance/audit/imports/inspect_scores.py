"""What inspect_ai's scores say: words, numbers, dicts and lists of them, and edits by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from governance.audit.imports.model import finite

# As inspect's own metrics read them, but for N: no answer is missing here, not a zero.
_LETTERS = {"C": 1.0, "I": 0.0, "P": 0.5, "N": None}
_WORDS = {"yes": 1.0, "true": 1.0, "no": 0.0, "false": 0.0}

Sample = dict[str, Any]


def value_of(value: object) -> float | None:
    """Return a score's value as a number; None (missing) for what inspect's rules do not know."""
    if not isinstance(value, str):
        return finite(value)
    if value in _LETTERS:
        return _LETTERS[value]
    word = value.strip().lower()
    if word in _WORDS:
        return _WORDS[word]
    try:
        return finite(float(word))
    except ValueError:
        return None


def scored(sample: Sample) -> dict[str, float | None]:
    """Return a sample's scores by metric: the scorer, or `scorer/key` where it gives several."""
    return {metric: value_of(value) for metric, value in _raw(sample)}


def metrics_of(samples: Iterable[Sample]) -> list[str]:
    """Return every metric that some sample has: those without it are missing under it.

    A scorer that gave several values to some samples is taken by its values alone.
    """
    found = {metric: None for sample in samples for metric, _ in _raw(sample)}
    return [name for name in found if not any(each.startswith(f"{name}/") for each in found)]


def unscored(samples: Iterable[Sample]) -> Iterator[tuple[str, object]]:
    """Yield the values that are there but are no score; no answer (N) and NaN are known."""
    for sample in samples:
        for metric, value in _raw(sample):
            known = value == "N" or (isinstance(value, float) and value != value)
            if not known and value_of(value) is None:
                yield metric, value


def edited(samples: Iterable[Sample]) -> list[str]:
    """Return a remark where scores were changed by hand after the scorer had given them."""
    count = 0
    for sample in samples:
        for score in (sample.get("scores") or {}).values():
            history = score.get("history") or []
            count += len(history) > 1 or any(each.get("provenance") for each in history)
    return (
        [f"{count} {'score was' if count == 1 else 'scores were'} edited by hand"] if count else []
    )


def _raw(sample: Sample) -> Iterator[tuple[str, object]]:
    for scorer, score in (sample.get("scores") or {}).items():
        value = score.get("value")
        if isinstance(value, dict):
            yield from ((f"{scorer}/{key}", each) for key, each in value.items())
        elif isinstance(value, list):
            yield from ((f"{scorer}/{number}", each) for number, each in enumerate(value))
        else:
            yield str(scorer), value
