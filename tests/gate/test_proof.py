"""Proofs: the default policy obeys all laws, each bad one gets a counterexample that replays."""

from __future__ import annotations

import copy
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gate_factories import after, decided, position, standing
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.gate.dimensions import GATING
from governance.gate.draft import PolicyDraft
from governance.gate.laws import LAWS, policy_faults
from governance.gate.policy import Policy, default_policy, draft_from_document
from governance.gate.proof import Proof, prove
from governance.gate.prove.laws import PROOFS
from governance.kernel.documents import read_document
from governance.kernel.errors import MissingExtraError

pytest.importorskip("z3", reason="the extra 'prove' is not installed")

BAD = Path(__file__).parent / "bad_policies"


def bad_draft(law: str) -> PolicyDraft:
    return draft_from_document(read_document(str(BAD / f"{law}.yaml")))


def broken(proof: Proof) -> dict[str, dict[str, Any]]:
    return {law.id: law.counterexample for law in proof.laws if law.counterexample is not None}


def test_the_default_policy_obeys_every_law() -> None:
    proof = prove(default_policy())
    assert proof.ok
    assert [law.id for law in proof.laws] == list(LAWS)
    assert all(law.proved and law.statement for law in proof.laws)
    assert set(PROOFS) == set(LAWS)
    assert len(LAWS) >= 8


@pytest.mark.parametrize("law", sorted(LAWS))
def test_each_bad_policy_breaks_its_law_with_a_counterexample(law: str) -> None:
    proof = prove(bad_draft(law))
    assert not proof.ok
    found = broken(proof)
    assert law in found
    assert found[law]["summary"]


def paper_tier(
    draft: PolicyDraft, values: dict[str, Any], prefix: str = "", factor: float = 1
) -> int:
    """f(R) from the paper's words, for a case that a proof shows; edges get a hair of room."""
    steps = []
    for name in GATING:
        score = values[prefix + name] * factor
        met = [k for k, t in enumerate(draft.thresholds.of(name), 1) if score >= t - 1e-9]
        steps.append(max(met, default=0))
    return 0 if values[prefix + "ih"] < draft.ih.threshold else min(steps)


def case(law: str, of: str | None = None) -> tuple[PolicyDraft, dict[str, Any]]:
    draft = bad_draft(of or law)
    return draft, broken(prove(draft))[law]["values"]


def test_a_score_monotone_counterexample_replays() -> None:
    draft, values = case("score-monotone")
    for name in (*GATING, "ih"):
        assert values[f"high_{name}"] >= values[f"low_{name}"]
    low, high = paper_tier(draft, values, "low_"), paper_tier(draft, values, "high_")
    assert draft.ceilings.minor_units[high] < draft.ceilings.minor_units[low]


def test_a_time_counterexample_replays_with_its_days() -> None:
    draft, values = case("time-never-raises")
    factor = math.exp(-draft.decay.rate_per_day * values["days"])
    assert values["days"] > 0
    assert paper_tier(draft, values, factor=factor) > paper_tier(draft, values)


def test_a_compensation_counterexample_replays() -> None:
    draft, values = case("non-compensatory")
    assert (
        values[values["dimension"]] < draft.thresholds.of(values["dimension"])[values["wanted"] - 1]
    )
    assert paper_tier(draft, values) >= values["wanted"]


def test_a_dimension_that_does_not_count_replays() -> None:
    draft, values = case("every-dimension-counts")
    assert values[values["dimension"]] == 0
    assert paper_tier(draft, values) > 0


def test_a_forward_counterexample_replays() -> None:
    draft, values = case("forward-ceiling")
    rate = draft.decay.rate_per_day
    assert 0 <= values["days"] <= values["days_deadline"]
    moment, deadline = (math.exp(-rate * values[n]) for n in ("days", "days_deadline"))
    table = draft.ceilings.minor_units
    assert values["amount"] <= table[paper_tier(draft, values, factor=deadline)]
    assert values["amount"] > table[paper_tier(draft, values, factor=moment)]


