from __future__ import annotations

import json
from pathlib import Path

import pytest

from governance.gate.policy import default_document, default_policy
from governance.gate.vector import RobustnessVector
from governance.kernel.errors import ForbiddenError, InputError, StorageError
from governance.kernel.settings import Settings
from governance.operations import policies, policies_gate, policies_price
from governance.operations.perform import perform
from governance.operations.place import Place, local_place
from governance.operations.requests import LocalPath, TextFile
from governance.operations.work import Ears
from governance.registry.agents import register_agent
from governance.registry.certifications import certify_agent
from governance.registry.policies import policy_in_force
from governance.store.positions import stored_policy
from tests.operations.conftest import Ask, somebody
from tests.operations.examples import run_example

POLICY = default_document().text
STRICTER = POLICY.replace("cc: [0.30, 0.50, 0.65,", "cc: [0.30, 0.50, 0.70,")
GENEROUS = POLICY.replace("cc: [0.30, 0.50, 0.65,", "cc: [0.20, 0.50, 0.65,")
FILES = {"policy": POLICY, "stricter": STRICTER}
MIDDLE = RobustnessVector.model_validate({"cc": 0.68, "er": 0.68, "as": 0.68, "ih": 0.9})


@pytest.fixture
def nowhere() -> Place:
    """A place whose database is missing: what is asked here needs none."""
    return local_place(Settings(), "/nowhere/at/all.db")


@pytest.fixture
def certified(place: Place) -> Place:
    """A place with one agent at T3."""
    with place.store.write() as transaction:
        agent = register_agent(transaction, "middle")
        certify_agent(transaction, agent, MIDDLE, basis="point")
    return place


def _file(text: str) -> TextFile:
    return TextFile(name="policy.yaml", text=text)


def test_a_vector_is_judged_and_explained_without_a_database(nowhere: Place) -> None:
    (judged,) = run_example(nowhere, "gate.evaluate")
    assert judged["policy"]["digest"] == default_policy().digest
    assert list(judged)[-1] == "policy"
    explained = run_example(nowhere, "gate.explain")
    assert {key: explained[key] for key in judged} == judged
    assert explained["drops"][0]["at"].startswith("2026-03-")


