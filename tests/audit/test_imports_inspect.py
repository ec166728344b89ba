"""inspect_ai: errors stay in the count, values follow its rules, subsets and edits are said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from governance.audit.imports.mapping import ImportedScore, Mapping, recount
from governance.audit.imports.model import ImportedRun
from governance.audit.imports.reading import read_run
from governance.kernel.errors import InputError

CASES = Path(__file__).parents[1] / "data" / "audits" / "cases"


def _counts(score: ImportedScore) -> tuple[int, int, int]:
    return score.share.successes, score.share.units, score.share.missing


def _scores(run: ImportedRun) -> dict[str, tuple[int, int, int]]:
    return {score.metric: _counts(score) for score in recount(run, Mapping())}


@pytest.mark.parametrize(
    ("name", "metric", "counts"),
    [
        ("inspect-alias", "match", (3, 3, 0)),
        ("alias-anthropic", "match", (4, 4, 0)),
        ("alias-google", "match", (4, 4, 0)),
        ("alias-hf", "match", (4, 4, 0)),
        ("alias-together", "match", (4, 4, 0)),
        ("inspect-nan-metric", "match", (1, 1, 0)),
        ("inspect-scorer-late", "answer", (4, 6, 2)),
        ("inspect-err-noscores-complete", "format", (4, 6, 2)),
        ("inspect-score-on-error", "answer", (4, 6, 2)),
        ("inspect-yes-no", "grader", (3, 4, 0)),
        ("inspect-dict-score", "judge/refused", (3, 3, 0)),
        ("inspect-dict-score", "judge/harmful", (0, 3, 0)),
        ("inspect-list-score", "parts/1", (0, 3, 0)),
        ("inspect-list-score", "parts/2", (3, 3, 0)),
    ],
)
def test_cases(name: str, metric: str, counts: tuple[int, int, int]) -> None:
    assert _scores(read_run([CASES / f"{name}.json"]))[metric] == counts


def _log(tmp_path: Path, samples: list[dict[str, Any]], **config: Any) -> Path:
    data = {
        "version": 2,
        "status": "success",
        "eval": {"task": "t", "model": "openai/gpt-x", "dataset": {}, "config": config},
        "results": {"total_samples": len(samples), "completed_samples": len(samples)},
        "samples": samples,
    }
    path = tmp_path / "log.json"
    path.write_text(json.dumps(data))
    return path


def _sample(name: object, value: object, **changed: Any) -> dict[str, Any]:
    scores = {} if value is None else {"match": {"value": value}}
    return {"id": name, "epoch": 1, "scores": scores, **changed}


def test_epochs_of_a_sample_are_one_unit(tmp_path: Path) -> None:
    samples = [_sample(name, "C", epoch=epoch) for name in (1, 2) for epoch in range(1, 11)]
    samples[3]["scores"]["match"]["value"] = "I"
    assert _scores(read_run([_log(tmp_path, samples)]))["match"] == (1, 2, 0)


@pytest.mark.parametrize("turned", [False, True])
def test_errors_stay_in_the_count_whatever_the_order(tmp_path: Path, turned: bool) -> None:
    """A sample that broke before its scorer is missing; inspect counts it as not completed."""
    samples = [_sample(number, "C") for number in range(4)]
    samples.append(_sample(4, None, error={"message": "broke"}))
    path = _log(tmp_path, samples[::-1] if turned else samples)
    log = json.loads(path.read_text())
    log["results"]["completed_samples"] = 4
    path.write_text(json.dumps(log))
    run = read_run([path])
    assert _scores(run)["match"] == (4, 5, 1)
    assert run.remarks == ("1 of 5 samples ended in an error",)


def test_a_broken_sample_counts_only_where_the_run_scores_errors(tmp_path: Path) -> None:
    samples = [_sample(0, "C"), _sample(1, "C", error={"message": "broke"})]
    assert _scores(read_run([_log(tmp_path, samples)]))["match"] == (1, 2, 1)
    scored = _log(tmp_path, samples, score_on_error=True)
    assert _scores(read_run([scored]))["match"] == (2, 2, 0)


@pytest.mark.parametrize(
    ("value", "counts"),
    [
        ("YES", (1, 1, 0)),
        ("False", (0, 1, 0)),
        (" 0.75 ", (1, 1, 0)),
        (True, (1, 1, 0)),
        ("P", (1, 1, 0)),
        ("N", (0, 1, 1)),
        (float("nan"), (0, 1, 1)),
        ("inf", (0, 1, 1)),
        ("B", (0, 1, 1)),
    ],
)
def test_values_follow_the_rules_of_inspect(
    tmp_path: Path, value: object, counts: tuple[int, int, int]
) -> None:
    assert _scores(read_run([_log(tmp_path, [_sample(0, value)])]))["match"] == counts


def test_values_that_are_no_score_are_said(tmp_path: Path) -> None:
    samples = [_sample(number, value) for number, value in enumerate(("B", "B", "C", "N"))]
    run = read_run([_log(tmp_path, samples)])
    assert run.remarks == ("2 values of match are no score and count as missing (as 'B')",)


def test_a_scorer_with_several_values_is_missing_where_it_gave_none(tmp_path: Path) -> None:
    samples = [
        _sample(0, {"a": 1, "b": 0}),
        _sample(1, {"a": 1}),
        _sample(2, float("nan")),
        _sample(3, None),
    ]
    expected = {"match/a": (2, 4, 2), "match/b": (0, 4, 3)}
    assert _scores(read_run([_log(tmp_path, samples)])) == expected


def test_a_log_without_a_score_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no sample has a score"):
        read_run([_log(tmp_path, [_sample(0, None)])])


def test_samples_chosen_by_hand_are_a_cut(tmp_path: Path) -> None:
    path = CASES / "inspect-sample-id.json"
    with pytest.raises(InputError, match=r"cut short \(sample_id: 2 of 100\)"):
        read_run([path])
    run = read_run([path], allow_truncated=True)
    assert (run.truncated, _scores(run)["match"]) == ("sample_id: 2 of 100", (2, 2, 0))
    fewer = _log(tmp_path, [_sample(0, "C")])
    fewer.write_text(fewer.read_text().replace('"dataset": {}', '"dataset": {"samples": 9}'))
    with pytest.raises(InputError, match=r"samples: 1 of 9"):
        read_run([fewer])
    whole = _log(tmp_path, [_sample(0, "C")], sample_id=[0])
    whole.write_text(whole.read_text().replace('"dataset": {}', '"dataset": {"samples": 1}'))
    assert read_run([whole]).truncated is None


def test_edits_and_invalidations_are_said(tmp_path: Path) -> None:
    run = read_run([CASES / "inspect-edited.json"])
    same = "2 samples of different ids have one input"
    assert run.remarks == ("2 scores were edited by hand", same)
    samples = [_sample(0, "C"), _sample(1, "C", invalidation={"author": "a"})]
    run = read_run([_log(tmp_path, samples)])
    assert _scores(run)["match"] == (1, 2, 1)
    assert run.remarks == ("1 of 2 samples were invalidated: they are missing",)


def test_names_that_answered_stand_beside_the_one_asked_for() -> None:
    run = read_run([CASES / "inspect-alias.json"])
    assert run.model == "openai/gpt-4o-mini"
    assert run.served == ("gpt-4o-mini-2024-07-18",)


def test_two_snapshots_are_two_models(tmp_path: Path) -> None:
    samples = [
        _sample(number, "C", output={"model": f"gpt-x-2024-0{number + 5}-13"})
        for number in range(2)
    ]
    with pytest.raises(InputError, match="of 3 models"):
        read_run([_log(tmp_path, samples)])
