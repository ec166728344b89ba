"""Reading a source whole: format, records, faults; nothing is stored here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from governance.incidents.intake.aiid import AIID
from governance.incidents.intake.atlas import ATLAS
from governance.incidents.intake.avid import AVID
from governance.incidents.intake.dates import earliest, latest
from governance.incidents.intake.entry import Entry
from governance.incidents.intake.formats import Format
from governance.incidents.intake.genai import GENAI, package_entries
from governance.incidents.intake.oecd import OECD
from governance.incidents.intake.plain import check_mapping, plain_format, recognises
from governance.incidents.intake.record import IncidentRecord
from governance.incidents.intake.sources import Source, opened_source
from governance.incidents.intake.veris import VERIS
from governance.kernel.canonical import digest
from governance.kernel.errors import InputError
from governance.kernel.rows import FaultHandler, raise_fault

KNOWN = (GENAI, AVID, ATLAS, VERIS, OECD, AIID)
FORMAT_NAMES = ("auto", *(known.name for known in KNOWN), "plain")
ROWS_LOOKED_AT = 20


@dataclass(frozen=True)
class ReadOptions:
    """How to read a source.

    ``since`` leaves out incidents known to be older; ``described_only`` leaves out those with no
    description; ``limit`` counts what is kept.
    """

    format: str = "auto"
    mapping: Mapping[str, str] = field(default_factory=dict)
    source_name: str | None = None
    keep_going: bool = False
    limit: int | None = None
    since: str | None = None
    described_only: bool = False


@dataclass(frozen=True)
class ReadResult:
    """What a source holds; ``faults`` is empty unless the reading was told to keep going.

    ``name`` is the file's name without its folder, which is nobody else's business.
    """

    name: str
    format: str
    records: tuple[IncidentRecord, ...]
    faults: tuple[InputError, ...]
    left_out: int

    @property
    def digest(self) -> str:
        """Digest over the records' digests in order: the same content gives the same one."""
        return digest([record.content_digest for record in self.records])


def read_incidents(
    path: str, options: ReadOptions, *, advance: Callable[[int], None] | None = None
) -> ReadResult:
    """Read a file, a folder, standard input (``-``) or the package ``genai-incidents``.

    Without ``keep_going`` the first fault is raised; it names file, line and field.
    """
    _check_options(options)
    collector = _Collector(options, advance)
    if path == GENAI.name:
        chosen = GENAI
        collector.collect(package_entries(), chosen)
    else:
        with opened_source(path) as source:
            chosen = _choose_format(source, options)
            collector.collect(source.entries(chosen.records_at, collector.on_fault), chosen)
            path = source.name
    return ReadResult(
        Path(path).name,
        chosen.name,
        tuple(collector.records),
        tuple(collector.faults),
        collector.left_out,
    )


def _check_options(options: ReadOptions) -> None:
    if options.format not in FORMAT_NAMES:
        names = ", ".join(FORMAT_NAMES)
        raise InputError(f"{options.format!r} is no format", field="format", hint=names)
    if options.mapping and options.format not in ("auto", "plain"):
        raise InputError("goes with the format plain only", field="mapping")
    check_mapping(options.mapping)


def _choose_format(source: Source, options: ReadOptions) -> Format:
    if options.format == "plain" or options.mapping:
        return _plain(source, options)
    if options.format != "auto":
        return next(known for known in KNOWN if known.name == options.format)
    columns = _columns(source)
    for known in KNOWN:
        if known.recognises(columns):
            return known
    if recognises(columns):
        return _plain(source, options)
    shown = ", ".join(list(columns)[:12])
    raise InputError(
        f"the format cannot be told from the fields {shown}" if shown else "holds no incident",
        file=source.name,
        hint="name it with --format, or the columns with --map title=...,description=...",
    )


def _plain(source: Source, options: ReadOptions) -> Format:
    name = options.source_name or Path(source.name).stem
    if name == "<stdin>":
        raise InputError("standard input has no name of its own", field="source_name")
    return plain_format(name, options.mapping)


def _columns(source: Source) -> dict[str, object]:
    """Return the fields of the first rows with their first values."""
    paths = tuple(path for known in KNOWN for path in known.records_at)
    columns: dict[str, object] = {}
    faults: list[InputError] = []
    for count, entry in enumerate(source.entries(paths, faults.append)):
        for name, value in entry.data.items():
            columns.setdefault(name, value)
        if count + 1 == ROWS_LOOKED_AT:
            break
    if not columns and faults:
        raise faults[0]
    return columns


@dataclass
class _Collector:
    options: ReadOptions
    advance: Callable[[int], None] | None
    records: list[IncidentRecord] = field(default_factory=list)
    faults: list[InputError] = field(default_factory=list)
    left_out: int = 0
    places: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def on_fault(self) -> FaultHandler:
        """Keep the fault, or raise it."""
        return self.faults.append if self.options.keep_going else raise_fault

    def collect(self, entries: Iterator[Entry], chosen: Format) -> None:
        """Convert and keep what is wanted, up to the limit."""
        for entry in entries:
            if self.options.limit is not None and len(self.records) >= self.options.limit:
                return
            try:
                record = self._convert(entry, chosen)
            except InputError as fault:
                self.on_fault(fault)
                continue
            if self._wanted(record):
                self.records.append(record)
            else:
                self.left_out += 1
            if self.advance is not None:
                self.advance(1)

    def _convert(self, entry: Entry, chosen: Format) -> IncidentRecord:
        try:
            record = chosen.convert(entry)
        except InputError as fault:
            if fault.line is None and entry.locate is not None:
                fault.line = entry.locate(fault.field)
            raise
        key = (record.source, record.source_id)
        first = self.places.get(key)
        if first is not None:
            raise entry.fault(f"{record.source_id!r} stands already in {first}", "id")
        self.places[key] = f"line {entry.line}" if entry.line else entry.file
        return record

    def _wanted(self, record: IncidentRecord) -> bool:
        if self.options.described_only and not record.description:
            return False
        since = self.options.since
        date = record.occurred or record.discovered or record.reported
        return since is None or date is None or latest(date) >= earliest(since)
