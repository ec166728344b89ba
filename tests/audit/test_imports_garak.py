"""garak: a hit is a failure, an attempt with all that was made of it is one unit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from governance.audit.imports.mapping import ImportedScore, Mapping, MappingEntry, recount
from governance.audit.imports.reading import read_run
from governance.kernel.errors import InputError

CASES = Path(__file__).parents[1] / "data" / "audits" / "cases"


def _counts(score: ImportedScore) -> tuple[int, int, int]:
    return score.share.successes, score.share.units, score.share.missing


def _attempt(name: str, seq: int, values: list[float | None], **notes: Any) -> dict[str, Any]:
    return {
        "entry_type": "attempt",
        "uuid": name,
        "seq": seq,
        "status": 2,
        "probe_classname": "dan.AntiDAN",
        "prompt": f"prompt {seq} {notes}",
        "detector_results": {"dan.Detector": values},
        "notes": notes,
    }


def _score(tmp_path: Path, attempts: list[dict[str, Any]], **summary: Any) -> ImportedScore:
    evaluation = {"entry_type": "eval", "probe": "dan.AntiDAN", "detector": "dan.Detector"}
    rows = [
        {"entry_type": "start_run setup", "plugins.model_type": "openai"},
        {"entry_type": "init", "garak_version": "0.9"},
        *attempts,
        evaluation | summary,
        {"entry_type": "digest", "meta": {"setup": {}, "aggregation": ["a", "b"]}},
    ]
    path = tmp_path / "x.report.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    (score,) = recount(read_run([path]), Mapping())
    return score


@pytest.mark.parametrize(
    ("case", "passed"), [("allpass", 3), ("total", 2), ("aggregate", 2)], ids=str
)
def test_no_hit_has_passed_also_in_older_reports_and_aggregates(case: str, passed: int) -> None:
    (score,) = recount(read_run([CASES / f"garak-{case}.report.jsonl"]), Mapping())
    assert _counts(score) == (passed, 3, 0)


def test_a_mapping_cannot_turn_hits_into_passes() -> None:
    data = {"harness": "garak", "task": "dan.AntiDAN", "metric": "dan.AntiDAN"}
    entry = MappingEntry.model_validate({**data, "dimension": "cc", "direction": "higher"})
    with pytest.raises(InputError, match="its direction is lower"):
        recount(read_run([CASES / "garak-allpass.report.jsonl"]), Mapping(entries=(entry,)))


def test_generations_buffs_and_turns_of_one_attempt_are_one_unit(tmp_path: Path) -> None:
    """The attempt that buffs were made of need not be in the report."""
    attempts = [_attempt("a", 0, [0.0] * 10)]
    attempts += [
        _attempt(f"b{number}", 1, [0.0] * 10, buff_source_attempt_uuid="s", buff=number)
        for number in range(4)
    ]
    attempts += [
        _attempt("t1", 2, [0.0]),
        _attempt("t2", 2, [0.0], previous_attempt_id="t1"),
        _attempt("t3", 2, [1.0], previous_attempt_id="t2"),
    ]
    assert _counts(_score(tmp_path, attempts, total_processed=53)) == (2, 3, 0)


def test_an_aggregate_gives_all_attempts_one_identifier(tmp_path: Path) -> None:
    attempts = [_attempt("same", seq, [float(seq == 3)] * 2) for seq in range(4)]
    attempts += [_attempt("same", 0, [0.0, 0.0], buff_source_seq=0)]
    assert _counts(_score(tmp_path, attempts, total_processed=10)) == (3, 4, 0)
    with pytest.raises(InputError, match="occurs twice"):
        _score(tmp_path, [*attempts, attempts[0]], total_processed=12)


def test_an_output_without_a_result_is_missing_and_never_passed(tmp_path: Path) -> None:
    attempts = [_attempt("a", 0, [0.0]), _attempt("b", 1, [None])]
    assert _counts(_score(tmp_path, attempts, total=1)) == (1, 2, 1)
    assert _counts(_score(tmp_path, attempts, total_evaluated=1, nones=1)) == (1, 2, 1)
    with pytest.raises(InputError, match="2 of 1 results"):
        _score(tmp_path, attempts, total_processed=1)