def test_rows_of_a_file_are_judged_with_their_names(nowhere: Place, tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("name,cc,er,as_,ih\nx,0.9,0.9,0.9,0.9\n,0.9,,0.9,0.9\n")
    path = LocalPath(str(rows))
    question = policies_gate.GateQuestion(file=path)
    found = perform(nowhere, somebody(), policies_gate.evaluate, question)
    assert [(row.name, row.line, row.tier) for row in found] == [("x", 2, 5), (None, 3, 0)]
    assert "name" not in found[1].model_dump(mode="json")
    both = policies_gate.GateQuestion(file=path, vector=MIDDLE)
    with pytest.raises(InputError, match="its own scores"):
        perform(nowhere, somebody(), policies_gate.evaluate, both)


def test_a_stored_agents_tier_is_explained(certified: Place, ask: Ask) -> None:
    found = ask(policies_gate.explain, policies_gate.ExplanationQuestion(agent="middle"))
    assert found.tier == 3
    assert found.drops[0].at is not None
    with certified.store.write() as transaction:
        register_agent(transaction, "bare")
    for name in ("bare", "nobody"):
        with pytest.raises(InputError) as error:
            ask(policies_gate.explain, policies_gate.ExplanationQuestion(agent=name))
        assert error.value.field == "agent"


def test_nothing_is_due_at_first(certified: Place) -> None:
    assert run_example(certified, "gate.due") == []


def test_an_economy_is_simulated(nowhere: Place) -> None:
    found = run_example(nowhere, "gate.simulate")
    assert found["settings"]["agents"] == 60
    assert sum(found["tiers"].values()) == pytest.approx(1.0)
    assert (found["theorems"], found["game"]) == ([], None)
    assert "plots" not in found


def test_a_policy_is_set_shown_and_signed(place: Place) -> None:
    assert run_example(place, "policies.set", FILES)["changed"]
    assert not run_example(place, "policies.set", FILES)["changed"]
    shown = run_example(place, "policies.show")
    assert shown["policy"]["thresholds"]["cc"][2] == 0.7
    released = run_example(place, "policies.releases")
    assert sorted(row["signature"] for row in released) == ["none", "valid"]


def test_only_a_policy_owner_sets_a_policy_and_raising_takes_two(place: Place, ask: Ask) -> None:
    with pytest.raises(ForbiddenError, match="policy_owner"):
        ask(policies.set_policy, policies.NewPolicy(file=_file(STRICTER)), actor="mallory")
    generous = policies.NewPolicy(file=_file(GENEROUS), reason="more work")
    waiting = ask(policies.set_policy, generous, actor="ada")
    assert (waiting.changed, waiting.proposal is None) == (False, False)
    with place.store.read() as session:
        assert policy_in_force(session).digest == default_policy().digest
    lower = ask(policies.set_policy, policies.NewPolicy(file=_file(STRICTER)), actor="ada")
    assert (lower.changed, lower.proposal) == (True, None)
    with place.store.read() as session:
        assert stored_policy(session, lower.digest).thresholds.cc[2] == 0.7


def test_a_policy_that_breaks_a_law_is_refused_by_file_and_field(place: Place, ask: Ask) -> None:
    bad = _file(POLICY.replace("rate_per_day: 0.01", "rate_per_day: -0.01"))
    for handler, request in (
        (policies.validate, policies.CheckedFile(file=bad)),
        (policies.set_policy, policies.NewPolicy(file=bad)),
    ):
        with pytest.raises(InputError) as error:
            ask(handler, request)
        assert (error.value.file, error.value.field) == ("policy.yaml", "decay.rate_per_day")
    assert run_example(place, "policies.validate", FILES)["ok"]


def test_a_policy_is_proved(nowhere: Place) -> None:
    pytest.importorskip("z3")
    assert run_example(nowhere, "policies.verify", FILES)["ok"]


def test_the_packaged_policy_stands_in_unless_a_database_was_named(nowhere: Place) -> None:
    with pytest.raises(StorageError, match="no such database"):
        perform(nowhere, somebody(), policies.show, policies.ShownPolicy())
    unnamed = local_place(Settings(database_url="/nowhere/at/all.db"))
    said: list[str] = []
    ears = Ears(remark=said.append)
    shown = perform(unnamed, somebody(), policies.show, policies.ShownPolicy(), ears=ears)
    assert shown.digest == default_policy().digest
    assert said == ["the packaged policy is used: /nowhere/at/all.db: no such database"]


def test_two_policies_are_compared_over_stored_agents_and_past_decisions(certified: Place) -> None:
    compared = run_example(certified, "policies.diff", FILES)
    assert [(agent["name"], agent["effect"]) for agent in compared["agents"]] == [
        ("middle", "loses")
    ]
    replayed = run_example(certified, "policies.backtest", FILES)
    assert (replayed["decisions"], replayed["loses"]) == (1, 1)


def test_decisions_of_a_file_are_taken_again(nowhere: Place, tmp_path: Path) -> None:
    row = {
        "name": "a",
        "at": "2026-01-01T00:00:00Z",
        "vector": {"cc": 0.68, "er": 0.9, "as": 0.9, "ih": 0.9},
        "basis": "point",
        "tier": 3,
        "ceiling": {"amount": 10000, "currency": "USD"},
    }
    path = tmp_path / "decisions.jsonl"
    path.write_text(json.dumps(row) + "\n")
    question = policies.ReplayQuestion(file=_file(STRICTER), decisions=LocalPath(str(path)))
    found = perform(nowhere, somebody(), policies.backtest, question)
    assert found.loses == 1


def test_ceilings_are_priced_for_groups_and_for_stored_agents(certified: Place, ask: Ask) -> None:
    found = run_example(certified, "policies.price", FILES)
    assert 0.99 * found["appetite"] < found["tvar"] <= found["appetite"]
    stored = ask(policies_price.price, policies_price.PriceQuestion(appetite="1M"))
    assert {tier.tier for tier in stored.tiers if tier.marginal_tvar > 0} == {3}
    with pytest.raises(InputError) as error:
        ask(policies_price.price, policies_price.PriceQuestion(appetite="2M EUR"))
    assert error.value.field == "appetite"


@pytest.mark.parametrize(
    ("text", "minor"), [("2M", 2e8), ("1.5k USD", 1.5e5), ("250,000", 2.5e7), ("0", 0.0)]
)
def test_an_appetite_is_read_in_minor_units(text: str, minor: float) -> None:
    assert policies_price.appetite_of(text, "USD") == minor


def test_a_policy_in_cedars_words(nowhere: Place) -> None:
    assert "permit" in run_example(nowhere, "policies.cedar")["cedar"]


def test_delegated_money_is_analysed(nowhere: Place) -> None:
    found = run_example(nowhere, "delegations.analyse")
    assert found["chains"][0]["members"] == ["buyer", "scout"]
    assert found["faults"] == []
