from __future__ import annotations

import pytest

from governance.kernel.errors import ConflictError, InputError
from governance.operations import register
from governance.operations.place import Place
from governance.operations.register import RiskOrder
from governance.operations.requests import Nothing
from tests.operations.conftest import Ask
from tests.operations.examples import names_of, run_example


def test_every_example(place: Place) -> None:
    answers = {name: run_example(place, name) for name in names_of("register")}
    added = answers["register.add"]
    assert (added["threat"], added["mean"], added["events"]) == ("MIS-01", 0.5, 0)
    assert answers["register.list"] == [added]


def test_a_threat_stands_on_the_register_once(ask: Ask) -> None:
    assert ask(register.register_risk, RiskOrder(threat="UNR", observed_years=2)).years == 2
    with pytest.raises(ConflictError, match="already"):
        ask(register.register_risk, RiskOrder(threat="UNR"))
    for bad in (RiskOrder(threat="NOPE"), RiskOrder(threat="BIA", prior_events=0)):
        with pytest.raises(InputError):
            ask(register.register_risk, bad)
    assert [row.threat for row in ask(register.list_risks, Nothing())] == ["UNR"]
