"""Reading one YAML, JSON or TOML document, with the line of each field for error messages."""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from governance.kernel.bounds import MAX_NUMBER, YamlBounds, check_json, check_toml, too_deep
from governance.kernel.errors import InputError

if TYPE_CHECKING:
    import yaml

MAX_DOCUMENT_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True)
class Document:
    """Parsed data with the text it came from."""

    data: object
    source: str
    text: str

    def line_of(self, location: tuple[int | str, ...]) -> int | None:
        """Return the 1-based line of a field, or of its nearest parent; None where unknown."""
        import yaml

        if self.source.endswith(".toml"):
            return None
        try:
            return _line_at(_yaml_events(self.text), [str(part) for part in location])
        except (yaml.YAMLError, StopIteration):
            return None


def _line_at(events: Iterator[Any], location: list[str]) -> int | None:
    """Follow a path along the events of a text, of which no tree is made."""
    import yaml

    event = next(events)
    while not isinstance(event, yaml.NodeEvent):
        event = next(events)
    line = 1
    for part in location:
        found = _child(event, part, events)
        if found is None:
            break
        event, line = found
    return line


def _child(event: Any, part: str, events: Iterator[Any]) -> tuple[Any, int] | None:
    """Return the value of a key or a place, and the line of the key or of the value."""
    import yaml

    if not isinstance(event, yaml.CollectionStartEvent):
        return None
    place = 0
    while not isinstance(child := next(events), yaml.CollectionEndEvent):
        if isinstance(event, yaml.SequenceStartEvent):
            if part == str(place):
                return child, child.start_mark.line + 1
        else:
            key = child
            _skip(key, events)
            child = next(events)
            if getattr(key, "value", None) == part:
                return child, key.start_mark.line + 1
        _skip(child, events)
        place += 1
    return None


def _skip(event: Any, events: Iterator[Any]) -> None:
    import yaml

    depth = int(isinstance(event, yaml.CollectionStartEvent))
    while depth:
        event = next(events)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)


def _yaml_events(text: str) -> Iterator[Any]:
    import yaml

    events: Iterator[Any] = yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return events


def read_text(path: str) -> tuple[str, str]:
    """Return (text, name shown in errors) of a UTF-8 file, or of standard input for ``-``."""
    name = "<stdin>" if path == "-" else path
    try:
        raw = _start_of(path)
    except FileNotFoundError:
        raise InputError("no such file", file=name) from None
    except IsADirectoryError:
        raise InputError("is a folder, not a file", file=name) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=name) from error
    if len(raw) > MAX_DOCUMENT_BYTES:
        raise InputError(f"larger than {MAX_DOCUMENT_BYTES // 2**20} MiB", file=name)
    try:
        return raw.decode("utf-8-sig"), name
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise InputError(f"invalid UTF-8 at byte {error.start}", file=name, line=line) from None


def _start_of(path: str) -> bytes:
    """Return a file as far as it may be read, and one byte more where it is longer."""
    if path == "-":
        return sys.stdin.buffer.read(MAX_DOCUMENT_BYTES + 1)
    with Path(path).open("rb") as stream:
        return stream.read(MAX_DOCUMENT_BYTES + 1)


def read_document(path: str) -> Document:
    """Read a YAML, JSON or TOML file (``-``: YAML or JSON on standard input)."""
    text, name = read_text(path)
    return parse_text(text, name)


def parse_text(text: str, source: str) -> Document:
    """Parse text by the source's ending: ``.json``, ``.toml``, anything else as YAML."""
    if source.endswith(".json") or (source == "<stdin>" and text.lstrip()[:1] in "{["):
        return Document(parse_json(text, source), source, text)
    if source.endswith(".toml"):
        return Document(parse_toml(text, source), source, text)
    return Document(_parse_yaml(text, source), source, text)


def parse_json(
    text: str, source: str, *, line: int | None = None, constants: bool = False
) -> object:
    """Parse JSON strictly: no duplicate keys, no NaN or Infinity; errors name the line.

    ``constants`` lets NaN and Infinity through, for files of tools that write them.
    """

    def refuse_constant(name: str) -> NoReturn:
        raise InputError(f"{name} is not a number", file=source, line=line)

    def refuse_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
        result = dict(pairs)
        if len(result) != len(pairs):
            seen: set[str] = set()
            for key, _ in pairs:
                if key in seen:
                    raise InputError(f"the key {key!r} stands twice", file=source, line=line)
                seen.add(key)
        return result

    check_json(text, source, line)
    try:
        return json.loads(
            text,
            parse_constant=float if constants else refuse_constant,
            object_pairs_hook=refuse_duplicates,
        )
    except json.JSONDecodeError as error:
        at = error.lineno if line is None else line
        raise InputError(
            f"broken JSON at column {error.colno}: {error.msg}", file=source, line=at
        ) from None
    except RecursionError:
        raise too_deep(source, line) from None
    except ValueError:  # Python refuses to read integers of thousands of digits
        raise InputError("a number has too many digits", file=source, line=line) from None


def parse_toml(text: str, source: str) -> dict[str, Any]:
    """Parse TOML; raises InputError naming the source."""
    check_toml(text, source)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"broken TOML: {error}", file=source) from None
    except RecursionError:
        raise too_deep(source, None) from None
    except ValueError:
        raise InputError("a number has too many digits", file=source) from None


def _parse_yaml(text: str, source: str) -> object:
    import yaml

    try:
        YamlBounds(source).check(_yaml_events(text))
        data: object = yaml.load(text, Loader=_yaml_loader())  # noqa: S506, TID251 - safe
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = None if mark is None else mark.line + 1
        raise InputError(f"broken YAML: {error.problem}", file=source, line=line) from None
    except yaml.YAMLError as error:
        raise InputError(f"broken YAML: {error}", file=source) from None
    except RecursionError:
        raise too_deep(source, None) from None
    except ValueError as error:  # a tagged value such as `!!int x`
        raise InputError(f"broken YAML: {error}", file=source) from None
    return data


def _yaml_loader() -> type:
    """Return PyYAML's safe loader, in C where it is built, that refuses duplicate keys."""
    import yaml

    base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Loader(base):  # type: ignore[misc,valid-type]
        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> object:
            seen: set[object] = set()
            for key_node, _ in node.value:
                key = self.construct_object(key_node, deep=True)
                if isinstance(key, str | int | float) and key in seen:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"the key {key!r} stands twice", key_node.start_mark
                    )
                if isinstance(key, str | int | float):
                    seen.add(key)
            return super().construct_mapping(node, deep)

    Loader.add_constructor("tag:yaml.org,2002:timestamp", _date_or_text)
    for kind in ("int", "float"):
        Loader.add_constructor(f"tag:yaml.org,2002:{kind}", _bounded_number(kind))
    return Loader


def _bounded_number(kind: str) -> Callable[[Any, yaml.Node], object]:
    """Return what makes a number of a short text: 1:1:1 and so on takes time by its square."""

    def construct(loader: Any, node: yaml.Node) -> object:
        if len(node.value) > MAX_NUMBER:
            raise ConstructorError(None, None, "a number has too many digits", node.start_mark)
        return getattr(loader, f"construct_yaml_{kind}")(node)

    from yaml.constructor import ConstructorError

    return construct


def _date_or_text(loader: Any, node: yaml.ScalarNode) -> object:
    """Return a date; one that is on no calendar stays text, so that its field is named later."""
    try:
        return loader.construct_yaml_timestamp(node)
    except ValueError:
        return node.value
