"""Every operation of the catalogue is a method: same arguments, types, defaults and answer."""

from __future__ import annotations

import inspect
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, get_type_hints

import pytest

import governance
from governance.api import areas
from governance.api.areas import Areas, AsyncAreas
from governance.api.asking import Asking
from governance.api.given import kinds_of, request_model
from governance.api.page import example_of
from governance.api.signatures import class_name, methods
from governance.api.waiting import Threads
from governance.api.writer import files
from governance.operations.catalogue import Operation, operation_of, operations
from governance.operations.requests import LocalPath, LocalSpec, TextFile

ROOT = Path(__file__).parents[2]
WIDER: dict[Any, set[Any]] = {
    LocalPath: {str, Path},
    LocalSpec: {str},
    TextFile: {str, Path, TextFile},
    tuple: {Sequence},
    dict: {Mapping},
}
METHODS = {row.operation.name: row for rows in methods().values() for row in rows}


@pytest.fixture(params=list(operations()))
def operation(request: pytest.FixtureRequest) -> Operation:
    return operations()[request.param]


def written_class(area: str) -> Any:
    """Return an area's class with the types that only a type checker imports otherwise."""
    file = Path(areas.__file__).with_name(f"{area}.py")
    names: dict[str, Any] = {"__name__": f"typed_{area}"}
    exec(file.read_text(encoding="utf-8").replace("if TYPE_CHECKING:", "if True:"), names)
    return names[class_name(area)], names


def named(operation: Operation) -> tuple[str, str]:
    area, _, name = operation.name.partition(".")
    return area, "import_" if name == "import" else name


def plain(annotation: Any) -> set[Any]:
    """Return the types and the words of literals that an annotation mentions."""
    kinds = {one for one in kinds_of(annotation) if isinstance(one, type | str) or one is Any}
    return kinds - {UnionType, Annotated}


def widened(annotation: Any) -> set[Any]:
    """Return what a method takes where a request has this annotation."""
    return {each for one in plain(annotation) for each in WIDER.get(one, {one})}


def test_it_is_a_method_with_the_arguments_of_its_request(operation: Operation) -> None:
    area, name = named(operation)
    kind, names = written_class(area)
    method = getattr(kind, name)
    hints = get_type_hints(method, names, {"list": list})
    fields = request_model(operation.function()).model_fields
    parameters = dict(inspect.signature(method).parameters)
    del parameters["self"]
    assert list(parameters) == list(fields)
    for field, info in fields.items():
        assert parameters[field].kind is inspect.Parameter.KEYWORD_ONLY
        assert plain(hints[field]) == widened(info.annotation), field
        default = inspect.Parameter.empty
        if not info.is_required():
            default = info.get_default(call_default_factory=True)
        assert parameters[field].default == default


def test_its_answer_and_its_words_are_those_of_the_handler(operation: Operation) -> None:
    area, name = named(operation)
    kind, names = written_class(area)
    method, handler = getattr(kind, name), operation.function()
    assert get_type_hints(method, names)["return"] == get_type_hints(handler)["return"]
    words = " ".join((method.__doc__ or "").split())
    assert words
    assert " ".join((handler.__doc__ or "").split()).startswith(words)
    assert getattr(written_class(area)[1][f"Async{class_name(area)}"], name).__doc__ == (
        method.__doc__
    )


class Heard(Asking):
    """Keeps what it is asked for and answers nothing."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, dict[str, Any]]] = []

    def ask(self, handler: Any, /, given: dict[str, Any]) -> Any:
        self.heard.append((operation_of(handler).name, given))


class Names(defaultdict[str, Any]):
    """What stands for a word that is known at run time alone, or a type of the package."""

    def __missing__(self, key: str) -> Any:
        if key in governance.__all__:
            return getattr(governance, key)
        return dict if key[0].isupper() else f"<{key}>"


@pytest.mark.parametrize("name", METHODS)
def test_its_example_asks_for_its_operation_with_what_was_given(name: str) -> None:
    method, heard = METHODS[name], Heard()
    text = example_of(method)
    eval(text, {"__builtins__": {}}, Names(str, {"connection": Areas(heard)}))
    ((asked, given),) = heard.heard
    assert asked == name
    fields = request_model(method.operation.function()).model_fields
    aliases = {field.alias or one: one for one, field in fields.items()}
    assert list(given) == list(fields)
    for key in fields.keys() - {aliases[one] for one in method.operation.example}:
        assert given[key] == fields[key].get_default(call_default_factory=True)


def test_every_area_is_there_blocking_and_awaited() -> None:
    heard = Heard()
    blocking = Areas(heard)
    awaited = AsyncAreas(blocking, Threads())
    found = set(methods())
    assert found == {name.partition(".")[0] for name in operations()}
    assert set(vars(blocking)) == set(vars(awaited)) == found
    for area in found:
        assert public(type(getattr(blocking, area))) == public(type(getattr(awaited, area)))


def public(kind: type) -> list[str]:
    return [name for name in vars(kind) if not name.startswith("_")]


def test_what_comes_from_the_catalogue_is_up_to_date() -> None:
    wanted = files(ROOT / "docs")
    stale = [file for file, text in wanted.items() if file.read_text("utf-8") != text]
    assert stale == [], "make docs"
    there = set((ROOT / "governance" / "api" / "areas").glob("*.py"))
    assert there == {file for file in wanted if file.suffix == ".py"}
