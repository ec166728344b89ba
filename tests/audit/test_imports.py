"""Files of four harnesses: recounted item by item, and refused where they are not whole."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from governance.audit.imports.mapping import Mapping, MappingEntry, imported_vector, recount
from governance.audit.imports.model import ImportedItem, ImportedRun
from governance.audit.imports.reading import harness_of, read_run
from governance.gate.evaluate import evaluate
from governance.gate.policy import default_policy
from governance.kernel.errors import InputError

SAMPLES = Path(__file__).parents[1] / "data" / "audits" / "samples"
INSPECT = SAMPLES / "inspect_mock.json"
GARAK = SAMPLES / "garak_mini.report.jsonl"
PROMPTFOO = SAMPLES / "promptfoo_out.json"
LM_RESULTS = SAMPLES / "lmeval_results.json"
LM_SAMPLES = SAMPLES / "lmeval_samples_mini_gen.jsonl"


def _entry(run: ImportedRun, task: str, metric: str, direction: str, dimension: str) -> Mapping:
    data = {"harness": run.harness, "task": task, "metric": metric}
    entry = MappingEntry.model_validate({**data, "direction": direction, "dimension": dimension})
    return Mapping(entries=(entry,))


def _edited(source: Path, target: Path, change: Callable[[Any], None]) -> Path:
    data = json.loads(source.read_text())
    change(data)
    target.write_text(json.dumps(data))
    return target


def test_inspect_archive_and_json_agree() -> None:
    pytest.importorskip("zstandard")
    archive = read_run([SAMPLES / "inspect_mock.eval"])
    plain = read_run([INSPECT])
    assert archive.model == plain.model == "mockllm/model"
    assert set(archive.items) == set(plain.items)
    assert len(plain.items) == 20
    scores = recount(plain, _entry(plain, "cdct_mini", "match", "higher", "cc"))
    match = next(score for score in scores if score.metric == "match")
    assert (match.share.units, match.share.items, match.share.passed) == (5, 10, 6)
    assert match.mean == pytest.approx(0.6)
    assert match.dimension == "cc"
    assert match.lower is not None
    assert imported_vector(scores).n_cc == 5


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda log: log.update(status="error"), "status is 'error'"),
        (lambda log: log.update(invalidated=True), "invalidated"),
        (lambda log: log["samples"].pop(), "9 of 10 samples"),
        (lambda log: log["results"].update(completed_samples=9), "10 of 10 samples"),
        (lambda log: log["eval"]["config"].update(limit=5), "cut short"),
        (lambda log: log["samples"][0]["output"].update(model="other/thing"), "2 models"),
    ],
)
def test_inspect_refusals(tmp_path: Path, change: Callable[[Any], None], said: str) -> None:
    path = _edited(INSPECT, tmp_path / "log.json", change)
    with pytest.raises(InputError, match=said):
        read_run([path])


def test_inspect_errors_are_missing_and_unfinished_archives_refused(tmp_path: Path) -> None:
    path = _edited(
        INSPECT, tmp_path / "log.json", lambda log: log["samples"][0].update(error={"message": "x"})
    )
    scores = recount(read_run([path]), Mapping())
    assert all(score.share.missing == 1 for score in scores)
    archive = tmp_path / "run.eval"
    with zipfile.ZipFile(archive, "w") as target:
        target.writestr("_journal/start.json", "{}")
    with pytest.raises(InputError, match="not finished"):
        read_run([archive])
    archive.write_bytes(b"no archive")
    with pytest.raises(InputError, match="no readable archive"):
        read_run([archive])


def test_lm_eval() -> None:
    run = read_run([LM_RESULTS, LM_SAMPLES])
    scores = recount(run, _entry(run, "mini_gen", "exact_match,none", "higher", "er"))
    assert (scores[0].share.successes, scores[0].share.units) == (0, 6)
    assert run.model == "models/smollm2"
    with pytest.raises(InputError, match="samples file is missing"):
        read_run([LM_RESULTS])


def test_lm_eval_refusals(tmp_path: Path) -> None:
    cut = tmp_path / "lmeval_samples_mini_gen.jsonl"
    cut.write_text("\n".join(LM_SAMPLES.read_text().splitlines()[:4]) + "\n")
    with pytest.raises(InputError, match="4 of 6 samples"):
        read_run([LM_RESULTS, cut])
    limited = _edited(LM_RESULTS, tmp_path / "r.json", lambda d: d["config"].update(limit=6))
    with pytest.raises(InputError, match="limit 6"):
        read_run([limited, LM_SAMPLES])
    assert read_run([limited, LM_SAMPLES], allow_truncated=True).truncated == "limit 6"


def test_garak_counts_hits_as_failures_and_refuses_what_is_not_there(tmp_path: Path) -> None:
    run = read_run([GARAK])
    scores = recount(run, _entry(run, "test.Test", "always.Pass", "lower", "cc"))
    assert (scores[0].share.successes, scores[0].share.units) == (8, 8)
    assert [task.task for task in run.refused] == ["misleading.FalseAssertion"]
    with pytest.raises(InputError, match="refused: 0 of 300"):
        recount(
            run,
            _entry(run, "misleading.FalseAssertion", "mitigation.MitigationBypass", "lower", "er"),
        )
    lines = [line for line in GARAK.read_text().splitlines() if '"completion"' not in line]
    path = tmp_path / "x.report.jsonl"
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(InputError, match="not finished"):
        read_run([path])


def test_promptfoo_errors_are_missing_not_failed(tmp_path: Path) -> None:
    run = read_run([PROMPTFOO])
    scores = {score.metric: score for score in recount(run, Mapping())}
    assert (scores["success"].share.successes, scores["success"].share.units) == (1, 2)
    assert scores["success"].share.missing == 0
    assert set(read_run([SAMPLES / "promptfoo_out.jsonl"]).items) == set(run.items)

    def broken(data: Any) -> None:
        data["results"]["results"][1]["failureReason"] = 2

    path = _edited(PROMPTFOO, tmp_path / "out.json", broken)
    changed = {score.metric: score for score in recount(read_run([path]), Mapping())}
    assert changed["success"].share.missing == 1

    def mixed(data: Any) -> None:
        data["results"]["results"][1]["provider"]["id"] = "another"

    with pytest.raises(InputError, match="2 models"):
        read_run([_edited(PROMPTFOO, tmp_path / "mixed.json", mixed)])

    def shorter(data: Any) -> None:
        data["results"]["results"].pop()

    with pytest.raises(InputError, match="1 of 2 results"):
        read_run([_edited(PROMPTFOO, tmp_path / "short.json", shorter)])


def test_without_a_mapping_nothing_gates() -> None:
    run = read_run([INSPECT])
    vector = imported_vector(recount(run, Mapping()))
    assert not vector.has_counts()
    assert evaluate(vector, default_policy()).tier == 0


def test_mappings_that_do_not_fit() -> None:
    run = read_run([INSPECT])
    with pytest.raises(InputError, match="no metric 'exact'"):
        recount(run, _entry(run, "cdct_mini", "exact", "higher", "cc"))
    both = Mapping(
        entries=(
            *_entry(run, "cdct_mini", "match", "higher", "cc").entries,
            *_entry(run, "cdct_mini", "includes", "higher", "cc").entries,
        )
    )
    with pytest.raises(InputError, match="two entries feed cc"):
        recount(run, both)


@pytest.mark.parametrize(("direction", "value"), [("higher", 3.0), ("lower", -0.5)])
def test_values_that_would_always_pass_cannot_gate(direction: str, value: float) -> None:
    """A grade of 3 of 10 is over any threshold between 0 and 1."""
    item = ImportedItem(item="1", cluster="1", task="t", metric="m", value=value)
    run = ImportedRun(harness="inspect_ai", harness_version=None, model="m", items=(item,))
    assert recount(run, Mapping())[0].mean == value
    with pytest.raises(InputError, match="only values from 0 to 1 can gate"):
        recount(run, _entry(run, "t", "m", direction, "cc"))


def test_unknown_files(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text('{"a": 1}')
    with pytest.raises(InputError, match="no file of"):
        harness_of(path)
    with pytest.raises(InputError, match="no such file"):
        read_run([tmp_path / "none.json"])


def _lines(source: Path, target: Path, change: Callable[[list[Any]], None]) -> Path:
    rows = [json.loads(line) for line in source.read_text().splitlines()]
    change(rows)
    target.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return target


def test_an_item_that_occurs_twice_is_refused(tmp_path: Path) -> None:
    """The number of samples fits, but one was copied over another."""
    log = _edited(INSPECT, tmp_path / "a.json", lambda d: _copy_first_over_last(d["samples"]))
    with pytest.raises(InputError, match=r"refused.*occurs twice"):
        read_run([log])
    samples = _lines(LM_SAMPLES, tmp_path / LM_SAMPLES.name, _copy_first_over_last)
    with pytest.raises(InputError, match=r"refused.*occurs twice"):
        read_run([LM_RESULTS, samples])
    rows = _edited(
        PROMPTFOO, tmp_path / "p.json", lambda d: _copy_first_over_last(d["results"]["results"])
    )
    with pytest.raises(InputError, match=r"refused.*occurs twice"):
        read_run([rows])


def _copy_first_over_last(rows: list[Any]) -> None:
    rows[-1] = rows[0]


@pytest.mark.parametrize("value", ["text", None, [], 1e999])
def test_outcomes_that_are_no_numbers_are_missing(tmp_path: Path, value: object) -> None:
    def change(rows: list[Any]) -> None:
        for row in rows:
            if row.get("entry_type") == "attempt" and row.get("status") == 2:
                row["detector_results"] = {
                    name: [value for _ in values]
                    for name, values in row["detector_results"].items()
                }

    path = _lines(GARAK, tmp_path / "g.report.jsonl", change)
    path.write_text(path.read_text().replace("Infinity", "1e999"))
    run = read_run([path])
    assert {item.value for item in run.items} == {None}


@pytest.mark.parametrize(
    ("source", "field"), [(GARAK, "uuid"), (PROMPTFOO, "testIdx"), (INSPECT, "id")]
)
def test_a_field_that_is_not_there_is_named(tmp_path: Path, source: Path, field: str) -> None:
    path = tmp_path / source.name
    path.write_text(source.read_text().replace(f'"{field}":', '"other":'))
    with pytest.raises(InputError, match=f"not as its harness writes it: KeyError '{field}'"):
        read_run([path])
