"""`gate policy`, `gate explain` and `gate due` as a user runs them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from cli.main import run
from governance.gate.laws import LAWS

BAD = Path(__file__).parents[1] / "gate" / "bad_policies"
DATA = Path(__file__).parents[1] / "data"
GROUPS = """currency: USD
groups:
  - {tier: 2, agents: 50, failures_per_year: 0.5}
  - {tier: 4, agents: 5, failures_per_year: 0.2, share_low: 0.2}
"""


@pytest.fixture
def policy_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """The packaged policy as a user would save it."""
    assert run(["gate", "policy", "show", "--default"]) == 0
    path = tmp_path / "policy.yaml"
    path.write_text(capsys.readouterr().out, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An initialised database with three agents, made once and copied for each test."""
    path = tmp_path_factory.mktemp("gate") / "gate.db"
    options = ["--db", str(path)]
    assert run([*options, "init"]) == 0
    for name, score in (("weak", "0.4"), ("middle", "0.68"), ("strong", "0.95")):
        assert run([*options, "agent", "register", name]) == 0
        scores = [x for flag in ("--cc", "--er", "--as") for x in (flag, score)]
        certify = [*options, "agent", "certify", name, *scores, "--ih", "0.9", "--basis", "point"]
        assert run(certify) == 0
    return path


