from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from governance.incidents.coding import classify_stored
from governance.incidents.importing import import_records
from governance.incidents.intake import ReadResult
from governance.incidents.view import (
    IncidentFilter,
    count_incidents,
    find_incident,
    list_incidents,
)
from governance.kernel.clock import FixedClock
from governance.kernel.errors import InputError
from governance.store.store import Store

MakeRecords = Callable[..., ReadResult]


@pytest.fixture
def coded(store: Store, records: MakeRecords, word_classifier: Callable[..., Any]) -> Store:
    import_records(store, records(12))
    import_records(store, records(2, source="desk", near_miss=True, occurred=None))
    classify_stored(store, word_classifier())
    return store


FILTERS = [
    ({}, 14),
    ({"domain": "MIS"}, 5),
    ({"sub_threat": "PRV-01"}, 5),
    ({"domain": "NONE"}, 4),
    ({"source": "desk"}, 2),
    ({"text": "LETTER 77"}, 1),
    ({"text": "assistant 1 hall"}, 6),
    ({"text": "100%"}, 0),
    ({"since": "2025-11"}, 2),
    ({"until": "2025-02"}, 2),
    ({"since": "2025-03", "until": "2025-03"}, 1),
    ({"min_confidence": 0.4}, 2),
    ({"max_confidence": 0.3}, 2),
    ({"near_miss": True}, 2),
    ({"abstained": False, "domain": "PRV"}, 3),
    ({"reviewed": True}, 0),
]


def test_every_filter(coded: Store) -> None:
    with coded.read() as session:
        for wanted, expected in FILTERS:
            fit = IncidentFilter.model_validate(wanted)
            assert len(list_incidents(session, fit)) == expected, wanted
            assert count_incidents(session, fit) == expected, wanted


def test_the_latest_come_first_and_those_without_a_date_last(coded: Store) -> None:
    with coded.read() as session:
        dates = [row.occurred for row in list_incidents(session, IncidentFilter())]
    assert dates == [*sorted((date for date in dates if date), reverse=True), None, None]
    with coded.read() as session:
        page = list_incidents(session, IncidentFilter(), limit=3, offset=2)
    assert [row.occurred for row in page] == dates[2:5]


def test_an_incident_is_found_by_any_of_its_names(coded: Store) -> None:
    with coded.read() as session:
        incident = find_incident(session, "bench:B-00003")
        assert find_incident(session, incident.id) is incident
        assert find_incident(session, "B-00003") is incident
        with pytest.raises(InputError, match="no incident 'nothing'"):
            find_incident(session, "nothing")
        with pytest.raises(InputError, match="more than one"):
            find_incident(session, "B-00000")


def test_an_id_is_matched_before_what_a_source_calls_another_incident(
    store: Store, records: MakeRecords
) -> None:
    import_records(store, records(1))
    with store.read() as session:
        victim = find_incident(session, "B-00000").id
    claims = (victim, victim[:30], victim[:4])
    for number, claim in enumerate(claims):
        import_records(store, records(1, text=str(number), source="desk", source_id=claim))
    with store.read() as session:
        for wanted in (victim, victim[:30], victim[:-1]):
            assert find_incident(session, wanted).id == victim
        for claim in claims:
            assert find_incident(session, f"desk:{claim}").source_id == claim
        for unclear in (victim[:4], "", victim[:30].upper(), victim[:-2] + "%"):
            with pytest.raises(InputError, match=r"more than one|no incident"):
                find_incident(session, unclear)


def test_a_short_number_of_a_source_that_begins_an_id_too_is_not_guessed(
    store: Store, records: MakeRecords
) -> None:
    import_records(store, records(1))
    with store.read() as session:
        beginning = find_incident(session, "B-00000").id[:7]
    store = replace(store, clock=FixedClock(store.clock.now() + timedelta(days=99)))
    import_records(store, records(1, text="else", source="desk", source_id=beginning))
    with store.read() as session, pytest.raises(InputError, match="more than one"):
        find_incident(session, beginning)


def test_a_wrong_date_is_named(coded: Store) -> None:
    with coded.read() as session, pytest.raises(InputError, match="since: 'soon' is no date"):
        list_incidents(session, IncidentFilter(since="soon"))
