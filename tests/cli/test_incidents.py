from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli.main import run
from tests.conftest import DatabaseAfter
from tests.people import TOKEN, token_of

Call = Callable[..., Any]

ROWS = [
    {
        "id": "1",
        "title": "Hidden text in an e-mail made the assistant forward the mailbox",
        "description": "A prompt injection inside an incoming e-mail was obeyed by the office "
        "assistant, which sent the inbox to a stranger.",
        "occurred": "2026-02-03",
        "discovered": "2026-02-05",
    },
    {
        "id": "2",
        "title": "Loan model refuses women more often",
        "description": "An audit found that the bank's credit scoring model gave women lower "
        "limits than men with the same income.",
        "occurred": "2025-11",
    },
    {
        "id": "3",
        "title": "Chatbot leaked customers' personal data",
        "description": "A support chatbot showed the names, addresses and orders of other "
        "customers to anyone who asked for their own.",
        "occurred": "2026-01",
        "near_miss": False,
    },
]


@pytest.fixture
def database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_after: DatabaseAfter
) -> Path:
    path = tmp_path / "i.db"
    monkeypatch.setenv("UNDERWRITER_DATABASE_URL", str(path))
    database_after(path)
    return path


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    """Run a command with --json and return what it prints."""

    def run_json(*arguments: str, code: int = 0) -> Any:
        capsys.readouterr()
        assert run(["incidents", *arguments, "--json"]) == code, capsys.readouterr().err
        return json.loads(capsys.readouterr().out)

    return run_json


@pytest.fixture
def board(tmp_path: Path) -> str:
    path = tmp_path / "board.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return str(path)


@pytest.fixture
def imported(database: Path, board: str, call: Call) -> dict[str, Any]:
    summary: dict[str, Any] = call("import", board, "--classify")
    return summary


def test_import_classify_list_show(imported: dict[str, Any], board: str, call: Call) -> None:
    assert (imported["added"], imported["classified"]["classified"]) == (3, 3)
    assert imported["name"] == "board.jsonl"
    again = call("import", board, "--classify")
    assert (again["added"], again["unchanged"], again["classified"]["run_id"]) == (0, 3, None)
    listed = call("list")
    assert [row["source_id"] for row in listed] == ["1", "3", "2"]
    assert {row["domain"] for row in listed} <= {"MIS", "BIA", "PRV", "UNR", "IPT"}
    assert [row["source_id"] for row in call("list", "--text", "women loan")] == ["2"]
    assert call("list", "--until", "2025-12")[0]["source_id"] == "2"
    shown = call("show", "board:1")
    assert shown["incident"]["title"] == ROWS[0]["title"]
    assert shown["classifications"][0]["result"]["evidence"]
    assert call("counts")["stored"] == 3


@pytest.mark.usefixtures("database")
def test_a_bad_line_stores_nothing(
    tmp_path: Path, call: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(ROWS[0]) + "\n" + '{"id": "9", "title": "no text"}\n')
    assert run(["incidents", "import", str(path)]) == 2
    assert f"{path}:2: description: is missing" in capsys.readouterr().err
    assert call("list") == []
    summary = call("import", str(path), "--keep-going")
    assert summary["added"] == 1
    assert [(row["line"], row["field"]) for row in summary["skipped"]] == [(2, "description")]
    assert "skipped: " in _stderr_of(capsys, "import", str(path), "--keep-going")


def _stderr_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert run(["incidents", *arguments]) == 0
    return capsys.readouterr().err


def test_a_changed_text_is_reported_and_taken_only_on_demand(
    imported: dict[str, Any], tmp_path: Path, call: Call
) -> None:
    assert imported["conflicts"] == []
    path = tmp_path / "board.jsonl"
    path.write_text(json.dumps({**ROWS[1], "title": "Loan model is fair after all"}) + "\n")
    refused = call("import", str(path), code=1)
    assert refused["conflicts"][0]["changed"] == ["title"]
    assert call("show", "board:2")["incident"]["title"] == ROWS[1]["title"]
    assert call("import", str(path), "--update", "--classify")["classified"]["classified"] == 1
    shown = call("show", "board:2")
    assert shown["incident"]["title"] == "Loan model is fair after all"
    assert shown["revisions"][0]["content"]["title"] == ROWS[1]["title"]
    assert len(shown["classifications"]) == 2


