"""The operations `taxonomy.*` as methods.

Written from the catalogue by `make docs`; `make check` fails where the two differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from governance.api.asking import Area
from governance.api.waiting import AsyncArea, Awaited

if TYPE_CHECKING:
    import builtins
    from pathlib import Path
    from typing import Literal

    from governance.operations.requests import TextFile
    from governance.operations.taxonomy import EditionState, RowShort, RowWhole, WholeCoverage
    from governance.operations.taxonomy_exchange import Exported, OwnRows
    from governance.operations.taxonomy_graph import Drawing, Way
    from governance.operations.taxonomy_migration import Migration
    from taxonomy.check import Report
    from taxonomy.diff import Diff
    from taxonomy.gaps import Gaps


class Taxonomy(Area):
    """The operations `taxonomy.*`."""

    def edition(
        self,
        *,
        local: str | Path | TextFile | None = None,
        edition: str | Path | TextFile | None = None,
    ) -> EditionState:
        """Say which edition is looked at, and which frameworks it knows."""
        from governance.operations import taxonomy as handlers

        return self._ask(handlers.show_edition, local=local, edition=edition)

    def list(
        self,
        *,
        local: str | Path | TextFile | None = None,
        edition: str | Path | TextFile | None = None,
        kind: str | None = None,
        domain: str | None = None,
        framework: str | None = None,
        origin: str | None = None,
    ) -> builtins.list[RowShort]:
        """List rows of the ontology in the order of the data."""
        from governance.operations import taxonomy as handlers

        return self._ask(
            handlers.list_rows,
            local=local,
            edition=edition,
            kind=kind,
            domain=domain,
            framework=framework,
            origin=origin,
        )

    def show(
        self,
        *,
        local: str | Path | TextFile | None = None,
        edition: str | Path | TextFile | None = None,
        id: str,
    ) -> RowWhole:
        """Show one row with its rules, examples, links, and where each comes from."""
        from governance.operations import taxonomy as handlers

        return self._ask(handlers.show_row, local=local, edition=edition, id=id)

    def coverage(
        self,
        *,
        local: str | Path | TextFile | None = None,
        edition: str | Path | TextFile | None = None,
    ) -> WholeCoverage:
        """Count what the ontology holds, by framework and by loss, and name what is unmapped."""
        from governance.operations import taxonomy as handlers

        return self._ask(handlers.show_coverage, local=local, edition=edition)

    def gaps(
        self,
        *,
        local: str | Path | TextFile | None = None,
        edition: str | Path | TextFile | None = None,
        framework: str,
    ) -> Gaps:
        """List threats without an answer in a framework, and entries that answer no threat."""
        from governance.operations import taxonomy as handlers

        return self._ask(handlers.show_gaps, local=local, edition=edition, framework=framework)

    def check(
        self,
        *,
        local: str | Path | TextFile | None = None,
        edition: str | Path | TextFile | None = None,
    ) -> Report:
        """Check the ontology: unknown ids, orphans, cycles, unmapped threats, stale rows."""
        from governance.operations import taxonomy as handlers

        return self._ask(handlers.check_edition, local=local, edition=edition)

    def path(
        self,
        *,
        local: str | Path | TextFile | None = None,
        edition: str | Path | TextFile | None = None,
        start: str,
        end: str,
        limit: int = 1,
    ) -> builtins.list[Way]:
        """Explain how two rows are connected, hop by hop, and how far that carries."""
        from governance.operations import taxonomy_graph as handlers

        return self._ask(
            handlers.find_ways, local=local, edition=edition, start=start, end=end, limit=limit
        )

    def diff(self, *, old: str | Path | TextFile, new: str | Path | TextFile) -> Diff:
        """Say what changed between two editions: rows, links, coding rules."""
        from governance.operations import taxonomy_graph as handlers

        return self._ask(handlers.compare_editions, old=old, new=new)

    def plan_migration(
        self, *, old: str | Path | TextFile, new: str | Path | TextFile
    ) -> Migration:
        """Say what would become of coded incidents in another edition; nothing is changed."""
        from governance.operations import taxonomy_migration as handlers

        return self._ask(handlers.plan_migration, old=old, new=new)

    def migrate(self, *, old: str | Path | TextFile, new: str | Path | TextFile) -> Migration:
        """Carry over to another edition the codings that read the same in it."""
        from governance.operations import taxonomy_migration as handlers

        return self._ask(handlers.migrate, old=old, new=new)

    def graph(
        self,
        *,
        local: str | Path | TextFile | None = None,
        edition: str | Path | TextFile | None = None,
        threat: str,
        format: Literal["svg", "mermaid"] = "svg",
    ) -> Drawing:
        """Draw a threat with its losses, controls and law."""
        from governance.operations import taxonomy_graph as handlers

        return self._ask(
            handlers.draw_threat, local=local, edition=edition, threat=threat, format=format
        )

    def export(
        self,
        *,
        local: str | Path | TextFile | None = None,
        edition: str | Path | TextFile | None = None,
        format: str,
    ) -> Exported:
        """Write the ontology in another format, and say what that format cannot carry."""
        from governance.operations import taxonomy_exchange as handlers

        return self._ask(handlers.export, local=local, edition=edition, format=format)

    def import_(
        self,
        *,
        local: str | Path | TextFile | None = None,
        file: str | Path | TextFile,
        format: str,
        framework: str,
        version: str,
        name: str | None = None,
        author: str = "imported",
    ) -> OwnRows:
        """Turn another framework into a file of own rows, to be laid on top of an edition."""
        from governance.operations import taxonomy_exchange as handlers

        return self._ask(
            handlers.take_in,
            local=local,
            file=file,
            format=format,
            framework=framework,
            version=version,
            name=name,
            author=author,
        )


class AsyncTaxonomy(AsyncArea):
    """The same, awaited."""

    edition = Awaited(Taxonomy.edition)
    list = Awaited(Taxonomy.list)
    show = Awaited(Taxonomy.show)
    coverage = Awaited(Taxonomy.coverage)
    gaps = Awaited(Taxonomy.gaps)
    check = Awaited(Taxonomy.check)
    path = Awaited(Taxonomy.path)
    diff = Awaited(Taxonomy.diff)
    plan_migration = Awaited(Taxonomy.plan_migration)
    migrate = Awaited(Taxonomy.migrate)
    graph = Awaited(Taxonomy.graph)
    export = Awaited(Taxonomy.export)
    import_ = Awaited(Taxonomy.import_)
