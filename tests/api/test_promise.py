"""What docs/api.md promises and shows: the names, the lazy import, the gateway."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import governance

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
PROMISED = {
    "AsyncConnection",
    "ComputationError",
    "ConflictError",
    "Connection",
    "ForbiddenError",
    "InputError",
    "MissingExtraError",
    "Money",
    "NotFoundError",
    "Settings",
    "StorageError",
    "TextFile",
    "UnauthenticatedError",
    "UnderwriterError",
    "connect",
    "parse_money",
}


def test_every_promised_name_is_there_and_is_what_it_is_called() -> None:
    assert set(governance.__all__) == PROMISED
    assert {getattr(governance, name).__name__ for name in PROMISED} == PROMISED
    assert set(dir(governance)) >= PROMISED


def test_a_name_that_is_not_there_is_an_error_of_the_attribute() -> None:
    with pytest.raises(AttributeError, match="no attribute 'engine_room'"):
        governance.engine_room  # type: ignore[attr-defined]  # noqa: B018


def test_the_package_alone_loads_nothing_of_the_rest() -> None:
    script = (
        "import sys, governance; heavy = {'pydantic', 'sqlalchemy', 'governance.kernel.money'};"
        "assert not heavy & set(sys.modules);"
        "governance.Money; assert 'sqlalchemy' not in sys.modules; governance.connect"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_the_page_names_every_kind_of_error_with_its_status() -> None:
    text = PAGE.read_text(encoding="utf-8")
    kinds = [getattr(governance, name) for name in PROMISED if name.endswith("Error")]
    for kind in kinds:
        if kind is not governance.UnderwriterError:
            assert re.search(rf"^\| `{kind.__name__}` \|.*\| {kind.http_status} \|$", text, re.M)


def block(name: str) -> str:
    found = re.search(rf"```python file={name}\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def test_the_gateway_has_fewer_than_60_lines_and_never_overspends(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Eight threads, each order asked for twice, 150 % of the ceiling in all."""
    gateway = block("gateway.py")
    assert len(gateway.splitlines()) < 60
    monkeypatch.setattr(sys, "argv", ["gateway.py", database_url])
    exec(block("first.py").replace('"economy.db"', repr(database_url)), {"__name__": "first"})
    exec(gateway, {"__name__": "gateway"})
    assert capsys.readouterr().out.splitlines()[-4:] == [
        "39 committed before",
        "42 denied: ceiling",
        "39 paid",
        "98750 of 100000",
    ]
    with governance.connect(database_url) as connection:
        assert connection.authority.check().ok
        spent = connection.ledger.list(kind="authority.committed", last=100)
        assert [event.actor for event in spent] == ["buyer"] * 39