@pytest.mark.usefixtures("database")
def test_a_table_with_a_map(tmp_path: Path, call: Call) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text("No,Headline,Body\n7,A,The bot paid twice.\n")
    mapping = "id=No,title=Headline,description=Body"
    assert call("import", str(path), "--map", mapping, "--source", "audit")["added"] == 1
    assert call("show", "audit:7")["incident"]["description"] == "The bot paid twice."
    assert run(["incidents", "import", str(path), "--map", "headline=A"]) == 2
    assert run(["incidents", "import", str(path)]) == 2


@pytest.mark.usefixtures("database")
def test_an_incident_of_ones_own(call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    own = ["add", "--title", "Agent paid twice", "--agent", "invoice-bot", "--id", "7"]
    told = ["--description", "After a time-out the payment agent sent the same transfer again."]
    loss = ["--loss", "1250.00 EUR", "--loss", "300 JPY", "--discovered", "2026-02-20T09:00"]
    added = call(*own, *told, *loss)
    assert (added["added"], added["incident"]["affected_agent"]) == (1, "invoice-bot")
    assert added["incident"]["domain"]
    assert call(*own, *told, *loss)["added"] == 0
    events = call("show", "own:7")["loss_events"]
    assert [(row["amount"], row["currency"]) for row in events] == [(125_000, "EUR"), (300, "JPY")]
    assert run(["incidents", *own, "--description", "Something else happened."]) == 1
    assert run(["incidents", *own[:3], *told, "--loss", "12"]) == 2
    assert run(["incidents", *own[:3], *told, "--occurred", "lately"]) == 2
    assert "occurred: is no date" in capsys.readouterr().err
    assert run(["incidents", *own[:3], *told]) == 0


@pytest.mark.usefixtures("imported")
def test_review_by_options_and_agreement(call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    queue = call("review", "--reviewer", "ana")
    assert [row["confidence"] for row in queue] == sorted(row["confidence"] for row in queue)
    for who, code in (("ana", "MIS-01"), ("ben", "MIS-01")):
        done = call("review", "board:1", "--correct", code, "--reviewer", who)
        assert done == {
            "incident": "board:1",
            "reviewer": who,
            "reviewer_id": None,
            "verdict": "correct",
            "code": "MIS-01",
        }
    call("review", "board:2", "--correct", "BIA", "--reviewer", "ana", "--losses", "legal")
    call("review", "board:2", "--correct", "UNR", "--reviewer", "ben", "--comment", "no group")
    found = call("agreement")
    assert (found[0]["incidents"], found[0]["agreed"]) == (2, 1)
    assert call("list", "--reviewed", "--domain", "UNR")[0]["reviewer"] == "ben"
    assert [row["source_id"] for row in call("review", "--reviewer", "ana")] == ["3"]
    assert run(["incidents", "review", "board:1"]) == 2
    assert run(["incidents", "review", "board:1", "--correct", "NOPE"]) == 2
    capsys.readouterr()
    assert run(["incidents", "export", "--corrections"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {row["source_id"]: row["domain"] for row in lines} == {"1": "MIS", "2": "UNR"}


@pytest.mark.usefixtures("imported")
def test_walking_through_the_queue(
    call: Call, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = "x\nc\nWRONG\n\nc\nMIS-02\njailbreak\na\nm\nask legal\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(keys.encode())))
    assert run(["incidents", "review", "--reviewer", "ana"]) == 0
    err = capsys.readouterr().err
    assert "none of the keys" in err
    assert "'WRONG' is no domain" in err
    assert "3 reviewed" in err
    reviewed = call("list", "--reviewed")
    assert len(reviewed) == 2
    assert "MIS-02" in [row["sub_threat"] for row in reviewed]


@pytest.mark.usefixtures("imported")
def test_duplicates_and_merging(tmp_path: Path, call: Call) -> None:
    path = tmp_path / "desk.jsonl"
    path.write_text(json.dumps({**ROWS[2], "title": ROWS[2]["title"] + "!"}) + "\n")
    call("import", str(path))
    pairs = call("duplicates", "--across-sources")
    names = {pairs[0]["left_name"], pairs[0]["right_name"]}
    assert (len(pairs), names) == (1, {"board:3", "desk:3"})
    call("merge", "board:3", "desk:3", "--reason", "the same")
    assert len(call("list")) == 3
    assert call("show", "board:3")["duplicates"] != []
    call("unmerge", "desk:3")
    assert len(call("list")) == 4
    assert run(["incidents", "merge", "board:3", "board:3"]) == 2


@pytest.mark.usefixtures("imported")
def test_deadlines_of_an_incident_and_without_one(call: Call) -> None:
    call("review", "board:1", "--correct", "PRV-01")
    facts = [
        part
        for name in ("personal_data_breach", "data_controller", "risk_to_people")
        for part in ("--fact", name)
    ]
    found = call("deadlines", "board:1", *facts, "--not", "financial_entity")
    assert "not legal advice" in found["notice"]
    by_duty = {row["duty"]: row for row in found["deadlines"]}
    assert by_duty["gdpr-33-1"]["standing"] == "applies"
    assert by_duty["gdpr-33-1"]["due"] == "2026-02-08T00:00:00Z"
    assert by_duty["gdpr-33-1"]["sources"]
    assert not any(name.startswith("dora") for name in by_duty)
    alone = call("deadlines", "--domain", "prv", "--aware", "2026-11-20T09:00")
    assert alone["situation"]["domain"] == "PRV"
    assert "high_risk_ai_provider" in call("deadlines", "--facts")
    assert run(["incidents", "deadlines", "--fact", "nonsense"]) == 2
    assert run(["incidents", "deadlines", "--aware", "soon"]) == 2


@pytest.mark.usefixtures("imported")
def test_export_writes_files(tmp_path: Path, call: Call) -> None:
    out = tmp_path / "all.csv"
    assert call("export", "--out", str(out)) == {"file": str(out), "incidents": 3}
    assert out.read_text().startswith("id,source,source_id,title")
    lines = tmp_path / "all.jsonl"
    call("export", "--out", str(lines), "--text", "women")
    assert [json.loads(line)["source_id"] for line in lines.read_text().splitlines()] == ["2"]


@pytest.mark.usefixtures("imported")
@pytest.mark.parametrize(
    "arguments",
    [["list"], ["show", "board:1"], ["counts"], ["review", "--queue"], ["duplicates"],
     ["deadlines", "--domain", "UNR"], ["deadlines", "--facts"], ["agreement"]],
)  # fmt: skip
def test_the_tables_are_printed(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run(["incidents", *arguments]) == 0
    printed = capsys.readouterr()
    assert printed.out or printed.err


def test_a_database_that_is_not_there_is_a_storage_error(
    board: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "none.db"
    assert run(["incidents", "import", board, "--db", str(missing)]) == 3
    assert "no such database" in capsys.readouterr().err
    assert not missing.exists()


INTERRUPTED_BEFORE_THE_SECOND_COMMIT = """
import signal, sys
from contextlib import contextmanager
from sqlalchemy import text
import cli.main
from governance.store.store import Store

write = Store.write

@contextmanager
def interrupted(store):
    with write(store) as transaction:
        yield transaction
        if transaction.session.scalar(text("SELECT count(*) FROM incident")) == 2000:
            signal.raise_signal(signal.SIGINT)

Store.write = interrupted
signal.signal(signal.SIGINT, signal.default_int_handler)  # in the background it is ignored
sys.exit(cli.main.run(sys.argv[1:]))
"""


def test_ctrl_c_leaves_whole_parts_and_a_second_run_finishes(
    database: Path, tmp_path: Path, call: Call
) -> None:
    """A real process is interrupted in the middle of its second part, not yet committed."""
    rows = tmp_path / "many.jsonl"
    with rows.open("w") as stream:
        for number in range(3_000):
            row = {
                "id": str(number),
                "title": f"Event {number}",
                "description": "A robot fell. " * 9,
            }
            stream.write(json.dumps(row) + "\n")
    arguments = ["incidents", "import", str(rows), "--json"]
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_BEFORE_THE_SECOND_COMMIT, *arguments],
        env={**os.environ, TOKEN: token_of("ana", "compliance")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 130, done.stderr
    assert "the same command goes on" in done.stderr
    assert _stored(database) == 1_000
    summary = call("import", str(rows))
    assert summary["added"] == 2_000
    assert _stored(database) == 3_000
    assert run(["ledger", "verify"]) == 0


def _stored(database: Path) -> int:
    import sqlite3

    connection = sqlite3.connect(database, timeout=20)
    try:
        return int(connection.execute("SELECT count(*) FROM incident").fetchone()[0])
    finally:
        connection.close()