@pytest.fixture
def database(prepared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Options for a database of the test's own."""
    for part in prepared.parent.glob("gate.db*"):
        shutil.copy(part, tmp_path / part.name)
    capsys.readouterr()
    return ["--db", str(tmp_path / "gate.db")]


def answer(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> Any:
    assert run([*arguments, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def stricter(policy_file: Path, tmp_path: Path) -> Path:
    text = policy_file.read_text(encoding="utf-8").replace("cgae-default", "stricter", 1)
    path = tmp_path / "stricter.yaml"
    path.write_text(text.replace("cc: [0.30, 0.50, 0.65,", "cc: [0.30, 0.50, 0.70,"), "utf-8")
    return path


def test_the_default_policy_is_proved(
    policy_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("z3")
    proof = answer(capsys, "gate", "policy", "verify", str(policy_file))
    assert proof["ok"] is True
    assert [law["id"] for law in proof["laws"]] == list(LAWS)
    assert {"id", "statement", "proved", "counterexample"} == set(proof["laws"][0])


@pytest.mark.parametrize("law", ["time-never-raises", "children-within-parent"])
def test_verify_takes_a_bad_file_that_validate_and_set_refuse(
    law: str, database: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("z3")
    path = str(BAD / f"{law}.yaml")
    proof = answer(capsys, "gate", "policy", "verify", path, code=1)
    broken = {entry["id"]: entry for entry in proof["laws"] if not entry["proved"]}
    assert proof["ok"] is False
    assert broken[law]["counterexample"]["summary"]
    for command in (["gate", "policy", "validate", path], ["gate", "policy", "set", path]):
        assert run([*database, *command]) == 2
        assert f"{path}:" in capsys.readouterr().err
    shown = answer(capsys, *database, "gate", "policy", "show")
    assert shown["name"] == "cgae-default"


def test_without_a_database_the_packaged_policy_is_verified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("z3")
    monkeypatch.setenv("UNDERWRITER_DATABASE_URL", str(tmp_path / "none.db"))
    assert run(["gate", "policy", "verify", "--json"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["ok"] is True
    assert "packaged policy" in captured.err
    assert run(["--db", str(tmp_path / "none.db"), "gate", "policy", "verify"]) == 3


def test_set_show_and_a_second_set(
    database: list[str], policy_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(stricter(policy_file, tmp_path))
    assert answer(capsys, *database, "gate", "policy", "set", path)["changed"] is True
    assert answer(capsys, *database, "gate", "policy", "set", path)["changed"] is False
    assert answer(capsys, *database, "gate", "policy", "show")["name"] == "stricter"


def test_diff_names_the_stored_agents(
    database: list[str], policy_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    after = str(stricter(policy_file, tmp_path))
    found = answer(capsys, *database, "gate", "policy", "diff", str(policy_file), after, "--stored")
    assert {agent["name"]: agent["effect"] for agent in found["agents"]} == {
        "weak": "same",
        "middle": "loses",
        "strong": "same",
    }
    assert found["ranges"][0]["low"] == 0.65
    assert run(["gate", "policy", "diff", str(policy_file), after]) == 0
    assert "T3 100.00 USD" in capsys.readouterr().out


def test_diff_names_the_vectors_of_a_file(
    policy_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    after = str(stricter(policy_file, tmp_path))
    golden = ["--vectors", str(DATA / "golden.csv")]
    found = answer(capsys, "gate", "policy", "diff", str(policy_file), after, *golden)
    assert len(found["agents"]) == 110
    assert any(agent["effect"] == "loses" for agent in found["agents"])


def test_backtest_replays_stored_decisions(
    database: list[str], policy_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    after = str(stricter(policy_file, tmp_path))
    found = answer(capsys, *database, "gate", "policy", "backtest", after, "--since", "2020-01-01")
    assert (found["decisions"], found["loses"]) == (3, 1)
    none = answer(capsys, *database, "gate", "policy", "backtest", after, "--since", "2999-01-01")
    assert none["decisions"] == 0


def test_backtest_replays_decisions_of_a_file(
    policy_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "decisions.jsonl"
    row = {
        "name": "a",
        "at": "2026-01-01T00:00:00Z",
        "vector": {"cc": 0.68, "er": 0.9, "as": 0.9, "ih": 0.9},
        "basis": "point",
        "tier": 3,
        "ceiling": {"amount": 10000, "currency": "USD"},
    }
    path.write_text(json.dumps(row) + "\n" + json.dumps(row | {"tier": "x"}) + "\n", "utf-8")
    command = ["gate", "policy", "backtest", str(stricter(policy_file, tmp_path))]
    assert run([*command, "--decisions", str(path)]) == 2
    assert f"{path}:2: tier" in capsys.readouterr().err
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    assert answer(capsys, *command, "--decisions", str(path))["loses"] == 1


def test_price_stays_within_the_appetite(
    policy_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    groups = tmp_path / "groups.yaml"
    groups.write_text(GROUPS, encoding="utf-8")
    command = ["gate", "policy", "price", str(policy_file), "--groups", str(groups)]
    found = answer(capsys, *command, "--appetite", "2M", "--level", "0.99")
    assert found["appetite"] == 200_000_000
    assert 0.99 * found["appetite"] < found["tvar"] <= found["appetite"]
    ceilings = [tier["ceiling"] for tier in found["tiers"]]
    assert ceilings == sorted(ceilings)
    bigger = answer(capsys, *command, "--appetite", "4M USD", "--level", "0.99")
    assert bigger["factor"] == pytest.approx(2 * found["factor"], rel=1e-3)


@pytest.mark.parametrize(
    ("text", "options", "field"),
    [
        (GROUPS.replace("tier: 2", "tier: 7"), ["--appetite", "2M"], "groups[0].tier"),
        (GROUPS.replace("USD", "EUR"), ["--appetite", "2M"], "currency"),
        (GROUPS, ["--appetite", "plenty"], "--appetite"),
        (GROUPS, ["--appetite", "2M EUR"], "--appetite"),
        (GROUPS, ["--appetite", "2M", "--level", "1.5"], "--level"),
    ],
)
def test_bad_input_of_price_is_named(
    policy_file: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    text: str,
    options: list[str],
    field: str,
) -> None:
    groups = tmp_path / "groups.yaml"
    groups.write_text(text, encoding="utf-8")
    assert (
        run(["gate", "policy", "price", str(policy_file), "--groups", str(groups), *options]) == 2
    )
    assert field in capsys.readouterr().err


def test_price_counts_stored_agents_by_tier(
    database: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*database, "gate", "policy", "price", "--appetite", "1M", "--json"]) == 0
    captured = capsys.readouterr()
    assert "assumed" in captured.err
    marginal = {tier["tier"]: tier["marginal_tvar"] for tier in json.loads(captured.out)["tiers"]}
    assert marginal[5] > 0
    assert marginal[4] == 0


def test_explain_dates_the_drops_and_says_what_is_needed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    scores = ["--cc", ".82", "--er", ".83", "--as", ".78", "--ih", ".9"]
    counts = ["--n-cc", "100", "--n-er", "90", "--n-as", "60"]
    command = ["gate", "explain", *scores, *counts, "--audited", "2026-03-01"]
    found = answer(capsys, *command)
    assert found["drops"][0]["at"].startswith("2026-03-0")
    assert {need["dimension"] for need in found["needs"]} == {"cc", "er", "as"}
    assert run(command) == 0
    out = capsys.readouterr().out
    assert "fresh audit with" in out
    assert "falls to T2 after 2026-03-0" in out


def test_explain_a_stored_agent(database: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, *database, "gate", "explain", "--agent", "middle")
    assert found["tier"] == 3
    assert found["drops"][0]["at"] is not None
    assert run([*database, "gate", "explain", "--agent", "nobody"]) == 2


def test_nothing_is_due_at_first(database: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(capsys, *database, "gate", "due") == []


@pytest.mark.parametrize("law", sorted(LAWS))
def test_validate_refuses_every_bad_policy_by_line_and_field(
    law: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = BAD / f"{law}.yaml"
    assert run(["gate", "policy", "validate", str(path)]) == 2
    assert f"{path}:" in capsys.readouterr().err


def test_validate_accepts_a_lawful_policy(
    policy_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert answer(capsys, "gate", "policy", "validate", str(policy_file))["ok"] is True
