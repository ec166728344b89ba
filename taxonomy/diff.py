"""What changed between two editions, and what that means for incidents coded in the older one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

from pydantic import computed_field

from governance.kernel.value import Value
from taxonomy.model import BROADER, LEADS_TO, Edge, Node, Ontology

# Changes of these fields can change how an incident is coded; others are editorial.
CODING_FIELDS = ("definition", "counts_when", "counter_examples", "domain", "name")


@dataclass(frozen=True, slots=True)
class Change:
    """One changed row: which fields, with old and new value."""

    id: str
    fields: tuple[tuple[str, str, str], ...]


class Diff(Value):
    """The difference of two editions; links are written ``subject predicate object``."""

    old: str
    new: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[Change, ...]
    links_added: tuple[str, ...]
    links_removed: tuple[str, ...]
    links_changed: tuple[Change, ...]
    coding_rules_changed: bool

    @computed_field  # type: ignore[prop-decorator]
    @property
    def empty(self) -> bool:
        """Return whether the editions hold the same rows."""
        rows = (self.added, self.removed, self.changed)
        links = (self.links_added, self.links_removed, self.links_changed)
        return not any((*rows, *links, self.coding_rules_changed))


def compare(old: Ontology, new: Ontology) -> Diff:
    """Return what a reader of ``old`` must know about ``new``."""
    before = {edge.key: edge for edge in old.edges}
    after = {edge.key: edge for edge in new.edges}
    return Diff(
        old=old.edition,
        new=new.edition,
        added=tuple(key for key in new.nodes if key not in old.nodes),
        removed=tuple(key for key in old.nodes if key not in new.nodes),
        changed=tuple(
            change
            for key, node in new.nodes.items()
            if key in old.nodes and (change := _change(key, old.nodes[key], node))
        ),
        links_added=tuple(" ".join(key) for key in after if key not in before),
        links_removed=tuple(" ".join(key) for key in before if key not in after),
        links_changed=tuple(
            change
            for key, edge in after.items()
            if key in before and (change := _change(" ".join(key), before[key], edge))
        ),
        coding_rules_changed=old.coding_rules != new.coding_rules,
    )


def _change(key: str, old: Node | Edge, new: Node | Edge) -> Change | None:
    found = [
        (item.name, _text(getattr(old, item.name)), _text(getattr(new, item.name)))
        for item in fields(new)
        if getattr(old, item.name) != getattr(new, item.name) and not _edition(item.name, old, new)
    ]
    return Change(key, tuple(found)) if found else None


def _edition(name: str, old: Node | Edge, new: Node | Edge) -> bool:
    """Return whether a difference is only that each row carries the name of its edition."""
    if not isinstance(old, Edge) or not isinstance(new, Edge):
        return False
    own = old.predicate in (BROADER, LEADS_TO)
    return name == "subject_version" or (name == "object_version" and own)


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return "; ".join(map(str, value))
    return "" if value is None else str(value)


@dataclass(frozen=True, slots=True)
class Coding:
    """An incident's stored coding: its record id, sub-threat (or domain) and edition."""

    incident: str
    code: str
    edition: str


@dataclass(frozen=True, slots=True)
class Move:
    """What becomes of one coding: ``keep`` it in the new edition, or ``review`` it and why.

    ``candidates`` are the new sub-threats that a reviewer should look at.
    """

    incident: str
    code: str
    action: str
    reason: str
    candidates: tuple[str, ...] = ()


def plan_migration(old: Ontology, new: Ontology, codings: Iterable[Coding]) -> list[Move]:
    """Return for each coding whether it stands in the new edition or needs a person's review.

    A coding to a sub-threat stands where the row reads the same; a coding to a bare domain stands
    where the domain reads the same and gained no sub-threat that might fit. Nothing is recoded by
    this function. Codings of another edition than ``old`` are left out.
    """
    changes = {change.id: change for change in compare(old, new).changed}
    fresh: dict[str, tuple[str, ...]] = {}
    for row in new.sub_threats():
        if row.id not in old.nodes and row.domain:
            fresh[row.domain] = (*fresh.get(row.domain, ()), row.id)
    return [
        _move(coding, new, changes.get(coding.code), fresh)
        for coding in codings
        if coding.edition == old.edition
    ]


def _move(
    coding: Coding, new: Ontology, change: Change | None, fresh: dict[str, tuple[str, ...]]
) -> Move:
    node = new.nodes.get(coding.code)
    if node is None:
        domain = coding.code[:3]
        candidates = tuple(row.id for row in new.sub_threats() if row.domain == domain)
        reason = "the row is gone from the new edition"
        return Move(coding.incident, coding.code, "review", reason, candidates)
    touched = [name for name, _, _ in change.fields if name in CODING_FIELDS] if change else []
    candidates = fresh.get(node.domain or "", ())
    if touched:
        reason = "changed: " + ", ".join(touched)
        return Move(coding.incident, coding.code, "review", reason, (node.id, *candidates))
    if candidates and node.kind == "domain":
        reason = "coded to the domain only, which has new sub-threats"
        return Move(coding.incident, coding.code, "review", reason, candidates)
    return Move(coding.incident, coding.code, "keep", "the row reads the same")
