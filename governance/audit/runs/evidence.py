"""Which answers of a transcript are those that a plan asked of a subject."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from governance.audit.protocols.ih import sampled_requests
from governance.audit.protocols.requests import Message, Request, conversation
from governance.audit.runs.entries import answer_key
from governance.audit.runs.manifest import Plan
from governance.audit.runs.profiled import decoding_of_round, rounds_of
from governance.audit.runs.transcripts import Entry
from governance.audit.subjects.base import Prompt, SubjectInfo
from governance.kernel.canonical import digest, sha256_hex
from governance.kernel.errors import InputError


def answers_digest(entries: Iterable[Entry]) -> str:
    """Return a digest of what was answered to what, whatever the order and the time it took.

    Two runs of a deterministic subject have the same, also where one of them was killed and
    resumed; the digests of their transcripts differ, because seconds stand in those.
    """
    return digest(sorted([entry["key"], entry["repeat"], entry["answer"]] for entry in entries))


def accepted_answers(
    entries: Iterable[Entry],
    requests: Mapping[str, Request],
    plan: Plan,
    subject: SubjectInfo,
    file: Path,
) -> list[dict[str, str]]:
    """Return the answers by repeat and request.

    Raises InputError naming the line of an entry that the plan did not ask for, that answers a
    second time, or whose conversation, subject or decoding is another.
    """
    answers: list[dict[str, str]] = [{} for _ in range(rounds_of(plan))]
    sampled = {request.id for request in sampled_requests(tuple(requests.values()))}
    for number, entry in enumerate(entries, start=1):
        request, repeat = requests.get(entry["request"]), entry["repeat"]
        fault = None
        if (
            request is None
            or repeat not in range(len(answers))
            or (repeat >= plan.repeats and request.id not in sampled)
        ):
            fault = "was not asked for by this run"
        elif request.id in answers[repeat]:
            fault = f"{request.id} was answered twice"
        elif not _fits(entry, request, requests, answers[repeat], plan, subject):
            fault = "answers another prompt, model or decoding than this run's"
        if fault is not None:
            raise InputError(
                fault,
                file=str(file),
                line=number,
                hint="nothing is certified on altered evidence; run the audit again",
            )
        answers[repeat][entry["request"]] = entry["answer"]
    return answers


def _fits(
    entry: Entry,
    request: Request,
    requests: Mapping[str, Request],
    answers: Mapping[str, str],
    plan: Plan,
    subject: SubjectInfo,
) -> bool:
    if request.parent is not None and request.parent not in answers:
        return False
    messages = tuple(Message.model_validate(message) for message in entry["messages"])
    system = messages[0].content if messages and messages[0].role == "system" else None
    stated = None if system is None else f"sha256:{sha256_hex(system.encode())}"
    prompt = Prompt(messages, request.max_tokens, plan.decoding.seed + entry["repeat"])
    return (
        stated == plan.system_prompt_digest
        and messages == conversation(request, requests, answers, system)
        and entry["key"] == answer_key(subject, decoding_of_round(plan, entry["repeat"]), prompt)
    )
