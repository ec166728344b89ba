"""The main job from end to end, on both databases."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from cli.main import run
from governance.incidents.intake import ReadOptions, ReadResult, read_incidents
from governance.kernel.errors import InputError, StorageError
from governance.kernel.settings import Settings
from governance.operations.caller import local_reader
from governance.operations.installation_demonstration import (
    SOURCE,
    Demonstrate,
    DemoSummary,
    main_job,
    spread,
)
from governance.operations.place import place_of
from governance.operations.requests import LocalPath
from governance.operations.work import Work
from governance.store.store import Store
from governance.store.verify import verify_ledger
from taxonomy import load


def _demonstrate(
    store: Store, out: Path, limit: int, assumptions: Path | None = None
) -> DemoSummary:
    place = place_of(store, Settings())
    named = None if assumptions is None else LocalPath(str(assumptions))
    request = Demonstrate(out=LocalPath(str(out)), limit=limit, assumptions=named)
    return main_job(Work(place, local_reader(), place.clock.now()), place, request)


@cache
def _read() -> ReadResult:
    return read_incidents(SOURCE, ReadOptions())


@pytest.fixture(autouse=True)
def _the_package_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fifteen thousand incidents, of which each demo takes a few."""

    def read(source: str, options: ReadOptions) -> ReadResult:
        assert (source, options) == (SOURCE, ReadOptions())
        return _read()

    monkeypatch.setattr("governance.incidents.intake.read_incidents", read)


def test_the_whole_chain_on_real_incidents(empty_store: Store, tmp_path: Path) -> None:
    summary = _demonstrate(empty_store, tmp_path, limit=600)
    assert summary.incidents == 600
    assert {row.domain for row in summary.domains} == {node.id for node in load().domains}
    assert sum(row.asserted for row in summary.domains) == summary.portfolio.asserted
    classified = summary.portfolio.asserted + summary.portfolio.abstained + summary.none
    assert classified == summary.incidents
    parts = sum(row.expected_loss or 0 for row in summary.domains)
    assert summary.portfolio.expected_loss == pytest.approx(parts, rel=1e-9)
    assert summary.portfolio.var_99 is not None
    assert summary.portfolio.var_99 < sum(row.tvar_99 or 0 for row in summary.domains)
    published = [agent for agent in summary.agents if "cgae" in agent.agent]
    examples = [agent for agent in summary.agents if "invented" in agent.agent]
    assert (len(published), {agent.tier for agent in published}) == (25, {0})
    assert {agent.tier for agent in examples} == {1, 2, 3, 4, 5}
    assert summary.ledger_ok
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert json.loads((tmp_path / "bundle.json").read_text())["coverage"].keys() == {
        "verified",
        "declared",
        "not_assessed",
    }
    with pytest.raises(StorageError, match="empty database"):
        _demonstrate(empty_store, tmp_path, limit=5)
    with empty_store.read() as session:
        assert verify_ledger(session).events == summary.ledger_events


def test_the_sample_is_spread_over_the_whole() -> None:
    assert spread(list(range(10)), 5) == (0, 2, 4, 6, 8)  # type: ignore[arg-type]
    assert spread(list(range(3)), 5) == (0, 1, 2)  # type: ignore[arg-type]


def test_a_former_demo_is_replaced_and_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    foreign = tmp_path / "underwriter.db"
    foreign.write_bytes(b"mine")
    assert run(["demo", "--out", str(tmp_path), "--limit", "20"]) == 3
    assert foreign.read_bytes() == b"mine"
    assert "left alone" in capsys.readouterr().err
    fresh = tmp_path / "fresh"
    for _ in range(2):
        assert run(["demo", "--out", str(fresh), "--limit", "20", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["incidents"] == 20


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (("low: 20000", "low: -1"), "severity.MIS.low"),
        (("high: 5000000", "high: 5"), "severity.MIS"),
        (("mean: 2.0", "mean: .nan"), "annual_events.mean"),
        (("currency: USD", "currency: XYZ"), "currency"),
    ],
)
def test_bad_assumptions_are_named(
    tmp_path: Path, sqlite_store: Store, change: tuple[str, str], field: str
) -> None:
    from importlib.resources import files

    text = (files("governance.registry") / "data" / "exposure-assumptions.yaml").read_text()
    file = tmp_path / "mine.yaml"
    file.write_text(text.replace(*change, 1))
    with pytest.raises(InputError) as caught:
        _demonstrate(sqlite_store, tmp_path, limit=5, assumptions=file)
    assert (caught.value.file, caught.value.field) == (str(file), field)
    assert caught.value.line is not None
