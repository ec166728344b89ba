"""Classification by a language model behind any OpenAI-compatible endpoint, with a fall-back."""

from __future__ import annotations

from governance.incidents.classification.llm.classifier import LlmClassifier
from governance.kernel.completions import Endpoint

__all__ = ["Endpoint", "LlmClassifier"]
