"""The table of operations is whole: each has a permission, an example, docs, a door and a test."""

from __future__ import annotations

import inspect
import json
import re
from collections import defaultdict
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from cli.main import app
from cli.reference import walk
from governance.kernel.errors import InputError, NotFoundError
from governance.operations.caller import Permission
from governance.operations.catalogue import (
    DATA,
    Operation,
    find_operation,
    help_of,
    operation_of,
    operations,
)
from governance.operations.page import request_schema
from governance.operations.work import Reading, Running, Work, Writing
from tests.operations.examples import request_of

TESTS = Path(__file__).parent
WORKS = {"pure": Work, "reads": Reading, "writes": Writing, "runs": Running}


@pytest.fixture(params=list(operations()))
def operation(request: pytest.FixtureRequest) -> Operation:
    return operations()[request.param]


def test_the_handler_takes_the_work_of_its_effect_and_answers(operation: Operation) -> None:
    handler = operation.function()
    hints = get_type_hints(handler)
    assert list(inspect.signature(handler).parameters) == ["work", "request"]
    assert hints["work"] is WORKS[operation.effect]
    assert set(hints) == {"work", "request", "return"}
    assert operation_of(handler) is operation


def test_it_has_a_permission_and_a_docstring(operation: Operation) -> None:
    assert operation.permission in get_args(Permission)
    assert (operation.function().__doc__ or "").strip()


def test_its_example_is_a_request_of_its_kind(operation: Operation) -> None:
    """An id that is only known at run time stands as ``{name}``; a field is described."""
    request = request_of(operation, defaultdict(lambda: "an-id"))
    assert type(request) is get_type_hints(operation.function())["request"]
    fields = request_schema(operation).get("properties", {})
    assert all(field.get("description") for field in fields.values())


def test_the_tests_name_it(operation: Operation) -> None:
    texts = (file.read_text(encoding="utf-8") for file in TESTS.glob("test_*.py"))
    area = operation.area
    assert any(f'"{operation.name}"' in text or f'names_of("{area}")' in text for text in texts)


def test_every_remedy_of_an_error_is_an_operation_and_no_hint_of_the_library_names_a_command() -> (
    None
):
    named = set()
    for folder in ("governance", "taxonomy"):
        for file in (TESTS.parents[1] / folder).rglob("*.py"):
            text = file.read_text(encoding="utf-8")
            assert not re.search(r"hint=f?\"[^\"]*underwriter ", text), file
            named |= set(re.findall(r"remedy=(?:None if \w+ else )?f?\"([a-z]+[.][a-z_]+)", text))
    assert len(named) > 15
    assert named <= set(operations())


def test_what_helps_is_said_in_words_of_the_command_line() -> None:
    error = InputError("no", hint="ask", remedy="roles.grant ada auditor")
    assert help_of(error) == "ask (underwriter role grant ada auditor)"
    assert help_of(InputError("no", remedy="agents.list")) == "underwriter agent list"
    assert help_of(InputError("no", hint="ask")) == "ask"


def test_names_and_handlers_are_there_once_and_examples_belong_to_operations() -> None:
    rows = (DATA / "operations.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 1 + len(operations())
    assert len({row.handler for row in operations().values()}) == len(operations())
    examples = json.loads((DATA / "examples.json").read_text(encoding="utf-8"))
    assert set(examples) <= set(operations())


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(NotFoundError):
        find_operation("agents.dance")


def test_each_command_stands_for_an_operation_and_each_operation_has_one() -> None:
    import typer
    from typer.core import TyperGroup

    commands = {
        " ".join(path)
        for path, command in walk(typer.main.get_command(app), ())
        if not isinstance(command, TyperGroup)
    }
    assert {row.command for row in operations().values()} == commands
