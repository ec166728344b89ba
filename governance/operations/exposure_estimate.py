"""From counts, amounts and expert ranges to rates, severities and scenarios."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import yaml
from pydantic import Field, PlainSerializer

from governance.kernel.currency import check_currency
from governance.kernel.errors import InputError
from governance.kernel.rows import open_rows, read_csv
from governance.kernel.value import Value, parse
from governance.operations.requests import LocalPath, TextFile
from governance.operations.work import Reading
from governance.risk.estimate.amounts import Amounts, read_amounts, usable_amounts
from governance.risk.estimate.cells import (
    CellCount,
    CellTable,
    Observation,
    Sharing,
    cells_from_losses,
    estimate_cells,
    portfolio_of,
)
from governance.risk.estimate.predictive import Comparison, Predicted, side_by_side
from governance.risk.estimate.rates import read_rates
from governance.risk.estimate.reporting import ReportingShare
from governance.risk.estimate.scenario import ExpertRange, estimate_scenario
from governance.risk.result import Table
from governance.risk.scenario import Portfolio, Scenario


class EstimateQuestion(Value):
    """What was observed: of one scenario, or a table of cells (counts, or stored incidents)."""

    events: Annotated[int | None, Field(description="Events that were seen.")] = None
    exposure: Annotated[float | None, Field(description="Years in which they were seen.")] = None
    low: Annotated[float | None, Field(description="Low end of one loss.")] = None
    high: Annotated[float | None, Field(description="High end of one loss.")] = None
    coverage: Annotated[float, Field(description="Probability of low to high.")] = 0.9
    from_incidents: Annotated[bool, Field(description="Count the stored incidents.")] = False
    counts: Annotated[LocalPath | None, Field(description="CSV of domain,loss,events instead.")] = (
        None
    )
    years: Annotated[
        float | None,
        Field(description="Years of observation; first to last incident where left out."),
    ] = None
    organisations: Annotated[float, Field(description="Organisations observed.")] = 1.0
    losses: Annotated[
        LocalPath | None, Field(description="CSV of amounts: amount,currency,date,...")
    ] = None
    rates: Annotated[LocalPath | None, Field(description="CSV of exchange rates by day.")] = None
    skip_unconvertible: Annotated[
        bool, Field(description="Leave out, and count, amounts that no rate converts.")
    ] = False
    ranges: Annotated[
        TextFile | None, Field(description="Expert ranges by DOMAIN, DOMAIN/Loss or *.")
    ] = None
    reporting: Annotated[
        ReportingShare | None, Field(description="Share of events that are reported.")
    ] = None
    sharing: Annotated[
        Sharing, Field(description="Whether cells share experience or each stands alone.")
    ] = "empirical_bayes"
    currency: Annotated[str, Field(description="Currency of all figures.")] = "USD"
    as_file: Annotated[
        bool, Field(description="Also write the scenario or portfolio as a file (YAML).")
    ] = False


def _as_written(subject: Scenario | Portfolio) -> dict[str, Any]:
    """Return what a file of the calculator says: neither nothings nor defaults."""
    return subject.model_dump(mode="json", exclude_none=True, exclude_defaults=True)


WrittenScenario = Annotated[Scenario, PlainSerializer(_as_written)]
FileContent = Annotated[bytes | None, Field(exclude=True)]


class EstimatedScenario(Value):
    """A scenario, with its figures taken as known and with their uncertainty."""

    scenario: WrittenScenario
    plug_in: Predicted
    predictive: Predicted
    ratio: Table
    content: FileContent = None


class EstimatedCells(CellTable):
    """Rates and severities of every cell of domain by loss category."""

    content: FileContent = None


def estimate(work: Reading, request: EstimateQuestion) -> EstimatedScenario | EstimatedCells:
    """Return rates and severities with their uncertainty, and what each rests on.

    Reads the database only where stored incidents are to be counted.
    """
    check_currency(request.currency)
    found = _amounts(request)
    if request.from_incidents or request.counts is not None:
        return _cells(work, request, found)
    if request.events is None or request.exposure is None:
        raise InputError(
            "nothing to estimate from",
            hint="give --events and --exposure, --counts FILE or --from-incidents",
        )
    return _scenario(request.events, request.exposure, request, found)


def _amounts(request: EstimateQuestion) -> Amounts | None:
    if request.losses is None:
        return None
    from taxonomy import load

    return usable_amounts(
        read_amounts(str(request.losses)),
        request.currency,
        None if request.rates is None else read_rates(str(request.rates)),
        skip_unconvertible=request.skip_unconvertible,
        codes={node.name: str(node.domain) for node in load().domains},
    )


def _scenario(
    events: int, exposure: float, request: EstimateQuestion, found: Amounts | None
) -> EstimatedScenario:
    severity = _severity(request, found)
    scenario = estimate_scenario(
        events=events,
        exposure_years=exposure,
        severity=severity,
        currency=request.currency,
        reporting=request.reporting,
    )
    both: Comparison = side_by_side(scenario, severity)
    content = _file(scenario) if request.as_file else None
    return EstimatedScenario(scenario=scenario, **dict(both), content=content)


def _severity(request: EstimateQuestion, found: Amounts | None) -> ExpertRange | tuple[float, ...]:
    ranged = request.low is not None or request.high is not None
    if ranged and found is not None:
        raise InputError(
            "the size of one loss is given twice: by a range and by amounts",
            field="losses",
            hint="leave out --losses, or --low and --high",
        )
    if request.low is not None and request.high is not None:
        ends = {"low": request.low, "high": request.high, "coverage": request.coverage}
        return parse(ExpertRange, ends)
    if found is not None:
        return tuple(x for values in found.by_domain.values() for x in values)
    raise InputError("no size of loss is given", hint="give --low and --high, or --losses FILE")


def _cells(work: Reading, request: EstimateQuestion, found: Amounts | None) -> EstimatedCells:
    years = request.years
    if request.counts is not None:
        cells = _counted(str(request.counts))
    else:
        cells, span = _stored_cells(work)
        if years is None and span is not None:
            work.remark(f"years of observation: {span:.1f}, from the first to the last incident")
        years = years or span
    ranges = {} if request.ranges is None else _ranges(request.ranges)
    if years is None:
        raise InputError(
            "the years of observation are not known", field="years", hint="give --years"
        )
    table = estimate_cells(
        cells,
        parse(Observation, {"years": years, "organisations": request.organisations}),
        currency=request.currency,
        amounts=found,
        ranges=ranges,
        sharing=request.sharing,
        reporting=request.reporting,
    )
    content = _file(portfolio_of(table)) if request.as_file else None
    return EstimatedCells(**dict(table), content=content)


def _ranges(file: TextFile) -> dict[str, ExpertRange]:
    document = file.document()
    if not isinstance(document.data, Mapping):
        raise InputError("is no table of ranges", file=document.source)
    return {
        str(name): parse(ExpertRange, row, file=document.source, line=document.line_of((name,)))
        for name, row in document.data.items()
    }


def _counted(path: str) -> list[CellCount]:
    with open_rows(path) as (stream, source):
        rows = read_csv(stream, source)
        return [parse(CellCount, row, file=source, line=line) for line, row in rows]


def _stored_cells(work: Reading) -> tuple[list[CellCount], float | None]:
    """Return the cells of the stored incidents and the years from the first to the last."""
    from governance.incidents.counts import count_by_kind
    from governance.kernel.clock import days_between

    found = count_by_kind(work.session)
    if not found.losses:
        raise InputError(
            "no stored incident has a code with losses",
            hint="import incidents, then classify them",
            remedy="incidents.reclassify",
        )
    span = None
    if found.first is not None and found.last is not None:
        span = max(days_between(found.first, found.last) / 365.25, 1.0)
    return cells_from_losses(found.losses, [row.domain for row in found.by_domain]), span


def _file(subject: Scenario | Portfolio) -> bytes:
    text: str = yaml.safe_dump(_as_written(subject), sort_keys=False, allow_unicode=True)
    return text.encode()
