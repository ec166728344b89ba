"""`underwriter incidents classify`: incident texts to domains, sub-threats and losses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.door import Door, print_answer_lines, with_plain_door
from cli.output import print_table
from governance.kernel.errors import InputError
from governance.operations.files import given_path

if TYPE_CHECKING:
    from governance.operations.incidents_classify import Classified, LanguageModel


EPILOG = (
    "Example: underwriter incidents classify --text 'Deepfake of a minister promotes a trading "
    "app'. Or: underwriter incidents classify --json incidents.jsonl, one JSON object a line with "
    "id, title, description."
)


@with_plain_door
def classify(
    door: Door,
    file: Annotated[
        str | None,
        typer.Argument(help="JSON Lines with id, title and description; - for standard input."),
    ] = None,
    text: Annotated[
        str | None, typer.Option("--text", help="One text instead of a file.", show_default=False)
    ] = None,
    coverage: Annotated[
        float | None,
        typer.Option(
            "--coverage",
            help="Add domain_set: the smallest set of domains that holds the true one with this "
            "probability, for example 0.9.",
            show_default=False,
        ),
    ] = None,
    llm_url: Annotated[
        str | None,
        typer.Option(
            "--llm-url",
            envvar="UNDERWRITER_LLM_URL",
            help="Ask a language model at this OpenAI-compatible base URL (the key comes from "
            "UNDERWRITER_LLM_KEY); where it fails the core model answers.",
            show_default=False,
        ),
    ] = None,
    llm_model: Annotated[
        str | None,
        typer.Option(
            "--llm-model",
            envvar="UNDERWRITER_LLM_MODEL",
            help="The language model's name.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Classify incident texts: threat domain, sub-threat, losses, with reasons.

    A file holds one JSON object a line with id, title and description. With --json each gives one
    line: domain is a code or NONE, abstained and abstain_reason say when not to rely on it.
    """
    from governance.kernel.value import parse
    from governance.operations.incidents_classify import TextsToClassify
    from governance.operations.incidents_classify import classify as handler

    if (file is None) == (text is None):
        raise InputError(
            "give a file or --text, not both" if file else "nothing to classify",
            hint="underwriter incidents classify FILE.jsonl, or --text '...'",
        )
    with door.fields():
        texts = parse(
            TextsToClassify,
            {
                "items": None if text is None else [{"id": "text", "title": text}],
                "file": given_path(file),
                "coverage": coverage,
                "language_model": _language_model(llm_url, llm_model),
            },
        )
    results = door.ask(handler, texts)
    if door.as_json:
        print_answer_lines(results)
    else:
        _print(results)


def _language_model(url: str | None, model: str | None) -> LanguageModel | None:
    if url is None:
        return None
    if not model:
        raise InputError("--llm-url needs --llm-model", field="--llm-model")
    import os

    from pydantic import SecretStr

    from governance.operations.incidents_classify import LanguageModel

    key = os.environ.get("UNDERWRITER_LLM_KEY")
    return LanguageModel(url, model, SecretStr(key) if key else None)


def _print(results: list[Classified]) -> None:
    rows = [
        (
            result.id,
            result.domain,
            result.sub_threat,
            f"{result.confidence:.2f}",
            result.abstain_reason,
            ", ".join(loss.category for loss in result.losses if loss.confidence >= 0.5),
            " | ".join(span.text for span in result.evidence[:3]),
        )
        for result in results
    ]
    print_table(
        ("id", "domain", "sub-threat", "confidence", "abstained", "losses", "because of"), rows
    )
