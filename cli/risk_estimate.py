"""`risk estimate`: from counts, amounts and expert ranges to rates, severities and scenarios."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.door import Door, print_answer, with_plain_door
from cli.output import note, print_table
from cli.risk_common import amount, warn
from governance.kernel.errors import InputError
from governance.operations.files import given_file, given_path

if TYPE_CHECKING:
    from governance.operations.exposure_estimate import EstimatedScenario
    from governance.risk.estimate.cells import CellTable

EPILOG = (
    "Examples: underwriter risk estimate --events 9 --exposure 3 --low 10000 --high 1000000 "
    "--currency USD  |  underwriter risk estimate --from-incidents --organisations 50000 "
    "--ranges ranges.yaml --currency USD --out portfolio.yaml --json"
)


EventsOption = Annotated[int | None, typer.Option(help="Events that were seen.")]
ExposureOption = Annotated[
    float | None, typer.Option(help="Years in which they were seen (organisation-years).")
]
LowOption = Annotated[float | None, typer.Option(help="Low end of one loss.")]
HighOption = Annotated[float | None, typer.Option(help="High end of one loss.")]
CoverageOption = Annotated[float, typer.Option(help="Probability of low to high.")]
FromIncidentsOption = Annotated[
    bool, typer.Option("--from-incidents", help="Count the incidents in the database.")
]
CountsOption = Annotated[
    str | None, typer.Option(metavar="FILE", help="CSV of domain,loss,events instead.")
]
YearsOption = Annotated[
    float | None, typer.Option(help="Years of observation. Default: first to last incident.")
]
OrganisationsOption = Annotated[
    float, typer.Option(help="Organisations under observation in those years.")
]
LossesOption = Annotated[
    str | None, typer.Option(metavar="FILE", help="CSV of amounts: amount,currency,date,...")
]
RatesOption = Annotated[
    str | None, typer.Option(metavar="FILE", help="CSV of exchange rates by day.")
]
SkipUnconvertibleOption = Annotated[
    bool, typer.Option(help="Leave out amounts that no rate converts, and count them.")
]
RangesOption = Annotated[
    str | None, typer.Option(metavar="FILE", help="Expert ranges by DOMAIN, DOMAIN/Loss or *.")
]
ReportingOption = Annotated[
    str | None,
    typer.Option(metavar="LOW:HIGH", help="Share of events that are reported, 90 % range."),
]
SharingOption = Annotated[
    str, typer.Option(help="empirical_bayes: cells share experience; jeffreys: each alone.")
]
CurrencyOption = Annotated[str, typer.Option(help="Currency of all figures.")]
OutOption = Annotated[
    Path | None, typer.Option(metavar="PATH", help="Write the scenario or portfolio (YAML).")
]


@with_plain_door
def estimate(
    door: Door,
    events: EventsOption = None,
    exposure: ExposureOption = None,
    low: LowOption = None,
    high: HighOption = None,
    coverage: CoverageOption = 0.9,
    from_incidents: FromIncidentsOption = False,
    counts: CountsOption = None,
    years: YearsOption = None,
    organisations: OrganisationsOption = 1.0,
    losses: LossesOption = None,
    rates: RatesOption = None,
    skip_unconvertible: SkipUnconvertibleOption = False,
    ranges: RangesOption = None,
    reporting: ReportingOption = None,
    sharing: SharingOption = "empirical_bayes",
    currency: CurrencyOption = "USD",
    out: OutOption = None,
) -> None:
    """Rates and severities with their uncertainty, and what each rests on.

    One scenario: --events and --exposure, with --low and --high or --losses; figures are then
    given twice, with parameters taken as known and with their uncertainty. A table of cells:
    --from-incidents or --counts. Reported incidents are a selected sample: --reporting states
    the share that becomes known, and its uncertainty enters the rates. Amounts in other
    currencies need a dated --rates table.
    """
    from governance.operations import exposure_estimate as area

    request = door.request(
        area.EstimateQuestion,
        events=events,
        exposure=exposure,
        low=low,
        high=high,
        coverage=coverage,
        from_incidents=from_incidents,
        counts=given_path(counts),
        years=years,
        organisations=organisations,
        losses=given_path(losses),
        rates=given_path(rates),
        skip_unconvertible=skip_unconvertible,
        ranges=given_file(ranges),
        reporting=_reporting(reporting),
        sharing=sharing,
        currency=currency,
        as_file=out is not None,
    )
    answer = door.ask(area.estimate, request)
    if out is not None and answer.content is not None:
        _write(out, answer.content)
    if door.as_json:
        print_answer(answer)
    elif isinstance(answer, area.EstimatedCells):
        _print_cells(answer)
    else:
        _print_scenario(answer, currency)


def _reporting(text: str | None) -> dict[str, str] | None:
    if text is None:
        return None
    low, colon, high = text.partition(":")
    if not colon:
        raise InputError(f"{text!r} is no range", field="--reporting", hint="for example 0.1:0.5")
    return {"low": low, "high": high, "source": "stated with --reporting"}


def _print_scenario(answer: EstimatedScenario, currency: str) -> None:
    known, uncertain = answer.plug_in, answer.predictive
    rows = [("mean", amount(known.mean), amount(uncertain.mean))]
    for level in known.var:
        rows.append((f"VaR {level}", amount(known.var[level]), amount(uncertain.var[level])))
    print_table((f"{currency}, 1 year", "plug-in", "posterior predictive"), rows)
    basis = answer.scenario.basis
    if basis is not None:
        note(f"frequency: {basis.frequency}")
        note(f"severity: {basis.severity}")
    warn(uncertain.warnings)


def _print_cells(table: CellTable) -> None:
    rows = [
        (
            row.domain,
            row.loss,
            row.events,
            f"{row.rate:.3g}",
            f"{row.rate_low:.3g} to {row.rate_high:.3g}",
            row.severity_basis if row.asks is None else f"{row.severity_basis}: {row.asks}",
        )
        for row in table.rows
    ]
    print_table(
        ("domain", "loss", "events", "rate", "90 %", "size of loss rests on"),
        rows,
        title=f"events per organisation and year; {table.observation.exposure:g} "
        "organisation-years observed",
    )
    if table.rows:
        note(f"rates: {table.rows[0].frequency_basis.partition('; ')[2]}")
    for reason, number in table.left_out_amounts.items():
        note(f"amounts left out: {number} ({reason})")
    warn(table.warnings)


def _write(path: Path, content: bytes) -> None:
    from governance.kernel.files import write_atomically

    write_atomically(path, content)
    note(f"written: {path}")
