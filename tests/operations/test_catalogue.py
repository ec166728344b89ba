"""The table of operations is whole: each has a permission, an example, docs, a door and a test."""

from __future__ import annotations

import inspect
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import is_dataclass
from pathlib import Path, PurePath
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from cli.main import app
from cli.reference import walk
from governance.identity.roles import ROLES
from governance.kernel.errors import InputError, NotFoundError
from governance.operations.catalogue import (
    DATA,
    Operation,
    find_operation,
    help_of,
    operation_of,
    operations,
)
from governance.operations.page import request_schema
from governance.operations.requests import LOCAL, LocalPath, LocalSpec
from governance.operations.work import Reading, Running, Work, Writing
from governance.store.tables import Base
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
    assert set(operation.permissions) <= set(ROLES)
    assert operation.permissions
    assert (operation.function().__doc__ or "").strip()


# Who may ask for what is more than a look, said a second time: a slip in the table shows here.
ALLOWED = {
    "operator": "agents.register agents.change agents.retire agents.request_tier authority.reserve "
    "authority.commit authority.release authority.refund contracts.accept contracts.submit "
    "contracts.cosign contracts.verify installation.tick",
    "operator treasurer": "contracts.post contracts.settle contracts.expire contracts.cancel",
    "auditor": "agents.certify agents.certify_all agents.unfreeze certificates.revoke audits.run "
    "audits.judge audits.certify audits.import ledger.checkpoint",
    "auditor trust": "certificates.trust",
    "policy_owner": "policies.set",
    "policy_owner auditor": "proposals.approve proposals.reject",
    "treasurer": "delegations.grant delegations.revoke",
    "compliance": "incidents.import incidents.link incidents.reclassify incidents.add "
    "incidents.review incidents.merge incidents.unmerge register.add systems.add systems.change "
    "systems.threats controls.set controls.import taxonomy.migrate reports.build",
    "administrator": "roles.grant roles.revoke principals.add principals.disable "
    "principals.enable tokens.create tokens.revoke sessions.link",
    "rotate_keys": "certificates.rotate",
    "backup": "database.backup",
    "restore": "installation.initialise database.upgrade database.restore",
    "downgrade": "database.downgrade",
}
# The others read. These do not by their effect: a key may have to be opened to sign a credential,
# the books are read in one snapshot, and what a broken database lets be seen is seen.
LOOKS_THAT_RUN = {"certificates.show", "authority.check", "installation.doctor"}
# What an agent can ask for itself, by the field that names it.
OWN = {
    "agents.request_tier": "agent",
    "agents.show": "agent",
    "authority.reserve": "agent",
    "authority.show": "agent",
    "authority.commit": "reservation",
    "authority.release": "reservation",
}


def test_who_may_ask_is_what_was_decided(operation: Operation) -> None:
    said = " ".join(operation.permissions)
    named = {name for names in ALLOWED.values() for name in names.split()}
    assert operation.own == OWN.get(operation.name)
    if operation.name in named:
        assert operation.name in ALLOWED[said].split()
    else:
        assert said == "reader"
        assert operation.effect in ("pure", "reads") or operation.name in LOOKS_THAT_RUN


def test_every_permission_is_a_role_and_an_operation_asks_for_it() -> None:
    asked = {one for row in operations().values() for one in row.permissions}
    assert set(ROLES) == asked | {"agent"}


def test_no_row_of_the_database_is_asked_for_or_answered(operation: Operation) -> None:
    hints = get_type_hints(operation.function(), include_extras=True)
    rows = {mapper.class_ for mapper in Base.registry.mappers}
    assert len(rows) > 30
    assert not rows & {*_types_in(hints["request"]), *_types_in(hints["return"])}
    TypeAdapter(hints["return"]).json_schema(mode="serialization", by_alias=True)


def test_a_request_is_frozen_and_refuses_what_it_does_not_know_all_the_way_down(
    operation: Operation,
) -> None:
    model = get_type_hints(operation.function(), include_extras=True)["request"]
    types = set(_types_in(model))
    assert not types & {Path, PurePath, object}
    values = [one for one in types if issubclass(one, BaseModel)]
    assert {one.model_config.get("frozen") for one in values} == {True}
    assert {one.model_config.get("extra") for one in values} == {"forbid"}
    with pytest.raises(ValidationError, match="extra_forbidden"):
        TypeAdapter(model).validate_python({**operation.example, "no_such_field": 1}, context=LOCAL)


def test_no_json_from_outside_names_a_file_of_this_machine(operation: Operation) -> None:
    model = get_type_hints(operation.function(), include_extras=True)["request"]
    for name, field in model.model_fields.items():
        if not {LocalPath, LocalSpec} & set(_types_in(field.annotation)):
            continue
        refused = ""
        for value in ("/etc/passwd", ["/etc/passwd"]):
            with pytest.raises(ValidationError) as caught:
                TypeAdapter(model).validate_json(json.dumps({**operation.example, name: value}))
            refused += str(caught.value)
        assert "handed in by the door" in refused


def _types_in(hint: Any, seen: set[type] | None = None) -> Iterator[type]:
    """Yield every class that an annotation mentions, and what their fields mention."""
    seen = set() if seen is None else seen
    for part in get_args(hint):
        yield from _types_in(part, seen)
    found = get_origin(hint) or hint
    if not isinstance(found, type) or found in seen:
        return
    seen.add(found)
    yield found
    if issubclass(found, BaseModel):
        for field in found.model_fields.values():
            yield from _types_in(field.annotation, seen)
    elif is_dataclass(found):
        for inner in get_type_hints(found, include_extras=True).values():
            yield from _types_in(inner, seen)


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