MUTATIONS: list[tuple[str, Any]] = [
    *((f"thresholds.{name}.{k}", (-0.1, 1.2)) for name in GATING for k in range(5)),
    ("ih.threshold", (-0.2, 1.2)),
    ("ih.fresh_days", (-5.0, 100.0)),
    *((f"ceilings.minor_units.{k}", (0, 2_000_000)) for k in range(6)),
    ("decay.rate_per_day", (-0.02, 0.02)),
    *((f"reaudit.rates_per_day.{k}", (-0.01, 0.1)) for k in range(5)),
    ("reaudit.overdue_days", (-3.0, 10.0)),
    *((f"basis.alpha.{k}", (-0.01, 0.6)) for k in range(5)),
    *((f"actions.{k}.tier", (-1, 7)) for k in range(5)),
    ("delegation.attenuation", (0.0, 1.5)),
    ("delegation.overcommit", (0.0, 1.5)),
    ("contracts.max_share", (-0.2, 1.5)),
    ("contracts.max_days", (-5.0, 100.0)),
    ("safety.floor", (-0.5, 1.5)),
]


def mutate(data: dict[str, Any], path: str, value: float) -> None:
    *parents, last = path.split(".")
    here: Any = data
    for key in parents:
        here = here[int(key)] if isinstance(here, list) else here[key]
    here[int(last) if isinstance(here, list) else last] = value


def random_draft(seed: int) -> PolicyDraft:
    """Return the default policy with one or two numbers replaced, often lawfully."""
    generator = np.random.default_rng(seed)
    data = copy.deepcopy(default_policy().model_dump(mode="json"))
    for index in generator.integers(0, len(MUTATIONS), size=1 + seed % 2):
        path, (low, high) = MUTATIONS[index]
        whole = isinstance(low, int)
        value = (
            int(generator.integers(low, high)) if whole else round(generator.uniform(low, high), 3)
        )
        mutate(data, path, value)
    return PolicyDraft.model_validate(data)


def test_checks_and_proofs_agree_on_random_policies() -> None:
    lawful = 0
    for seed in range(10):
        draft = random_draft(seed)
        faults = {fault.law for fault in policy_faults(draft)}
        found = set(broken(prove(draft)))
        assert bool(faults) == bool(found), (seed, faults, found)
        assert faults <= found, (seed, faults, found)
        lawful += not faults
    assert 1 < lawful < 10


def lawful(seed: int) -> Policy | None:
    draft = random_draft(seed)
    return None if policy_faults(draft) else Policy.model_validate(draft.model_dump(mode="json"))


unit = st.floats(0, 1) | st.sampled_from([0.25, 0.3, 0.45, 0.5, 0.6, 0.65, 0.75, 0.8, 0.9])


@settings(max_examples=150)
@given(
    policy=st.integers(0, 400).map(lawful).filter(lambda policy: policy is not None),
    low=st.tuples(unit, unit, unit, unit),
    raised=st.integers(0, 3),
    days=st.floats(0, 80),
    term=st.floats(0, 60),
    amount=st.integers(0, 1_100_000),
    used=st.sampled_from([0, 1, 900, 10_000]),
    action=st.sampled_from(["microtask", "contract", "delegate", "self_modify"]),
)
def test_what_is_proved_of_a_policy_holds_of_the_function_that_decides(
    policy: Policy,
    low: tuple[float, float, float, float],
    raised: int,
    days: float,
    term: float,
    amount: int,
    used: int,
    action: str,
) -> None:
    def refused(scores: tuple[float, ...], start: float, until: float) -> bool:
        where = position(standing(*scores, policy=policy), policy)
        asked = decided(where, amount, at=start, until=until, used=used, action=action)
        return bool(asked[1])

    where = position(standing(*low, policy=policy), policy)
    if 0.0 in low:
        assert refused(low, days, days + term)  # every dimension counts, and T0 may do nothing
    if refused(low, days, days + term):
        # Time alone never raises what is allowed.
        assert refused(low, days + 1, days + 1 + term)
        return
    for share in (0, 0.5, 1):  # money granted until a deadline is under the ceiling all the way
        moment = after(days + share * term)
        assert amount + used <= where.ceiling(moment).amount
        assert amount <= where.ceiling(moment).amount
    higher = tuple(1.0 if at == raised else score for at, score in enumerate(low))
    assert not refused(higher, days, days + term)  # a higher score never takes anything away


def test_without_z3_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("governance.gate.proof.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError) as caught:
        prove(default_policy())
    assert caught.value.hint == "pip install 'underwriter[prove]'"
