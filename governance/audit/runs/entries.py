"""One line of a transcript: what was asked, what was answered, and the key of both."""

from __future__ import annotations

from governance.audit.protocols.requests import Request
from governance.audit.runs.transcripts import MESSAGES_FIELD, Entry, messages_digest
from governance.audit.subjects.base import Completion, Decoding, Prompt, SubjectInfo
from governance.kernel.canonical import digest


def answer_key(subject: SubjectInfo, decoding: Decoding, prompt: Prompt) -> str:
    """Return the digest of all that an answer depends on: subject, conversation, decoding."""
    return digest(
        {
            "subject": subject.identity(),
            "messages": [message.model_dump() for message in prompt.messages],
            "max_tokens": prompt.max_tokens,
            "temperature": decoding.temperature,
            "seed": prompt.seed,
        }
    )


def answer_entry(
    request: Request, repeat: int, key: str, prompt: Prompt, completion: Completion
) -> Entry:
    """Return the entry of one answer."""
    return {
        "key": key,
        "request": request.id,
        "repeat": repeat,
        "protocol": request.protocol,
        "group": request.group,
        "level": request.level,
        MESSAGES_FIELD: messages_digest(prompt.messages),
        "messages": [message.model_dump() for message in prompt.messages],
        "answer": completion.text,
        "finish": completion.finish,
        "tokens": completion.tokens,
        "seconds": None if completion.seconds is None else round(completion.seconds, 3),
    }
