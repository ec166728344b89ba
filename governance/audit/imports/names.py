"""Whether two names are of one model, by a table of how providers name theirs."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import combinations

from governance.audit.imports.model import mixture

_TABLE = "governance.audit.imports.data"


@dataclass(frozen=True)
class ModelName:
    """A name taken apart: its path without providers, and the dated snapshot, where it says one.

    ``own`` marks a name that the customer chose, as a deployment; it says nothing of the model.
    """

    path: tuple[str, ...]
    snapshot: str | None
    own: bool


def take_apart(name: str) -> ModelName:
    """Return what a name says of the model behind it, whatever the provider and region."""
    parts = [part for part in name.strip().lower().split("/") if part not in ("", ".", "..")]
    own = False
    while len(parts) > 1 and _is_prefix(parts[0]):
        own = own or _kind(parts[0]) in _names("deployment")
        parts = parts[1:]
    if not parts or name.strip().lower() in _names("unnamed"):
        return ModelName((), None, own=True)
    last, snapshot = _snapshot(_plain(parts[-1]))
    return ModelName((*parts[:-1], last), snapshot, own)


def same_model(one: str, other: str) -> bool:
    """Say whether two names can be of one model: one path ends in the other, no two snapshots."""
    first, second = take_apart(one), take_apart(other)
    shorter, longer = sorted((first.path, second.path), key=len)
    dated = {name.snapshot for name in (first, second) if name.snapshot is not None}
    return len(dated) <= 1 and longer[len(longer) - len(shorter) :] == shorter


def one_name(asked: Iterable[str], served: Iterable[str], file: str) -> tuple[str, tuple[str, ...]]:
    """Return the model of a run and the other names under which it answered.

    A name that the customer chose is believed, where all answers are of one model. Raises
    InputError where the names are of several models.
    """
    wanted, answered = set(asked), {name for name in served if name}
    chosen = {name for name in wanted if take_apart(name).own}
    known = (wanted - chosen) | answered
    several = any(not same_model(*pair) for pair in combinations(sorted(known), 2))
    if several or len(chosen - _names("unnamed")) > 1 or not wanted | answered:
        raise mixture(wanted | answered, file)
    named = {name for name in wanted if name not in _names("unnamed")} or answered or wanted
    model = max(sorted(named), key=len)
    return model, tuple(sorted(answered - {model}))


def _is_prefix(part: str) -> bool:
    return part.startswith("arn:") or part in _names("provider") | _names("deployment")


def _kind(part: str) -> str:
    # An ARN ends in the kind of resource; what follows it is the name.
    return part.rsplit(":", 1)[-1]


def _plain(name: str) -> str:
    """Return a name without region, vendor, revision and moving tag."""
    name = name.removeprefix("@").replace("@", "-")
    for kind in ("region", "vendor"):
        head, _, rest = name.partition(".")
        name = rest if rest and head in _names(kind) else name
    for ending in _rows("ending"):
        name = re.sub(f"{ending['name']}$", "", name)
    alias = {row["name"]: row["same_as"] for row in _rows("alias")}
    return alias.get(name, name)


def _snapshot(name: str) -> tuple[str, str | None]:
    found = None
    for pattern in _rows("snapshot"):
        match = re.search(f"(?<=[a-z0-9]){pattern['name']}$", name)
        if match is not None and match.start() > 0:
            name, found = name[: match.start()], match.group().strip("-").replace("-", "")
            break
    # Some write claude-3.5, some claude-3-5.
    return name.replace(".", "-"), found


@cache
def _rows(kind: str) -> tuple[dict[str, str], ...]:
    text = (files(_TABLE) / "model_names.csv").read_text("utf-8")
    return tuple(row for row in csv.DictReader(text.splitlines()) if row["kind"] == kind)


@cache
def _names(kind: str) -> frozenset[str]:
    return frozenset(row["name"] for row in _rows(kind))
