"""Which names are of one model: the same path and snapshot under any provider or region."""

from __future__ import annotations

from itertools import permutations

import pytest

from governance.audit.imports.names import one_name, same_model
from governance.kernel.errors import InputError

SAME = [
    ("openai/gpt-4o-mini", "gpt-4o-mini-2024-07-18"),
    ("openai/gpt-4", "gpt-4-0613"),
    ("openai/gpt-4-turbo-preview", "gpt-4-0125-preview"),
    ("anthropic/claude-3-5-sonnet-latest", "claude-3-5-sonnet-20241022"),
    ("anthropic/claude-sonnet-4-0", "claude-sonnet-4-20250514"),
    ("anthropic/vertex/claude-sonnet-4@20250514", "claude-sonnet-4-20250514"),
    ("bedrock/us.anthropic.claude-sonnet-4-20250514-v1:0", "claude-sonnet-4-20250514"),
    (
        "bedrock/eu.anthropic.claude-sonnet-4-20250514-v1:0",
        "anthropic.claude-sonnet-4-20250514-v1:0",
    ),
    (
        "bedrock/arn:aws:bedrock:us-east-1:1:inference-profile/us.meta.llama3-1-70b-instruct-v1:0",
        "meta.llama3-1-70b-instruct-v1:0",
    ),
    ("openrouter/anthropic/claude-3.5-sonnet", "claude-3-5-sonnet-20241022"),
    ("google/vertex/gemini-1.5-pro", "gemini-1.5-pro-002"),
    ("google/gemini-2.5-flash", "gemini-2.5-flash-preview-09-2025"),
    ("mistral/mistral-large-latest", "mistral-large-2411"),
    ("fireworks/accounts/fireworks/models/llama-v3p1", "accounts/fireworks/models/llama-v3p1"),
    ("together/meta-llama/Llama-3.3-70B", "meta-llama/llama-3.3-70b"),
    ("hf/openai-community/gpt2", "gpt2"),
    ("ollama/llama3.1", "llama3.1:latest"),
    ("openai-api/house/my-model", "my-model"),
]
DIFFERENT = [
    ("openai/gpt-4o", "gpt-4o-mini"),
    ("openai/gpt-4o-2024-05-13", "gpt-4o-2024-08-06"),
    ("openai/gpt-4", "gpt-4-turbo-2024-04-09"),
    ("anthropic/claude-3-5-sonnet-20240620", "claude-3-5-sonnet-20241022"),
    ("google/gemini-2.5-pro", "gemini-2.5-flash"),
    ("hf/alice/llama", "bob/llama"),
    ("together/deepseek-ai/DeepSeek-V3", "deepseek-ai/DeepSeek-V2"),
    ("ollama/llama3.1:8b", "llama3.1:70b"),
    ("openai/o1", "o1-mini"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_model(one: str, other: str) -> None:
    assert same_model(one, other)
    assert same_model(other, one)
    assert one_name([one], [other], "log")[0] == one


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_two_models(one: str, other: str) -> None:
    assert not same_model(one, other)
    with pytest.raises(InputError, match="of 2 models"):
        one_name([one], [other], "log")


def test_the_undated_name_does_not_join_two_snapshots() -> None:
    names = ["openai/gpt-4o", "gpt-4o-2024-05-13", "gpt-4o-2024-08-06"]
    for asked, *served in permutations(names):
        with pytest.raises(InputError, match="of 3 models"):
            one_name([asked], served, "log")


def test_a_deployment_is_believed_while_one_model_answers() -> None:
    for asked in ("azureai/our-chat", "openai/azure/our-chat", "sagemaker/our-endpoint"):
        assert one_name([asked], ["gpt-4o-2024-08-06"], "log") == (asked, ("gpt-4o-2024-08-06",))
        with pytest.raises(InputError, match="of 3 models"):
            one_name([asked], ["gpt-4o-2024-08-06", "gpt-4o-mini"], "log")
    with pytest.raises(InputError, match="of 3 models"):
        one_name(["azureai/one", "azureai/two"], ["gpt-4o"], "log")


def test_a_run_by_roles_is_named_by_what_answered() -> None:
    assert one_name(["none/none"], ["gpt-4o"], "log") == ("gpt-4o", ())
