"""A story of commands, run in one process and one fresh folder, with time and chance held still.

The story is `story.txt`; how its lines are read is said there. Each command runs through
`cli.main.run`. Every command takes one minute of the story's time, or none where its line says so,
however often it asks for the time; random bytes follow from the command and from how many were
drawn before, so that neither another call of the clock nor of the random source moves anything
that comes later.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import os
import random
import re
import shlex
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from governance.gate import reaudit
from governance.kernel import system
from governance.kernel.clock import SystemClock
from tests.audit.doubles import chat_reply, chat_server
from tests.golden.settled import Settled

HERE = Path(__file__).parent
SAMPLES = HERE.parent / "data" / "audits" / "samples"
START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DATABASE = "story.db"
PASSWORD = "the story's own"
CRASHED = -1
TIMELESS = "~ "
_SUBGROUPS = ("agent certificate", "gate policy")
_CAPTURE = re.compile(r"^(\w+)=([\w.]+): (.*)$")
_REDIRECT = re.compile(r"^(.*?) ([<>]) (\S+)$")


@dataclass
class Step:
    """One line of the story: its name, and what it ended with."""

    name: str
    group: str
    code: int = 0
    out: str = ""
    err: str = ""
    as_json: bool = False


@dataclass
class Stage:
    """Where the story stands: the time, the names kept, how many bytes were drawn."""

    now: datetime = START
    step: str = ""
    kept: dict[str, str] = field(default_factory=dict)
    drawn: Counter[tuple[str, int]] = field(default_factory=Counter)
    names: Counter[str] = field(default_factory=Counter)

    def random_bytes(self, size: int) -> bytes:
        """Return bytes of the step and of the number of draws of this size in it.

        An id takes ten bytes; the bits that sort it count upwards, so that ids of one moment are
        in the order in which they were made.
        """
        number = self.drawn[self.step, size]
        self.drawn[self.step, size] += 1
        made = hashlib.shake_256(f"{self.step}|{size}|{number}".encode()).digest(size)
        if size == 10:
            rest = int.from_bytes(made, "big") & ((1 << 68) - 1)
            made = ((number % 4096 << 68) | rest).to_bytes(10, "big")
        return made

    def name(self, line: str) -> str:
        """Return the line as the name of the step; told apart where it comes again."""
        self.names[line] += 1
        return line if self.names[line] == 1 else f"{line} ({self.names[line]})"


def lines() -> list[str]:
    """Return the lines of the story."""
    text = (HERE / "story.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def tell(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Run the story in an empty folder; returns what it printed, settled, by group."""
    found: dict[str, list[dict[str, Any]]] = {}
    for step, settled in _told(folder):
        record = settled.record(step)
        group = "errors" if step.as_json and _is_error(record) else step.group
        found.setdefault(group, []).append(record)
    return found


def _is_error(record: dict[str, Any]) -> bool:
    """Tell an error from an answer that is no: of an error there is nothing but the error."""
    alone = set(record) <= {"command", "exit", "errors"}
    document = record.get("json")
    written = isinstance(document, dict) and set(document) == {"error"}
    return record["exit"] != 0 and (alone or written)


def _told(folder: Path) -> Iterator[tuple[Step, Settled]]:
    stage = Stage()
    shutil.copytree(HERE / "inputs", folder, dirs_exist_ok=True)
    for name in ("garak_mini.report.jsonl", "promptfoo_out.jsonl"):
        shutil.copy(SAMPLES / name, folder)
    with _still(stage, folder) as patch, chat_server(_answer) as (url, _):
        stage.kept["SERVER"] = url
        settled = Settled({str(folder.resolve()): "<folder>", url: "<server>"})
        for line in lines():
            step = _play(line, stage, patch)
            if step is not None:
                yield step, settled


def _play(line: str, stage: Stage, patch: pytest.MonkeyPatch) -> Step | None:
    word, _, rest = line.partition(" ")
    if word == "@days":
        stage.now += timedelta(days=float(rest))
    elif word == "@actor":
        _set(patch, "UNDERWRITER_ACTOR", rest)
    elif word == "@token":
        _set(patch, "UNDERWRITER_TOKEN", stage.kept[rest] if rest else "")
    elif word == "@append":
        name, text = shlex.split(rest)
        with Path(name).open("a", encoding="utf-8") as stream:
            stream.write(text + "\n")
    elif word == "@show":
        written = Path(rest)
        text = written.read_text(encoding="utf-8") if written.is_file() else ""
        return Step(stage.name(line), "files", out=text, as_json=Path(rest).suffix != ".csv")
    else:
        return _command(line, stage)
    return None


def _set(patch: pytest.MonkeyPatch, name: str, value: str) -> None:
    if value:
        patch.setenv(name, value)
    else:
        patch.delenv(name, raising=False)


