from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import func, select

from governance.identity.tokens import revoke_token
from governance.kernel.clock import FixedClock
from governance.kernel.errors import ConflictError, ForbiddenError, InputError, NotFoundError
from governance.operations import (
    agents,
    agents_certificates,
    agents_certify,
    authority,
    people_proposals,
    reports,
)
from governance.operations.perform import perform
from governance.operations.place import Place
from governance.operations.requests import ById, LocalPath
from governance.operations.work import Advance, Ears
from governance.registry.agents import find_agent
from governance.store.agents import Certification
from tests.operations.conftest import Ask, enrol
from tests.operations.examples import run_example


def test_an_agents_life(place: Place, ask: Ask, clock: FixedClock) -> None:
    assert run_example(place, "agents.register")["tier"] == 0
    with pytest.raises(ConflictError, match="already"):
        run_example(place, "agents.register")
    certified = run_example(place, "agents.certify")
    assert certified["tier"] == 3
    assert run_example(place, "agents.show") == {
        **certified,
        "history": {"attempts": 1, "kin": []},
    }
    assert run_example(place, "agents.list") == [certified]
    denied = run_example(place, "agents.request_tier")
    assert (denied["agent"], denied["answer"]["granted"]) == ("invoice-bot", False)
    clock.advance(1)
    changed = run_example(place, "agents.change")
    assert changed["void"] == [certified["certification"]]
    assert run_example(place, "agents.retire")["status"] == "retired"
    with pytest.raises(ConflictError, match="retired"):
        run_example(place, "agents.certify")
    assert run_example(place, "agents.show")["tier"] == 0
    with pytest.raises(NotFoundError, match="no agent"):
        ask(agents.show, agents.ShowAgent(agent="nobody"))


def _freeze(place: Place, name: str) -> None:
    with place.store.write() as transaction:
        find_agent(transaction.session, name).status = "frozen"


def test_what_is_frozen_comes_back_where_a_second_person_agrees(place: Place, ask: Ask) -> None:
    run_example(place, "agents.register")
    run_example(place, "agents.change")
    _freeze(place, "invoice-bot")
    with place.store.read() as session:
        digests = dict(find_agent(session, "invoice-bot").digests)
    again = agents.RegisterAgent(name="again", digests=digests)
    with pytest.raises(ConflictError, match="'invoice-bot', which is frozen"):
        ask(agents.register, again)
    waiting = ask(agents.register, again.model_copy(update={"reason": "mended"}))
    assert (waiting.id, waiting.tier, waiting.digests) == (None, 0, digests)
    with pytest.raises(InputError, match="second person"):
        ask(people_proposals.approve, ById(id=waiting.proposal))
    decided = ask(people_proposals.approve, ById(id=waiting.proposal), actor="ben")
    assert (decided.kind, decided.role, decided.state) == ("registration", "auditor", "approved")
    shown = ask(agents.show, agents.ShowAgent(agent="again"))
    assert [one.agent for one in shown.history.kin] == ["invoice-bot"]


def test_a_change_into_what_is_frozen_is_proposed(place: Place, ask: Ask) -> None:
    run_example(place, "agents.register")
    run_example(place, "agents.change")
    _freeze(place, "invoice-bot")
    ask(agents.register, agents.RegisterAgent(name="again", digests={"model": f"sha256:{1:064}"}))
    with place.store.read() as session:
        digests = dict(find_agent(session, "invoice-bot").digests)
    change = agents.ChangeAgent(agent="again", digests=digests, reason="mended")
    waiting = ask(agents.change, change)
    assert (waiting.void, "prompt" in waiting.digests) == ((), False)
    assert ask(people_proposals.reject, ById(id=waiting.proposal), actor="ben").state == "rejected"
    assert ask(agents.change, change).proposal not in (None, waiting.proposal)
    with pytest.raises(ConflictError, match="frozen"):
        ask(agents.change, change.model_copy(update={"reason": " "}))


def test_a_moment_to_come_is_no_past_moment(place: Place, ask: Ask) -> None:
    run_example(place, "agents.register")
    later = place.clock.now() + timedelta(seconds=1)
    for request, handler in (
        (agents.ShowAgent(agent="invoice-bot", at=later), agents.show),
        (agents.ListAgents(at=later), agents.list_agents),
    ):
        with pytest.raises(InputError, match="in the future") as error:
            ask(handler, request)
        assert error.value.field == "at"


def test_a_host_whose_clock_is_slow_sees_what_the_others_did(
    place: Place, ask: Ask, clock: FixedClock
) -> None:
    run_example(place, "agents.register")
    run_example(place, "agents.certify")
    clock.advance(1 / 24)
    run_example(place, "certificates.revoke")
    clock.advance(-1 / 24 / 60)
    named = agents.ShowAgent(agent="invoice-bot")
    shown = ask(agents.show, named)
    assert (shown.tier, ask(agents.list_agents, agents.ListAgents())[0].tier) == (0, 0)
    assert ask(authority.show, authority.ShowAuthority(agent="invoice-bot")).ceiling == 0
    report = reports.BuildReport(kind="agent", agent="invoice-bot", format="json")
    assert json.loads(ask(reports.build_report, report).content)["tier"] is None
    asked = agents_certify.RequestTier(agent="invoice-bot", tier=1)
    assert not ask(agents_certify.request_tier, asked).answer.granted
    then = ask(agents.show, agents.ShowAgent(agent="invoice-bot", at=place.clock.now()))
    assert then.tier == 3


