"""Whether what a control's status rests on still holds: review dates, files, editions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from governance.kernel.canonical import file_digest
from governance.kernel.value import Value
from governance.registry.assessments import Assessment, EvidenceItem
from taxonomy import Ontology

FileState = Literal["there", "missing", "changed", "not_looked_at"]
_LOST = {"missing": "is gone", "changed": "has changed since"}


class Stale(Value):
    """One assessment that no longer stands as it was given, and every reason.

    An owner without ``owner_id`` is a name that was typed.
    """

    assessment_id: str
    control: str
    system_id: str | None
    status: str
    owner: str
    owner_id: str | None
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class StaleReason:
    """Why a word no longer stands: its review is due, its target date has passed, ..."""

    kind: Literal["review", "target", "control", "evidence"]
    text: str


def find_stale(
    rows: Iterable[Assessment], ontology: Ontology, now: datetime, *, look_at_files: bool = True
) -> list[Stale]:
    """Return the assessments that are due for review or whose evidence has changed or gone.

    Files are looked at where ``location`` is a path on this machine; links are not fetched.
    """
    found = []
    for row in rows:
        files = file_states(row) if look_at_files else {}
        reasons = tuple(reason.text for reason in stale_reasons(row, ontology, now, files))
        if reasons:
            found.append(
                Stale(
                    assessment_id=row.id,
                    control=row.control,
                    system_id=row.system_id,
                    status=row.status,
                    owner=row.owner,
                    owner_id=row.owner_id,
                    reasons=reasons,
                )
            )
    return found


def stale_reasons(
    row: Assessment, ontology: Ontology, now: datetime, files: Mapping[str, FileState]
) -> Iterator[StaleReason]:
    """Yield every reason why a word no longer stands; ``files`` is what `file_states` found."""
    yield from _dates(row, now.date())
    yield from _control(row, ontology)
    for item in row.evidence:
        lost = _LOST.get(files.get(item.id, "not_looked_at"))
        if lost is not None:
            yield StaleReason("evidence", f"evidence {lost}: {item.title}")


def file_states(row: Assessment) -> dict[str, FileState]:
    """Return {evidence: whether its file is where the record says, with the recorded digest}.

    Links are not fetched; a file that cannot be read counts as missing.
    """
    return {item.id: _file_state(item) for item in row.evidence}


def _file_state(item: EvidenceItem) -> FileState:
    if item.digest is None or item.location is None or item.link is not None:
        return "not_looked_at"
    path = Path(item.location)
    try:
        if not path.is_file():
            return "missing"
        return "there" if file_digest(path) == item.digest else "changed"
    except OSError:
        return "missing"


def _dates(row: Assessment, today: date) -> Iterator[StaleReason]:
    if row.review_on and row.review_on <= today:
        yield StaleReason("review", f"review was due on {row.review_on}")
    if row.due and row.target != row.status and row.due < today:
        yield StaleReason("target", f"was to be {row.target or 'done'} by {row.due}")


def _control(row: Assessment, ontology: Ontology) -> Iterator[StaleReason]:
    node = ontology.nodes.get(row.control)
    if node is None:
        yield StaleReason("control", f"edition {ontology.edition} has no such control")
    elif node.retired_in:
        yield StaleReason("control", f"retired in {node.framework} {node.retired_in}")
