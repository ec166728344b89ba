"""How many incidents of which kind: what reports show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from governance.incidents.codings import Coding, codings
from governance.kernel.value import Value

NO_INCIDENT = "NONE"


class DomainIncidents(Value):
    """Incidents of one domain: asserted, and kept back as uncertain."""

    domain: str
    asserted: int
    abstained: int


class IncidentCounts(Value):
    """What is stored; duplicates that were merged away count once.

    ``none``: no AI incident or too little text. ``sub_threats`` and ``losses`` count asserted
    codes only; losses are keyed "DOMAIN/Category".
    """

    stored: int
    none: int
    unclassified: int
    reviewed: int
    by_domain: tuple[DomainIncidents, ...]
    sub_threats: dict[str, int]
    losses: dict[str, int]
    by_source: dict[str, int]
    by_year: dict[str, int]
    first: datetime | None
    last: datetime | None
    models: tuple[str, ...]


def count_by_kind(session: Session, at: datetime | None = None) -> IncidentCounts:
    """Return the counts over all incidents, now or at a moment, merged ones left out."""
    return count_codings(list(codings(session, at)))


def count_codings(rows: Sequence[Coding]) -> IncidentCounts:
    """Return the counts over incidents by the code that counts for each."""
    coded = [row for row in rows if row.domain not in (None, NO_INCIDENT)]
    asserted = [row for row in coded if not row.abstained]
    per_domain = Counter((row.domain, bool(row.abstained)) for row in coded)
    domains = sorted({str(row.domain) for row in coded})
    moments = [row.happened_at for row in rows if row.happened_at is not None]
    years = Counter(moment.strftime("%Y") for moment in moments)
    return IncidentCounts(
        stored=len(rows),
        none=sum(row.domain == NO_INCIDENT for row in rows),
        unclassified=sum(row.domain is None for row in rows),
        reviewed=sum(row.coded_by == "review" for row in rows),
        by_domain=tuple(
            DomainIncidents(
                domain=domain,
                asserted=per_domain[domain, False],
                abstained=per_domain[domain, True],
            )
            for domain in domains
        ),
        sub_threats=dict(Counter(row.sub_threat for row in asserted if row.sub_threat)),
        losses=dict(Counter(f"{row.domain}/{loss}" for row in asserted for loss in row.losses)),
        by_source=dict(Counter(row.source for row in rows)),
        by_year=dict(sorted(years.items())),
        first=min(moments, default=None),
        last=max(moments, default=None),
        models=tuple(sorted({row.model for row in rows if row.model})),
    )
