"""What is left open between the threats and one framework."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from governance.kernel.value import Value
from taxonomy.coverage import links
from taxonomy.model import NO_MATCH, Ontology


class NoMatch(Value):
    """A sub-threat for which a row says outright that the framework has nothing, and why."""

    id: str
    because: str


class Gaps(Value):
    """Sub-threats without an answer in a framework, and its entries that answer none.

    ``no_match`` are sub-threats for which a row says outright that the framework has nothing;
    ``unanswered`` are those about which nothing is said. ``by_domain_only`` are entries that a
    whole domain is linked to but no sub-threat; ``answers_nothing`` have neither. ``names`` are the
    names of all of them, by id, for a reader; they are left out of JSON.
    """

    framework: str
    version: str
    unanswered: tuple[str, ...]
    no_match: tuple[NoMatch, ...]
    answers_nothing: tuple[str, ...]
    by_domain_only: tuple[str, ...]
    names: Annotated[dict[str, str], Field(exclude=True)]


def find_gaps(ontology: Ontology, framework: str) -> Gaps:
    """Return the gaps of a framework; raises NotFoundError where it is unknown."""
    node = ontology.framework(framework)
    rows = links(ontology, framework)
    answered = {row.subject for row in rows}
    used = {row.object for row in rows}
    declared = {
        row.subject: row.justification
        for row in ontology.edges_to(framework, NO_MATCH)
        if ontology.nodes[row.subject].kind == "sub_threat"
    }
    unused = [row.id for row in ontology.entries(framework) if row.id not in used]
    domain_ids = {row.id for row in ontology.domains}
    by_domain = {
        identifier
        for identifier in unused
        if any(row.subject in domain_ids for row in ontology.edges_to(identifier))
    }
    unanswered = tuple(
        row.id
        for row in ontology.sub_threats()
        if row.id not in answered and row.id not in declared
    )
    return Gaps(
        framework=framework,
        version=node.version or "",
        unanswered=unanswered,
        no_match=tuple(NoMatch(id=threat, because=why) for threat, why in declared.items()),
        answers_nothing=tuple(row for row in unused if row not in by_domain),
        by_domain_only=tuple(row for row in unused if row in by_domain),
        names={row: ontology.nodes[row].name for row in (*unanswered, *declared, *unused)},
    )
