"""How deep a YAML text nests, found without building anything from it."""

from __future__ import annotations

from governance.kernel.errors import InputError

DEEPEST = 32


def check_depth(text: str, source: str) -> None:
    """Raise InputError with the line where YAML nests more than 32 levels.

    The parser in C recurses while it builds, and ends the program on 100,000 brackets; events come
    one after the other. A text with no room for that many levels is not parsed twice.
    """
    if not _may_be_deep(text):
        return
    import yaml

    depth = 0
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        for event in yaml.parse(text, Loader=loader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > DEEPEST:
                mark = event.start_mark
                line = None if mark is None else mark.line + 1
                raise InputError(f"nested more than {DEEPEST} levels deep", file=source, line=line)
    except yaml.YAMLError:
        return  # the reader itself says what is broken, and where


def _may_be_deep(text: str) -> bool:
    """Return whether brackets and indentation leave room for more levels than allowed."""
    if text.count("[") + text.count("{") > DEEPEST:
        return True
    return any(_levels(line) > DEEPEST for line in text.splitlines())


def _levels(line: str) -> int:
    """Return the most levels at which a line of block style can stand: one for each column."""
    rest = line.lstrip(" ")
    dashes = len(rest) - len(rest.lstrip("- ?"))
    return len(line) - len(rest) + dashes
