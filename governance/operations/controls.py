"""What is known of each control, by what evidence, and what has gone stale."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from governance.kernel.errors import InputError
from governance.kernel.value import Value, parse
from governance.operations.editions import WithLocal
from governance.operations.requests import LocalPath, TextFile
from governance.operations.work import Reading, Running
from governance.registry.assessments import Assessment, ControlWord, Status, assessments_at
from governance.registry.controls import Evidence, Word, assess_control
from governance.registry.staleness import Stale, find_stale
from governance.registry.systems import find_system


class SetControl(WithLocal):
    """A word on one control, of one system or of the whole organisation.

    Evidence is a file that the door names, a digest, or a link.
    """

    control: Annotated[str, Field(description="For example iso42001:A.6.2.8.")]
    status: Annotated[Status, Field(description="What is known.")]
    system: Annotated[str | None, Field(description="Name or id; left out: all of us.")] = None
    applicable: Annotated[bool | None, Field(description="Left out: not decided.")] = None
    justification: Annotated[str, Field(description="Why it applies or not.")] = ""
    owner: Annotated[str, Field(description="Who answers for the control.")] = ""
    assessor: Annotated[str, Field(description="Who checked: who asks, or a typed name.")] = ""
    evidence: Annotated[
        tuple[LocalPath | Evidence, ...], Field(description="Files and links that show it.")
    ] = ()
    review_on: Annotated[date | None, Field(description="From then on the word is stale.")] = None
    target: Annotated[Status | None, Field(description="Status that is aimed at.")] = None
    due: Annotated[date | None, Field(description="By when it is aimed at.")] = None


class ControlFile(WithLocal):
    """Words on many controls; ``folder`` is where files of evidence lie, None: only links."""

    file: Annotated[TextFile, Field(description="CSV; the columns are those of a word.")]
    folder: Annotated[LocalPath | None, Field(description="Where files of evidence lie.")] = None


class ControlFilter(WithLocal):
    """Which words are wanted."""

    framework: Annotated[
        str | None, Field(description="Every control of this framework, assessed or not.")
    ] = None
    system: Annotated[str | None, Field(description="Words on this system only.")] = None


class WordStored(ControlWord):
    """A word that was stored, with the number of its pieces of evidence.

    ``system`` is the name of its system, for a reader; it is left out of JSON.
    """

    evidence: int
    system: Annotated[str | None, Field(exclude=True)]


class WordsStored(Value):
    """How many words were stored."""

    stored: int


class NoWord(Value):
    """A control of which nobody has said anything."""

    control: str
    system_id: None = None
    status: Literal["not_assessed"] = "not_assessed"
    applicable: None = None
    owner: str = ""
    owner_id: None = None
    assessor: str = ""
    assessor_id: None = None
    review_on: None = None
    evidence: tuple[()] = ()


def set_control(work: Running, request: SetControl) -> WordStored:
    """Say what is known of a control: verified, declared or not assessed.

    Verified needs evidence and an assessor who is not the owner; declared needs an owner. Nobody
    says that another principal was the assessor. Files of evidence are read before the
    transaction begins.
    """
    said = request.model_dump(exclude={"system", "local", "evidence"})
    said["evidence"] = tuple(_evidence(item) for item in request.evidence)
    word, ontology = parse(Word, said), request.ontology()
    with work.write() as transaction:
        system = find_system(transaction.session, request.system) if request.system else None
        row = assess_control(transaction, ontology, word, system)
        name = None if system is None else system.name
    stored = row.model_dump(exclude={"evidence"})
    return WordStored(**stored, evidence=len(row.evidence), system=name)


def import_controls(work: Running, request: ControlFile) -> WordsStored:
    """Take words on many controls from a CSV; all of them or none.

    Columns: control, status; optional system, applicable, justification, owner, assessor, target,
    due, review_on, evidence (files or links, separated by semicolons).
    """
    from governance.registry.control_rows import assess_rows, read_words

    ontology, file = request.ontology(), request.file
    folder = None if request.folder is None else request.folder.file
    words = read_words(file.text, file.name, folder)
    with work.write() as transaction:
        return WordsStored(stored=len(assess_rows(transaction, ontology, words, file.name)))


def list_controls(work: Reading, request: ControlFilter) -> list[Assessment | NoWord]:
    """List the last word on each control; with a framework also those without a word."""
    ontology = request.ontology()
    system = find_system(work.session, request.system) if request.system else None
    rows = assessments_at(work.session, system_id=system.id if system else None)
    if request.framework is None:
        return list(rows)
    wanted = [node.id for node in ontology.controls(request.framework)]
    place = {name: number for number, name in enumerate(wanted)}
    shown: list[Assessment | NoWord] = [row for row in rows if row.control in place]
    known = {row.control for row in rows}
    shown += [NoWord(control=name) for name in wanted if name not in known]
    return sorted(shown, key=lambda row: place[row.control])


def list_stale(work: Reading, request: WithLocal) -> list[Stale]:
    """Name the words on controls that no longer stand as they were given.

    A review date or target date has passed, an evidence file changed or is gone, or the control
    left the ontology. Links are not fetched.
    """
    return find_stale(assessments_at(work.session), request.ontology(), work.now)


def _evidence(item: LocalPath | Evidence) -> Evidence:
    from governance.registry.control_rows import evidence_from

    if isinstance(item, LocalPath):
        return evidence_from(str(item), Path())
    if item.digest is not None and item.location and "://" not in item.location:
        raise InputError("a file is handed in by the door, not named", field="evidence")
    return item
