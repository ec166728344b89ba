from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pytest
from pydantic import TypeAdapter

from governance.economy.checkers import AnyConstraint, judge_all
from governance.economy.checkers.process import MAX_OUTPUT_BYTES, Ran, run_limited
from governance.economy.contracts import verdict_of

CONSTRAINT: TypeAdapter[AnyConstraint] = TypeAdapter(AnyConstraint)


def result(text: str, signed_by: str | None = None, **fields: object) -> str:
    return judge_all([CONSTRAINT.validate_python(fields)], text, signed_by)[0].result


SCHEMA = {
    "type": "object",
    "required": ["total"],
    "properties": {"total": {"$ref": "#/$defs/sum"}},
    "$defs": {"sum": {"type": "number", "minimum": 0}},
}


@pytest.mark.parametrize(
    ("fields", "good", "bad"),
    [
        ({"kind": "contains", "phrases": ["Net", "due"]}, "net 30, DUE now", "net 30"),
        ({"kind": "forbids", "phrases": ["guarantee"]}, "fine", "we Guarantee it"),
        (
            {"kind": "forbids", "phrases": ["A"], "ignore_case": False},
            "a b c",
            "A b c",
        ),
        ({"kind": "word_count", "minimum": 2, "maximum": 3}, "one two", "one"),
        ({"kind": "word_count", "maximum": 3}, "", "a b c d"),
        ({"kind": "number_range", "minimum": 0, "maximum": 5}, "5", "5.01"),
        ({"kind": "number_range", "minimum": 1}, "1", "NaN"),
        ({"kind": "number_range", "minimum": 1}, "2", "true"),
        (
            {"kind": "number_range", "pointer": "/items/1/a~1b", "minimum": 2},
            '{"items": [0, {"a/b": 2}]}',
            '{"items": [0, {"a/b": 1}]}',
        ),
        ({"kind": "pattern", "pattern": r"INV-\d{4}"}, "see INV-0042", "see INV-42"),
        ({"kind": "pattern", "pattern": r"\d+", "whole": True}, "42", "42 "),
        ({"kind": "json_schema", "schema": SCHEMA}, '{"total": 3}', '{"total": -3}'),
        ({"kind": "json_schema", "schema": SCHEMA}, '{"total": 3}', "not json"),
        ({"kind": "json_schema", "schema": SCHEMA}, '{"total": 3}', "[" * 100000),
        (
            {
                "kind": "sha256",
                "digest": "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
            },
            "hello",
            "hello ",
        ),
        ({"kind": "instruction", "id": "punctuation:no_comma"}, "none", "one, two"),
        ({"kind": "command", "command": ["grep", "-q", "yes"]}, "yes", "no"),
    ],
)
def test_each_kind_passes_and_fails(fields: dict[str, object], good: str, bad: str) -> None:
    assert (result(good, **fields), result(bad, **fields)) == ("passed", "failed")


def test_a_pattern_that_backtracks_for_ages_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("governance.economy.checkers.judge.WORKER_SECONDS", 1.0)
    start = time.perf_counter()
    assert result("a" * 60 + "b", kind="pattern", pattern="(a+)+$") == "unknown"
    assert time.perf_counter() - start < 10


def test_a_schema_never_fetches_anything() -> None:
    schema = {"$ref": "http://127.0.0.1:9/schema.json"}
    assert result("{}", kind="json_schema", schema=schema) == "unknown"


@pytest.mark.parametrize(
    "command",
    [
        [sys.executable, "-c", "import os; os.abort()"],
        [sys.executable, "-c", "raise SystemExit(2)"],
        ["sh", "-c", "sleep 60 & wait"],
        ["/no/such/verifier"],
        ["with\x00null"],
    ],
)
def test_a_verifier_without_an_answer_leaves_the_question_open(command: list[str]) -> None:
    assert result("x", kind="command", command=command, timeout_seconds=0.5) == "unknown"


def test_a_verifier_that_floods_its_output_is_read_in_part() -> None:
    code = "import sys\nfor _ in range(2000): sys.stdout.write('x' * 10000)"
    assert result("x", kind="command", command=[sys.executable, "-c", code]) == "passed"


