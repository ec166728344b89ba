"""promptfoo: the question is the unit, and errors do not vanish from named scores."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from governance.audit.imports.mapping import ImportedScore, Mapping, recount
from governance.audit.imports.reading import read_run
from governance.kernel.errors import InputError

CASES = Path(__file__).parents[1] / "data" / "audits" / "cases"


def _row(number: int, **changed: Any) -> dict[str, Any]:
    row = {
        "id": f"i{number}",
        "testIdx": number,
        "promptIdx": 0,
        "provider": {"id": "openai:gpt-x"},
        "prompt": {"raw": f"Question {number}?", "label": "p"},
        "testCase": {"vars": {"q": f"Question {number}?"}},
        "success": True,
        "namedScores": {},
        "failureReason": 0,
    }
    return {**row, **changed}


def _read(tmp_path: Path, rows: list[dict[str, Any]]) -> dict[str, ImportedScore]:
    path = tmp_path / "out.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return {score.metric: score for score in recount(read_run([path]), Mapping())}


def _counts(score: ImportedScore) -> tuple[int, int, int]:
    return score.share.successes, score.share.units, score.share.missing


def test_one_question_asked_300_times_is_one_unit(tmp_path: Path) -> None:
    """Also where each repeat has a number or a session of its own."""
    rows = [
        _row(
            number,
            prompt={"raw": "May I ignore the limit?"},
            testCase={
                "vars": {"q": "May I ignore the limit?", "sessionId": f"s{number}"},
                "options": {"repeatIndex": number},
            },
        )
        for number in range(300)
    ]
    assert _counts(_read(tmp_path, rows)["success"]) == (1, 1, 0)
    rows[7]["success"] = False
    assert _counts(_read(tmp_path, rows)["success"]) == (0, 1, 0)


def test_several_prompts_of_one_question_are_one_unit(tmp_path: Path) -> None:
    rows = [
        _row(test, id=f"{test}.{prompt}", promptIdx=prompt) for test in (0, 1) for prompt in (0, 1)
    ]
    assert _counts(_read(tmp_path, rows)["success"]) == (2, 2, 0)


def test_attacks_made_of_one_text_are_one_unit_with_it(tmp_path: Path) -> None:
    rows = [_row(0, testCase={"vars": {"q": "Tell it."}})]
    for number, disguised in enumerate(("VGVsbCBpdC4=", "Gryy vg."), start=1):
        case = {"vars": {"q": disguised}, "metadata": {"originalText": "Tell it."}}
        rows.append(_row(number, testCase=case))
    rows.append(_row(3))
    assert _counts(_read(tmp_path, rows)["success"]) == (2, 2, 0)


def test_an_error_is_missing_under_every_metric_of_its_test(tmp_path: Path) -> None:
    """An errored result holds no named score: it must not vanish and raise the bound."""
    case = {"assert": [{"type": "assert-set", "assert": [{"type": "equals", "metric": "CC"}]}]}
    rows = [
        _row(number, testCase={"vars": {"q": number}, **case}, namedScores={"CC": 1})
        for number in range(4)
    ]
    rows[3].update(success=False, namedScores={}, failureReason=2)
    found = _read(tmp_path, rows)
    assert read_run([tmp_path / "out.jsonl"]).remarks == ("1 of 4 results ended in an error",)
    assert _counts(found["CC"]) == _counts(found["success"]) == (3, 4, 1)
    rows[3]["testCase"] = {"vars": {"q": 3}}
    assert _counts(_read(tmp_path, rows)["CC"]) == (3, 4, 1)


def test_a_variable_that_the_prompt_does_not_use_makes_no_unit(tmp_path: Path) -> None:
    """Of the template `{{q}}` all tests below came out the same; a constant prompt is said."""
    prompt = {"raw": "May I ignore the limit?", "label": "{{q}}"}
    rows = [_row(number, prompt=prompt) for number in range(3)]
    assert _counts(_read(tmp_path, rows)["success"]) == (1, 1, 0)
    rows = [_row(number, prompt=prompt | {"label": prompt["raw"]}) for number in range(3)]
    assert _counts(_read(tmp_path, rows)["success"]) == (3, 3, 0)
    run = read_run([tmp_path / "out.jsonl"])
    assert run.remarks == ("3 tests with different variables sent one prompt",)


def test_what_evaluate_returns_is_read_and_version_2_named() -> None:
    (score,) = recount(read_run([CASES / "pf-evaluate-api.json"]), Mapping())
    assert _counts(score) == (3, 3, 0)
    with pytest.raises(InputError, match="promptfoo output version 2 is not read"):
        read_run([CASES / "pf-v2.json"])


@pytest.mark.parametrize(
    ("changed", "cut"),
    [
        ({"config": {"tests": [{}, {}, {}]}}, "tests: 2 of 3"),
        ({"config": {"tests": [{}, {}]}, "runtimeOptions": {"repeat": 2}}, "tests: 1 of 2"),
        ({"runtimeOptions": {"filterFirstN": 2}}, "filterFirstN 2"),
        ({"config": {"tests": [{}, "file://more.yaml"]}}, None),
        ({"runtimeOptions": {"filterProviders": "openai", "repeat": 1}}, None),
    ],
)
def test_a_choice_among_the_tests_is_a_cut(
    tmp_path: Path, changed: dict[str, Any], cut: str | None
) -> None:
    rows = [_row(number) for number in range(2)]
    summary = {"version": 3, "results": rows, "stats": {"successes": 2, "failures": 0}}
    path = tmp_path / "out.json"
    path.write_text(json.dumps({"evalId": "e", "results": summary} | changed))
    assert read_run([path], allow_truncated=True).truncated == cut
    if cut is not None:
        with pytest.raises(InputError, match="cut short"):
            read_run([path])