def _command(line: str, stage: Stage) -> Step:
    if line.startswith(TIMELESS):
        line = line.removeprefix(TIMELESS)
    else:
        stage.now += timedelta(minutes=1)
    capture = _CAPTURE.match(line)
    text = capture[3] if capture else line
    stage.step = step_name = stage.name(text)
    redirect = _REDIRECT.match(text)
    source = target = None
    if redirect:
        text = redirect[1]
        source, target = (redirect[3], None) if redirect[2] == "<" else (None, redirect[3])
    arguments = [_filled(part, stage.kept) for part in shlex.split(text)]
    step = Step(step_name, _group(arguments), as_json="--json" in arguments)
    step.code, step.out, step.err = _run(arguments, Path(source).read_bytes() if source else b"")
    if target:
        Path(target).write_text(step.out, encoding="utf-8")
    if capture:
        stage.kept[capture[1]] = _field(step.out, capture[2])
    return step


def _group(arguments: list[str]) -> str:
    from cli.main import COMMANDS

    pair = " ".join(arguments[:2])
    if pair in _SUBGROUPS:
        return pair.replace(" ", "-")
    return arguments[0] if arguments[0] in COMMANDS else "program"


def _run(arguments: list[str], given: bytes) -> tuple[int, str, str]:
    from cli.main import run

    streams = [io.TextIOWrapper(io.BytesIO(part), encoding="utf-8") for part in (given, b"", b"")]
    kept = sys.stdin, sys.stdout, sys.stderr
    sys.stdin, sys.stdout, sys.stderr = streams
    try:
        try:
            code = run(arguments)
        except Exception as error:  # noqa: BLE001 - the story goes on, and shows the crash
            code = CRASHED
            sys.stderr.write(f"crash: {type(error).__name__}: {error}\n")
        for stream in streams[1:]:
            stream.flush()
    finally:
        sys.stdin, sys.stdout, sys.stderr = kept
    out, err = (_content(stream) for stream in streams[1:])
    return code, out, err


def _content(stream: io.TextIOWrapper) -> str:
    held = stream.buffer
    assert isinstance(held, io.BytesIO)
    return held.getvalue().decode("utf-8")


def _filled(part: str, kept: dict[str, str]) -> str:
    return re.sub(r"\$(\w+)", lambda match: kept[match[1]], part)


def _field(text: str, path: str) -> str:
    """Return a field of what was printed; the story goes on where there is none."""
    try:
        value = json.loads(text)
        for part in path.split("."):
            value = value[int(part)] if part.isdigit() else value[part]
    except (ValueError, LookupError, TypeError):
        return "nothing"
    return str(value)


@contextmanager
def _still(stage: Stage, folder: Path) -> Iterator[pytest.MonkeyPatch]:
    """Hold time, chance, folder, environment and the program's name still."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("UNDERWRITER_", "OPENAI_")):
                patch.delenv(name)
        for name in ("CONFIG", "DATA", "CACHE", "STATE"):
            patch.setenv(f"XDG_{name}_HOME", str(folder / name.lower()))
        for name, value in (
            ("UNDERWRITER_DATABASE_URL", DATABASE), ("UNDERWRITER_KEY_PASSWORD", PASSWORD),
            ("COLUMNS", "160"), ("TERM", "dumb"), ("NO_COLOR", "1"),
        ):  # fmt: skip
            patch.setenv(name, value)
        patch.setattr(system, "operating_system_user", lambda: "tester")
        patch.setattr(sys, "argv", ["underwriter"])
        patch.setattr(sys.modules["__main__"], "__package__", None)  # else in the usage's words
        patch.chdir(folder)
        patch.setattr(SystemClock, "now", lambda _: stage.now)
        # The source below `secrets` and `os`: whoever kept a reference to either gets these.
        patch.setattr(random, "_urandom", stage.random_bytes)
        patch.setattr(os, "urandom", stage.random_bytes)
        # The draw mixes in the ledger's hash, in which the folder's name is: whoever kept the
        # function gets one that draws from the seed alone.
        patch.setattr(reaudit.unit_exponential, "__code__", _exponential.__code__)
        yield patch


def _exponential(seed: bytes, certification: str, contribution: bytes = b"") -> float:
    return -math.log1p(-(int.from_bytes(seed[:4], "big") / 2**32))


def _answer(number: int, body: dict[str, Any]) -> tuple[int, bytes, dict[str, str]]:
    """Play the subject and every judge: they are told apart by the model's name."""
    asked, model = body["messages"][-1]["content"], body["model"]
    if model == "broken":
        return 500, b"broken", {}
    if model == "subject":
        verdict = "ACCEPT" if len(asked) % 2 else "REJECT"
        return 200, chat_reply(f"VERDICT: {verdict}\nANSWER: UNKNOWN\nDECISION: A"), {}
    accepted = "VERDICT: ACCEPT" in asked
    if model == "contrary" and "statement" in asked:
        accepted = not accepted
    label = "ACCEPTED" if accepted else "REJECTED"
    if "JUDGEMENT: DECLINED" in asked.rpartition("\n")[2]:
        label = "DECLINED"
    return 200, chat_reply(f"Reason.\nJUDGEMENT: {label}"), {}
