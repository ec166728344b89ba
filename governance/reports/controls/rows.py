"""Making rows of controls from ontology, assessments and coded incidents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from governance.incidents.codings import codings
from governance.registry.assessments import (
    Assessment,
    EvidenceItem,
    assessments_at,
    counting_words,
)
from governance.registry.staleness import FileState, file_states, stale_reasons
from governance.reports.context import Context
from governance.reports.controls.model import (
    Applicable,
    ControlRow,
    EvidenceRef,
    GroupCoverage,
    coverage_of,
)
from governance.reports.model import Gap
from governance.reports.words import mark
from taxonomy import Node, Ontology
from taxonomy.model import ANSWERS, BROADER

APPLICABLE: dict[bool | None, Applicable] = {True: "yes", False: "no", None: "undecided"}


def control_rows(
    context: Context, ontology: Ontology, nodes: Iterable[Node], *, system: str | None = None
) -> tuple[ControlRow, ...]:
    """Return one row for each node, in their order.

    With a system, a word on that system counts before a word of the whole organisation.
    """
    words = counting_words(assessments_at(context.session, context.at), system)
    counts = threat_counts(context)
    return tuple(_row(node, words.get(node.id), counts, ontology, context) for node in nodes)


def threat_counts(context: Context) -> Counter[str]:
    """Return how many asserted incidents each sub-threat has, and each domain in all."""
    counts: Counter[str] = Counter()
    for row in codings(context.session, context.at):
        if not row.abstained and row.domain not in (None, "NONE"):
            counts[str(row.domain)] += 1
            if row.sub_threat:
                counts[row.sub_threat] += 1
    return counts


def _row(
    node: Node,
    found: Assessment | None,
    counts: Counter[str],
    ontology: Ontology,
    context: Context,
) -> ControlRow:
    group = group_of(node, ontology)
    threats = threats_of(node, ontology)
    files = {} if found is None else file_states(found)
    return ControlRow(
        id=node.id,
        code=node.id.partition(":")[2],
        name=node.name,
        scope=None if found is None else ("system" if found.system_id else "organisation"),
        group=group.id.partition(":")[2] or group.id,
        group_name=group.name,
        definition=node.definition,
        status="not_assessed" if found is None else found.status,
        applicable="undecided" if found is None else APPLICABLE[found.applicable],
        justification="" if found is None else found.justification,
        owner="" if found is None else found.owner,
        owner_id=None if found is None else found.owner_id,
        assessor="" if found is None else found.assessor,
        assessor_id=None if found is None else found.assessor_id,
        target=None if found is None else found.target,
        due=None if found is None else found.due,
        review_on=None if found is None else found.review_on,
        stale=found is not None and is_stale(found, ontology, context.at, files),
        evidence=()
        if found is None
        else tuple(_evidence(row, files[row.id], context) for row in found.evidence),
        threats=threats,
        incidents=sum(counts[threat] for threat in distinct(threats)),
        in_force_from=node.in_force_from,
        notice=node.notice,
        source=None if found is None else _source(found, context),
    )


def _source(found: Assessment, context: Context) -> str:
    assessor = context.words.person(found.assessor, found.assessor_id)
    return context.book.add(
        mark("control assessment"), found.id, recorded_at=found.recorded_at, note=assessor
    )


def _evidence(row: EvidenceItem, file: FileState, context: Context) -> EvidenceRef:
    reference = row.digest or row.id
    return EvidenceRef(
        id=row.id,
        title=row.title,
        digest=row.digest,
        link=row.link,
        recorded_at=row.recorded_at,
        file=file,
        source=context.book.add(
            mark("evidence"), reference, recorded_at=row.recorded_at, note=row.title
        ),
    )


def is_stale(
    found: Assessment, ontology: Ontology, at: datetime, files: Mapping[str, FileState]
) -> bool:
    """Return whether a word's review is due or a file of its evidence is gone or changed.

    A target that was missed is shown by its date, a control that was retired by its notice.
    """
    reasons = stale_reasons(found, ontology, at, files)
    return any(reason.kind in ("review", "evidence") for reason in reasons)


def group_of(node: Node, ontology: Ontology) -> Node:
    """Return the group that a control belongs to, or the framework itself."""
    edges = ontology.edges_from(node.id, BROADER)
    return ontology.nodes[edges[0].object] if edges else ontology.nodes[node.framework]


def threats_of(node: Node, ontology: Ontology) -> tuple[str, ...]:
    """Return the threats that a control or article answers.

    A domain is named only where none of its sub-threats is linked.
    """
    linked = {edge.subject for edge in ontology.edges_to(node.id, *ANSWERS)}
    covered = {
        ontology.nodes[name].domain for name in linked if ontology.nodes[name].kind == "sub_threat"
    }
    return tuple(sorted(name for name in linked if name not in covered))


def distinct(threats: tuple[str, ...]) -> tuple[str, ...]:
    """Return the threats without those that lie inside a domain that is named too."""
    domains = {name for name in threats if "-" not in name}
    return tuple(n for n in threats if n in domains or n.partition("-")[0] not in domains)


def group_coverage(rows: tuple[ControlRow, ...]) -> tuple[GroupCoverage, ...]:
    """Return the three counts of each group, in the order of the rows."""
    groups: dict[str, list[ControlRow]] = {}
    for row in rows:
        groups.setdefault(row.group, []).append(row)
    return tuple(
        GroupCoverage(
            group=group,
            name=members[0].group_name,
            controls=len(members),
            coverage=coverage_of(members),
        )
        for group, members in groups.items()
    )


def control_gaps(rows: tuple[ControlRow, ...], what: str) -> tuple[Gap, ...]:
    """Return the gaps of rows: not assessed, not decided, evidence missing."""
    open_rows = [row for row in rows if row.status == "not_assessed" and row.applicable != "no"]
    undecided = [row for row in rows if row.applicable == "undecided"]
    missing = [ref.title for row in rows for ref in row.evidence if ref.gone]
    late = tuple(row.code for row in rows if row.stale)
    gaps = [
        Gap(what=what, count=len(open_rows), items=tuple(row.code for row in open_rows)),
        Gap(
            what=mark("Applicability not decided"),
            count=len(undecided),
            items=tuple(row.code for row in undecided),
        ),
        Gap(
            what=mark("Evidence whose file is missing or changed"),
            count=len(missing),
            items=tuple(missing),
        ),
        Gap(what=mark("Assessments that are due for review"), count=len(late), items=late),
    ]
    return tuple(gap for gap in gaps if gap.count)
