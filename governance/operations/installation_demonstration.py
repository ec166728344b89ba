"""The main job on real incidents, end to end, in a folder of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

from pydantic import Field

from governance.kernel.canonical import file_digest
from governance.kernel.errors import StorageError
from governance.kernel.files import write_atomically
from governance.kernel.settings import Settings
from governance.kernel.value import Value
from governance.operations import agents, agents_certify, incidents, installation, ledger, reports
from governance.operations.authentication import caller_at
from governance.operations.catalogue import operation_of
from governance.operations.incidents_show import IncidentSearch, count_incidents, list_incidents
from governance.operations.perform import perform
from governance.operations.place import Place, place_of
from governance.operations.requests import LocalPath, Nothing
from governance.operations.work import Work
from governance.registry.standing import AgentStanding
from governance.reports.kinds import KINDS

if TYPE_CHECKING:
    from governance.incidents.counts import IncidentCounts
    from governance.incidents.intake import IncidentRecord
    from governance.registry.exposure_model import ExposureAssumptions
    from governance.store.exposure import RiskRun
    from governance.store.store import Store

SOURCE = "genai-incidents"
DATABASE, REPORT, BUNDLE, REPORTS = "underwriter.db", "report.html", "bundle.json", "reports"
MARK = "made-by-underwriter-demo.txt"
POINT: Literal["point"] = "point"

WorkT = TypeVar("WorkT", bound=Work)
RequestT = TypeVar("RequestT")
AnswerT = TypeVar("AnswerT")


class Demonstrate(Value):
    """Where the demonstration is written, and how large it is."""

    out: Annotated[LocalPath, Field(description="Folder; a former demonstration is replaced.")]
    limit: Annotated[int, Field(ge=1, description="How many incidents to import.")] = 3000
    assumptions: Annotated[
        LocalPath | None, Field(description="Your own frequency and severity ranges.")
    ] = None


class DomainRow(Value):
    """One threat domain: its incidents and its exposure."""

    domain: str
    name: str
    asserted: int
    abstained: int
    expected_loss: float | None
    var_99: float | None
    tvar_99: float | None


class DemoSummary(Value):
    """What the run did and where its files are."""

    incidents: int
    none: int
    abstained: int
    currency: str
    domains: tuple[DomainRow, ...]
    portfolio: DomainRow
    agents: tuple[AgentStanding, ...]
    ledger_ok: bool
    ledger_events: int
    ledger_head: str
    files: dict[str, str]


def demonstrate(work: Work, request: Demonstrate) -> DemoSummary:
    """Run the main job: real incidents, exposure, certified agents, report, ledger."""
    from governance.store.engine import make_engine
    from governance.store.store import Store

    out = request.out.file
    _make_room(out)
    store = Store(make_engine(str(out / DATABASE)), work.place.clock, "demo")
    # Nothing of this installation but its clock: the password of the keys lies in the folder.
    place = place_of(store, Settings.model_construct(data_folder=out))
    try:
        return main_job(work, place, request)
    finally:
        store.close()


def main_job(work: Work, place: Place, request: Demonstrate) -> DemoSummary:
    """Do the main job in an empty place and write report and bundle into the folder asked for.

    Every step but the storing of exposure is an operation that a user can ask for. Raises
    StorageError where the place holds incidents already: a second run on it would count as
    further attempts of the same agents.
    """
    from governance.registry.exposure_model import read_assumptions

    named, out = request.assumptions, request.out.file
    assumed = read_assumptions(None if named is None else str(named))
    inside = Inside(place)
    inside.do(installation.initialise, Nothing())
    if inside.do(count_incidents, Nothing()).stored:
        raise StorageError(
            "the demonstration needs an empty database, and this one holds incidents",
            hint="name another folder with --out",
        )
    work.remark(f"reading real incidents from the package {SOURCE}")
    records = _import(inside, request.limit)
    described = sum(bool(record.description) for record in records)
    work.remark(f"classifying {len(records):,} incidents, {described:,} of them with a description")
    inside.do(incidents.reclassify, Nothing())
    counts = inside.do(count_incidents, Nothing())
    work.remark("estimating exposure for each threat domain")
    runs = _exposure(inside, counts, assumed)
    work.remark("certifying agents from their audit vectors")
    standings = _certify(inside)
    work.remark("writing the report, the bundle and one report of every other kind")
    for name, order in _reports(inside, standings).items():
        write_atomically(out / name, inside.do(reports.build_report, order).content)
    return _summary(inside, out, counts, runs, standings)


@dataclass(frozen=True)
class Inside:
    """The place of the demonstration, in which the local user asks."""

    place: Place

    def do(self, handler: Callable[[WorkT, RequestT], AnswerT], asked: RequestT) -> AnswerT:
        """Perform one operation there."""
        caller = caller_at(self.place, operation_of(handler))
        return perform(self.place, caller, handler, asked)

    @property
    def store(self) -> Store:
        """The store, in which the local user acts."""
        caller = caller_at(self.place, operation_of(count_incidents))
        return self.place.store.acting_as(caller.name, caller.proof)


def spread(records: Sequence[IncidentRecord], limit: int) -> tuple[IncidentRecord, ...]:
    """Return at most ``limit`` records, evenly over the whole, so that every source is in."""
    if len(records) <= limit:
        return tuple(records)
    return tuple(records[index * len(records) // limit] for index in range(limit))


def asserted_by_domain(counts: IncidentCounts) -> dict[str, int]:
    """Return the asserted incidents of every domain of the ontology, zeros included."""
    from taxonomy import load

    found = {row.domain: row.asserted for row in counts.by_domain}
    return {node.id: found.get(node.id, 0) for node in load().domains}


def _import(inside: Inside, limit: int) -> tuple[IncidentRecord, ...]:
    """Store a sample over the whole package; the import of the command line takes the first."""
    from governance.incidents.importing import import_records
    from governance.incidents.intake import ReadOptions, read_incidents

    read = read_incidents(SOURCE, ReadOptions())
    read = replace(read, records=spread(read.records, limit))
    import_records(inside.store, read)
    return read.records


def _exposure(
    inside: Inside, counts: IncidentCounts, assumed: ExposureAssumptions
) -> list[RiskRun]:
    from governance.registry.exposure import estimate_exposure

    with inside.store.write() as transaction:
        return estimate_exposure(transaction, asserted_by_domain(counts), assumed)


def _certify(inside: Inside) -> list[AgentStanding]:
    data = files("governance.registry") / "data"
    with (
        as_file(data / "published-certificates.csv") as published,
        as_file(data / "example-agents.csv") as invented,
    ):
        # The most generous reading: point scores. What is a default still does not count.
        for file, basis, source in (
            (published, POINT, "published certificate"),
            (invented, None, "invented example"),
        ):
            vectors = agents_certify.CertifyAll(
                file=LocalPath(str(file)), basis=basis, source=source
            )
            inside.do(agents_certify.certify_all, vectors)
    return inside.do(agents.list_agents, agents.ListAgents())


def _reports(inside: Inside, standings: Sequence[AgentStanding]) -> dict[str, reports.BuildReport]:
    """Return what is built, by file name; the subjects are the best agent and one incident."""
    wanted = IncidentSearch(abstained=False, limit=1)
    subjects = {
        "agent": max(standings, key=lambda standing: standing.tier).agent,
        "incident": inside.do(list_incidents, wanted).incidents[0].id,
    }
    found = {
        REPORT: reports.BuildReport(kind="overview", format="html"),
        BUNDLE: reports.BuildReport(kind="overview", format="json"),
    }
    for kind in KINDS.values():
        form = "html" if "html" in kind.formats else "zip"
        about = {}
        if kind.subject is not None and kind.subject_required:
            about = {kind.subject: subjects[kind.subject]}
        order = reports.BuildReport(kind=kind.name, format=form, **about)
        found[f"{REPORTS}/{kind.name}.{form}"] = order
    return found


def _summary(
    inside: Inside,
    out: Path,
    counts: IncidentCounts,
    runs: Sequence[RiskRun],
    standings: Sequence[AgentStanding],
) -> DemoSummary:
    from taxonomy import load

    verified = inside.do(ledger.verify, ledger.Verify())
    rows = {row.domain: row for row in counts.by_domain}
    names = {node.id: node.name for node in load().domains}
    domains = []
    for run in runs[:-1]:
        domain = str(run.domain)
        row = rows.get(domain)
        asserted, abstained = (row.asserted, row.abstained) if row else (0, 0)
        domains.append(_row(domain, names[domain], asserted, abstained, run))
    total = sum(row.asserted for row in counts.by_domain)
    kept_back = sum(row.abstained for row in counts.by_domain)
    return DemoSummary(
        incidents=counts.stored,
        none=counts.none,
        abstained=kept_back,
        currency=runs[-1].currency,
        domains=tuple(domains),
        portfolio=_row("all", "all domains together", total, kept_back, runs[-1]),
        agents=tuple(standings),
        ledger_ok=verified.ok,
        ledger_events=verified.events,
        ledger_head=verified.head,
        files={name: file_digest(out / name) for name in (REPORT, BUNDLE)},
    )


def _row(domain: str, name: str, asserted: int, abstained: int, run: RiskRun) -> DomainRow:
    return DomainRow(
        domain=domain,
        name=name,
        asserted=asserted,
        abstained=abstained,
        expected_loss=run.result["mean"],
        var_99=run.result["var"]["0.99"],
        tvar_99=run.result["tvar"]["0.99"],
    )


def _make_room(out: Path) -> None:
    """Make the folder, and remove the files of a former demo; refuse what is not one."""
    mark = out / MARK
    if (out / DATABASE).exists() and not mark.exists():
        raise StorageError(
            f"{out / DATABASE} was not made by `underwriter demo`; it is left alone",
            hint="name another folder with --out",
        )
    write_atomically(mark, "`underwriter demo` made the files beside this one and replaces them.\n")
    try:
        for name in (BUNDLE, REPORT, DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm"):
            (out / name).unlink(missing_ok=True)
        for former in (out / REPORTS).glob("*"):
            former.unlink()
    except OSError as error:
        raise StorageError(f"{out}: {error.strerror}") from error
