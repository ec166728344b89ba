"""Per-item outcomes of other harnesses, counted and bounded anew."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from governance.audit.imports.mapping import ImportedScore
from governance.audit.imports.model import ImportedItem, ImportedRun
from governance.gate.vector import RobustnessVector
from governance.kernel.value import Value
from governance.operations.requests import LocalPath, TextFile
from governance.operations.work import Work, Writing
from governance.registry.standing import AgentStanding


class Outcomes(Value):
    """The logs of a harness, of one model, and which metric feeds which dimension."""

    files: Annotated[tuple[LocalPath, ...], Field(min_length=1, description="Its files.")]
    mapping: Annotated[TextFile | None, Field(description="Metrics to dimensions.")] = None
    allow_truncated: Annotated[bool, Field(description="Keep a run limited on purpose.")] = False


class OutcomesOf(Outcomes):
    """Outcomes on which an agent is certified, as declared evidence."""

    agent: Annotated[str, Field(description="The agent's name or id.")]


class Recounted(ImportedRun):
    """A run recounted, and where the agent stands that was certified on it."""

    items: Annotated[tuple[ImportedItem, ...], Field(exclude=True)]
    scores: tuple[ImportedScore, ...]
    vector: RobustnessVector
    standing: AgentStanding | None = None


def recount(work: Work, request: Outcomes) -> Recounted:
    """Count and bound the outcomes of another harness anew; nothing is stored."""
    return _recounted(request)


def certify(work: Writing, request: OutcomesOf) -> Recounted:
    """Certify an agent on the outcomes of another harness, as declared evidence."""
    from governance.audit.imports.certify import certify_import
    from governance.registry.keys import open_signing_key

    found = _recounted(request)
    key = open_signing_key(work.transaction, work.place.password)
    files = [each.file for each in request.files]
    standing = certify_import(work.transaction, request.agent, found, found.scores, files, key)
    return found.model_copy(update={"standing": standing})


def _recounted(request: Outcomes) -> Recounted:
    from governance.audit.imports.mapping import Mapping, imported_vector, remarks_on
    from governance.audit.imports.mapping import recount as counted
    from governance.audit.imports.reading import read_run
    from governance.kernel.value import parse_document

    run = read_run([each.file for each in request.files], allow_truncated=request.allow_truncated)
    named = request.mapping
    mapping = Mapping() if named is None else parse_document(Mapping, named.document())
    scores = counted(run, mapping)
    said = (*run.remarks, *remarks_on(run, mapping))
    return Recounted(
        **dict(run) | {"remarks": said}, scores=tuple(scores), vector=imported_vector(scores)
    )
