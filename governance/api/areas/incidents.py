"""The operations `incidents.*` as methods.

Written from the catalogue by `make docs`; `make check` fails where the two differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from governance.api.asking import Area
from governance.api.waiting import AsyncArea, Awaited

if TYPE_CHECKING:
    import builtins
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import Literal

    from governance.incidents.agreement import Agreement
    from governance.incidents.classification.values import IncidentText
    from governance.incidents.coding import CodingSummary
    from governance.incidents.counts import IncidentCounts
    from governance.incidents.view import IncidentView
    from governance.operations.incidents import Imported, OwnStored
    from governance.operations.incidents_classify import Classified, LanguageModel
    from governance.operations.incidents_deadlines import DutiesFound
    from governance.operations.incidents_duplicates import Merged, PairList, Unmerged
    from governance.operations.incidents_link import Linked
    from governance.operations.incidents_review import Reviewed
    from governance.operations.incidents_show import Exported, IncidentList, IncidentShown


class Incidents(Area):
    """The operations `incidents.*`."""

    def import_(
        self,
        *,
        source: str | Path,
        format: str = "auto",
        mapping: Mapping[str, str] = {},
        source_name: str | None = None,
        limit: int | None = None,
        since: str | None = None,
        described_only: bool = False,
        keep_going: bool = False,
        update: bool = False,
        classify: bool = False,
    ) -> Imported:
        """Store incidents of a source, each once; one that was cut off goes on where it stopped."""
        from governance.operations import incidents as handlers

        return self._ask(
            handlers.import_incidents,
            source=source,
            format=format,
            mapping=mapping,
            source_name=source_name,
            limit=limit,
            since=since,
            described_only=described_only,
            keep_going=keep_going,
            update=update,
            classify=classify,
        )

    def classify(
        self,
        *,
        items: Sequence[IncidentText] | None = None,
        file: str | Path | None = None,
        coverage: float | None = None,
        language_model: LanguageModel | None = None,
    ) -> builtins.list[Classified]:
        """Classify incident texts: threat domain, sub-threat and losses with reasons, in order."""
        from governance.operations import incidents_classify as handlers

        return self._ask(
            handlers.classify,
            items=items,
            file=file,
            coverage=coverage,
            language_model=language_model,
        )

    def link(
        self,
        *,
        incident: str,
        agent: str,
        severity: Literal["low", "medium", "high", "critical"],
        reason: str,
    ) -> Linked:
        """Link an incident to an agent and run the policy's trigger: note, re-audit,
        freeze, demote.
        """
        from governance.operations import incidents_link as handlers

        return self._ask(
            handlers.link_incident, incident=incident, agent=agent, severity=severity, reason=reason
        )

    def reclassify(self) -> CodingSummary:
        """Classify stored incidents that the present model has not coded as they stand now."""
        from governance.operations import incidents as handlers

        return self._ask(handlers.reclassify)

    def add(
        self,
        *,
        id: str | None = None,
        title: str,
        description: str,
        occurred: str | None = None,
        discovered: str | None = None,
        reported: str | None = None,
        near_miss: bool | None = None,
        status: str | None = None,
        affected_system: str | None = None,
        affected_agent: str | None = None,
        url: str | None = None,
        losses: Sequence[str] = (),
        source: str = "own",
    ) -> OwnStored:
        """Store one incident of one's own and classify it; repeating it adds nothing."""
        from governance.operations import incidents as handlers

        return self._ask(
            handlers.add_incident,
            id=id,
            title=title,
            description=description,
            occurred=occurred,
            discovered=discovered,
            reported=reported,
            near_miss=near_miss,
            status=status,
            affected_system=affected_system,
            affected_agent=affected_agent,
            url=url,
            losses=losses,
            source=source,
        )

    def list(
        self,
        *,
        domain: str | None = None,
        sub_threat: str | None = None,
        source: str | None = None,
        text: str | None = None,
        since: str | None = None,
        until: str | None = None,
        min_confidence: float | None = None,
        max_confidence: float | None = None,
        near_miss: bool | None = None,
        abstained: bool | None = None,
        reviewed: bool | None = None,
        merged: bool = False,
        limit: int = 50,
        offset: int = 0,
    ) -> IncidentList:
        """List incidents, the latest first, with the code in force."""
        from governance.operations import incidents_show as handlers

        return self._ask(
            handlers.list_incidents,
            domain=domain,
            sub_threat=sub_threat,
            source=source,
            text=text,
            since=since,
            until=until,
            min_confidence=min_confidence,
            max_confidence=max_confidence,
            near_miss=near_miss,
            abstained=abstained,
            reviewed=reviewed,
            merged=merged,
            limit=limit,
            offset=offset,
        )

    def show(self, *, id: str) -> IncidentShown:
        """Show one incident: text, code with evidence, losses, reviews, revisions, duplicates."""
        from governance.operations import incidents_show as handlers

        return self._ask(handlers.show_incident, id=id)

    def counts(self) -> IncidentCounts:
        """Count incidents by domain, sub-threat, loss, source and year; merged ones count once."""
        from governance.operations import incidents_show as handlers

        return self._ask(handlers.count_incidents)

    def export(
        self,
        *,
        format: Literal["jsonl", "csv"] = "jsonl",
        corrections: bool = False,
        domain: str | None = None,
        source: str | None = None,
        text: str | None = None,
        since: str | None = None,
        until: str | None = None,
    ) -> Exported:
        """Write incidents with their codes as JSON lines or CSV."""
        from governance.operations import incidents_show as handlers

        return self._ask(
            handlers.export,
            format=format,
            corrections=corrections,
            domain=domain,
            source=source,
            text=text,
            since=since,
            until=until,
        )

    def review(
        self,
        *,
        incident: str,
        verdict: Literal["accept", "correct", "comment"],
        code: str | None = None,
        losses: Sequence[str] | None = None,
        comment: str | None = None,
        reviewer: str | None = None,
    ) -> Reviewed:
        """Store a reviewer's word on an incident's code; every word is kept, the last one
        counts.
        """
        from governance.operations import incidents_review as handlers

        return self._ask(
            handlers.review,
            incident=incident,
            verdict=verdict,
            code=code,
            losses=losses,
            comment=comment,
            reviewer=reviewer,
        )

    def queue(self, *, reviewer: str | None = None, limit: int = 20) -> builtins.list[IncidentView]:
        """List classified incidents that the reviewer has not decided, the least confident
        first.
        """
        from governance.operations import incidents_review as handlers

        return self._ask(handlers.review_queue, reviewer=reviewer, limit=limit)

    def agreement(self) -> builtins.list[Agreement]:
        """Tell how far each two reviewers agree on the domain, and where they differ."""
        from governance.operations import incidents_review as handlers

        return self._ask(handlers.reviewer_agreement)

    def duplicates(
        self, *, min_similarity: float = 0.8, across_sources: bool = False, limit: int = 50
    ) -> PairList:
        """List pairs of incidents that may be one, by near-equal text or equal address."""
        from governance.operations import incidents_duplicates as handlers

        return self._ask(
            handlers.list_duplicates,
            min_similarity=min_similarity,
            across_sources=across_sources,
            limit=limit,
        )

    def merge(self, *, keep: str, drop: str, reason: str | None = None) -> Merged:
        """Let one incident stand for another; both texts are kept, lists and counts show
        the first.
        """
        from governance.operations import incidents_duplicates as handlers

        return self._ask(handlers.merge, keep=keep, drop=drop, reason=reason)

    def unmerge(self, *, id: str) -> Unmerged:
        """Let a merged incident stand on its own again."""
        from governance.operations import incidents_duplicates as handlers

        return self._ask(handlers.unmerge, id=id)

    def deadlines(
        self,
        *,
        incident: str | None = None,
        domain: str | None = None,
        losses: Sequence[str] = (),
        facts: Mapping[str, bool] = {},
        aware: str | None = None,
        classified_major: str | None = None,
        submitted: Mapping[str, str] = {},
    ) -> DutiesFound:
        """Tell the reporting duties that an incident may start, with article, date and sources."""
        from governance.operations import incidents_deadlines as handlers

        return self._ask(
            handlers.assess_duties,
            incident=incident,
            domain=domain,
            losses=losses,
            facts=facts,
            aware=aware,
            classified_major=classified_major,
            submitted=submitted,
        )

    def facts(self) -> dict[str, str]:
        """Return the facts that can be declared, each with its meaning."""
        from governance.operations import incidents_deadlines as handlers

        return self._ask(handlers.list_facts)


class AsyncIncidents(AsyncArea):
    """The same, awaited."""

    import_ = Awaited(Incidents.import_)
    classify = Awaited(Incidents.classify)
    link = Awaited(Incidents.link)
    reclassify = Awaited(Incidents.reclassify)
    add = Awaited(Incidents.add)
    list = Awaited(Incidents.list)
    show = Awaited(Incidents.show)
    counts = Awaited(Incidents.counts)
    export = Awaited(Incidents.export)
    review = Awaited(Incidents.review)
    queue = Awaited(Incidents.queue)
    agreement = Awaited(Incidents.agreement)
    duplicates = Awaited(Incidents.duplicates)
    merge = Awaited(Incidents.merge)
    unmerge = Awaited(Incidents.unmerge)
    deadlines = Awaited(Incidents.deadlines)
    facts = Awaited(Incidents.facts)
