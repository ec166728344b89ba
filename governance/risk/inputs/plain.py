"""What a scenario's file may hold: plain decimal numbers, bounded nesting, bounded parts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from governance.kernel.documents import Document
from governance.kernel.errors import InputError
from governance.kernel.value import field_path

if TYPE_CHECKING:
    import yaml

DEEPEST = 32  # levels of lists and tables
MOST_PARTS = 10_000  # components of mixtures, aliases written out
MOST_GROUPS = 1_000_000  # lists and tables, aliases written out
PLAIN = re.compile(r"[-+]?(0|[1-9][0-9]*)?(\.[0-9]*)?([eE][-+]?[0-9]+)?")
Location = tuple[int | str, ...]


def check_plain(document: Document) -> None:
    """Raise InputError with file, line and field at the first value that a file may not hold."""
    _check_size(document)
    if document.source.endswith((".json", ".toml")) or not document.text:
        return
    for place, node in _odd_scalars(document.text):
        raise InputError(
            f"{node.value} is no plain decimal number",
            file=document.source or None,
            line=node.start_mark.line + 1,
            field=field_path(place),
        )


def _check_size(document: Document) -> None:
    """Walk the parsed data, shared parts as often as they are named, up to the bounds."""
    groups = parts = 0
    stack: list[tuple[object, Location]] = [(document.data, ())]
    while stack:
        value, place = stack.pop()
        if isinstance(value, bool):
            raise _refused(document, place, f"{str(value).lower()} is no number and no text")
        groups += 1
        if isinstance(value, list | tuple) and place and place[-1] == "components":
            parts += len(value)
        if len(place) >= DEEPEST:
            raise _refused(document, place[:8], f"nested more than {DEEPEST} levels deep")
        if parts > MOST_PARTS or groups > MOST_GROUPS:
            raise _refused(document, place[:8], f"more than {MOST_PARTS} parts")
        stack.extend(_inside(value, place))


def _inside(value: object, place: Location) -> Iterator[tuple[object, Location]]:
    """Yield what a list or table holds of lists, tables and truths, with its place."""
    rows: Iterable[tuple[object, object]]
    if isinstance(value, dict):
        rows = value.items()
    elif isinstance(value, list | tuple):
        rows = enumerate(value)
    else:
        return
    for key, inner in rows:
        if isinstance(inner, dict | list | tuple) or (
            isinstance(inner, bool) and key != "retained"
        ):
            yield inner, (*place, key if isinstance(key, int) else str(key))


def _refused(document: Document, place: Location, message: str) -> InputError:
    line = document.line_of(place) if document.text else None
    return InputError(message, file=document.source or None, line=line, field=field_path(place))


def _odd_scalars(text: str) -> Iterator[tuple[Location, yaml.ScalarNode]]:
    """Yield numbers that YAML reads otherwise than they stand: 010, 1:30, 0x1F, 1_000."""
    import yaml

    if not _ODD.search(text):
        return
    root = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    stack: list[tuple[yaml.Node, Location]] = [] if root is None else [(root, ())]
    seen: set[int] = set()
    while stack:
        node, place = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                stack.append((key, (*place, str(key.value))))
                stack.append((value, (*place, str(key.value))))
        elif isinstance(node, yaml.SequenceNode):
            stack.extend((inner, (*place, index)) for index, inner in enumerate(node.value))
        elif isinstance(node, yaml.ScalarNode) and _misread(node):
            yield place, node


# what may be such a number; a text without any is not composed a second time
_ODD = re.compile(r"(?<![\w.])[-+]?(0[0-9xXbBoO]|[0-9][0-9_]*[_:][0-9])")


def _misread(node: yaml.ScalarNode) -> bool:
    number = node.tag in ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
    return number and PLAIN.fullmatch(str(node.value)) is None
