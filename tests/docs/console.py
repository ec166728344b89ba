"""Running the examples of the documentation.

A page's fenced blocks are read in order:

- ```` ```console ````: a line that begins with ``$ `` is a command for bash; the lines behind it,
  up to the next command, are what it prints (standard output, then standard error). A line
  ``...`` stands for any lines, ``...`` within a line for any text. A command that ends in
  ``# exit 1`` must end with that code, every other with 0. What a command ``name=$(...)`` sets is
  there for every command behind it.
- ```` ```yaml file=NAME ```` (any language): the block is written to that file first.

Digests, ids, times and the width of white space are not compared.

``python tests/docs/console.py PAGE`` runs a page and writes what its commands print into it; the
outputs that hold a ``...`` stay as they are.
"""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

_FENCE = re.compile(r"^```(\w*)(?: file=(\S+))?[^\n]*\n(.*?)^```$", re.M | re.S)
_SETS = re.compile(r"(\w+)=\$\(.*\)")
_KEPT = ".variables"  # in the folder of the page
_EXIT = re.compile(r"\s+# exit (\d+)$")
_CHECKER = doctest.OutputChecker()
_OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
_VOLATILE = (
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"), "ID"),
    (re.compile(r"\b[0-9a-f]{12,64}\b"), "HEX"),
    (
        re.compile(r"\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z| UTC|\+00:00)?)?"),
        "T",
    ),
    (re.compile(r"[─━]+"), "-"),
)


@dataclass
class Step:
    """One command with what it should print, or one file to write."""

    command: str
    expected: list[str] = field(default_factory=list)
    exit_code: int = 0
    file: str | None = None


def steps(markdown: str) -> list[Step]:
    """Return the steps of a page in order."""
    found: list[Step] = []
    for language, file, body in _FENCE.findall(markdown):
        if file:
            found.append(Step(body, file=file))
        elif language == "console":
            found += _commands(body)
    return found


def run(step: Step, folder: Path, programs: Path | None = None) -> tuple[int, str]:
    """Run one step in a folder; returns the exit code and the output.

    A program of the folder ``programs`` is taken before another of its name.
    """
    if step.file:
        (folder / step.file).write_text(step.command, encoding="utf-8")
        return 0, ""
    folders = [programs, Path(sys.executable).parent, os.environ["PATH"]]
    path = os.pathsep.join(str(one) for one in folders if one is not None)
    done = subprocess.run(
        ["bash", "-c", _script(step.command)],
        cwd=folder,
        env={**os.environ, "PATH": path, "COLUMNS": "160", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=600,  # machines are noisy
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def _script(command: str) -> str:
    """Return a command with the variables that the ones before it set."""
    kept = f"if [ -e {_KEPT} ]; then . ./{_KEPT}; fi\n"
    sets = _SETS.fullmatch(command)
    if sets is None:
        return kept + command
    return f"{kept}{command}\ncode=$?\ndeclare -p {sets[1]} >> {_KEPT}\nexit $code"


def fits(expected: list[str], output: str) -> bool:
    """Return whether the output is what a page says it is."""
    if not expected:
        return True
    return _CHECKER.check_output(_settled("\n".join(expected)), _settled(output), _OPTIONS)


def _commands(body: str) -> list[Step]:
    found: list[Step] = []
    for line in body.splitlines():
        if line.startswith("$ "):
            exit_code = _EXIT.search(line)
            command = _EXIT.sub("", line[2:])
            found.append(Step(command, exit_code=int(exit_code[1]) if exit_code else 0))
        elif line.startswith("> ") and found and not found[-1].expected:
            found[-1].command += "\n" + line[2:]
        elif found:
            found[-1].expected.append(line)
    return found


def _settled(text: str) -> str:
    for pattern, word in _VOLATILE:
        text = pattern.sub(word, text)
    lines = [line.strip() for line in text.splitlines()]
    return "\n".join(line for line in lines if line) + "\n"


def rewrite(page: Path) -> None:
    """Run a page in a folder of its own and put the real outputs into it."""
    text = page.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as name:
        os.environ["UNDERWRITER_DATABASE_URL"] = str(Path(name) / "underwriter.db")
        for match in list(_FENCE.finditer(text)):
            language, file, body = match.groups()
            if file:
                run(Step(body, file=file), Path(name))
            elif language == "console":
                text = text.replace(body, _with_outputs(body, Path(name)), 1)
    page.write_text(text, encoding="utf-8")


def _with_outputs(body: str, folder: Path) -> str:
    parts = []
    for step in _commands(body):
        _, output = run(step, folder)
        kept = step.expected if any("..." in line for line in step.expected) else None
        lines = kept if kept is not None else [line.rstrip() for line in output.splitlines()]
        while lines and not lines[0]:
            lines = lines[1:]
        while lines and not lines[-1]:
            lines = lines[:-1]
        command = step.command.replace("\n", "\n> ")
        code = f"  # exit {step.exit_code}" if step.exit_code else ""
        parts.append("\n".join([f"$ {command}{code}", *lines]) + "\n")
    return "".join(parts)


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        rewrite(Path(argument))
