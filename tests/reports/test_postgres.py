"""The same reports from PostgreSQL."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from report_filled import START, add_controls, fill, freeze, moment_later

from governance.kernel.clock import FixedClock
from governance.registry.setup import set_up
from governance.reports.build import Request, build
from governance.reports.kinds import KINDS
from governance.store.engine import make_engine
from governance.store.store import Store

SUBJECTS = {"agent": "strong", "incident": "sample:0"}


def reports(url: str, folder: Path) -> dict[str, bytes]:
    """Return every kind's data form, at the end and looking back to before the freeze."""
    store = Store(make_engine(url), FixedClock(START), "tester", random.Random(5).randbytes)
    set_up(store)
    fill(store)
    add_controls(store, folder)
    moment_later(store, 2)
    freeze(store, "strong")
    found = {}
    for kind in KINDS.values():
        form = "zip" if kind.name == "evidence-pack" else "json"
        for at in (None, START):
            request = Request(kind=kind.name, format=form, subject=SUBJECTS.get(kind.name), at=at)
            found[f"{kind.name} {at}"] = build(store, request)
    store.close()
    return found


@pytest.mark.postgres
def test_both_databases_give_the_same_bytes(
    postgres_url: str, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the first principal has one name, which is the server's user on PostgreSQL."""
    monkeypatch.setattr("governance.identity.first.local_user", lambda _: "tester")
    first, second = reports(sqlite_url, tmp_path), reports(postgres_url, tmp_path)
    assert first.keys() == second.keys()
    for name, data in first.items():
        assert data == second[name], name
