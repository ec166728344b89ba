"""Certifying every agent of a file: checked as a whole, then stored batch by batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from sqlalchemy.orm import Session

from governance.gate.dimensions import Basis
from governance.gate.rows import VectorRow, read_vectors
from governance.kernel.canonical import file_digest
from governance.kernel.errors import InputError
from governance.registry.agents import check_agent_name
from governance.registry.certifications import require_in_service
from governance.registry.certify_batch import KeyRotatedError, certify_batch
from governance.registry.certify_ground import FileRow, FromFile, at_row
from governance.registry.certify_rows import declared
from governance.registry.keys import signing_key
from governance.registry.kinship import Declared, who_registers
from governance.registry.matches import check_matches, matches_in
from governance.registry.standing import AgentStanding
from governance.store.agents import Agent, Evidence
from governance.store.finding import by_ids_or_names
from governance.store.names import check_name, held_names, refused, stored_keys
from governance.store.store import Store

BATCH = 100
Progress = Callable[[int], AbstractContextManager[Callable[[int], None]]]


def _silent(total: int) -> AbstractContextManager[Callable[[int], None]]:
    del total
    return nullcontext(lambda _: None)


def certify_file(
    store: Store,
    path: str,
    *,
    password: bytes,
    basis: Basis | None = None,
    source: str | None = None,
    progress: Progress = _silent,
    batch: int = BATCH,
) -> list[AgentStanding]:
    """Certify every agent of a CSV or JSON Lines file, registering those not yet known.

    Dimensions that the file itself calls defaulted are missing. Raises InputError naming the
    line of a row without a name, with a fault, or whose agent may not be registered or is retired;
    nothing of the file is stored then.

    Decided and signed while other writers go on, stored in one short transaction for each batch.
    What a stop leaves is whole batches; the same call goes on behind them, since a row is passed
    over whose attempt stands already: of the same file, vector, basis, policy and digests. What is
    read from standard input (``-``) has no digest, so all of it is certified each time. Raises as
    above, with earlier batches stored, where an agent was retired or a name taken meanwhile.
    """
    rows = read_vectors(path)
    digest = None if path == "-" else file_digest(Path(path))
    evidence = Evidence(source=source or Path(path).name, digest=digest)
    with store.read() as session:
        checked = _checked(session, store, rows, path)
    if not checked:
        return []
    asked = FromFile(path, evidence, basis, signing_key(store, password))
    standings: list[AgentStanding] = []
    with progress(len(checked)) as advance:
        for part in _parts(checked, batch):
            try:
                standings += certify_batch(store, asked, part)
            except KeyRotatedError:
                asked = asked._replace(key=signing_key(store, password))
                standings += certify_batch(store, asked, part)
            advance(len(part))
    return standings


def _parts(rows: Sequence[FileRow], size: int) -> Iterator[list[FileRow]]:
    """Yield the rows in order, in parts that name no agent twice."""
    part: list[FileRow] = []
    for row in rows:
        if len(part) == size or any(row.subject == other.subject for other in part):
            yield part
            part = []
        part.append(row)
    if part:
        yield part


def _checked(session: Session, store: Store, rows: Sequence[VectorRow], path: str) -> list[FileRow]:
    """Return the rows with whom each is about; raises InputError for the first at fault."""
    named = [_named(row, path) for row in rows]
    known = by_ids_or_names(session, Agent, named)
    check = _new_names(session, store, [name for name in named if name not in known])
    times: Counter[object] = Counter()
    found: list[FileRow] = []
    for row, name in zip(rows, named, strict=True):
        agent = known.get(name)
        with at_row(path, row.line):
            if agent is None:
                check(name)
            else:
                require_in_service(agent)
        subject, vector = name if agent is None else agent.id, declared(row.vector)
        same = (subject, vector.model_dump_json())
        found.append(FileRow(row.line, name, vector, subject, times[same]))
        times[same] += 1
    return found


def _named(row: VectorRow, path: str) -> str:
    if row.name is None:
        raise InputError("a name is missing", file=path, line=row.line, field="agent")
    return row.name


def _new_names(session: Session, store: Store, names: Sequence[str]) -> Callable[[str], None]:
    """Return the check of names that are to be registered, to be asked in the order of the file.

    A name may not look like one that exists, nor like another of the file.
    """
    if not names:
        return lambda _: None
    checked: set[str] = set()
    holders: dict[str, str] = {}
    keys = {name: stored_keys(name) for name in names}
    held = held_names(session, "agent", keys)
    matches = matches_in(session, Declared({}, who_registers(store)), store.clock.now())

    def check(name: str) -> None:
        if name in checked:
            return
        check_agent_name(name)
        check_name(name)
        check_matches(name, matches)
        own = keys[name]
        like = held.get(name) or next((holders[key] for key in own if key in holders), None)
        if like is not None:
            raise refused(name, like)
        holders.update(dict.fromkeys(own, name))
        checked.add(name)

    return check
