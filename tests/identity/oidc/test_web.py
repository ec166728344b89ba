"""Asking a provider, against servers that redirect, flood, trickle and hang up."""

from __future__ import annotations

import time

import pytest

from governance.identity.oidc.web import MAX_ANSWER_BYTES, ProviderError, UrlWeb, json_object
from tests.kernel.servers import Answer, serving


def script(answer: Answer):  # type: ignore[no-untyped-def]
    return lambda _: answer


def test_answers_come_with_their_status() -> None:
    with serving(script((200, b'{"a": 1}', {}))) as server:
        assert json_object(UrlWeb().get(server.url), server.url) == {"a": 1}
    with serving(script((400, b'{"error": "invalid_grant"}', {}))) as server:
        answer = UrlWeb().post(server.url, {"a": "b &"}, "Basic eA==")
        assert (answer.status, answer.body) == (400, b'{"error": "invalid_grant"}')
        assert server.asked == [("POST", "/v1", "Basic eA==")]
        assert server.raw == [b"a=b+%26"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("secret", [None, "Basic eA=="])
def test_a_redirect_is_not_followed(status: int, secret: str | None) -> None:
    with serving(script((200, b"{}", {}))) as target:
        location = {"Location": target.url}
        with serving(script((status, b"", location))) as server:
            with pytest.raises(ProviderError, match="redirect"):
                UrlWeb().get(server.url)
            with pytest.raises(ProviderError, match="redirect"):
                UrlWeb().post(server.url, {"code": "c"}, secret)
        assert target.asked == []


@pytest.mark.parametrize("status", [200, 404])
def test_a_flood_is_not_read_to_its_end(status: int) -> None:
    with serving(script((status, b"x" * (MAX_ANSWER_BYTES + 1), {}))) as server:
        if status == 200:
            with pytest.raises(ProviderError, match="512 KiB"):
                UrlWeb().get(server.url)
        else:
            assert len(UrlWeb().get(server.url).body) == MAX_ANSWER_BYTES


def test_an_answer_that_trickles_is_given_up() -> None:
    moments = iter(range(0, 10_000, 7))
    with (
        serving(script((200, b"x" * 100, {}))) as server,
        pytest.raises(ProviderError, match="10 s"),
    ):
        UrlWeb(now=lambda: next(moments) * 2.0).get(server.url)


def test_a_server_that_does_not_answer_is_given_up() -> None:
    def late(_: int) -> Answer:
        time.sleep(0.6)
        return 200, b"{}", {}

    with serving(late) as server, pytest.raises(ProviderError, match="did not come"):
        UrlWeb(timeout=0.1).get(server.url)


def test_where_no_server_is_the_error_says_so() -> None:
    with serving(script((200, b"", {}))) as server:
        gone = server.url
    with pytest.raises(ProviderError, match="did not come"):
        UrlWeb().get(f"{gone}/secret-path")
    with pytest.raises(ProviderError) as caught:
        UrlWeb().get(f"{gone}/secret-path")
    assert "secret" not in str(caught.value)
