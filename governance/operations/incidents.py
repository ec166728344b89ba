"""Incidents come in, from a source or one by one, and are coded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from governance.incidents.coding import CodingSummary
from governance.incidents.importing import ImportSummary
from governance.incidents.view import IncidentView
from governance.kernel.errors import ConflictError
from governance.kernel.value import Value
from governance.operations.requests import MOST, LocalPath, Nothing
from governance.operations.work import Running

if TYPE_CHECKING:
    from governance.incidents.classification import Classifier
    from governance.incidents.intake import ReadOptions
    from governance.operations.work import Work


class ImportOrder(Value):
    """Which incidents of a source are to be stored."""

    source: Annotated[
        LocalPath,
        Field(description="A file, a folder, standard input, or the package genai-incidents."),
    ]
    format: Annotated[str, Field(description="Name of the format; auto looks at the fields.")] = (
        "auto"
    )
    mapping: Annotated[
        dict[str, str],
        Field(default_factory=dict, description="Our fields to the columns of a plain file."),
    ]
    source_name: Annotated[
        str | None, Field(description="Name of a plain file's source. Default: the file's name.")
    ] = None
    limit: Annotated[int | None, Field(ge=1, le=MOST, description="Take this many at most.")] = None
    since: Annotated[
        str | None, Field(description="Leave out what is known to be older: 2024, 2024-05, ...")
    ] = None
    described_only: Annotated[bool, Field(description="Leave out incidents with a title only.")] = (
        False
    )
    keep_going: Annotated[
        bool, Field(description="Skip bad rows and list them, instead of storing nothing.")
    ] = False
    update: Annotated[
        bool, Field(description="Take the new text where a stored one has changed.")
    ] = False
    classify: Annotated[bool, Field(description="Classify what is not yet classified.")] = False


class Skipped(Value):
    """A row that could not be taken, and why."""

    file: str | None
    line: int | None
    field: str | None
    message: str


class Imported(ImportSummary):
    """What an import did, the rows that it skipped, and what was classified after it."""

    skipped: tuple[Skipped, ...]
    classified: CodingSummary | None


class OwnIncident(Value):
    """One incident of one's own; dates of any precision, as texts."""

    id: Annotated[str | None, Field(description="Its id. Default: made of the content.")] = None
    title: Annotated[str, Field(description="One line.")]
    description: Annotated[str, Field(description="What happened.")]
    occurred: Annotated[str | None, Field(description="When: 2026-11, 2026-11-20, ...")] = None
    discovered: Annotated[str | None, Field(description="When it was found.")] = None
    reported: Annotated[str | None, Field(description="When it was reported.")] = None
    near_miss: Annotated[
        bool | None, Field(description="Nothing happened (true), or something did.")
    ] = None
    status: Annotated[str | None, Field(description="For example open or closed.")] = None
    affected_system: Annotated[str | None, Field(description="The AI system concerned.")] = None
    affected_agent: Annotated[str | None, Field(description="The agent concerned.")] = None
    url: Annotated[str | None, Field(description="Where to read more.")] = None
    losses: Annotated[tuple[str, ...], Field(description="Amounts lost: 12.50 USD.")] = ()
    source: Annotated[str, Field(description="Name of the source.")] = "own"


class OwnStored(Value):
    """An incident of one's own as it is stored; ``added`` is 0 where it was there already."""

    added: int
    incident: IncidentView


def import_incidents(work: Running, request: ImportOrder) -> Imported:
    """Store incidents of a source, each once; one that was cut off goes on where it stopped.

    An incident whose stored text differs is left as it is and reported, unless ``update``.
    """
    from governance.incidents.importing import import_records
    from governance.incidents.intake import read_incidents

    options = _options(request)
    store = work.store
    with work.progress("reading", None) as advance:
        result = read_incidents(str(request.source), options, advance=advance)
    with work.progress("storing", len(result.records)) as advance:
        summary = import_records(store, result, replace=request.update, advance=advance)
    coding = _classify_pending(work) if request.classify else None
    skipped = [
        Skipped(file=fault.file, line=fault.line, field=fault.field, message=fault.message)
        for fault in result.faults
    ]
    return Imported(**dict(summary), skipped=tuple(skipped), classified=coding)


def reclassify(work: Running, request: Nothing) -> CodingSummary:
    """Classify stored incidents that the present model has not coded as they stand now."""
    return _classify_pending(work)


def add_incident(work: Running, request: OwnIncident) -> OwnStored:
    """Store one incident of one's own and classify it; repeating it adds nothing.

    Raises ConflictError where its id is stored with another text.
    """
    from governance.incidents.coding import classify_stored
    from governance.incidents.importing import import_records
    from governance.incidents.intake.own import read_own
    from governance.incidents.view import find_incident, find_view
    from taxonomy import load

    fields = request.model_dump(exclude={"losses", "source"})
    result = read_own(request.source, fields, request.losses)
    name = f"{request.source}:{result.records[0].source_id}"
    store = work.store
    summary = import_records(store, result)
    if summary.conflicts:
        raise ConflictError(f"{name} is stored with another text; nothing was changed", field="id")
    with store.read() as session:
        stored = find_incident(session, name).id
    classify_stored(store, classifier_of(work), edition=load().edition, only=[stored])
    with store.read() as session:
        return OwnStored(added=summary.added, incident=find_view(session, stored))


def classifier_of(work: Work) -> Classifier:
    """Return the packaged classifier, or the one trained from corrections that settings name."""
    from governance.incidents.classification import load_classifier

    return load_classifier(work.settings.classifier_folder)


def _options(request: ImportOrder) -> ReadOptions:
    from governance.incidents.intake import ReadOptions
    from governance.incidents.intake.dates import checked_date

    return ReadOptions(
        format=request.format,
        mapping=request.mapping,
        source_name=request.source_name,
        keep_going=request.keep_going,
        limit=request.limit,
        since=None if request.since is None else checked_date(request.since, "since"),
        described_only=request.described_only,
    )


def _classify_pending(work: Running) -> CodingSummary:
    from governance.incidents.coding import classify_stored, count_pending
    from taxonomy import load

    classifier = classifier_of(work)
    with work.store.read() as session:
        total = count_pending(session, classifier)
    with work.progress("classifying", total) as advance:
        return classify_stored(work.store, classifier, edition=load().edition, advance=advance)
