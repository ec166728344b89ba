"""How far the controls that answer a system's threats are verified, declared or not assessed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy.orm import Session

from governance.kernel.value import Value
from governance.registry.assessments import Assessment, assessments_at, counting_words
from governance.registry.staleness import Stale
from governance.registry.system_history import current_threats
from governance.store.assessment import AiSystem
from taxonomy import Ontology
from taxonomy.model import MITIGATED_BY


class ControlStanding(Value):
    """One control that answers a threat, and what is said about it.

    ``scope`` is ``system`` where the word is on this system, ``organisation`` where it is taken
    over from the whole organisation, None where there is no word. ``stale`` are the reasons why
    the word no longer stands as it was given; it keeps its status, for a person to look at.
    """

    control: str
    name: str
    status: str
    scope: str | None
    confidence: float
    stale: tuple[str, ...] = ()


class ThreatCoverage(Value):
    """One threat of a system with its controls; the three counts are never added.

    ``open`` is true where no control is verified or declared. Controls that are said not to
    apply are left out of the counts.
    """

    threat: str
    name: str
    verified: int
    declared: int
    not_assessed: int
    not_applicable: int
    open: bool
    controls: tuple[ControlStanding, ...]


class SystemCoverage(Value):
    """All threats of a system; ``nothing_stated`` where nobody has said what it faces."""

    system: str
    edition: str
    nothing_stated: bool
    threats: tuple[ThreatCoverage, ...]
    open_threats: tuple[str, ...]


def cover_system(
    session: Session,
    ontology: Ontology,
    system: AiSystem,
    *,
    framework: str | None = None,
    stale: Iterable[Stale] = (),
) -> SystemCoverage:
    """Return the coverage of a system's threats, by all frameworks or by one.

    A domain stands for each of its sub-threats. A word on the system counts before a word of the
    whole organisation. ``stale`` is what `find_stale` found.
    """
    if framework is not None:
        ontology.framework(framework)
    words = counting_words(assessments_at(session), system.id)
    stated = [row.threat for row in current_threats(session, system)]
    reasons = {row.assessment_id: row.reasons for row in stale}
    threats = tuple(
        _threat(ontology, threat, words, framework, reasons) for threat in expand(ontology, stated)
    )
    return SystemCoverage(
        system=system.name,
        edition=ontology.edition,
        nothing_stated=not stated,
        threats=threats,
        open_threats=tuple(row.threat for row in threats if row.open),
    )


def expand(ontology: Ontology, threats: Iterable[str]) -> list[str]:
    """Return the sub-threats that a list of sub-threats and domains stands for, in order."""
    wanted = set(threats)
    return [row.id for row in ontology.sub_threats() if row.id in wanted or row.domain in wanted]


def _threat(
    ontology: Ontology,
    threat: str,
    words: Mapping[str, Assessment],
    framework: str | None,
    reasons: Mapping[str, tuple[str, ...]],
) -> ThreatCoverage:
    standings = []
    not_applicable = 0
    for edge in ontology.edges_from(threat, MITIGATED_BY):
        node = ontology.nodes[edge.object]
        if framework is not None and node.framework != framework:
            continue
        word = words.get(node.id)
        if word is not None and word.applicable is False:
            not_applicable += 1
            continue
        scope = None if word is None else "system" if word.system_id else "organisation"
        standings.append(
            ControlStanding(
                control=node.id,
                name=node.name,
                status="not_assessed" if word is None else word.status,
                scope=scope,
                confidence=edge.confidence,
                stale=() if word is None else reasons.get(word.id, ()),
            )
        )
    counts = [row.status for row in standings]
    return ThreatCoverage(
        threat=threat,
        name=ontology.nodes[threat].name,
        verified=counts.count("verified"),
        declared=counts.count("declared"),
        not_assessed=counts.count("not_assessed"),
        not_applicable=not_applicable,
        open=not {"verified", "declared"} & set(counts),
        controls=tuple(standings),
    )
