"""What the commands of `risk` share: options, printing of figures, writing of pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import note, print_table
from governance.kernel.errors import MissingExtraError, StorageError

if TYPE_CHECKING:
    from governance.risk.result import RiskResult

FileArgument = Annotated[
    str, typer.Argument(metavar="FILE", help="Scenario or portfolio, YAML or JSON; - for stdin.")
]
LevelsOption = Annotated[
    list[str] | None,
    typer.Option("--levels", metavar="P", help="Level of VaR and TVaR; may be repeated."),
]
ToleranceOption = Annotated[
    float, typer.Option("--tolerance", help="Relative error that figures are refined to.")
]
SvgOption = Annotated[
    Path | None,
    typer.Option(
        "--svg",
        "--plot",
        metavar="PATH",
        help="Write the loss exceedance curve as SVG, or as PNG where PATH ends in .png.",
    ),
]
FONTS = ("Arial", "DejaVu Sans", "Liberation Sans", "Noto Sans", "Helvetica", "Segoe UI")
PROBE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20">'
    '<text x="2" y="15" font-family="sans-serif">{}</text></svg>'
)


def print_result(result: RiskResult) -> None:
    """Print the figures as a table, with currency and horizon, and the warnings below."""
    rows: list[tuple[str, str]] = [
        ("mean", amount(result.mean)),
        ("standard deviation", amount(result.sd)),
        ("probability of no loss", f"{result.prob_zero:.6f}"),
    ]
    for level, value in result.var.items():
        rows.append((f"VaR {level}", amount(value)))
        rows.append((f"TVaR {level}", amount(result.tvar[level])))
    for loss, chance in result.sf.items():
        rows.append((f"probability of more than {loss}", f"{chance or 0.0:.6g}"))
    print_table(("figure", heading(result.currency, result.horizon_years)), rows)
    note(f"method: {result.method}; relative error at most {result.error_bound:.1e}")
    warn(result.warnings)


def heading(currency: str | None, years: float) -> str:
    """Return the head of a column of money: currency and horizon."""
    return f"{currency or 'units'}, {years:g} year" + ("" if years == 1.0 else "s")


def warn(warnings: Sequence[str]) -> None:
    """Print warnings on standard error."""
    for warning in warnings:
        note(f"warning: {warning}")


def amount(value: float | None) -> str:
    """Return an amount with separators and six digits that count, or why there is none."""
    from governance.operations.exposure import plain

    if value is None:
        return "undefined"
    return f"{value:,.2f}" if abs(value) < 1000.0 else plain(value)


def write_picture(path: Path, svg: str) -> None:
    """Write an SVG picture; as PNG where the path ends in .png."""
    from governance.kernel.files import write_atomically

    write_atomically(path, as_png(svg) if path.suffix.lower() == ".png" else svg)
    note(f"written: {path}")


def as_png(svg: str) -> bytes:
    """Return a picture as PNG at twice its size.

    Raises MissingExtraError without resvg, StorageError where no usual font is installed, because
    resvg would leave every word out without a sound.
    """
    try:
        import resvg_py
    except ModuleNotFoundError:
        raise MissingExtraError("a PNG picture", "png") from None

    def render(text: str, family: str) -> bytes:
        return bytes(
            resvg_py.svg_to_bytes(
                svg_string=text, zoom=2.0, background="#ffffff", sans_serif_family=family
            )
        )

    for family in FONTS:
        if render(PROBE.format("words"), family) != render(PROBE.format(""), family):
            return render(svg, family)
    raise StorageError(
        "no sans-serif font is installed, so a PNG would have no words",
        hint="install one (Debian: apt install fonts-dejavu-core), or write an .svg",
    )
