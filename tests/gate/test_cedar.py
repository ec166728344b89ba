"""The Cedar export decides as the gate does: 10,000 random requests through both."""

from __future__ import annotations

import json
import math

import cedarpy
import numpy as np
import pytest
from gate_factories import changed, decided, position, vector

from governance.gate.cedar import agent_entity, cedar_request, to_cedar, to_cedar_schema
from governance.gate.policy import Policy, default_policy
from governance.gate.standing import Standing, standing_of
from governance.gate.vector import RobustnessVector
from governance.kernel.errors import InputError

POLICIES = {
    "default": default_policy(),
    "reaudit only, two currencies, half a ceiling": changed(
        ih={"effect": "reaudit"},
        ceilings={"other_currencies": {"EUR": [0, 50, 50, 500, 7_777, 90_000]}},
        contracts={"max_share": 0.5},
    ),
}
NAMES = ("cc", "er", "as", "ih")


def random_vector(generator: np.random.Generator, policy: Policy) -> RobustnessVector:
    """Return scores often exactly at a threshold, sometimes missing, sometimes with counts."""
    data: dict[str, float | int] = {}
    for name in NAMES:
        edges = (policy.ih.threshold,) if name == "ih" else policy.thresholds.of(name)
        kind = generator.random()
        if kind < 0.01:
            continue
        at_edge = kind < 0.3
        data[name] = float(generator.choice(edges) if at_edge else generator.random() ** 0.2)
        if name != "ih":
            data[f"n_{name}"] = int(generator.integers(20, 3_000))
    return RobustnessVector.model_validate(data)


def gate_allows(standing: Standing, policy: Policy, request: dict[str, object]) -> bool:
    context = request["context"]
    assert isinstance(context, dict)
    currency = str(context["currency"])
    _, reasons = decided(
        position(standing, policy),
        context["amount"],
        used=context["exposure"],
        action=str(request["action"]).removeprefix('Action::"').removesuffix('"'),
        currency=currency,
    )
    return not reasons


def random_request(generator: np.random.Generator, agent: str, policy: Policy) -> dict[str, object]:
    actions = [*(action.name for action in policy.actions), "microtask", "contract", "unheard_of"]
    tier = int(generator.integers(0, 6))
    ceiling = policy.ceilings.minor_units[tier]
    exposure = int(generator.choice([0, ceiling // 2, ceiling, ceiling + 1]))
    near = ceiling - exposure + int(generator.integers(-1, 2))
    amount = int(generator.choice([near, near // 2, -1, 0, 1]))
    currency = str(generator.choice(["USD", "USD", "USD", "EUR", "JPY"]))
    name = str(generator.choice(actions))
    return cedar_request(agent, name, amount=amount, exposure=exposure, currency=currency)


@pytest.mark.parametrize(("name", "count"), list(zip(POLICIES, (10_000, 2_500), strict=True)))
def test_ten_thousand_requests_through_both(name: str, count: int) -> None:
    policy = POLICIES[name]
    generator = np.random.default_rng(31)
    standings = {}
    for index in range(500):
        basis = "point" if index % 2 else "bound"
        seen = random_vector(generator, policy)
        standings[f"agent-{index}"] = standing_of(seen, policy, basis, 1 + index % 3)  # type: ignore[arg-type]
    entities = [agent_entity(agent, standing, policy) for agent, standing in standings.items()]
    requests = [random_request(generator, f"agent-{i % 500}", policy) for i in range(count)]
    answers = cedarpy.is_authorized_batch(
        requests,
        cedarpy.PolicySet.from_str(to_cedar(policy)),
        cedarpy.Entities.from_json_str(json.dumps(entities)),
    )
    allowed = 0
    for index, (request, answer) in enumerate(zip(requests, answers, strict=True)):
        expected = gate_allows(standings[f"agent-{index % 500}"], policy, request)
        assert answer.allowed == expected, (request, standings[f"agent-{index % 500}"])
        allowed += expected
    assert 0.1 * count < allowed < 0.9 * count


@pytest.mark.parametrize("name", POLICIES)
def test_the_policy_set_validates_against_its_schema(name: str) -> None:
    policy = POLICIES[name]
    result = cedarpy.validate_policies(to_cedar(policy), to_cedar_schema(policy))
    assert result.validation_passed, result.errors


def test_decayed_scores_are_what_the_entity_carries() -> None:
    policy = default_policy()
    standing = standing_of(vector(0.92, 0.92, 0.92), policy, "point")
    entity = agent_entity("a", standing, policy, days=10)
    assert entity["attrs"]["cc"]["t3"] == math.floor(0.92 * math.exp(-0.1) * 10**9)


def test_a_missing_dimension_is_left_out() -> None:
    policy = default_policy()
    seen = RobustnessVector.model_validate({"cc": 1.0, "er": 1.0, "as": 1.0})
    assert set(agent_entity("a", standing_of(seen, policy, "point"), policy)["attrs"]) == {
        "cc",
        "er",
        "as",
    }


def test_thresholds_finer_than_cedar_takes_are_refused() -> None:
    fine = changed(thresholds={"cc": (0.30000000001, 0.5, 0.65, 0.8, 0.9)})
    with pytest.raises(InputError, match="finer") as caught:
        to_cedar(fine)
    assert caught.value.field == "thresholds.cc[0]"


def test_names_with_quotes_stay_inside_their_quotes() -> None:
    odd = changed()
    data = odd.model_dump()
    data["actions"] = [{"name": 'say "hi"\\', "tier": 1}]
    policy = Policy.model_validate(data)
    assert cedarpy.validate_policies(to_cedar(policy), to_cedar_schema(policy)).validation_passed
