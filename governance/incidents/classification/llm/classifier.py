"""A language model as coder, checked by form and by the core classifier."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path

from governance.incidents.classification.classifier import Classifier
from governance.incidents.classification.llm.answer import LlmAnswer, answer_schema, read_answer
from governance.incidents.classification.llm.cache import AnswerCache, key_of
from governance.incidents.classification.llm.client import complete
from governance.incidents.classification.llm.prompt import document, instructions, sub_threat_ids
from governance.incidents.classification.values import (
    LOSS_NAMES,
    NONE,
    Alternative,
    Classification,
    Evidence,
    IncidentText,
    LossEstimate,
    ModelReference,
)
from governance.kernel.canonical import sha256_hex
from governance.kernel.completions import Endpoint, Sleep
from governance.kernel.errors import InputError, StorageError

_SURE = 0.8
_FAILURES_BEFORE_STOP = 3


class LlmClassifier:
    """Asks a language model; falls back on the core classifier where that fails.

    Each row's ``model`` says who answered. A row on which the two disagree while the core model
    is sure is kept with ``abstained``, for a person to look at: an instruction smuggled into the
    text would show there. After three failures in a row the endpoint is left alone.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        core: Classifier,
        *,
        cache: Path | None = None,
        remark: Callable[[str], None] = lambda _: None,
        sleep: Sleep = time.sleep,
    ) -> None:
        self._endpoint = endpoint
        self._core = core
        self._cache = None if cache is None else AnswerCache(cache)
        self._remark = remark
        self._sleep = sleep
        self._known = sub_threat_ids()
        self._schema = answer_schema(self._known)
        self.name = f"llm:{endpoint.model}"
        self.version = sha256_hex(instructions().encode())[:12]
        self._reference = ModelReference(name=self.name, version=self.version)

    def classify(
        self, texts: Iterable[IncidentText], *, coverage: float | None = None
    ) -> list[Classification]:
        """Return one classification a text, in order; conformal sets come from the core model."""
        results: list[Classification] = []
        failures = 0
        for text in texts:
            core = self._core.classify([text], coverage=coverage)[0]
            answer = None
            if failures < _FAILURES_BEFORE_STOP and core.abstain_reason != "low_text":
                answer = self._ask(text)
                failures = 0 if answer is not None else failures + 1
            results.append(core if answer is None else self._joined(text, answer, core))
        return results

    def _ask(self, text: IncidentText) -> LlmAnswer | None:
        """Return the model's valid answer, kept or fresh; None where there is none."""
        system, user = instructions(), document(text)
        key = key_of(self._endpoint.model, system, user)
        if self._cache is not None and (kept := self._cache.get(key, self._known)) is not None:
            return kept
        try:
            content = complete(self._endpoint, system, user, self._schema, sleep=self._sleep)
            answer = read_answer(content, self._known)
        except (StorageError, InputError) as error:
            self._remark(f"{text.id}: {error}; the core model answers instead")
            return None
        if self._cache is not None:
            self._cache.put(key, answer)
        return answer

    def _joined(
        self, text: IncidentText, answer: LlmAnswer, core: Classification
    ) -> Classification:
        readable = core.abstain_reason != "language"
        doubted = readable and answer.domain != core.domain and core.confidence >= _SURE
        unread = answer.domain == NONE
        return core.model_copy(
            update={
                "domain": answer.domain,
                "sub_threat": None if unread else answer.sub_threats[0],
                "confidence": answer.confidence,
                "abstained": unread or doubted,
                "abstain_reason": answer.none_reason
                if unread
                else ("low_confidence" if doubted else None),
                "alternatives": tuple(
                    Alternative(domain=name[:3], sub_threat=name, confidence=answer.confidence)
                    for name in answer.sub_threats
                ),
                "losses": tuple(
                    LossEstimate(category=name, confidence=1.0 if name in answer.losses else 0.0)
                    for name in LOSS_NAMES
                ),
                "evidence": _quoted(text.whole, answer.quotes),
                "rule": None,
                "runner_up": None,
                "model": self._reference,
            }
        )


def _quoted(whole: str, quotes: list[str]) -> tuple[Evidence, ...]:
    """Return the quotes that really stand in the text; weights are equal shares."""
    found = [(quote, whole.find(quote)) for quote in quotes if quote.strip()]
    real = [(quote, start) for quote, start in found if start >= 0]
    return tuple(
        Evidence(text=quote, start=start, end=start + len(quote), weight=round(1 / len(real), 4))
        for quote, start in real
    )
