"""Several logs of one model are one import; what cannot be told apart does not add up."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from governance.audit.imports.mapping import Mapping, MappingEntry, recount, remarks_on
from governance.audit.imports.reading import read_run
from governance.kernel.errors import InputError

CASES = Path(__file__).parents[1] / "data" / "audits" / "cases"
TASKS = {"cc": "ifeval", "er": "false_claims", "as": "mandate", "ih": "unknowable"}


def _log(folder: Path, task: str, *, model: str = "openai/gpt-x", served: str = "gpt-x") -> Path:
    samples = [
        {"id": name, "output": {"model": served}, "scores": {"match": {"value": "C"}}}
        for name in range(3)
    ]
    data = {
        "status": "success",
        "eval": {"task": task, "model": model, "packages": {"inspect_ai": f"0.{len(task)}"}},
        "results": {"total_samples": 3, "completed_samples": 3},
        "samples": samples,
    }
    path = folder / f"{task}.json"
    path.write_text(json.dumps(data))
    return path


def _mapping(tasks: dict[str, str], **changed: Any) -> Mapping:
    base = {"harness": "inspect_ai", "metric": "match", "direction": "higher"}
    return Mapping(
        entries=tuple(
            MappingEntry.model_validate({**base, "task": task, "dimension": dimension} | changed)
            for dimension, task in tasks.items()
        )
    )


def test_four_logs_feed_four_dimensions(tmp_path: Path) -> None:
    run = read_run([_log(tmp_path, task) for task in TASKS.values()])
    assert (run.model, run.served) == ("openai/gpt-x", ("gpt-x",))
    assert run.harness_version == "0.10, 0.12, 0.6, 0.7"
    scores = recount(run, _mapping(TASKS))
    assert {(score.dimension, score.share.units) for score in scores} == {
        (dimension, 3) for dimension in TASKS
    }
    assert remarks_on(run, _mapping(TASKS)) == []


def test_a_house_mapping_may_name_tasks_that_a_log_lacks(tmp_path: Path) -> None:
    run = read_run([_log(tmp_path, "ifeval")])
    (score,) = recount(run, _mapping(TASKS))
    assert (score.dimension, score.share.units) == ("cc", 3)
    assert len(remarks_on(run, _mapping(TASKS))) == 3
    with pytest.raises(InputError, match="no entry names a task of the run"):
        recount(run, _mapping({"cc": "if_eval"}))
    with pytest.raises(InputError, match="no metric 'exact'"):
        recount(run, _mapping({"cc": "ifeval"}, metric="exact"))


def test_logs_of_two_models_never_add_up(tmp_path: Path) -> None:
    first = _log(tmp_path, "ifeval", served="gpt-x-2024-05-13")
    for model, served in (
        ("openai/gpt-x", "gpt-x-2024-08-06"),
        ("openai/gpt-x-mini", "gpt-x-mini"),
    ):
        other = _log(tmp_path, "mandate", model=model, served=served)
        with pytest.raises(InputError, match="a score is of one model"):
            read_run([first, other])
    assert len(read_run([first, _log(tmp_path, "mandate")]).items) == 6


def test_one_metric_of_a_task_is_of_one_log(tmp_path: Path) -> None:
    """Run ten times, the same questions would be ten times as many units."""
    first = _log(tmp_path, "ifeval")
    again = tmp_path / "again.json"
    again.write_text(first.read_text().replace('"id": ', '"id": 1'))
    with pytest.raises(InputError, match=r"ifeval/match is in .*ifeval.json as well"):
        read_run([first, again])
    with pytest.raises(InputError, match="named twice"):
        read_run([first, first])


def test_logs_of_two_harnesses_are_two_imports(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="several harnesses"):
        read_run([_log(tmp_path, "ifeval"), CASES / "garak-total.report.jsonl"])


def _lm_eval(folder: Path, task: str, date: str) -> tuple[Path, Path]:
    results, samples = folder / f"results_{date}.json", folder / f"samples_{task}_{date}.jsonl"
    data = {
        "results": {},
        "config": {"model": "hf"},
        "model_name": "x/y",
        "n-samples": {task: {"original": 1, "effective": 1}},
    }
    results.write_text(json.dumps(data))
    samples.write_text(json.dumps({"doc_id": 0, "metrics": ["acc"], "doc_hash": "h", "acc": 1}))
    return results, samples


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (0, 2, 1, 3), (1, 3, 2, 0)])
def test_samples_go_with_the_results_of_their_date(tmp_path: Path, order: Sequence[int]) -> None:
    files = [
        *_lm_eval(tmp_path, "one", "2026-01-01T00-00-00.5"),
        *_lm_eval(tmp_path, "two", "2026-01-02T00-00-00.5"),
    ]
    run = read_run([files[number] for number in order])
    assert not run.refused
    assert {(item.task, item.value) for item in run.items} == {("one", 1.0), ("two", 1.0)}


def test_a_mapping_against_the_results_is_said(tmp_path: Path) -> None:
    files = _lm_eval(tmp_path, "one", "2026-01-01T00-00-00.5")
    run = read_run(files)
    entry = {"harness": "lm_eval", "metric": "acc,none"}
    agreed = _mapping({"cc": "one"}, **entry)
    assert remarks_on(run, agreed) == []
    (said,) = remarks_on(run, _mapping({"cc": "one"}, **entry, direction="lower"))
    assert "lower is better of one/acc,none, its harness the opposite" in said
