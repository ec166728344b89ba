"""Writes the typed methods in `governance/api/areas/` and the methods of `docs/api.md`.

``python -m governance.api.writer docs`` writes both from the catalogue, or compares: ``--check``.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from textwrap import wrap

from governance.api.layout import WIDTH
from governance.api.page import with_methods
from governance.api.signatures import Method, class_name, methods

AREAS = Path(__file__).with_name("areas")
PAGE = "api.md"
_HEADER = '''"""{summary}

Written from the catalogue by `make docs`; `make check` fails where the two differ.
"""

from __future__ import annotations

'''
_OWN = """from governance.api.asking import Area
from governance.api.waiting import AsyncArea, Awaited
"""


def sources() -> dict[str, str]:
    """Return the text of every module of `governance/api/areas/` by its name."""
    areas = methods()
    found = {f"{area}.py": _module(area, rows) for area, rows in areas.items()}
    return {"__init__.py": _all_areas(list(areas)), **found}


def _all_areas(areas: list[str]) -> str:
    lines = [_HEADER.format(summary="Every area of the catalogue, as one caller asks for it.")]
    for area in sorted(areas):
        name = class_name(area)
        lines.append(f"from governance.api.areas.{area} import {_sorted({name, f'Async{name}'})}\n")
    lines.append("from governance.api.asking import Asking\n")
    lines.append("from governance.api.waiting import Threads\n")
    lines.append('\n\nclass Areas:\n    """The areas, asked for by somebody."""\n\n')
    lines.append("    def __init__(self, asking: Asking) -> None:\n")
    lines += [f"        self.{area} = {class_name(area)}(asking)\n" for area in areas]
    lines.append('\n\nclass AsyncAreas:\n    """The areas, whose methods are awaited."""\n\n')
    lines.append("    def __init__(self, blocking: Areas, threads: Threads) -> None:\n")
    for area in areas:
        lines.append(f"        self.{area} = Async{class_name(area)}(blocking.{area}, threads)\n")
    return "".join(lines)


def _module(area: str, rows: list[Method]) -> str:
    name = class_name(area)
    parts = [_HEADER.format(summary=f"The operations `{area}.*` as methods."), _imports(rows)]
    parts.append(f'\n\nclass {name}(Area):\n    """The operations `{area}.*`."""\n')
    parts += [f"\n{_written(row)}" for row in rows]
    parts.append(f'\n\nclass Async{name}(AsyncArea):\n    """The same, awaited."""\n\n')
    parts += [f"    {row.name} = Awaited({name}.{row.name})\n" for row in rows]
    return "".join(parts)


def _written(row: Method) -> str:
    """Return a method as the formatter would leave it."""
    module, _, function = row.operation.handler.partition(":")
    lines = [_call(f"    def {row.name}", _signature(row), f" -> {row.answer}:")]
    lines.append(_docstring(row.summary))
    lines.append(f"        from governance.operations import {module} as handlers\n")
    given = [f"handlers.{function}", *(f"{one.name}={one.name}" for one in row.parameters)]
    lines.append(_call("        return self._ask", given, ""))
    return "\n".join(lines) + "\n"


def _signature(row: Method) -> list[str]:
    parameters = [str(one) for one in row.parameters]
    return ["self", "*", *parameters] if parameters else ["self"]


def _call(start: str, parts: list[str], end: str) -> str:
    whole = f"{start}({', '.join(parts)}){end}"
    if len(whole) <= WIDTH:
        return whole
    indent = " " * (len(start) - len(start.lstrip()))
    packed = f"{indent}    {', '.join(parts)}"
    if len(packed) <= WIDTH:
        return f"{start}(\n{packed}\n{indent}){end}"
    rows = "".join(_row(f"{indent}    ", part) for part in parts)
    return f"{start}(\n{rows}{indent}){end}"


def _row(indent: str, part: str) -> str:
    """Return one argument on a line, or its type's alternatives on one of their own."""
    if len(f"{indent}{part},") <= WIDTH or "]" not in part:
        return f"{indent}{part},\n"
    start, _, rest = part.partition("[")
    inner, _, end = rest.rpartition("]")
    return f"{indent}{start}[\n{indent}    {inner}\n{indent}]{end},\n"


def _docstring(summary: str) -> str:
    whole = f'        """{summary}"""'
    if len(whole) <= WIDTH:
        return whole
    rows = wrap(summary, WIDTH - 20)  # more than one, or the formatter joins them
    return '        """' + "\n        ".join(rows) + '\n        """'


def _imports(rows: list[Method]) -> str:
    found: dict[str, set[str]] = defaultdict(set)
    for module, name in chain.from_iterable(row.imports for row in rows):
        found[module].add(name)
    plain = "".join(f"    import {name}\n" for name in sorted(found.pop("", ())))
    standard = {module for module in found if not module.startswith(("governance.", "taxonomy."))}
    typed = "from typing import TYPE_CHECKING\n"
    first = "".join(_lines(found, sorted(standard)))
    second = "".join(_lines(found, sorted(found.keys() - standard)))
    groups = [group for group in (plain + first, second) if group]
    return f"{typed}\n{_OWN}\nif TYPE_CHECKING:\n" + "\n".join(groups).rstrip("\n") + "\n"


def _lines(found: dict[str, set[str]], modules: Iterable[str]) -> Iterator[str]:
    for module in modules:
        names = _sorted(found[module])
        line = f"    from {module} import {names}"
        if len(line) <= WIDTH:
            yield f"{line}\n"
        else:
            yield f"    from {module} import (\n"
            yield from (f"        {name},\n" for name in names.split(", "))
            yield "    )\n"


def _sorted(names: set[str]) -> str:
    return ", ".join(sorted(names, key=str.casefold))


def files(docs: Path) -> dict[Path, str]:
    """Return what every file that comes from the catalogue should hold."""
    found = {AREAS / name: text for name, text in sources().items()}
    page = docs / PAGE
    return {**found, page: with_methods(page.read_text(encoding="utf-8"))}


def main(arguments: list[str]) -> int:
    """Write the files, or with ``--check`` compare them; returns the exit code."""
    check = "--check" in arguments
    docs = Path(next(one for one in arguments if not one.startswith("--")))
    stale = []
    for file, text in files(docs).items():
        if file.is_file() and file.read_text(encoding="utf-8") == text:
            continue
        stale.append(file)
        if not check:
            file.write_text(text, encoding="utf-8")
    if check and stale:
        sys.stderr.writelines(f"{file} is not up to date: run `make docs`\n" for file in stale)
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
