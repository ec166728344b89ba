"""`risk` as a user runs it: JSON alone, tables, files written, bad input, a quick start."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cli.main import run

SCENARIO = """\
currency: USD
frequency: {type: poisson, mean: 3}
severity: {type: lognormal_90ci, low: 10000, high: 1000000}
tolerance_curve: [[1000000, 0.3]]
"""
CONTROLS = """\
controls:
  - {id: filter, function: resist, effect: 0.4, annual_cost: 100000,
     implements: ["iso42001:A.6.2.6"]}
  - {id: playbook, function: respond, effect: 0.3, annual_cost: 50000}
"""
PORTFOLIO = """\
scenarios:
  - {id: a, rate: 2, severity: {type: exponential, mean: 100}}
  - {id: b, rate: 1, severity: {type: lognormal, mu: 5, sigma: 1}}
"""


def answer(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> Any:
    assert run(["risk", *arguments, "--json"]) == code
    return json.loads(capsys.readouterr().out)


@pytest.fixture
def scenario(tmp_path: Path) -> str:
    path = tmp_path / "scenario.yaml"
    path.write_text(SCENARIO)
    return str(path)


@pytest.fixture
def plan(tmp_path: Path) -> str:
    path = tmp_path / "plan.yaml"
    path.write_text(SCENARIO + CONTROLS)
    return str(path)


def test_quantify_keys_are_as_given(capsys: pytest.CaptureFixture[str], scenario: str) -> None:
    found = answer(
        capsys,
        "quantify",
        scenario,
        "--levels",
        "0.950",
        "--levels",
        "0.99",
        "--thresholds",
        "1000000",
        "--thresholds",
        "2e6",
    )
    assert list(found["var"]) == list(found["tvar"]) == ["0.950", "0.99"]
    assert list(found["sf"]) == list(found["cdf"]) == ["1000000", "2e6"]
    assert found["var"]["0.99"] == pytest.approx(5363335.991543064, rel=1e-6)
    assert found["currency"] == "USD"
    assert found["error_bound"] <= 1e-5
    assert 40 <= len(found["lec"]) <= 80


def test_standard_input_table_picture_and_words(
    capsys: pytest.CaptureFixture[str], scenario: str, tmp_path: Path
) -> None:
    picture = tmp_path / "curve.svg"
    assert run(["risk", "quantify", scenario, "--explain", "--svg", str(picture)]) == 0
    captured = capsys.readouterr()
    assert "VaR 0.95" in captured.out
    assert "USD, 1 year" in captured.out
    assert "Over 1 year the mean loss is 799,194 USD" in captured.err
    assert picture.read_text().startswith("<svg")
    done = subprocess.run(
        [sys.executable, "-m", "cli.main", "risk", "quantify", "-", "--json"],
        input='{"rate": 1, "severity": {"type": "levy", "scale": 1}}',
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)["mean"] is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (SCENARIO.replace("mean: 3", "mean: -3"), "bad.yaml:2: frequency.mean"),
        (SCENARIO.replace("high: 1000000", "high: 5"), "bad.yaml:3: severity.high"),
        (SCENARIO.replace("poisson", "fish"), "bad.yaml:2: frequency"),
        (SCENARIO.replace("USD", "XXX"), "bad.yaml:1: currency"),
        ("[1, 2]", "bad.yaml"),
        ("a: [", "bad.yaml"),
        ("", "bad.yaml"),
    ],
)
def test_bad_files_name_line_and_field(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str, message: str
) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    assert run(["risk", "quantify", str(path), "--json"]) == 2
    captured = capsys.readouterr()
    assert list(json.loads(captured.out)) == ["error"]
    assert message in captured.err


@pytest.mark.parametrize(
    "options",
    [["--levels", "1.5"], ["--levels", "x"], ["--thresholds", "-1"], ["--tolerance", "2"]],
)
def test_questions_out_of_range(scenario: str, options: list[str]) -> None:
    assert run(["risk", "quantify", scenario, *options]) == 2


def test_portfolio(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "portfolio.yaml"
    path.write_text(PORTFOLIO)
    found = answer(capsys, "portfolio", str(path), "--level", "0.99")
    rows = found["allocation"]["contributions"]
    assert sum(row["tvar"] for row in rows) == pytest.approx(found["total"]["tvar"]["0.99"])
    assert {"exceedance", "tornado", "implied_ranges", "tolerance"} <= set(found)
    assert run(["risk", "portfolio", str(path)]) == 0
    assert "parts sum to the total" in capsys.readouterr().out
    path.write_text(PORTFOLIO + "dependence: {type: gaussian_copula, correlation: 0.5}\n")
    found = answer(capsys, "portfolio", str(path), "--years", "20000")
    assert found["total"]["rank_correlation"] == pytest.approx(0.45, abs=0.1)
    assert found["total"]["standard_error"]["var 0.99"] > 0.0
    assert run(["risk", "portfolio", str(path), "--years", "20000"]) == 0
    assert "standard error of var 0.99" in capsys.readouterr().err


def test_treat_and_choose(capsys: pytest.CaptureFixture[str], plan: str, tmp_path: Path) -> None:
    found = answer(capsys, "treat", plan)
    assert found["after"]["mean"] == pytest.approx(found["before"]["mean"] * 0.6 * 0.7)
    assert found["implements"] == ["iso42001:A.6.2.6"]
    chosen = answer(capsys, "treat", plan, "--budget", "60000")
    assert chosen["controls"] == ["playbook"]
    picture = tmp_path / "treat.svg"
    assert run(["risk", "treat", plan, "--svg", str(picture), "--budget", "200000"]) == 0
    captured = capsys.readouterr()
    assert "ROSI" in captured.out
    assert "every affordable set" in captured.err
    assert picture.read_text().count("<polyline") == 3


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("A.6.2.6", "A.99", "the ontology has no control 'iso42001:A.99'"),
        ("effect: 0.4", "effect: 1.4", "plan.yaml:6: controls[0].effect"),
        ("function: respond", "function: pray", "controls[1].function"),
        (CONTROLS, "", "has no list of controls"),
        (CONTROLS, "controls: yes please\n", "is not a list"),
    ],
)
def test_bad_plans(
    capsys: pytest.CaptureFixture[str], plan: str, old: str, new: str, message: str
) -> None:
    path = Path(plan)
    path.write_text(path.read_text().replace(old, new))
    assert run(["risk", "treat", plan]) == 2
    assert message in capsys.readouterr().err


def test_reserve_and_layer(capsys: pytest.CaptureFixture[str], scenario: str) -> None:
    found = answer(
        capsys, "reserve", scenario, "--level", "0.8", "--deductible", "50000", "--limit", "500000"
    )
    assert found["reserve"] == pytest.approx(found["var"] - found["mean"])
    assert found["layer"]["expected_payment"] == pytest.approx(399412.80570755375)
    assert run(["risk", "reserve", scenario, "--limit", "500000", "--aggregate"]) == 0
    assert "indicative premium" in capsys.readouterr().out
    assert run(["risk", "reserve", scenario, "--limit", "5", "--principle", "luck"]) == 2


def test_estimate_one(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "scenario.yaml"
    base = ["estimate", "--events", "9", "--exposure", "3"]
    ends = ["--low", "10000", "--high", "1000000"]
    found = answer(capsys, *base, *ends, "--reporting", "0.2:0.6", "--out", str(out))
    assert found["ratio"]["0.99"] > 1.0
    quantified = answer(capsys, "quantify", str(out))
    assert quantified["var"]["0.99"] == pytest.approx(found["predictive"]["var"]["0.99"], rel=1e-3)
    losses = tmp_path / "losses.csv"
    rows = "\n".join(f"{x},USD,MIS" for x in (900, 2500, 4000, 11000, 30000, 75000))
    losses.write_text(f"amount,currency,ai_domain\n{rows}\n")
    assert run(["risk", *base, "--losses", str(losses)]) == 0
    captured = capsys.readouterr()
    assert "posterior predictive" in captured.out
    assert "6 observed amounts" in captured.err
    for bad in (
        ["estimate"],
        base,
        [*base, *ends, "--reporting", "half"],
        [*base, *ends, "--currency", "ZZZ"],
        [*base, "--low", "9", "--high", "3"],
    ):
        assert run(["risk", *bad]) == 2


def test_estimate_cells(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    counts, ranges = tmp_path / "counts.csv", tmp_path / "ranges.yaml"
    counts.write_text("domain,loss,events\nMIS,Legal,81\nDRF,Integrity,0\n")
    ranges.write_text("MIS: {low: 1000, high: 100000}\n")
    out = tmp_path / "portfolio.yaml"
    base = ["estimate", "--counts", str(counts), "--years", "2", "--organisations", "500"]
    found = answer(capsys, *base, "--ranges", str(ranges), "--out", str(out))
    assert found["rows"][1]["asks"] is not None
    assert answer(capsys, "quantify", str(out))["mean"] > 0.0
    assert run(["risk", *base, "--ranges", str(ranges)]) == 0
    captured = capsys.readouterr()
    assert "give an expert range for DRF" in captured.out
    assert "no reporting correction" in captured.err
    ranges.write_text("MIS: {low: 1000, high: 10}\n")
    assert run(["risk", *base, "--ranges", str(ranges)]) == 2
    assert "ranges.yaml:1: high" in capsys.readouterr().err
    counts.write_text("domain,loss,events\nMIS,Legal,-1\n")
    assert run(["risk", *base]) == 2
    assert "counts.csv:2: events" in capsys.readouterr().err
    assert run(["risk", *base[:3], "--sharing", "luck", "--years", "1"]) == 2


def test_estimate_needs_an_initialised_database(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["risk", "estimate", "--from-incidents"]) == 3


INCIDENTS = """title,description
Deepfake scam,Criminals used a deepfake video of a minister to promote a fraudulent trading app
Chatbot leak,A chatbot revealed private medical records of patients to other users
Court filing,A lawyer filed a brief with court cases that a language model had invented
"""


def test_estimate_from_stored_incidents(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(["init"]) == 0
    assert run(["risk", "estimate", "--from-incidents"]) == 2
    assert "no stored incident has a code" in capsys.readouterr().err
    table, ranges = tmp_path / "incidents.csv", tmp_path / "ranges.yaml"
    table.write_text(INCIDENTS)
    ranges.write_text('"*": {low: 5000, high: 400000}\n')
    assert run(["incidents", "import", str(table), "--format", "plain"]) == 0
    assert run(["incidents", "reclassify"]) == 0
    capsys.readouterr()
    found = answer(
        capsys,
        "estimate",
        "--from-incidents",
        "--years",
        "2",
        "--organisations",
        "100",
        "--ranges",
        str(ranges),
    )
    assert sum(row["events"] for row in found["rows"]) >= 1
    assert {row["domain"] for row in found["rows"]} <= {
        "MIS",
        "POI",
        "PRV",
        "ADV",
        "BIA",
        "UNR",
        "DRF",
        "SUP",
        "IPT",
    }
    assert all(row["severity"] is not None for row in found["rows"])


def test_verify(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from governance.risk.verify import run as module

    found = answer(capsys, "verify")
    assert found["ok"]
    assert found["passed"] >= 120
    # To see how it is printed, one group is enough.
    monkeypatch.setattr(module.verify, "__defaults__", (("statistics",),))
    assert run(["risk", "verify"]) == 0
    assert "Buehlmann-Straub" in capsys.readouterr().out
    assert run(["risk", "verify", "--all"]) == 0


def test_verify_fails_with_exit_code_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from governance.risk.verify import run as module
    from governance.risk.verify.check import compare

    wrong = {"one": lambda: iter([compare("g", "n", 1.0, 2.0, 1e-9, "s")])}
    monkeypatch.setattr(module, "GROUPS", wrong)
    monkeypatch.setattr(module.verify, "__defaults__", (wrong,))
    assert run(["risk", "verify"]) == 1
    assert "FAIL" in capsys.readouterr().out


START = """
import contextlib, io, pathlib, sys
import cli.main
with contextlib.redirect_stdout(io.StringIO()):
    assert cli.main.run(["risk", "quantify", sys.argv[1], "--json"]) == 0
