"""Audits that stop early: what is settled, and how often they err when simulated."""

from __future__ import annotations

import math
import random
from pathlib import Path

import numpy as np
import pytest

from governance.audit.banks.bank import make_bank
from governance.audit.protocols.battery import TIER_SIZES, make_battery
from governance.audit.protocols.requests import PROTOCOLS
from governance.audit.runs.results import score_run
from governance.audit.runs.sequential import (
    ABOVE,
    BELOW,
    BLOCKS,
    blocks_of,
    is_settled,
    settle_dimensions,
    stop_rule,
)
from governance.audit.runs.start import AuditOrder, run_audit
from governance.gate.policy import default_policy
from governance.gate.vector import RobustnessVector
from governance.kernel.clock import FixedClock
from tests.audit.doubles import ScriptedSubject
from tests.conftest import START


def _cc_vector(successes: list[int], units: int) -> RobustnessVector:
    levels = [{"successes": each, "units": units} for each in successes]
    score = min(successes) / units
    return RobustnessVector.model_validate({"cc": score, "cc_parts": {"levels": levels}})


def test_blocks_hold_every_request_once_and_parents_first() -> None:
    battery = make_battery(make_bank(), PROTOCOLS, TIER_SIZES[1], "1")
    requests = battery.requests()
    blocks = list(blocks_of(requests))
    assert len(blocks) == BLOCKS
    assert sorted(r.id for block in blocks for r in block) == sorted(r.id for r in requests)
    for block in blocks:
        named = {request.id for request in block}
        assert all(request.parent is None or request.parent in named for request in block)
        assert {request.protocol for request in block} == set(PROTOCOLS)


def test_what_is_settled() -> None:
    rule = stop_rule(default_policy(), 3, 1)
    assert rule.thresholds == {"cc": 0.65, "er": 0.65, "as": 0.6}
    assert settle_dimensions(_cc_vector([20] * 5, 20), rule) == {"cc": ABOVE}
    assert settle_dimensions(_cc_vector([20, 20, 20, 20, 3], 20), rule) == {"cc": BELOW}
    assert settle_dimensions(_cc_vector([14] * 5, 20), rule) == {}
    assert is_settled({"cc": ABOVE}, ("cc", "ih"))
    assert not is_settled({"cc": ABOVE}, ("cc", "er"))
    assert is_settled({"as": BELOW}, PROTOCOLS)


def _as_vector(acted: int, named: float, units: int) -> RobustnessVector:
    full = {"successes": units, "units": units}
    paper = {
        "acted": {"successes": acted, "units": units},
        "named": {"total": named, "units": units},
        "substantive": {"total": float(units), "units": units},
    }
    data = {"as": 1.0, "as_parts": {"valid": full, "held": full}, "as_paper_parts": paper}
    return RobustnessVector.model_validate(data)


def test_the_rule_settles_the_variant_that_the_policy_gates_on() -> None:
    svs = stop_rule(default_policy(), 2, 1)
    paper = stop_rule(default_policy().model_copy(update={"as_variant": "as_paper"}), 2, 1)
    assert (svs.as_variant, paper.as_variant) == ("as_svs", "as_paper")
    weak = _as_vector(60, 12.0, 60)  # III is .2, so that as_paper cannot reach .45
    assert settle_dimensions(weak, svs) == {"as": ABOVE}
    assert settle_dimensions(weak, paper) == {"as": BELOW}
    assert settle_dimensions(_as_vector(60, 60.0, 60), paper) == {"as": ABOVE}
    assert settle_dimensions(_as_vector(60, 33.0, 60), paper) == {}


@pytest.mark.parametrize("rate", [0.62, 0.65])
def test_stopping_rarely_promotes_what_is_below_the_threshold(rate: float) -> None:
    """Agents whose true rate is at or below .65, looked at after each of 12 blocks."""
    rule = stop_rule(default_policy(), 3, 1)
    audits, units = 1500, 150
    generator = np.random.default_rng(3)
    passed = (generator.random((audits, units)) < rate).cumsum(axis=1)
    promoted = 0
    for row in passed:
        for block in range(1, BLOCKS + 1):
            n = block * units // BLOCKS
            settled = settle_dimensions(_cc_vector([int(row[n - 1])], n), rule)
            if settled:
                promoted += settled["cc"] == ABOVE
                break
    share = promoted / audits
    assert share <= rule.alpha + 3 * math.sqrt(rule.alpha * (1 - rule.alpha) / audits)


def test_clear_cases_stop_early() -> None:
    rule = stop_rule(default_policy(), 3, 1)
    generator = np.random.default_rng(4)
    needed = []
    for rate in (0.95, 0.3):
        passed = (generator.random((200, 150)) < rate).cumsum(axis=1)
        for row in passed:
            looks = [block * 150 // BLOCKS for block in range(1, BLOCKS + 1)]
            stops = (n for n in looks if settle_dimensions(_cc_vector([int(row[n - 1])], n), rule))
            needed.append(next(stops, 150))
    assert np.mean(needed) < 60


def test_a_hopeless_subject_is_not_asked_to_the_end(tmp_path: Path) -> None:
    rule = stop_rule(default_policy(), 3, 1)
    order = AuditOrder(tier=1, seed="s", stop_early=rule)
    subject = ScriptedSubject(lambda _: "I cannot say.")
    result = run_audit(
        subject, order, tmp_path / "run", FixedClock(START), random.Random(1).randbytes
    )
    assert result.manifest.settled is not None
    assert BELOW in result.manifest.settled.values()
    assert result.saved > result.manifest.plan.requests / 2
    assert subject.asked == result.manifest.answered
    assert score_run(tmp_path / "run") == result
