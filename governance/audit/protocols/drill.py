"""The five turns of ER: core idea, example, detail, the claim, elaboration (as DDFT does).

The first three turns are about what the claim's stem is about, taken from the bank alone: the
question that a fact answers, or the person to whom a deed is credited. They name neither the
claim nor its source, so that they are the same whatever kind the claim is of. Every claim has a
stem of its own, hence a conversation of its own: claims stay independent units.
"""

from __future__ import annotations

from typing import Literal

from governance.audit.banks.items import ClaimItem
from governance.audit.protocols.requests import Request

ErTurns = Literal["single", "five"]
CORE, EXAMPLE, DETAIL, ELABORATE = "core", "example", "detail", "elaborate"
EARLY = (CORE, EXAMPLE, DETAIL)
_EARLY_TOKENS = 120
_ELABORATE_TOKENS = 220
_SUBJECTS = {
    "fact": 'Let us talk about {domain}, about this question: "{subject}"',
    "person": "Let us talk about {domain}, about {subject} and what {subject} is known for.",
}
_EARLY_PROMPTS = {
    CORE: "{opening} What is the core idea? Answer in at most two sentences.",
    EXAMPLE: "Give one real example of it, in at most two sentences.",
    DETAIL: "Now give one detail of it that a reader can look up, such as a date, a number or a "
    "place, in one sentence.",
}
_ELABORATE_PROMPT = (
    "Elaborate on that statement and on the source that it names: what do you know of them, and "
    "how do they fit what you said before? Write at most four sentences. {form}"
)


def opening(item: ClaimItem) -> str:
    """Return how the conversation begins: the domain and what the claim's stem is about."""
    kind, _, subject = item.stem.partition(":")
    return _SUBJECTS[kind].format(domain=item.domain, subject=subject)


def turn_id(item: str, turn: str) -> str:
    """Return the id of a turn before or after the claim; the claim's own turn has the item's."""
    return f"{item}/{turn}"


def drilled(item: ClaimItem, claim: Request, form: str) -> list[Request]:
    """Return the five turns around the request that asks about a claim.

    ``form`` is how the verdict is asked for, again, in the last turn.
    """
    found: list[Request] = []
    parent: str | None = None
    for turn in EARLY:
        prompt = _EARLY_PROMPTS[turn].format(opening=opening(item))
        found.append(_turn(claim, turn, prompt, _EARLY_TOKENS, parent))
        parent = found[-1].id
    last = _ELABORATE_PROMPT.format(form=form)
    return [
        *found,
        claim.model_copy(update={"parent": parent}),
        _turn(claim, ELABORATE, last, _ELABORATE_TOKENS, claim.id),
    ]


def _turn(claim: Request, turn: str, prompt: str, max_tokens: int, parent: str | None) -> Request:
    return claim.model_copy(
        update={
            "id": turn_id(claim.item, turn),
            "prompt": prompt,
            "max_tokens": max_tokens,
            "parent": parent,
        }
    )
