"""lm-evaluation-harness: whole task names, the document as unit, both directions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from governance.audit.imports.lm_eval import task_of
from governance.audit.imports.mapping import ImportedScore, Mapping, recount
from governance.audit.imports.reading import read_run

CASES = Path(__file__).parents[1] / "data" / "audits" / "cases"
DATE = "2026-01-01T00-00-00"


def _counts(score: ImportedScore) -> tuple[int, int, int]:
    return score.share.successes, score.share.units, score.share.missing


def _case(name: str) -> dict[str, ImportedScore]:
    run = read_run([CASES / f"{name}_results.json", *sorted(CASES.glob(f"{name}_samples*"))])
    assert not run.refused
    return {f"{score.task}/{score.metric}": score for score in recount(run, Mapping())}


@pytest.mark.parametrize(
    ("name", "metric", "counts"),
    [
        ("glue", "mnli/acc,none", (2, 2, 0)),
        ("glue", "mnli_mismatch/acc,none", (2, 2, 0)),
        ("nan", "arc/exact_match,none", (2, 2, 0)),
        ("old", "piqa/acc,none", (3, 3, 0)),
        ("list", "piqa/acc,none", (3, 3, 0)),
        ("ifeval", "ifeval/prompt_level_strict_acc,none", (2, 2, 0)),
        ("ifeval", "ifeval/inst_level_strict_acc,none", (0, 2, 0)),
    ],
)
def test_cases(name: str, metric: str, counts: tuple[int, int, int]) -> None:
    assert _counts(_case(name)[metric]) == counts


def test_a_list_valued_metric_is_a_rate_over_its_parts() -> None:
    score = _case("ifeval")["ifeval/inst_level_strict_acc,none"]
    assert (score.share.passed, score.share.items, score.mean) == (2, 4, 0.5)


@pytest.mark.parametrize(
    ("name", "task"),
    [
        (f"samples_mnli_{DATE}.jsonl", "mnli"),
        (f"samples_mnli_{DATE}.123456.jsonl", "mnli"),
        (f"samples_mnli_mismatch_{DATE}.jsonl", None),
        (f"samples_mnli_matched_{DATE}.jsonl", "mnli_matched"),
        (f"glue_samples_mnli_matched_{DATE}.jsonl", "mnli_matched"),
        ("samples_mnli_matched.jsonl", "mnli_matched"),
        ("samples_mnli_matched_again.jsonl", "mnli_matched"),
        ("samples_mnli_again.jsonl", "mnli"),
        (f"samples_xmnli_{DATE}.jsonl", None),
        ("mnli.jsonl", None),
    ],
)
def test_task_names_are_matched_whole(name: str, task: str | None) -> None:
    assert task_of(name, ["mnli", "mnli_matched"]) == task


def _run(tmp_path: Path, rows: list[dict[str, Any]], **changed: Any) -> list[Path]:
    data = {
        "results": {"t": {"alias": "t", "acc,none": 1.0, "acc_stderr,none": "N/A"}},
        "config": {"model": "hf", "limit": None},
        "n-samples": {"t": {"original": len(rows), "effective": len(rows)}},
        "higher_is_better": {"t": {"acc": True}},
    }
    results, samples = tmp_path / "results.json", tmp_path / f"samples_t_{DATE}.jsonl"
    results.write_text(json.dumps(data | changed))
    samples.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return [results, samples]


def _row(number: int, value: object, **changed: Any) -> dict[str, Any]:
    row = {"doc_id": number, "filter": "none", "metrics": ["acc"], "doc_hash": f"h{number}"}
    return {**row, "acc": value, **changed}


def test_low_is_good_where_the_results_say_so(tmp_path: Path) -> None:
    rows = [_row(number, value) for number, value in enumerate((0, 0, 0, 1))]
    files = _run(tmp_path, rows, higher_is_better={"t": {"acc": False}})
    (score,) = recount(read_run(files), Mapping())
    assert _counts(score) == (3, 4, 0)


def test_one_document_is_one_unit_however_often_it_stands_there(tmp_path: Path) -> None:
    rows = [_row(number, 1, doc_hash="same", resps=[["a"] * 5]) for number in range(20)]
    (score,) = recount(read_run(_run(tmp_path, rows)), Mapping())
    assert _counts(score) == (1, 1, 0)


def test_values_that_are_no_rate_are_missing_and_said(tmp_path: Path) -> None:
    rows = [_row(number, [-12.5, 7]) for number in range(2)]
    run = read_run(_run(tmp_path, rows))
    assert _counts(recount(run, Mapping())[0]) == (0, 2, 2)
    assert "2 values of t/acc,none are no score" in run.remarks[0]


def test_metrics_of_old_rows_are_named_by_the_results(tmp_path: Path) -> None:
    rows = [_row(0, 1)]
    del rows[0]["metrics"], rows[0]["filter"]
    (score,) = recount(read_run(_run(tmp_path, rows, higher_is_better={})), Mapping())
    assert (score.metric, _counts(score)) == ("acc,none", (1, 1, 0))


def test_samples_of_another_task_are_named(tmp_path: Path) -> None:
    files = _run(tmp_path, [_row(0, 1)])
    stranger = tmp_path / f"samples_tt_{DATE}.jsonl"
    stranger.write_text(files[1].read_text())
    run = read_run([*files, stranger])
    assert run.remarks == (f"{stranger.name} holds samples of no task of this run",)
    assert len(run.items) == 1
