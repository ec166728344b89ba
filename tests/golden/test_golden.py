"""What the commands print is what was recorded; `python -m tests.golden.record` records anew."""

from __future__ import annotations

import difflib
import json
import math
import re
from pathlib import Path
from typing import Any

import pytest

from tests.golden.record import RECORDED
from tests.golden.script import lines, tell

COMMANDS = Path(__file__).parents[2] / "docs" / "commands.md"
# Reads three thousand incidents of a package and takes four seconds; tests/test_demonstration.py.
LEFT_OUT = {"demo"}
# Sums of thousands of terms, added in another order by another build of a library.
ROUNDING = 1e-7


def _shown(steps: list[dict[str, Any]]) -> list[str]:
    """Return the steps as lines: types and values count, the order of keys does not."""
    text = json.dumps(steps, indent=1, ensure_ascii=False, sort_keys=True)
    return text.splitlines()


def _settled(now: Any, before: Any) -> Any:
    """Return what is said now, with the recorded float where the two differ by rounding alone."""
    if isinstance(now, float) and isinstance(before, float):
        return before if math.isclose(now, before, rel_tol=ROUNDING) else now
    if isinstance(now, dict) and isinstance(before, dict):
        return {name: _settled(value, before.get(name)) for name, value in now.items()}
    if isinstance(now, list) and isinstance(before, list):
        rest = [None] * max(0, len(now) - len(before))
        return [_settled(*pair) for pair in zip(now, [*before, *rest], strict=False)]
    return now


def _recorded(group: str) -> list[dict[str, Any]]:
    path = RECORDED / f"{group}.json"
    steps: list[dict[str, Any]] = json.loads(path.read_text("utf-8")) if path.exists() else []
    return steps


def test_commands_print_what_was_recorded(tmp_path: Path) -> None:
    """One test of all groups: spread over workers, each would tell the whole story."""
    told = tell(tmp_path / "story")
    groups = sorted({path.stem for path in RECORDED.glob("*.json")} | set(told))
    found = []
    for group in groups:
        steps = _recorded(group)
        before, after = _shown(steps), _shown(_settled(told.get(group, []), steps))
        if before != after:
            differences = difflib.unified_diff(before, after, group, "now", lineterm="", n=9)
            found += list(differences)[:150]
    if found:
        pytest.fail("\n".join(found), pytrace=False)


def test_the_story_runs_every_command() -> None:
    documented = set(re.findall(r"^#{2,4} `(.+)`$", COMMANDS.read_text("utf-8"), re.M))
    used = {re.sub(r"^(~ )?(\w+=[\w.]+: )?", "", line) for line in lines()}
    commands = {
        name for name in documented if not any(other.startswith(f"{name} ") for other in documented)
    }
    missing = {
        name for name in commands if not any(f"{line} ".startswith(f"{name} ") for line in used)
    }
    assert missing == LEFT_OUT


def test_no_token_and_no_link_stands_in_a_recording() -> None:
    text = "".join(path.read_text("utf-8") for path in RECORDED.glob("*.json"))
    assert "<token " in text
    assert "<link " in text
    assert re.findall(r"uw_[0-9a-f]{8}|sign-in/\w{8}", text) == []
