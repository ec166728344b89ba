from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from governance.kernel.errors import ForbiddenError, InputError
from governance.kernel.settings import Settings
from governance.operations import audits_run
from governance.operations.place import Place, local_place
from governance.operations.requests import LocalPath, LocalSpec
from governance.registry.agents import register_agent
from tests.audit.doubles import chat_reply, chat_server
from tests.operations.conftest import Ask
from tests.operations.examples import run_example

SAMPLES = Path(__file__).parents[1] / "data" / "audits" / "samples"
OUTCOMES = {"outcomes": str(SAMPLES / "garak_mini.report.jsonl")}


def _accepting(_: int, body: dict[str, Any]) -> tuple[int, bytes, dict[str, str]]:
    return 200, chat_reply("VERDICT: ACCEPT\nANSWER: A\nDECISION: A"), {}


@pytest.fixture
def model() -> Iterator[str]:
    with chat_server(_accepting) as (url, _):
        yield f"openai:{url}#m"


@pytest.fixture
def nowhere(tmp_path: Path) -> Place:
    """A place without a database, for what needs none."""
    return local_place(Settings(), str(tmp_path / "none.db"))


def test_a_run_is_scored_shown_compared_and_judged(
    nowhere: Place, tmp_path: Path, model: str
) -> None:
    ids = {"model": model, "folder": str(tmp_path / "run")}
    ran = run_example(nowhere, "audits.run", ids)
    assert "outcomes" not in ran
    assert run_example(nowhere, "audits.score", ids)["scores"] == ran["scores"]
    shown = run_example(nowhere, "audits.show", ids)
    assert len(shown["worst"]) == 3
    assert shown["comparison"]["first"] == shown["comparison"]["second"]
    judges = {name: f"{name}={model}{name}" for name in ("first", "second", "third")}
    judged = run_example(nowhere, "audits.judge", ids | judges)
    assert [each["family"] for each in judged["judges"]] == ["first", "second", "third"]
    assert "remarks" not in judged


def test_an_agent_is_certified_by_an_auditor_alone(
    place: Place, ask: Ask, tmp_path: Path, model: str
) -> None:
    with place.store.write() as transaction:
        register_agent(transaction, "invoice-bot")
    ids = {"model": model, "folder": str(tmp_path / "run")}
    found = run_example(place, "audits.certify", ids)
    assert (found["standing"]["tier"], found["standing"]["evidence"]) == (0, "verified")
    assert run_example(place, "audits.import", OUTCOMES)["standing"]["agent"] == "invoice-bot"
    request = audits_run.AuditAgent(
        agent="invoice-bot", model=LocalSpec(model), out=LocalPath(str(tmp_path / "other"))
    )
    with pytest.raises(ForbiddenError, match="auditor"):
        ask(audits_run.certify, request, actor="mallory")
    assert not (tmp_path / "other").exists()


def test_outcomes_are_recounted_without_a_database(nowhere: Place) -> None:
    found = run_example(nowhere, "audits.recount", OUTCOMES)
    assert (found["harness"], found["standing"]) == ("garak", None)
    assert "items" not in found


def test_a_bank_has_no_faults(nowhere: Place) -> None:
    found = run_example(nowhere, "audits.lint")
    assert found["faults"] == []
    assert {"digest", "profiles_digest"} <= set(found)


def test_answers_are_checked_all_or_none(nowhere: Place, tmp_path: Path) -> None:
    row = {"key": 1, "prompt": "", "response": "no comma here", "kwargs": [{}]}
    good = row | {"instruction_id_list": ["punctuation:no_comma"]}
    file = tmp_path / "answers.jsonl"
    file.write_text(json.dumps(good) + "\n")
    ids = {"answers": str(file)}
    checked = run_example(nowhere, "audits.check_constraints", ids)
    assert checked == [{"key": 1, "strict": [True], "loose": [True]}]
    bad = row | {"instruction_id_list": ["punctuation:no_vowel"]}
    file.write_text(json.dumps(good) + "\n" + json.dumps(bad) + "\n")
    with pytest.raises(InputError, match=r"answers\.jsonl:2"):
        run_example(nowhere, "audits.check_constraints", ids)
