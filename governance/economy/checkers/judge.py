"""Judging a submission by the constraints of a contract."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import math
import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from governance.economy.checkers import kinds
from governance.economy.checkers.base import Constraint, Finding, found, unknown
from governance.economy.checkers.process import run_limited
from governance.kernel.errors import InputError, MissingExtraError

WORKER_SECONDS = 5.0
_INDEX = re.compile("0|[1-9][0-9]{0,9}")


def judge_all(
    constraints: Sequence[kinds.AnyConstraint], text: str, signed_by: str | None = None
) -> tuple[Finding, ...]:
    """Return one finding a constraint, in their order; nothing here raises on a bad submission."""
    return tuple(_judge(constraint, text, signed_by) for constraint in constraints)


def check_constraints(constraints: Sequence[kinds.AnyConstraint]) -> None:
    """Raise InputError on a constraint that can never be judged, MissingExtraError on an extra.

    To be called where a contract is posted, so that nobody accepts what cannot be verified.
    """
    for number, constraint in enumerate(constraints):
        if isinstance(constraint, kinds.JsonSchema):
            _require_jsonschema()
            answer = _ask({"kind": "json_schema", "schema": constraint.json_schema})
            if "unknown" in answer:
                raise InputError(answer["unknown"], field=f"constraints[{number}].schema")


def _judge(constraint: Constraint, text: str, signed_by: str | None) -> Finding:
    if isinstance(constraint, kinds.Cosigner):
        return _signed(constraint, signed_by)
    return _JUDGES[type(constraint)](constraint, text)


def _guarded(constraint: Constraint, text: str) -> Finding:
    """Judge in a process of its own: patterns can backtrack for ages."""
    if isinstance(constraint, kinds.JsonSchema):
        _require_jsonschema()
        request: dict[str, Any] = {"kind": "json_schema", "schema": constraint.json_schema}
    else:
        request = constraint.model_dump(mode="json")
    answer = _ask({**request, "text": text})
    if "unknown" in answer:
        return unknown(constraint, answer["unknown"])
    return found(constraint, answer["passed"], answer["detail"])


def _ask(request: dict[str, Any]) -> dict[str, Any]:
    worker = Path(__file__).with_name("worker.py")
    ran = run_limited(
        [sys.executable, "-I", str(worker)],
        json.dumps(request).encode(),
        seconds=WORKER_SECONDS,
        environment={"PATH": os.defpath},
    )
    if ran.trouble is not None or ran.code != 0:
        return {"unknown": ran.trouble or f"the checker failed: {ran.output[-200:]}"}
    try:
        answer: dict[str, Any] = json.loads(ran.output)
    except ValueError:
        return {"unknown": "the checker gave no answer"}
    return answer


def _require_jsonschema() -> None:
    if importlib.util.find_spec("jsonschema") is None:
        raise MissingExtraError("a JSON Schema constraint", "contracts")


def _word_count(constraint: kinds.WordCount, text: str) -> Finding:
    count = len(text.split())
    most = math.inf if constraint.maximum is None else constraint.maximum
    return found(constraint, constraint.minimum <= count <= most, f"{count} words")


def _number_range(constraint: kinds.NumberRange, text: str) -> Finding:
    try:
        value = _at_pointer(json.loads(text), constraint.pointer)
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        return found(constraint, False, f"no such number: {error}")
    # Python reads NaN, Infinity and 1e999, which JSON does not know.
    unusable = isinstance(value, float) and not math.isfinite(value)
    if unusable or isinstance(value, bool) or not isinstance(value, int | float):
        return found(constraint, False, "not a number")
    low = -math.inf if constraint.minimum is None else constraint.minimum
    high = math.inf if constraint.maximum is None else constraint.maximum
    within = low <= value <= high
    return found(constraint, within, f"{value}")


def _at_pointer(data: Any, pointer: str) -> Any:
    for raw in pointer.split("/")[1:]:
        part = raw.replace("~1", "/").replace("~0", "~")
        if isinstance(data, list):
            if _INDEX.fullmatch(part) is None:  # RFC 6901: no sign, no leading zero
                raise LookupError(f"{part!r} is no index")
            data = data[int(part)]
        else:
            data = dict(data)[part]
    return data


def _contains(constraint: kinds.Contains | kinds.Forbids, text: str) -> Finding:
    fold = str.casefold if constraint.ignore_case else str
    there = [phrase for phrase in constraint.phrases if fold(phrase) in fold(text)]
    if isinstance(constraint, kinds.Forbids):
        return found(constraint, not there, "none" if not there else f"found {there[0]!r}")
    missing = [phrase for phrase in constraint.phrases if phrase not in there]
    return found(constraint, not missing, "all" if not missing else f"lacks {missing[0]!r}")


def _sha256(constraint: kinds.Sha256, text: str) -> Finding:
    seen = hashlib.sha256(text.encode()).hexdigest()
    return found(constraint, seen == constraint.digest.removeprefix("sha256:"), f"sha256:{seen}")


def _instruction(constraint: kinds.Instruction, text: str) -> Finding:
    from governance.scoring.constraints import check_response, parse_constraint

    known = parse_constraint(constraint.id, constraint.arguments)
    return found(constraint, check_response(text, [known]).strict[0], constraint.id)


def _command(constraint: kinds.Command, text: str) -> Finding:
    ran = run_limited(
        constraint.command,
        text.encode(),
        seconds=constraint.timeout_seconds,
        environment={"PATH": os.environ.get("PATH", os.defpath)},
    )
    if ran.trouble is not None:
        return unknown(constraint, ran.trouble)
    last = ran.output.strip().splitlines()[-1:] or [""]
    if ran.code in (0, 1):
        return found(constraint, ran.code == 0, last[0] or f"exit code {ran.code}")
    return unknown(constraint, f"exit code {ran.code}: {last[0]}")


def _signed(constraint: kinds.Cosigner, signed_by: str | None) -> Finding:
    if signed_by == constraint.person:
        return found(constraint, True, f"signed by {signed_by}")
    return unknown(constraint, f"{constraint.person} has not signed")


_JUDGES: dict[type[Constraint], Callable[[Any, str], Finding]] = {
    kinds.JsonSchema: _guarded,
    kinds.Pattern: _guarded,
    kinds.WordCount: _word_count,
    kinds.NumberRange: _number_range,
    kinds.Contains: _contains,
    kinds.Forbids: _contains,
    kinds.Sha256: _sha256,
    kinds.Instruction: _instruction,
    kinds.Command: _command,
}
