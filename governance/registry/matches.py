"""Digests that belong to an agent which may not act: refused, unless a second person agrees."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy.orm import Session

from governance.gate.certificate.payload import HistoryStatement, HistoryStatus
from governance.kernel.errors import ConflictError
from governance.kernel.value import Value, absent
from governance.registry.kin import Kin, kin_of
from governance.registry.kinship import Declared
from governance.store.agents import Agent
from governance.store.past import present
from governance.store.store import Transaction

IN_WORDS = {"frozen": "is frozen", "retired": "is retired", "over_ceiling": "is over its ceiling"}


class Match(Value):
    """An agent of compatible digests, and what stands against it."""

    agent: str
    id: str
    status: HistoryStatus

    @property
    def refused(self) -> bool:
        """Return whether a second person has to agree; a demotion is only shown."""
        return self.status != "demoted"


@dataclass(frozen=True)
class Agreement:
    """That a second person agreed to matches, and who had registered or changed the agent."""

    registered_by: str
    agreed_by: str
    matches: tuple[Match, ...]


class WaitingChange(Value):
    """What a proposal to declare matching digests holds; ``agent`` is the id of one to change."""

    digests: dict[str, str]
    matches: tuple[Match, ...]
    registered_by: str
    name: str
    agent: Annotated[str | None, Field(exclude_if=absent)] = None
    group: str = ""
    description: str = ""

    def agreed_by(self, actor: str) -> Agreement:
        """Return the agreement of a second person to it."""
        return Agreement(self.registered_by, actor, self.matches)


def matches_of(transaction: Transaction, declared: Declared) -> tuple[Match, ...]:
    """Return the agents that declared digests match and that may not act, or were demoted.

    Waits for every other writer, so that no agent is frozen in between. Of agents without digests
    only frozen ones match: to retire one of them is everyday life.
    """
    transaction.ledger.last_time()
    return matches_in(transaction.session, declared, transaction.now)


def matches_in(session: Session, declared: Declared, now: datetime) -> tuple[Match, ...]:
    """Return the same as it stands when it is read, which may be over at once."""
    found = kin_of(session, declared, present(session, now), notable=True)
    matches = [Match(agent=one.agent, id=one.id, status=_status(one)) for one in found]
    if not declared.digests:
        matches = [one for one in matches if one.status == "frozen"]
    return tuple(matches)


def check_matches(
    name: str, matches: Iterable[Match], agreement: Agreement | None = None
) -> list[dict[str, Any]]:
    """Return matches as they are noted; raises ConflictError for one that nobody agreed to."""
    agreed = {one.id: one for one in agreement.matches} if agreement is not None else {}
    refused = [one for one in matches if one.refused and one.id not in agreed]
    if refused:
        raise ConflictError(
            f"what {name!r} is made of is that of {refusal(refused)}",
            field="digests",
            hint="with a reason it can be proposed; a second person has to agree",
        )
    by_id = {one.id: one for one in matches} | agreed
    by = None if agreement is None else agreement.agreed_by
    noted = [
        HistoryStatement(**one.model_dump(), agreed_by=by if one.refused else None)
        for one in by_id.values()
    ]
    return [one.model_dump(mode="json") for one in noted]


def refusal(matches: Iterable[Match]) -> str:
    """Return the matching agents with what stands against each, in words."""
    return ", ".join(f"{one.agent!r}, which {IN_WORDS[one.status]}" for one in matches)


def note_matches(agent: Agent, noted: list[dict[str, Any]]) -> None:
    """Keep matches with an agent, for its certificates; of two on one agent the later one."""
    if noted:
        known = {one["id"]: one for one in agent.matches or []}
        agent.matches = list((known | {one["id"]: one for one in noted}).values())


def told(noted: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what an event says of matches; nothing where there are none."""
    if not noted:
        return {}
    by = next((one["agreed_by"] for one in noted if one["agreed_by"] is not None), None)
    plain = [{key: one[key] for key in ("agent", "id", "status")} for one in noted]
    return {"matches": plain, "agreed_by": by}


def _status(kin: Kin) -> HistoryStatus:
    if kin.status in ("frozen", "retired"):
        return "frozen" if kin.status == "frozen" else "retired"
    return "over_ceiling" if kin.over_ceiling else "demoted"