def _ran(script: str, seconds: float = 20.0) -> Ran:
    return run_limited(["sh", "-c", script], b"work", seconds=seconds, environment=dict(os.environ))


def test_a_verifier_without_end_fills_no_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "TemporaryFile", _only_for_input(tempfile.TemporaryFile))
    ran = _ran("yes", seconds=0.5)
    assert (ran.code, len(ran.output)) == (None, MAX_OUTPUT_BYTES)
    assert ran.trouble == "did not end within 0.5 s"


def _only_for_input(real: Callable[[], IO[bytes]]) -> Callable[[], IO[bytes]]:
    """Let one temporary file be made, that of the standard input."""
    made: list[IO[bytes]] = []

    def make() -> IO[bytes]:
        assert not made, "the output must not go to a file"
        made.append(real())
        return made[0]

    return make


def test_a_verifier_whose_children_ignore_the_end_signal_is_stopped(tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    script = f"trap '' TERM; (trap '' TERM; sleep 100) & echo $! > {mark}; wait; sleep 100"
    assert _ran(script, seconds=0.5).trouble is not None
    child = int(mark.read_text())
    for _ in range(100):
        if not _runs(child):
            return
        time.sleep(0.05)
    pytest.fail("a child of the verifier still runs")


def _runs(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize(
    ("script", "code", "output"),
    [
        ("setsid sleep 30 & echo gone; exit 1", 1, "gone\n"),  # it holds the output open
        ("exec >&- 2>&-; sleep 0.1; exit 7", 7, ""),
        ("kill -SEGV $$", -11, ""),
        ("cat", 0, "work"),
    ],
)
def test_how_a_verifier_ends(script: str, code: int, output: str) -> None:
    assert _ran(script) == Ran(code, output, None)


@pytest.mark.parametrize(
    ("text", "pointer"),
    [("Infinity", ""), ("1e999", ""), ("NaN", ""), ("[1]", "/-1"), ("[1, 2]", "/01"), ("true", "")],
)
def test_what_is_no_number_in_json_lies_in_no_range(text: str, pointer: str) -> None:
    assert result(text, kind="number_range", pointer=pointer, minimum=0) == "failed"
    assert result("9" * 400, kind="number_range", minimum=0) == "passed"


def test_findings_can_always_be_stored() -> None:
    schema = {"type": "object"}
    (found,) = judge_all(
        [CONSTRAINT.validate_python({"kind": "json_schema", "schema": schema})], r'"\ud800\u0000"'
    )
    assert found.result == "failed"
    assert found.detail.encode()
    assert "\0" not in found.detail


def test_a_verifier_sees_neither_the_environment_nor_the_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("UNDERWRITER_SECRET", "hidden")
    script = '[ -z "$UNDERWRITER_SECRET" ] && [ -z "$(ls)" ]'
    assert result("x", kind="command", command=["sh", "-c", script]) == "passed"


def test_a_cosigner_must_be_the_one_named() -> None:
    assert result("x", kind="cosigner", person="dana") == "unknown"
    assert result("x", "eve", kind="cosigner", person="dana") == "unknown"
    assert result("x", "dana", kind="cosigner", person="dana") == "passed"


def _findings(*marks: str) -> list[object]:
    words = {"p": "passed", "f": "failed", "u": "unknown"}
    return [
        type("F", (), {"soft": mark.islower() is False, "result": words[mark.lower()]})()
        for mark in marks
    ]


@pytest.mark.parametrize(
    ("marks", "share", "verdict"),
    [
        ("pp", 1.0, True),
        ("pf", 1.0, False),
        ("pu", 1.0, None),
        ("fu", 1.0, False),
        ("pPF", 0.5, True),
        ("pPF", 0.6, False),
        ("pPU", 0.6, None),
        ("pFU", 0.6, False),
    ],
)
def test_verdicts(marks: str, share: float, verdict: bool | None) -> None:
    assert verdict_of(_findings(*marks), share) is verdict  # type: ignore[arg-type]
