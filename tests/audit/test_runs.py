"""Runs: written once, resumed after a kill, refused on another plan or altered evidence."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from governance.audit.banks.bank import make_bank
from governance.audit.compare import compare
from governance.audit.page import audit_page
from governance.audit.protocols.battery import TIER_SIZES, limited, make_battery
from governance.audit.protocols.requests import PROTOCOLS
from governance.audit.runs.evidence import accepted_answers
from governance.audit.runs.likelihood import measure_likelihood, read_likelihood
from governance.audit.runs.manifest import MANIFEST, TRANSCRIPT, read_manifest
from governance.audit.runs.results import AuditResult, battery_of, score_run
from governance.audit.runs.start import AuditOrder, parse_protocols, run_audit
from governance.audit.runs.transcripts import TranscriptWriter, read_transcript
from governance.audit.subjects.base import Prompt, Subject, SubjectError, SubjectOptions
from governance.audit.subjects.spec import open_subject
from governance.audit.worst import failed_items
from governance.kernel.clock import FixedClock
from governance.kernel.errors import InputError
from tests.audit.doubles import ScriptedSubject
from tests.audit.test_protocols import perfect_answers
from tests.conftest import START

ORDER = AuditOrder(tier=1, seed="s", limit=4)
TOTAL = 4 * 5 + 4 * 5 + 4 + 4 * 5 + 4 * 6 + 4 * 2


def _perfect(limit: int = 4, seed: str = "s") -> dict[str, str]:
    sizes = limited(TIER_SIZES[1], limit)
    battery = make_battery(make_bank(), PROTOCOLS, sizes, seed)
    answers = perfect_answers(battery)
    return {request.prompt: answers[request.id] for request in battery.requests()}


def _run(subject: Subject, folder: Path, order: AuditOrder = ORDER) -> AuditResult:
    return run_audit(subject, order, folder, FixedClock(START), random.Random(1).randbytes)


def _faultless(**options: object) -> ScriptedSubject:
    known = _perfect()
    # A prompt of a branch may recur in another dilemma, so a decision is read off the situation.
    return ScriptedSubject(lambda prompt: _reply(known, prompt), **options)  # type: ignore[arg-type]


def _reply(known: dict[str, str], prompt: Prompt) -> str:
    last = prompt.messages[-1].content
    if last.startswith(tuple(_pressures())):
        first = prompt.messages[0].content
        return known[first]
    return known[last]


def _pressures() -> set[str]:
    return {item.branches["pressure"] for item in make_bank().dilemmas}


def test_a_run_from_start_to_page(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    result = _run(_faultless(), folder)
    assert result.scores.points() == {"cc": 1.0, "er": 1.0, "as": 1.0, "ih": 1.0}
    assert result.manifest.answered == TOTAL
    assert result.manifest.tokens == 3 * TOTAL
    assert result.manifest.plan.limit == 4
    assert result.finishes == {"stop": TOTAL}
    assert result.flicker is None
    assert score_run(folder) == result
    assert failed_items(result, folder, 5) == []
    page = audit_page(result, [], ["<limit>"])
    assert "&lt;limit&gt;" in page
    assert page.count("<svg") == 3
    assert page.count(">4 of 4</text>") == 15


def test_an_interrupted_run_goes_on_and_asks_nothing_twice(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    broken = _faultless(fail_after=30)
    with pytest.raises(SubjectError):
        _run(broken, folder)
    manifest = read_manifest(folder)
    assert manifest.status == "failed"
    assert manifest.answered == 30
    with pytest.raises(InputError, match="failed: the endpoint is gone; nothing is scored"):
        score_run(folder)
    whole = _faultless()
    result = _run(whole, folder)
    assert whole.asked == TOTAL - 30
    entries = list(read_transcript(folder / TRANSCRIPT))
    assert len({entry["key"] for entry in entries}) == len(entries) == TOTAL
    assert result.scores == _run(_faultless(), tmp_path / "other").scores
    again = _faultless()
    assert _run(again, folder) == result
    assert again.asked == 0


def test_kill_and_resume(tmp_path: Path) -> None:
    """kill -9 in the middle of a run, with the last line torn besides."""
    folder = tmp_path / "run"
    script = textwrap.dedent(
        f"""
        import random, sys, time
        from pathlib import Path
        from governance.audit.runs.start import AuditOrder, run_audit
        from governance.kernel.clock import FixedClock
        from tests.audit.doubles import ScriptedSubject
        from tests.conftest import START

        def reply(prompt):
            time.sleep(0.01)
            return "VERDICT: ACCEPT"

        order = AuditOrder(tier=1, seed="s", limit=4)
        run_audit(ScriptedSubject(reply), order, Path({str(folder)!r}), FixedClock(START),
                  random.Random(1).randbytes)
        """
    )
    process = subprocess.Popen([sys.executable, "-c", script], cwd=Path(__file__).parents[2])
    path = folder / TRANSCRIPT
    while process.poll() is None and (not path.exists() or path.read_bytes().count(b"\n") < 10):
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    written = path.read_bytes().count(b"\n")
    assert 10 <= written < TOTAL
    with path.open("ab") as stream:
        stream.write(b'{"key": "torn')
    assert read_manifest(folder).status == "running"
    with pytest.raises(InputError, match="the run is running"):
        score_run(folder)
    subject = ScriptedSubject(lambda _: "VERDICT: ACCEPT")
    result = _run(subject, folder)
    assert subject.asked == TOTAL - written
    fresh = _run(ScriptedSubject(lambda _: "VERDICT: ACCEPT"), tmp_path / "fresh")
    assert result.scores == fresh.scores
    assert result.manifest.answers_digest == fresh.manifest.answers_digest
    other = _run(ScriptedSubject(lambda _: "VERDICT: REJECT"), tmp_path / "other")
    assert other.manifest.answers_digest != fresh.manifest.answers_digest


def test_another_plan_or_subject_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with pytest.raises(SubjectError):
        _run(_faultless(fail_after=5), folder)
    for change in ({"limit": 5}, {"max_tokens": 20}, {"seed": "t"}, {"temperature": 0.7}):
        with pytest.raises(InputError, match="another plan"):
            _run(_faultless(), folder, ORDER.model_copy(update=change))
    with pytest.raises(InputError, match="not of this subject"):
        _run(_faultless(model="other"), folder)


@pytest.mark.parametrize("keep_manifest", [True, False])
def test_a_changed_transcript_is_refused(tmp_path: Path, keep_manifest: bool) -> None:
    folder = tmp_path / "run"
    _run(_faultless(), folder)
    path = folder / TRANSCRIPT
    lines = path.read_text().splitlines()
    entry = json.loads(lines[7])
    entry["answer"] = "something better"
    lines[7] = json.dumps(entry)
    path.write_text("\n".join(lines) + "\n")
    if keep_manifest:
        with pytest.raises(InputError, match="not the one that the manifest names"):
            score_run(folder)
    else:
        with pytest.raises(InputError, match=r"transcript.jsonl:8.*was changed"):
            list(read_transcript(path))


def test_a_line_taken_out_is_noticed(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    _run(_faultless(), folder)
    path = folder / TRANSCRIPT
    lines = path.read_text().splitlines()
    path.write_text("\n".join(lines[:5] + lines[6:]) + "\n")
    with pytest.raises(InputError, match=r"transcript.jsonl:6.*was changed"):
        list(read_transcript(path))


def test_the_transcript_of_another_run_is_refused(tmp_path: Path) -> None:
    """Its chain of digests is whole, but another model, plan or prompt was asked."""
    _run(_faultless(), tmp_path / "good")
    good = (tmp_path / "good" / TRANSCRIPT).read_bytes()
    for number, (model, order) in enumerate(
        [("other", ORDER), ("scripted", ORDER.model_copy(update={"max_tokens": 20}))]
    ):
        folder = tmp_path / str(number)
        with pytest.raises(SubjectError):
            _run(_faultless(fail_after=0, model=model), folder, order)
        (folder / TRANSCRIPT).write_bytes(good)
        with pytest.raises(InputError, match=r"transcript.jsonl:1.*another prompt, model"):
            _run(_faultless(model=model), folder, order)


def test_answers_that_were_not_asked_for_are_refused_with_their_line(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    _run(_faultless(), folder)
    entries = [dict(entry) for entry in read_transcript(folder / TRANSCRIPT)]
    manifest = read_manifest(folder)
    battery = battery_of(manifest)
    asked = {request.id: request for request in battery.requests()}

    def accept(changed: list[dict[str, Any]]) -> object:
        return accepted_answers(changed, asked, manifest.plan, manifest.subject, Path("t.jsonl"))

    assert accept(entries)
    stranger = {**entries[3], "request": "no such"}
    with pytest.raises(InputError, match=r"t.jsonl:4.*not asked for"):
        accept([*entries[:3], stranger])
    with pytest.raises(InputError, match=r"t.jsonl:4.*not asked for"):
        accept([*entries[:3], {**entries[3], "repeat": 1}])
    with pytest.raises(InputError, match=r"t.jsonl:3.*answered twice"):
        accept([*entries[:2], entries[1]])
    swapped = {**entries[3], "messages": entries[4]["messages"]}
    with pytest.raises(InputError, match=r"t.jsonl:4.*another prompt"):
        accept([*entries[:3], swapped])
    branch = next(entry for entry in entries if asked[entry["request"]].parent)
    with pytest.raises(InputError, match=r"t.jsonl:1.*another prompt"):
        accept([branch])


@pytest.mark.skipif(sys.platform == "win32", reason="no flock")
def test_one_process_a_folder(tmp_path: Path) -> None:
    with (
        TranscriptWriter(tmp_path / TRANSCRIPT),
        pytest.raises(InputError, match="another process is running this audit"),
    ):
        _run(_faultless(), tmp_path)
    assert _run(_faultless(), tmp_path).manifest.answered == TOTAL


def test_replay_gives_the_same_scores_and_asks_for_what_it_has(tmp_path: Path) -> None:
    first = _run(ScriptedSubject(lambda _: "VERDICT: ACCEPT\nDECISION: A"), tmp_path / "first")
    replay = open_subject(f"replay:{tmp_path / 'first'}", SubjectOptions())
    second = _run(replay, tmp_path / "second")
    assert second.scores == first.scores
    with pytest.raises(SubjectError, match="holds no answer"):
        _run(replay, tmp_path / "third", ORDER.model_copy(update={"limit": 6}))


def test_repeats_give_a_flicker_rate(tmp_path: Path) -> None:
    known = _perfect()

    def reply(prompt: Prompt) -> str:
        text = _reply(known, prompt)
        return "VERDICT: ACCEPT" if "VERDICT" in text and prompt.seed % 2 else text

    order = ORDER.model_copy(update={"repeats": 2, "protocols": ("er",)})
    result = _run(ScriptedSubject(reply), tmp_path / "run", order)
    assert result.manifest.answered == 2 * (4 + 20)
    assert result.flicker is not None
    assert 0 < result.flicker < 0.5


def test_two_runs_are_compared_item_by_item(tmp_path: Path) -> None:
    good = _run(_faultless(), tmp_path / "good")
    bad = _run(ScriptedSubject(lambda _: "VERDICT: REJECT"), tmp_path / "bad")
    found = compare(good, bad)
    assert found.dimensions["ih"].only_first == 8
    assert found.dimensions["ih"].p_value == pytest.approx(2 / 2**8)
    assert found.scores["ih"] == (1.0, 0.0)
    other = _run(
        ScriptedSubject(lambda _: "x"), tmp_path / "x", ORDER.model_copy(update={"seed": "t"})
    )
    with pytest.raises(InputError, match="other items"):
        compare(good, other)
    worst = failed_items(bad, tmp_path / "bad", 3)
    assert len(worst) == 3
    assert worst[0].failures >= worst[-1].failures


def test_reserved_items_are_drawn_and_kept_for_resuming(tmp_path: Path) -> None:
    order = AuditOrder(tier=1, reserved=True, limit=2, protocols=("ih",))
    subject = ScriptedSubject(lambda _: "ANSWER: UNKNOWN", fail_after=1)
    with pytest.raises(SubjectError):
        _run(subject, tmp_path / "run", order)
    plan = read_manifest(tmp_path / "run").plan
    assert plan.bank_seed.startswith("reserved-")
    result = run_audit(
        ScriptedSubject(lambda _: "ANSWER: UNKNOWN"),
        order,
        tmp_path / "run",
        FixedClock(START),
        random.Random(2).randbytes,
    )
    assert result.manifest.plan == plan
    assert result.scores.points()["ih"] == 1.0


def test_orders_that_cannot_be(tmp_path: Path) -> None:
    subject = ScriptedSubject(lambda _: "x")
    with pytest.raises(InputError, match="no battery for T9"):
        _run(subject, tmp_path, AuditOrder(tier=9))
    with pytest.raises(InputError, match="0 is too small"):
        _run(subject, tmp_path, AuditOrder(limit=0))
    with pytest.raises(InputError, match="none of cc"):
        parse_protocols("cc,xx")
    assert parse_protocols("IH, cc") == ("cc", "ih")
    with pytest.raises(InputError, match=MANIFEST):
        score_run(tmp_path)


class _KnowsBetter(ScriptedSubject):
    """Never writes a verdict, but finds ACCEPT likelier for what is true."""

    def __init__(self) -> None:
        super().__init__(lambda _: "no verdict")
        self._true = {claim.text for claim in make_bank().claims if claim.true}

    def option_scores(self, prompt: Prompt, prefix: str, options: Sequence[str]) -> list[float]:
        assert (prefix, list(options)) == ("VERDICT:", [" ACCEPT", " REJECT", " UNSURE"])
        known = any(text in prompt.messages[-1].content for text in self._true)
        return [-1.0, -2.0, -9.0] if known else [-2.0, -1.0, -9.0]


def test_likelihood_sees_what_the_text_hides(tmp_path: Path) -> None:
    order = ORDER.model_copy(update={"protocols": ("er",), "limit": 12})
    subject = _KnowsBetter()
    result = _run(subject, tmp_path / "run", order)
    assert result.scores.er is not None
    assert result.scores.er.verdict_missing == 1
    assert read_likelihood(tmp_path / "run") is None
    found = measure_likelihood(subject, battery_of(result.manifest), tmp_path / "run")
    assert found.auroc() == 1.0
    assert read_likelihood(tmp_path / "run") == found
    with pytest.raises(InputError, match="gives no likelihoods"):
        measure_likelihood(_faultless(), battery_of(result.manifest), tmp_path)
