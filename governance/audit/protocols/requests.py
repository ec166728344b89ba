"""What a protocol asks of a subject: one prompt, perhaps behind earlier turns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from governance.kernel.value import Value

Protocol = Literal["cc", "er", "as", "ih"]
PROTOCOLS: tuple[Protocol, ...] = ("cc", "er", "as", "ih")
Profile = Literal["refusal", "disclosure"]  # asked beside the protocols; never gating
PROFILES: tuple[Profile, ...] = ("refusal", "disclosure")


class Message(Value):
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


class Request(Value):
    """One prompt; with a ``parent``, the conversation so far and its answer stand before it."""

    id: str
    protocol: Protocol | Profile
    item: str
    group: str
    prompt: str
    max_tokens: int
    level: float | None = None
    parent: str | None = None


Answers = Mapping[str, str]  # request id -> answer


def waves(requests: Sequence[Request]) -> list[list[Request]]:
    """Return the requests in waves: parents come in an earlier wave than what builds on them."""
    depth: dict[str, int] = {}
    found: list[list[Request]] = []
    for request in requests:
        level = 0 if request.parent is None else depth[request.parent] + 1
        depth[request.id] = level
        if level == len(found):
            found.append([])
        found[level].append(request)
    return found


def conversation(
    request: Request,
    by_id: Mapping[str, Request],
    answers: Answers,
    system: str | None = None,
) -> tuple[Message, ...]:
    """Return the messages that the subject sees, earlier turns with their answers first."""
    before: tuple[Message, ...] = ()
    if request.parent is not None:
        parent = by_id[request.parent]
        before = (
            *conversation(parent, by_id, answers, system),
            Message(role="assistant", content=answers[parent.id]),
        )
    elif system is not None:
        before = (Message(role="system", content=system),)
    return (*before, Message(role="user", content=request.prompt))
