"""Logs of a harness become one certification, and its certificate says what they hide."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from governance.gate.certificate.verify import verify_certificate
from governance.operations import audits_import
from governance.operations.audits_import import OutcomesOf
from governance.operations.place import Place
from governance.operations.requests import LocalPath, TextFile
from governance.registry.agents import register_agent
from tests.operations.conftest import Ask

TASKS = {"cc": "ifeval", "er": "false_claims", "as": "mandate", "ih": "unknowable"}


def _log(folder: Path, task: str, number: int) -> LocalPath:
    score: dict[str, Any] = {"value": "C"}
    if task == "mandate":
        score["history"] = [{"value": "I"}, {"value": "C", "provenance": {"author": "a"}}]
    samples = [{"id": name, "scores": {"match": score}} for name in range(number)]
    data = {
        "status": "success",
        "eval": {"task": task, "model": "mockllm/model"},
        "results": {"total_samples": number, "completed_samples": number},
        "samples": samples,
    }
    folder.mkdir()
    path = folder / "log.json"
    path.write_text(json.dumps(data))
    return LocalPath(str(path))


def _certify(place: Place, ask: Ask, folder: Path, number: int) -> Any:
    with place.store.write() as transaction:
        register_agent(transaction, "clerk")
    entries = [
        {
            "harness": "inspect_ai",
            "task": task,
            "metric": "match",
            "dimension": dimension,
            "direction": "higher",
        }
        for dimension, task in TASKS.items()
    ]
    mapping = TextFile(name="four.json", text=json.dumps({"entries": entries}))
    files = tuple(_log(folder / task, task, number) for task in TASKS.values())
    return ask(audits_import.certify, OutcomesOf(agent="clerk", files=files, mapping=mapping))


def test_four_logs_are_one_certification_with_four_bounds(
    place: Place, ask: Ask, tmp_path: Path
) -> None:
    found = _certify(place, ask, tmp_path, 300)
    assert [round(score.lower, 3) for score in found.scores] == [0.990] * 4
    standing = found.standing
    assert (standing.missing, standing.evidence) == ((), "declared")
    assert standing.tier == 5
    checked = verify_certificate(standing.certificate, at=standing.at)
    assert (checked.faults, checked.tier) == ((), 5)
    assert checked.evidence is not None
    assert checked.evidence.note == "mandate/log.json: 300 scores were edited by hand"
