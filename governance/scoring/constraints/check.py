"""Verdicts of a response on its constraints: as it stands (strict) and forgiving (loose)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from governance.kernel.errors import InputError
from governance.kernel.value import parse
from governance.scoring.constraints.base import Constraint, is_visible, unified
from governance.scoring.constraints.registry import CONSTRAINT_TYPES


@dataclass(frozen=True)
class Verdicts:
    """One verdict a constraint, in their order."""

    strict: tuple[bool, ...]
    loose: tuple[bool, ...]


def parse_constraint(
    identifier: str,
    arguments: Mapping[str, object] | None,
    *,
    file: str | None = None,
    line: int | None = None,
) -> Constraint:
    """Return the constraint of an instruction id with its arguments.

    Arguments that are None are left out, others (a zero too) are kept. Raises InputError on an
    unknown id and on an unknown, missing or impossible argument: what cannot be checked is never
    passed.
    """
    model = CONSTRAINT_TYPES.get(identifier)
    if model is None:
        raise InputError(
            f"unknown constraint {identifier!r}",
            file=file,
            line=line,
            field="instruction_id_list",
            hint="known: " + ", ".join(sorted(CONSTRAINT_TYPES)),
        )
    given = {name: value for name, value in (arguments or {}).items() if value is not None}
    try:
        return parse(model, given)
    except InputError as error:
        where = f"{identifier}: {error.field}" if error.field else identifier
        raise InputError(error.message, file=file, line=line, field=where) from error


def parse_constraints(
    identifiers: Sequence[str],
    arguments: Sequence[Mapping[str, object] | None],
    *,
    file: str | None = None,
    line: int | None = None,
) -> tuple[Constraint, ...]:
    """Return the constraints of one item; raises InputError as `parse_constraint` does."""
    if len(identifiers) != len(arguments):
        raise InputError(
            f"{len(identifiers)} instructions but {len(arguments)} sets of arguments",
            file=file,
            line=line,
            field="kwargs",
        )
    return tuple(
        parse_constraint(identifier, given, file=file, line=line)
        for identifier, given in zip(identifiers, arguments, strict=True)
    )


def loose_variants(response: str) -> tuple[str, ...]:
    """Return the response without its first line, its last, both or neither, with ``*`` or not.

    The eight variants of the IFEval paper (section 2.3), which forgive an introduction, a
    closing remark and Markdown emphasis.
    """
    lines = response.split("\n")
    cut = (
        response,
        "\n".join(lines[1:]).strip(),
        "\n".join(lines[:-1]).strip(),
        "\n".join(lines[1:-1]).strip(),
    )
    return tuple(dict.fromkeys((*cut, *(text.replace("*", "") for text in cut))))


def check_response(response: str, constraints: Sequence[Constraint]) -> Verdicts:
    """Return strict and loose verdicts of a response; an empty one obeys nothing.

    Line ends of other systems count as line ends.
    """
    text = unified(response)
    variants = [variant for variant in loose_variants(text) if is_visible(variant)]
    strict = tuple(is_visible(text) and constraint.holds(text) for constraint in constraints)
    loose = tuple(
        passed or any(constraint.holds(variant) for variant in variants)
        for passed, constraint in zip(strict, constraints, strict=True)
    )
    return Verdicts(strict, loose)
