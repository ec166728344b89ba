"""Texts to domains, sub-threats and losses; nothing is stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import (
    Field,
    GetCoreSchemaHandler,
    SecretStr,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import core_schema

from governance.incidents.classification.values import Classification, IncidentText
from governance.kernel.errors import InputError
from governance.kernel.value import Value, parse
from governance.operations.requests import LocalPath
from governance.operations.work import Work

if TYPE_CHECKING:
    from governance.incidents.classification import Classifier
    from governance.incidents.classification.llm import LlmClassifier


@dataclass(frozen=True)
class LanguageModel:
    """A language model that a door on this machine names, never the one who asks.

    The key is sent to the address, so no JSON from outside makes one.
    """

    url: str
    model: str
    key: SecretStr | None = None

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Take an instance and nothing else."""
        return core_schema.is_instance_schema(cls)


class TextsToClassify(Value):
    """Texts as values, or a file of them, one JSON object a line with id, title, description."""

    items: Annotated[
        tuple[IncidentText, ...] | None, Field(description="Texts with ids of their own.")
    ] = None
    file: Annotated[LocalPath | None, Field(description="JSON Lines.")] = None
    coverage: Annotated[
        float | None,
        Field(description="Probability with which domain_set is to hold the true domain."),
    ] = None
    language_model: Annotated[SkipJsonSchema[LanguageModel | None], Field(exclude=True)] = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.items is None) == (self.file is None):
            raise ValueError("give items or a file")
        for text in self.items or ():
            if not text.model_fields_set & {"title", "description"}:
                raise ValueError(f"{text.id!r}: {_NOTHING_TOLD}")
        return self


class Classified(Classification):
    """A classification; ``domain_set`` is there only where a coverage was asked for."""

    @model_serializer(mode="wrap")
    def _written(self, whole: SerializerFunctionWrapHandler) -> dict[str, Any]:
        data: dict[str, Any] = whole(self)
        if self.domain_set is None:
            del data["domain_set"]
        return data


def classify(work: Work, request: TextsToClassify) -> list[Classified]:
    """Classify incident texts: threat domain, sub-threat and losses with reasons, in order."""
    texts = request.items if request.file is None else _read(request.file)
    results = _classifier(work, request.language_model).classify(
        texts or (), coverage=request.coverage
    )
    return [Classified(**dict(result)) for result in results]


_NOTHING_TOLD = "a title or a description is needed"


def _classifier(work: Work, asked: LanguageModel | None) -> Classifier | LlmClassifier:
    from governance.incidents.classification import load_classifier

    core = load_classifier(work.settings.classifier_folder)
    if asked is None:
        return core
    from pathlib import Path

    from platformdirs import user_cache_dir

    from governance.incidents.classification.llm import Endpoint, LlmClassifier

    endpoint = parse(Endpoint, {"url": asked.url, "model": asked.model, "key": asked.key})
    cache = Path(user_cache_dir("underwriter")) / "llm"
    return LlmClassifier(endpoint, core, cache=cache, remark=work.remark)


def _read(file: LocalPath) -> list[IncidentText]:
    """Read all rows before anything is classified, so that a bad line answers nothing."""
    from governance.kernel.rows import open_rows, read_jsonl

    with open_rows(str(file)) as (stream, name):
        return [_text(row, name, line) for line, row in read_jsonl(stream, name)]


def _text(row: dict[str, object], name: str, line: int) -> IncidentText:
    known = {key: row[key] for key in ("id", "title", "description") if key in row}
    if "title" not in known and "description" not in known:
        raise InputError(_NOTHING_TOLD, file=name, line=line, field="description")
    return parse(IncidentText, known, file=name, line=line)