heavy = [m for m in ("sqlalchemy", "networkx", "alembic", "scipy", "rich") if m in sys.modules]
status = pathlib.Path("/proc/self/status")
lines = status.read_text().splitlines() if status.exists() else ["VmHWM: 0 kB"]
print(heavy, next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM")))
"""


def test_the_first_figure_loads_no_database_and_little_else(scenario: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", START, scenario],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )
    heavy, mebibytes = done.stdout.rsplit(maxsplit=1)
    assert heavy.strip() == "[]"
    if sys.platform == "linux":
        assert 0 < int(mebibytes) < 80


def test_a_curve_is_written_as_svg_or_png_by_its_ending(tmp_path: Path) -> None:
    scenario = tmp_path / "scenario.json"
    scenario.write_text(
        '{"currency": "USD", "frequency": {"type": "poisson", "mean": 3},'
        ' "severity": {"type": "lognormal_90ci", "low": 10000, "high": 1000000}}'
    )
    for name, start in (("curve.svg", b"<svg"), ("curve.png", b"\x89PNG")):
        file = tmp_path / name
        code = run(["risk", "quantify", str(scenario), "--plot", str(file)])
        if code == 3:
            assert not file.exists()
            pytest.skip("no font is installed")
        assert code == 0
        assert start in file.read_bytes()[:200]
