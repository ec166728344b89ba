"""Kinds of fields that several inputs share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field

from governance.kernel.value import Value

Positive = Annotated[float, Field(gt=0.0)]
NonNegative = Annotated[float, Field(ge=0.0)]
Probability = Annotated[float, Field(ge=0.0, le=1.0)]
OpenProbability = Annotated[float, Field(gt=0.0, lt=1.0)]

MASS_TOLERANCE = 1e-9


def check_mass(masses: list[float]) -> None:
    """Raise ValueError where probabilities are negative or do not sum to one."""
    if not masses:
        raise ValueError("no probabilities are given")
    if any(mass < 0.0 for mass in masses):
        raise ValueError("a probability is negative")
    total = sum(masses)
    if abs(total - 1.0) > MASS_TOLERANCE:
        raise ValueError(f"the probabilities sum to {total:.10g}, not to 1")


def read_masses(data: Any) -> Any:
    """Turn a table of probabilities, keyed by text or numbers or a list from 0, into floats."""
    if isinstance(data, list | tuple):
        return {float(index): mass for index, mass in enumerate(data)}
    if isinstance(data, Mapping):
        try:
            pairs = [(float(key), mass) for key, mass in data.items()]
        except (TypeError, ValueError):
            raise ValueError("a key of the table is not a number") from None
        masses = dict(pairs)
        if len(masses) < len(pairs):
            numbers = [number for number, _ in pairs]
            twice = next(number for number in numbers if numbers.count(number) > 1)
            raise ValueError(f"the amount {twice:g} stands twice")
        return masses
    return data


Masses = Annotated[dict[NonNegative, float], BeforeValidator(read_masses)]


class Spec(Value):
    """Base of the tagged inputs; ``type`` says which one it is.

    Validators are built when the first value is read, once for the whole file format: building
    one for each of forty classes at import would cost a tenth of a second.
    """

    model_config = ConfigDict(defer_build=True)


def above(value: float, info: Any, other: str) -> float:
    """Raise ValueError where a field is not above an earlier one; returns the value."""
    lower = info.data.get(other)
    if lower is not None and value <= lower:
        raise ValueError(f"must be above {other} = {lower:g}")
    return value