def test_a_moment_without_a_zone_counts_as_utc(place: Place, ask: Ask, clock: FixedClock) -> None:
    run_example(place, "agents.register")
    clock.advance(1)
    now = clock.now()
    naive = now.replace(tzinfo=None)
    assert ask(agents.show, agents.ShowAgent(agent="invoice-bot", at=naive)).at == now
    away = now.astimezone(timezone(timedelta(hours=14)))
    assert ask(agents.show, agents.ShowAgent(agent="invoice-bot", at=away)).at == now
    report = reports.BuildReport(kind="agent", agent="invoice-bot", format="json", at=naive)
    assert ask(reports.build_report, report).size > 0
    with pytest.raises(ValidationError, match="beyond the calendar"):
        agents.ShowAgent(
            agent="invoice-bot", at=datetime.min.replace(tzinfo=timezone(timedelta(hours=5)))
        )


def test_every_agent_of_a_file(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "vectors.csv"
    file.write_text("agent,cc,er,as,ih\na,.9,.9,.9,.9\nb,.1,.1,.1,.9\n")
    found = run_example(place, "agents.certify_all", {"vectors": str(file)})
    assert [row["agent"] for row in found] == ["a", "b"]


def test_who_loses_the_role_while_a_file_is_certified_certifies_no_further_batch(
    place: Place, tmp_path: Path
) -> None:
    file = tmp_path / "vectors.csv"
    names = (f"bot-{first}{second}" for first in "abcdefghijk" for second in "abcdefghijk")
    file.write_text("agent,cc,er,as,ih\n" + "".join(f"{name},.9,.9,.9,.9\n" for name in names))
    ada, done = enrol(place, "ada"), []

    @contextmanager
    def progress(description: str, total: int | None) -> Iterator[Advance]:
        assert (description, total) == ("certifying", 121)

        def advance(steps: int = 1) -> None:
            done.append(steps)
            with place.store.write() as transaction:
                revoke_token(transaction, ada.via.removeprefix("token:"))

        yield advance

    order = agents_certify.CertifyAll(file=LocalPath(str(file)))
    with pytest.raises(ForbiddenError, match="auditor"):
        perform(place, ada, agents_certify.certify_all, order, ears=Ears(progress=progress))
    assert done == [100]
    with place.store.read() as session:
        assert session.scalar(select(func.count()).select_from(Certification)) == 100


def test_a_certificate_is_shown_verified_and_revoked(place: Place, ask: Ask) -> None:
    run_example(place, "agents.register")
    run_example(place, "agents.certify")
    page = run_example(place, "certificates.show")["text"]
    checked = run_example(place, "certificates.verify", {"certificate": page})
    assert (checked["ok"], checked["trusted"], checked["tier"]) == (True, False, 3)
    assert "payload" not in checked
    wanted = agents_certificates.ShowCertificate(agent="invoice-bot", format="credential")
    assert "proof" in ask(agents_certificates.show, wanted).text
    assert run_example(place, "certificates.trust")["root_public_key"]
    assert run_example(place, "certificates.rotate")["number"] == 2
    assert [key["number"] for key in run_example(place, "certificates.keys")] == [1, 2]
    assert run_example(place, "certificates.revoke")["void"] == "revoked: leaked"


def test_certifying_revoking_and_freeing_take_a_role(place: Place, ask: Ask) -> None:
    run_example(place, "agents.register")
    run_example(place, "agents.certify")
    certify = agents_certify.CertifyAgent(agent="invoice-bot", cc=0.9)
    reason = agents.WithReason(agent="invoice-bot", reason="why not")
    for handler, request in (
        (agents_certify.certify, certify),
        (agents_certificates.revoke, reason),
        (agents.unfreeze, reason),
    ):
        with pytest.raises(ForbiddenError):
            ask(handler, request, actor="mallory")
    assert ask(agents_certify.certify, certify, actor="ben").tier == 0


def test_a_second_person_lifts_a_freeze(place: Place, ask: Ask) -> None:
    run_example(place, "agents.register")
    with place.store.write() as transaction:
        agent = find_agent(transaction.session, "invoice-bot")
        agent.status = "frozen"
    waiting = run_example(place, "agents.unfreeze")
    assert (waiting["agent"], waiting["status"]) == ("invoice-bot", "frozen")
    ask(people_proposals.approve, ById(id=waiting["proposal"]), actor="ben")
    assert run_example(place, "agents.show")["status"] == "active"
