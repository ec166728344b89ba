"""Which entries of a judge's transcript are answers to what it was asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from governance.audit.protocols.requests import Message, Request
from governance.audit.runs.entries import answer_key
from governance.audit.runs.transcripts import Entry
from governance.audit.subjects.base import Decoding, Prompt, SubjectInfo
from governance.kernel.errors import InputError


def judge_prompt(request: Request, decoding: Decoding) -> Prompt:
    """Return the conversation that a judge sees: one message."""
    messages = (Message(role="user", content=request.prompt),)
    return Prompt(messages=messages, max_tokens=request.max_tokens, seed=decoding.seed)


def accepted_judgements(
    entries: Iterable[Entry],
    requests: Mapping[str, Request],
    decoding: Decoding,
    judge: SubjectInfo,
    file: Path,
) -> dict[str, str]:
    """Return a judge's answers by request.

    Raises InputError naming the line of an entry that was not asked for, that answers a second
    time, or whose prompt, judge or decoding is another.
    """
    found: dict[str, str] = {}
    for number, entry in enumerate(entries, start=1):
        name = str(entry["request"])
        request = requests.get(name)
        if request is None or name in found:
            fault = f"{name!r} was not asked for, or is answered twice"
        elif entry["key"] != answer_key(judge, decoding, judge_prompt(request, decoding)):
            fault = f"{name!r} answers another prompt, or is another judge's"
        else:
            found[name] = str(entry["answer"])
            continue
        raise InputError(fault, file=str(file), line=number)
    return found
