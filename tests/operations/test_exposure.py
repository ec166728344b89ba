from __future__ import annotations

from pathlib import Path

import pytest

from governance.kernel.errors import InputError, StorageError
from governance.kernel.settings import Settings
from governance.operations import exposure, exposure_portfolio, exposure_treatment
from governance.operations.exposure_estimate import EstimatedCells, EstimateQuestion, estimate
from governance.operations.perform import perform
from governance.operations.place import Place, local_place
from governance.operations.requests import LocalPath, TextFile
from governance.risk.verify import run as calculator
from tests.operations.conftest import Ask, somebody
from tests.operations.examples import run_example

SCENARIO = TextFile(
    name="s.yaml", text="rate: 1\nseverity: {type: exponential, mean: 100}\ncurrency: USD\n"
)


@pytest.fixture
def nowhere() -> Place:
    """A place whose database is missing: what is asked here needs none."""
    return local_place(Settings(), "/nowhere/at/all.db")


def test_a_scenario_is_quantified_and_explained(nowhere: Place) -> None:
    found = run_example(nowhere, "risk.quantify")
    assert list(found["var"]) == ["0.95", "0.99"]
    assert list(found["sf"]) == ["1000000"]
    assert "mean loss" in found["explanation"][0]
    assert not {"layer", "standard_error", "rank_correlation", "picture"} & found.keys()


def test_levels_may_be_numbers_and_a_picture_is_no_part_of_the_json(nowhere: Place) -> None:
    question = exposure.LossQuestion(file=SCENARIO, levels=(0.9,), picture=True)
    found = perform(nowhere, somebody(), exposure.quantify, question)
    assert list(found.var) == ["0.9"]
    assert found.picture is not None
    assert found.picture.startswith("<svg")
    assert {"picture", "explanation"}.isdisjoint(found.model_dump(mode="json"))


def test_parts_of_a_portfolio_sum_to_its_total(nowhere: Place) -> None:
    found = run_example(nowhere, "risk.portfolio")
    parts = found["allocation"]["contributions"]
    assert sum(row["tvar"] for row in parts) == pytest.approx(found["total"]["tvar"]["0.99"])
    assert len(found["tornado"]) == 4
    assert len(found["implied_ranges"]) == 2


def test_of_a_simulated_portfolio_there_is_the_total_alone(nowhere: Place) -> None:
    text = (
        "scenarios:\n"
        "  - {id: a, rate: 2, severity: {type: exponential, mean: 100}}\n"
        "  - {id: b, rate: 1, severity: {type: exponential, mean: 50}}\n"
        "dependence: {type: gaussian_copula, correlation: 0.5}\n"
    )
    question = exposure_portfolio.PortfolioQuestion(
        file=TextFile(name="p.yaml", text=text), years=2000, level=0.9
    )
    found = perform(nowhere, somebody(), exposure_portfolio.portfolio, question)
    assert list(found.model_dump(mode="json")) == ["total", "allocation"]
    assert list(found.total.var) == ["0.95", "0.9"]


def test_controls_are_chosen_under_a_budget(nowhere: Place) -> None:
    found = run_example(nowhere, "risk.treat")
    assert found["controls"] == found["selection"]["controls"] == ["playbook"]


def test_a_control_of_no_ontology_is_named_by_its_place(nowhere: Place) -> None:
    text = (
        "rate: 1\nseverity: {type: exponential, mean: 100}\n"
        "controls:\n  - {id: a, function: resist, effect: 0.5, implements: [none]}\n"
    )
    question = exposure_treatment.TreatmentQuestion(file=TextFile(name="plan.yaml", text=text))
    with pytest.raises(InputError, match=r"plan\.yaml: controls\[0\]\.implements"):
        perform(nowhere, somebody(), exposure_treatment.treat, question)


def test_a_reserve_and_a_layers_price(nowhere: Place) -> None:
    found = run_example(nowhere, "risk.reserve")
    assert found["reserve"] == pytest.approx(max(0.0, found["var"] - found["mean"]))
    assert found["layer"]["expected_payment"] > 0.0


def test_one_scenario_is_estimated_without_a_database(nowhere: Place) -> None:
    found = run_example(nowhere, "risk.estimate")
    assert list(found) == ["scenario", "plug_in", "predictive", "ratio"]
    assert found["ratio"]["0.99"] > 1.0
    with pytest.raises(StorageError, match="no such database"):
        perform(nowhere, somebody(), estimate, EstimateQuestion(from_incidents=True))


def test_cells_are_estimated_from_counts(nowhere: Place, tmp_path: Path) -> None:
    counts = tmp_path / "counts.csv"
    counts.write_text("domain,loss,events\nMIS,Legal,81\nDRF,Integrity,0\n")
    question = EstimateQuestion(
        counts=LocalPath(str(counts)),
        years=2,
        ranges=TextFile(name="ranges.yaml", text="MIS: {low: 1000, high: 100000}\n"),
        as_file=True,
    )
    found = perform(nowhere, somebody(), estimate, question)
    assert isinstance(found, EstimatedCells)
    assert [row.asks is None for row in found.rows] == [True, False]
    assert found.content is not None
    assert b"MIS/Legal" in found.content
    assert "content" not in found.model_dump(mode="json")


def test_without_coded_incidents_there_is_nothing_to_count(ask: Ask) -> None:
    with pytest.raises(InputError, match="no stored incident"):
        ask(estimate, EstimateQuestion(from_incidents=True, years=1))


def test_the_calculator_certifies_itself(nowhere: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calculator.verify, "__defaults__", (("statistics",),))
    found = run_example(nowhere, "risk.verify")
    assert list(found) == ["ok", "passed", "failed", "checks"]
    assert found["ok"]
