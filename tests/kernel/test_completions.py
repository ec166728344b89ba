"""The one transport to model endpoints, against servers of our own that redirect, flood and lie."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.kernel.completions import (
    LONGEST_PAUSE,
    MAX_ANSWER_BYTES,
    CompletionError,
    Endpoint,
    Reply,
    complete,
)
from governance.kernel.errors import InputError
from governance.kernel.value import parse
from governance.kernel.web import is_web_url
from tests.kernel.servers import Answer, Script, Server, serving

KEY = "sk-of-the-tests"


def said(text: object, **choice: object) -> bytes:
    whole = {"choices": [{"message": {"role": "assistant", "content": text}, **choice}]}
    return json.dumps({**whole, "usage": {"completion_tokens": 3}}).encode()


GOOD: Answer = (200, said("yes", finish_reason="stop"), {})


def ask(
    script: Script, pauses: list[float] | None = None, *, retries: int = 2, timeout: float = 5.0
) -> tuple[Reply, Server]:
    slept = [] if pauses is None else pauses
    with serving(script) as server:
        endpoint = Endpoint(url=server.url, model="m", key=KEY, retries=retries, timeout=timeout)
        return complete(endpoint, {"messages": []}, sleep=slept.append), server


def test_one_question_one_answer() -> None:
    reply, server = ask(lambda _: GOOD)
    assert reply == Reply(text="yes", finish="stop", tokens=3)
    assert server.asked == [("POST", "/v1/chat/completions", f"Bearer {KEY}")]
    assert server.bodies == [{"model": "m", "messages": []}]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_takes_the_key_nowhere(status: int) -> None:
    """Not to another host, not to another path, and not as a GET either."""
    with serving(lambda _: GOOD) as thief:
        home: list[Server] = []

        def redirect(_: int) -> Answer:
            return status, b"", {"Location": f"{thief.url}/chat/completions?k={KEY}"}

        with serving(redirect) as server:
            home.append(server)
            endpoint = Endpoint(url=server.url, model="m", key=KEY)
            with pytest.raises(CompletionError, match=f"HTTP {status}.*redirect") as caught:
                complete(endpoint, {}, sleep=lambda _: pytest.fail("a redirect does not pass"))
        port = thief.url.split(":")[2].split("/")[0]
        assert f"127.0.0.1:{port}" in str(caught.value)
        assert KEY not in str(caught.value)
        assert thief.asked == []
        assert len(home[0].asked) == 1


def test_a_redirect_to_another_path_is_not_followed() -> None:
    with pytest.raises(CompletionError, match="another path of the same host"):
        ask(lambda _: (302, b"", {"Location": "/v2/chat/completions"}))


@pytest.mark.parametrize(
    "headers", [{}, {"Content-Length": str(MAX_ANSWER_BYTES + 100)}], ids=["unsaid", "announced"]
)
def test_an_answer_too_long_is_read_no_further(headers: dict[str, str]) -> None:
    flood = said("x" * MAX_ANSWER_BYTES)
    tries: list[int] = []

    def script(number: int) -> Answer:
        tries.append(number)
        return 200, flood, headers

    with pytest.raises(CompletionError, match="longer than 4 MiB"):
        ask(script)
    assert tries == [1]


def test_a_long_answer_below_the_limit_is_read_whole() -> None:
    text = "word " * 200_000
    reply, _ = ask(lambda _: (200, said(text), {}))
    assert reply.text == text


@pytest.mark.parametrize(
    "failure",
    [
        (408, b"", {}),
        (429, b"slow down", {}),
        (500, b"oops", {}),
        (507, b"full", {}),
        (200, b"", {}),
        (200, b"{not json", {}),
        (200, b"[" * 100_000, {}),
        (200, b'{"choices": [{"message": {"content": ' + b"9" * 5000 + b"}}]}", {}),
        (200, b'{"choices": [7]}', {}),
        (200, b'{"choices": [{"message": null}]}', {}),
        (200, said(None), {}),
        (200, said(["yes"]), {}),
        (200, said(" \n"), {}),
        (200, said("half a pair: \ud800"), {}),
        (200, said("cut off")[:-9], {"Content-Length": "500"}),
        (200, b"zz\r\nno chunk", {"Transfer-Encoding": "chunked"}),
    ],
)
def test_what_may_pass_is_tried_again_with_longer_pauses(failure: Answer) -> None:
    pauses: list[float] = []
    reply, server = ask(lambda number: failure if number < 3 else GOOD, pauses)
    assert reply.text == "yes"
    assert len(server.asked) == 3
    assert pauses == [0.5, 1.0]


@pytest.mark.parametrize("retries", [0, 1, 4])
def test_so_many_tries_and_no_more(retries: int) -> None:
    tries: list[int] = []

    def busy(number: int) -> Answer:
        tries.append(number)
        return 503, b"busy", {}

    times = "once" if retries == 0 else f"{retries + 1} times"
    with pytest.raises(CompletionError, match=f"failed {times}.*HTTP 503: busy"):
        ask(busy, retries=retries)
    assert tries == list(range(1, retries + 2))


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_what_lasts_is_not_tried_again(status: int) -> None:
    pauses: list[float] = []
    with pytest.raises(CompletionError, match=f"HTTP {status}: no"):
        ask(lambda _: (status, b"no", {}), pauses)
    assert pauses == []


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "0"}, 0.5),
        ({"Retry-After": "86400"}, LONGEST_PAUSE),
        ({"Retry-After": "9" * 400}, LONGEST_PAUSE),
        ({"Retry-After": "-5"}, 0.5),
        ({"Retry-After": "\xb2"}, 0.5),
        ({"Retry-After": "soon"}, 0.5),
        (
            {
                "Date": "Wed, 21 Oct 2026 07:28:00 GMT",
                "Retry-After": "Wed, 21 Oct 2026 07:28:09 GMT",
            },
            9.0,
        ),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:09 GMT"}, 0.5),
        ({"Date": "yesterday", "Retry-After": "Wed, 21 Oct 2026 07:28:09 GMT"}, 0.5),
    ],
)
def test_the_pause_that_is_asked_for_is_kept_within_bounds(
    headers: dict[str, str], pause: float
) -> None:
    pauses: list[float] = []
    ask(lambda number: (429, b"", headers) if number == 1 else GOOD, pauses)
    assert pauses == [pause]


def test_pauses_double_up_to_the_longest() -> None:
    pauses: list[float] = []
    with pytest.raises(CompletionError, match="failed 9 times"):
        ask(lambda _: (500, b"", {}), pauses, retries=8)
    assert pauses == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]


def test_nobody_answers() -> None:
    pauses: list[float] = []
    endpoint = Endpoint(url="http://127.0.0.1:9", model="m", key=KEY, retries=1)
    with pytest.raises(CompletionError, match=r"failed 2 times.*refused"):
        complete(endpoint, {}, sleep=pauses.append)
    assert pauses == [0.5]


def test_silence_ends_at_the_time_limit() -> None:
    def silent(_: int) -> Answer:
        time.sleep(0.5)
        return GOOD

    with pytest.raises(CompletionError, match=r"failed once.*timed out"):
        ask(silent, retries=0, timeout=0.1)


def test_a_trickle_ends_at_the_time_limit() -> None:
    """Each piece comes in time, the whole does not."""
    moments = iter([0.0, 1.0, 4.9, 5.1])
    with serving(lambda _: (200, said("x" * 400_000), {})) as server:
        endpoint = Endpoint(url=server.url, model="m", retries=0, timeout=5.0)
        with pytest.raises(CompletionError, match="no whole answer within 5 s"):
            complete(endpoint, {}, now=lambda: next(moments))


@pytest.mark.parametrize("status", [400, 401, 500, 200])
def test_an_error_does_not_repeat_the_key(status: int) -> None:
    echo = f"wrong key {KEY}; \x1b[31m{KEY}".encode() + b"." * 300 + KEY.encode()
    with pytest.raises(CompletionError) as caught:
        ask(lambda _: (status, echo, {}), retries=0)
    assert "wrong key [key]" in str(caught.value)
    assert KEY[:6] not in str(caught.value)
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("cut", range(1, len(KEY)))
def test_no_part_of_the_key_stands_where_the_text_is_cut(cut: int) -> None:
    echo = ("." * (200 - cut) + KEY).encode()
    with pytest.raises(CompletionError) as caught:
        ask(lambda _: (401, echo, {}))
    assert "sk" not in str(caught.value)


@pytest.mark.parametrize("key", [f"{KEY}\n", f"{KEY} x", f"{KEY}\r\nHost: evil", f"{KEY}\xe9"])
def test_a_key_that_fits_no_header_is_refused_unshown(key: str) -> None:
    with pytest.raises(InputError, match=r"^key: holds a blank") as caught:
        parse(Endpoint, {"url": "http://h/v1", "model": "m", "key": key})
    assert KEY not in str(caught.value)


def test_no_key_no_header() -> None:
    for key in (None, ""):
        with serving(lambda _: GOOD) as server:
            complete(Endpoint(url=f"{server.url}/", model="m", key=key), {})
            assert server.asked == [("POST", "/v1/chat/completions", None)]


def test_the_key_is_not_shown() -> None:
    assert KEY not in repr(Endpoint(url="http://h/v1", model="m", key=KEY))


@pytest.mark.parametrize(
    "url",
    ["", "host", "ftp://h/v1", "file:///etc/passwd", "http://", "http:///v1", "http://h:port/v1",
     "http://h/a b", "http://h/\n", "http://h/v1?x=1", "http://h/v1#x", "http://a..b/v1",
     "http://h\xe9/v1", "http://[::1/v1", "//h/v1", "HTTP//h"],
)  # fmt: skip
def test_only_web_addresses(url: str) -> None:
    assert not is_web_url(url)
    with pytest.raises(InputError, match=r"^url: needs an http or https URL"):
        parse(Endpoint, {"url": url, "model": "m"})


@pytest.mark.parametrize("url", ["http://h", "https://h:8/v1/", "http://[::1]:8/v1", "HTTPS://H"])
def test_web_addresses(url: str) -> None:
    assert is_web_url(url)
    assert parse(Endpoint, {"url": url, "model": "m"}).address.endswith("/chat/completions")


def test_a_password_in_the_address_is_refused_unshown() -> None:
    with pytest.raises(InputError, match="holds a name or a password") as caught:
        parse(Endpoint, {"url": "https://me:hunter2@h/v1", "model": "m"})
    assert "hunter2" not in str(caught.value)


@given(st.text())
def test_no_text_breaks_the_check_of_addresses(text: str) -> None:
    assert is_web_url("http://" + text) in (True, False)


def test_the_turn_is_waited_for_before_every_try() -> None:
    turns: list[int] = []
    with serving(lambda number: (500, b"", {}) if number < 3 else GOOD) as server:
        complete(
            Endpoint(url=server.url, model="m"),
            {},
            before=lambda: turns.append(len(server.asked)),
            sleep=lambda _: None,
        )
    assert turns == [0, 1, 2]
