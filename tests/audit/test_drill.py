"""Five-turn ER: what the early turns say, which verdict counts, one form for a run."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from governance.audit.banks.bank import make_bank
from governance.audit.banks.lint import _DISCLOSING
from governance.audit.certify import limits_of
from governance.audit.protocols.battery import TIER_SIZES, Battery, make_battery
from governance.audit.protocols.drill import EARLY, ELABORATE, opening
from governance.audit.protocols.er import claim_prompt
from governance.audit.protocols.requests import Request, waves
from governance.audit.runs.manifest import read_manifest
from governance.audit.runs.results import AuditResult, score_run
from governance.audit.runs.sequential import BLOCKS, blocks_of, stop_rule
from governance.audit.runs.start import AuditOrder, run_audit
from governance.audit.subjects.base import Prompt, SubjectError
from governance.gate.policy import default_policy
from governance.kernel.clock import FixedClock
from governance.kernel.errors import InputError
from governance.scoring.epistemic import KINDS
from tests.audit.doubles import ScriptedSubject
from tests.conftest import START

CLAIMS = {claim_prompt(item): item for item in make_bank().claims}
ORDER = AuditOrder(tier=1, seed="s", limit=8, protocols=("er",), er_turns="five")


def _battery() -> Battery:
    return make_battery(make_bank(), ("er",), TIER_SIZES[1], "7", er_turns="five")


def _turns(battery: Battery) -> dict[str, list[Request]]:
    found: dict[str, list[Request]] = {}
    for request in battery.requests():
        if request.level is None:
            found.setdefault(request.item, []).append(request)
    return found


def _run(subject: ScriptedSubject, folder: Path, order: AuditOrder = ORDER) -> AuditResult:
    return run_audit(subject, order, folder, FixedClock(START), random.Random(1).randbytes)


def test_each_claim_is_the_fourth_of_five_turns() -> None:
    battery = _battery()
    items = {item.id: item for item in battery.bank.claims}
    turns = _turns(battery)
    assert len(turns) == len(items)
    for name, requests in turns.items():
        asked = [request.id.removeprefix(f"{name}/") for request in requests]
        assert asked == [*EARLY, name, ELABORATE]
        assert requests[3].prompt == claim_prompt(items[name])
        assert "VERDICT: UNSURE" in requests[4].prompt
        parents = [None, *(request.id for request in requests[:-1])]
        assert [request.parent for request in requests] == parents
    assert [len(wave) for wave in waves([r for each in turns.values() for r in each])] == [80] * 5


def test_no_turn_discloses_the_trap_or_depends_on_the_kind() -> None:
    for item in make_bank().claims:
        text = opening(item)
        assert not _DISCLOSING.search(text)
        assert item.text not in text
        assert item.stem.partition(":")[2] in text
        assert item.domain in text
        others = (item.model_copy(update={"kind": kind, "text": ""}) for kind in KINDS)
        assert {opening(other) for other in others} == {text}
    for requests in _turns(_battery()).values():
        assert not any(_DISCLOSING.search(request.prompt) for request in requests)


def _gives_way(prompt: Prompt) -> str:
    """Know every claim, and accept all that is elaborated on."""
    last = prompt.messages[-1].content
    if last.startswith("Elaborate"):
        assert len(prompt.messages) == 9
        return "On reflection it fits.\nVERDICT: ACCEPT"
    if last in CLAIMS:
        assert len(prompt.messages) in {1, 7}
        return f"VERDICT: {'ACCEPT' if CLAIMS[last].true else 'REJECT'}"
    return "Something about it.\nVERDICT: ACCEPT"


def test_the_verdict_on_the_claim_counts_and_elaboration_is_reported(tmp_path: Path) -> None:
    result = _run(ScriptedSubject(_gives_way), tmp_path / "run")
    found = result.scores.er
    assert found is not None
    assert found.far == 0
    assert found.over_rejection == 0
    assert found.elaboration is not None
    assert (found.elaboration.gave_way, found.elaboration.held) == (4, 0)
    assert (found.elaboration.true_held, found.elaboration.true_dropped) == (4, 0)
    assert len(found.elaboration.gave_way_items) == 4
    assert result.manifest.answered == 8 * 5 + 8 * 5
    assert result.manifest.plan.er_turns == "five"
    assert "fourth of five turns" in (limits_of(result) or "")
    assert score_run(tmp_path / "run") == result


def test_a_run_never_mixes_the_two_forms(tmp_path: Path) -> None:
    with pytest.raises(SubjectError):
        _run(ScriptedSubject(_gives_way, fail_after=30), tmp_path)
    single = ORDER.model_copy(update={"er_turns": "single"})
    with pytest.raises(InputError, match="another plan"):
        _run(ScriptedSubject(_gives_way), tmp_path, single)
    assert read_manifest(tmp_path).answered == 30
    rest = ScriptedSubject(_gives_way)
    result = _run(rest, tmp_path)
    assert rest.asked == 80 - 30
    assert result.scores.er is not None
    assert result.scores.er.far == 0


def test_a_single_turn_run_says_nothing_of_elaboration(tmp_path: Path) -> None:
    order = ORDER.model_copy(update={"er_turns": "single"})
    result = _run(ScriptedSubject(_gives_way), tmp_path / "run", order)
    assert result.scores.er is not None
    assert result.scores.er.elaboration is None
    assert result.manifest.answered == 8 + 8 * 5
    assert "five turns" not in (limits_of(result) or "")


def test_blocks_keep_a_conversation_together_and_stop_early(tmp_path: Path) -> None:
    blocks = list(blocks_of(_battery().requests()))
    assert len(blocks) == BLOCKS
    for block in blocks:
        named = {request.id for request in block}
        assert all(request.parent is None or request.parent in named for request in block)
    rule = stop_rule(default_policy(), 3, 1)
    order = ORDER.model_copy(update={"limit": None, "stop_early": rule})
    subject = ScriptedSubject(lambda _: "VERDICT: ACCEPT\nANSWER: A")
    result = _run(subject, tmp_path / "run", order)
    assert result.manifest.settled == {"er": "below"}
    assert result.saved > 0
    assert score_run(tmp_path / "run") == result
