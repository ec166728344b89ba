from __future__ import annotations

import json
from datetime import timedelta

import pytest

from governance.kernel.errors import InputError, NotFoundError
from governance.operations import reports
from governance.operations.place import Place
from governance.operations.requests import TextFile
from tests.operations.conftest import Ask
from tests.operations.examples import run_example


def test_a_report_is_built_and_compared_with_itself(place: Place, ask: Ask) -> None:
    built = ask(reports.build_report, reports.BuildReport(kind="overview", format="json"))
    said = run_example(place, "reports.build")
    assert (said["bytes"], said["digest"]) == (len(built.content), built.digest)
    assert "content" not in said
    found = run_example(place, "reports.diff", {"report": built.content.decode()})
    assert (found["kind"], found["differences"]) == ("overview", [])


def test_kinds_and_schemas(place: Place) -> None:
    kinds = {row["kind"]: row for row in run_example(place, "reports.kinds")}
    assert kinds["agent"]["subject_required"]
    assert "properties" in run_example(place, "reports.schema")


def test_what_does_not_fit_the_kind_is_refused(place: Place, ask: Ask) -> None:
    with pytest.raises(NotFoundError, match="no kind"):
        ask(reports.build_report, reports.BuildReport(kind="novel"))
    with pytest.raises(InputError, match="not about one agent") as error:
        ask(reports.build_report, reports.BuildReport(kind="overview", agent="bot"))
    assert error.value.field == "agent"
    later = place.clock.now() + timedelta(days=1)
    with pytest.raises(InputError, match="in the future") as error:
        ask(reports.build_report, reports.BuildReport(kind="overview", at=later))
    assert error.value.field == "at"
    with pytest.raises(InputError, match=r"tolerance\.yaml"):
        bad = TextFile(name="tolerance.yaml", text=json.dumps({"currency": "USD", "points": []}))
        ask(reports.build_report, reports.BuildReport(kind="overview", tolerance=bad))
