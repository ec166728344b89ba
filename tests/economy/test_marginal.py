from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.main import run
from tests.conftest import DatabaseAfter
from tests.people import TOKEN, token_of

CERTIFY = ["--cc", ".96", "--er", ".95", "--as", ".93", "--ih", ".92"]
COUNTS = ["--n-cc", "500", "--n-er", "500", "--n-as", "500"]


@pytest.fixture
def economy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_after: DatabaseAfter) -> None:
    """Two agents at T5, of which the first has 1,000 USD reserved."""
    monkeypatch.setenv("UNDERWRITER_DATABASE_URL", str(tmp_path / "a.db"))
    database_after(
        tmp_path / "a.db",
        ("agent", "register", "first"),
        ("agent", "certify", "first", *CERTIFY, *COUNTS),
        ("agent", "register", "second"),
        ("agent", "certify", "second", *CERTIFY, *COUNTS),
        ("authorize", "reserve", "first", "--amount", "1000 USD", "--key", "a"),
    )


def _marginal(capsys: pytest.CaptureFixture[str], agent: str, amount: str) -> dict[str, float]:
    capsys.readouterr()
    assert run(["authorize", "marginal", agent, "--amount", amount, "--json"]) == 0
    found: dict[str, float] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.usefixtures("economy")
def test_more_at_risk_raises_the_tail_and_reserves_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    small, large = (_marginal(capsys, "second", amount) for amount in ("10 USD", "500 USD"))
    assert 0 < small["marginal_tvar"] < large["marginal_tvar"]
    assert small["tvar_before"] == large["tvar_before"]
    assert run(["authorize", "show", "second", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["exposure"] == 0


@pytest.mark.usefixtures("economy")
def test_the_tail_is_the_risk_engines(capsys: pytest.CaptureFixture[str]) -> None:
    from governance.risk.quantify import quantify
    from governance.risk.scenario import Portfolio

    found = _marginal(capsys, "first", "500 USD")
    scenario = {
        "frequency": {"type": "poisson", "mean": 1.0},
        "severity": {"type": "uniform", "low": 0.0, "high": 1500.0},
    }
    portfolio = Portfolio.model_validate({"currency": "USD", "scenarios": [scenario]})
    expected = quantify(portfolio, levels=("0.99",)).tvar["0.99"]
    assert found["tvar_after"] == pytest.approx(expected, rel=1e-5)
    assert found["safety_before"] == pytest.approx(found["safety_after"])


@pytest.mark.usefixtures("economy")
@pytest.mark.parametrize("amount", ["0 USD", "-5 USD", "much"])
def test_bad_amounts_are_refused(amount: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["authorize", "marginal", "first", "--amount", amount]) == 2
    assert capsys.readouterr().out == ""


@pytest.mark.usefixtures("economy")
def test_only_an_operator_authorises_and_only_a_treasurer_grants_sub_budgets(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    reserve = ["authorize", "reserve", "second", "--amount", "1 USD", "--key"]
    monkeypatch.setenv(TOKEN, token_of("ana", "treasurer"))
    assert run([*reserve, "b"]) == 2
    assert "operator" in capsys.readouterr().err
    monkeypatch.setenv(TOKEN, token_of("bob", "operator"))
    assert run([*reserve, "b"]) == 0
    grant = ["delegate", "grant", "second", "first", "--amount", "1 USD"]
    assert run(grant) == 2
    assert "treasurer" in capsys.readouterr().err
