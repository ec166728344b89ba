"""What a collector is given: the open store, the moment, the subject, the reader's language."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from governance import __version__
from governance.registry.ontology import ontology_at
from governance.reports.model import Head, LedgerPoint
from governance.reports.overview.model import Tolerance
from governance.reports.sources import SourceBook
from governance.reports.words import Words
from governance.store.history import head_at
from taxonomy import Ontology

PROGRAM = f"underwriter {__version__}"


@dataclass(frozen=True)
class Context:
    """One build. ``at`` is the moment whose state is shown; the subject's meaning is the kind's."""

    session: Session
    at: datetime
    words: Words
    since: datetime | None = None
    subject: str | None = None
    organisation: str | None = None
    tolerance: Tolerance | None = None
    book: SourceBook = field(default_factory=SourceBook)

    def ontology(self) -> Ontology:
        """Return the edition in use at the moment, whose name the report shows."""
        return ontology_at(self.session, self.at)

    def head(self, kind: str, title: str, ontology: Ontology, subject: str | None = None) -> Head:
        """Return the head of a report."""
        events, last = head_at(self.session, self.at)
        return Head(
            kind=kind,
            title=title,
            organisation=self.organisation,
            subject=subject,
            as_of=self.at,
            since=self.since,
            language=self.words.language,
            program=PROGRAM,
            taxonomy_edition=ontology.edition,
            ledger=LedgerPoint(events=events, head=last if events else None),
        )
