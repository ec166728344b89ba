from __future__ import annotations

from pathlib import Path

import pytest
from report_filled import moment_later
from report_samples import sample_overview

from governance.kernel.documents import read_document
from governance.kernel.errors import InputError
from governance.registry.agents import find_agent, retire_agent
from governance.reports.build import Request, build
from governance.reports.diff import diff_documents, diff_reports
from governance.store.store import Store


def written(store: Store, file: Path, kind: str = "overview", **options: object) -> str:
    file.write_bytes(build(store, Request(kind=kind, format="json", **options)))  # type: ignore[arg-type]
    return str(file)


def test_equal_reports_do_not_differ() -> None:
    found = diff_reports(sample_overview(), sample_overview())
    assert found.differences == ()
    assert found.reasons == ()


def test_what_changed_is_named_with_its_record() -> None:
    before = sample_overview()
    assert before.exposure.portfolio is not None
    moved = before.exposure.portfolio.model_copy(update={"mean": 5.0})
    exposure = before.exposure.model_copy(update={"portfolio": moved})
    after = before.model_copy(update={"exposure": exposure})
    (row,) = diff_reports(before, after).differences
    assert row.path == "exposure.portfolio.mean"
    assert (row.before, row.after, row.what) == (4_000_000.0, 5.0, "changed")
    assert "risk run 0195-run" in row.why


def test_a_new_record_is_the_reason() -> None:
    before = sample_overview()
    sources = tuple(
        row.model_copy(update={"reference": "0196-run"}) if row.id == "S2" else row
        for row in before.sources
    )
    assert before.exposure.portfolio is not None
    moved = before.exposure.portfolio.model_copy(update={"mean": 5.0})
    exposure = before.exposure.model_copy(update={"portfolio": moved})
    after = before.model_copy(update={"sources": sources, "exposure": exposure})
    (row,) = diff_reports(before, after).differences
    assert row.why == "risk run 0196-run instead of risk run 0195-run"


def test_rows_that_come_and_go_are_named() -> None:
    before = sample_overview()
    fewer = before.agents.model_copy(update={"agents": before.agents.agents[1:]})
    after = before.model_copy(update={"agents": fewer})
    (row,) = diff_reports(before, after).differences
    assert (row.path, row.what) == ("agents.agents[agent-0-0]", "removed")
    assert diff_reports(after, before).differences[0].what == "added"


def test_two_files_of_one_store(filled_store: Store, tmp_path: Path) -> None:
    first = written(filled_store, tmp_path / "a.json")
    moment_later(filled_store, 1)
    with filled_store.write() as transaction:
        retire_agent(transaction, find_agent(transaction.session, "weak"), "done")
    second = written(filled_store, tmp_path / "b.json")
    found = diff_documents(read_document(first), read_document(second))
    assert "1 ledger event later" in found.reasons
    paths = {row.path for row in found.differences}
    assert {"agents.registered", "agents.retired"} <= paths


def test_only_time_has_passed(filled_store: Store, tmp_path: Path) -> None:
    first = written(filled_store, tmp_path / "a.json")
    moment_later(filled_store, 20)
    second = written(filled_store, tmp_path / "b.json")
    found = diff_documents(read_document(first), read_document(second))
    assert found.reasons == ("no ledger event in between: only time has passed",)
    assert any("read at another moment" in row.why for row in found.differences)


def test_files_that_are_no_pair_are_refused(filled_store: Store, tmp_path: Path) -> None:
    overview = written(filled_store, tmp_path / "a.json")
    soa = written(filled_store, tmp_path / "b.json", kind="soa")
    with pytest.raises(InputError, match="is a report soa"):
        diff_documents(read_document(overview), read_document(soa))
    other = tmp_path / "c.json"
    other.write_text('{"a": 1}')
    with pytest.raises(InputError, match="is no report"):
        diff_documents(read_document(overview), read_document(str(other)))
    other.write_text('{"head": {"kind": "overview"}}')
    with pytest.raises(InputError, match=r"c\.json"):
        diff_documents(read_document(overview), read_document(str(other)))
