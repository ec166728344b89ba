"""History follows digests: attempts, freezes and retirements under any name, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import event, select

from governance.economy.closing import commit
from governance.economy.reservations import reserve
from governance.gate.certificate.keys import private_key_from_seed
from governance.gate.certificate.page import certificate_in, to_html
from governance.gate.certificate.payload import CertificateDocument
from governance.gate.certificate.verify import verify_certificate
from governance.gate.evaluate import evaluate
from governance.gate.policy import Policy, default_policy
from governance.gate.vector import RobustnessVector
from governance.incidents.importing import import_records
from governance.incidents.intake import IncidentRecord, ReadResult
from governance.kernel.clock import FixedClock
from governance.kernel.errors import ConflictError, InputError
from governance.kernel.money import Money
from governance.registry.agents import change_agent, find_agent, register_agent, retire_agent
from governance.registry.certificates import sign_certification
from governance.registry.certifications import certify_agent, count_attempts
from governance.registry.certify_rows import certify_file
from governance.registry.changes import carry_with, request_digests, request_registration
from governance.registry.incident_effects import Severity, lift_freeze, link_incident
from governance.registry.kin import History, history_of
from governance.registry.policies import set_policy
from governance.registry.roles import decide
from governance.store.agents import Agent
from governance.store.incidents import Incident
from governance.store.ledger_query import last_events
from governance.store.roles import Proposal
from governance.store.store import Store, Transaction

KEY = private_key_from_seed(bytes(range(32)))
MODEL, PROMPT, TOOLS, OTHER = (f"sha256:{letter * 64}" for letter in "abcd")
DECLARED = {"model": MODEL, "prompt": PROMPT}
Freeze = Callable[..., None]


@pytest.fixture
def ready(set_up_store: Store) -> Store:
    """A store of either kind with ontology and policy."""
    return set_up_store


@pytest.fixture
def happened(ready: Store) -> Callable[..., None]:
    """Links another incident to an agent each time: of high severity it freezes."""
    records = tuple(
        IncidentRecord(source="own", source_id=str(number), title=f"It paid bill {number}")
        for number in range(5)
    )
    import_records(ready, ReadResult("own", "plain", records, (), 0))
    numbers = iter(range(5))

    def link(name: str, severity: Severity = "high") -> None:
        with ready.write() as transaction:
            session = transaction.session
            number = str(next(numbers))
            found = session.scalars(select(Incident).where(Incident.source_id == number)).one()
            agent = find_agent(session, name)
            link_incident(transaction, found, agent, severity, "it happened")

    return link


def _register(store: Store, name: str, digests: dict[str, str] | None = None) -> None:
    with store.write() as transaction:
        register_agent(transaction, name, digests=digests)


def _certify(store: Store, name: str, vector: RobustnessVector, times: int = 1) -> None:
    with store.write() as transaction:
        agent = find_agent(transaction.session, name)
        for _ in range(times):
            certify_agent(transaction, agent, vector)


def _history(store: Store, name: str, at: datetime | None = None) -> History:
    with store.read() as session:
        return history_of(session, find_agent(session, name), at or store.clock.now())


def _standing_of_kin(history: History) -> dict[str, str]:
    return {one.agent: one.status for one in history.kin}


@pytest.mark.parametrize(
    "digests",
    [DECLARED, {"model": MODEL}, {**DECLARED, "tools": TOOLS}],
    ids=["the same", "one left out", "one added"],
)
def test_attempt_30_is_followed_by_attempt_31_under_another_name(
    ready: Store, strong: RobustnessVector, digests: dict[str, str]
) -> None:
    _register(ready, "first", DECLARED)
    _certify(ready, "first", strong, times=30)
    _register(ready, "second", digests)
    with ready.write() as transaction:
        agent = find_agent(transaction.session, "second")
        certification, decision = certify_agent(transaction, agent, strong)
        assert certification.attempt == 31
    assert decision.alpha == evaluate(strong, default_policy(), attempts=31).alpha
    assert decision.alpha != evaluate(strong, default_policy(), attempts=1).alpha
    assert _history(ready, "second").attempts == _history(ready, "first").attempts == 31


def test_what_an_agent_was_made_of_counts_when_it_has_become_another(
    ready: Store, strong: RobustnessVector
) -> None:
    _register(ready, "first", {"model": MODEL})
    _certify(ready, "first", strong, times=3)
    with ready.write() as transaction:
        agent = find_agent(transaction.session, "first")
        change_agent(transaction, agent, {"model": OTHER})
        assert count_attempts(transaction.session, agent) == 0
    _register(ready, "second", {"model": MODEL})
    history = _history(ready, "second")
    assert (history.attempts, history.kin) == (3, ())


@pytest.mark.parametrize(
    "digests",
    [DECLARED, {"prompt": PROMPT}, {**DECLARED, "tools": TOOLS}],
    ids=["the same", "one left out", "one added"],
)
@pytest.mark.parametrize("state", ["frozen", "retired"])
def test_a_frozen_or_retired_agent_does_not_come_back_under_another_name(
    ready: Store, happened: Freeze, digests: dict[str, str], state: str
) -> None:
    _register(ready, "first", DECLARED)
    _lose_authority(ready, happened, "first", state)
    with pytest.raises(ConflictError, match=f"'first', which is {state}") as caught:
        _register(ready, "second", digests)
    assert caught.value.field == "digests"
    assert "second person" in str(caught.value.hint)
    _register(ready, "another", {"model": OTHER, "prompt": PROMPT})
    with (
        pytest.raises(ConflictError, match=f"'first', which is {state}"),
        ready.write() as transaction,
    ):
        change_agent(transaction, find_agent(transaction.session, "another"), {"model": MODEL})


def _lose_authority(store: Store, happened: Freeze, name: str, state: str) -> None:
    if state == "frozen":
        happened(name)
        return
    with store.write() as transaction:
        retire_agent(transaction, find_agent(transaction.session, name), "over")


@pytest.mark.parametrize("state", ["frozen", "retired"])
def test_to_change_an_agent_that_lost_its_authority_does_not_free_its_digests(
    ready: Store, happened: Freeze, clock: FixedClock, state: str
) -> None:
    _register(ready, "first", {"model": MODEL})
    clock.advance(1)
    _lose_authority(ready, happened, "first", state)
    for model in (OTHER, TOOLS):
        clock.advance(1)
        with ready.write() as transaction:
            change_agent(transaction, find_agent(transaction.session, "first"), {"model": model})
    for model in (MODEL, OTHER, TOOLS):
        with pytest.raises(ConflictError, match=state):
            _register(ready, "second", {"model": model})
    _register(ready, "second", {"model": PROMPT})


def test_a_freeze_that_was_lifted_stands_against_nobody(ready: Store, happened: Freeze) -> None:
    _register(ready, "first", DECLARED)
    happened("first")
    with ready.write() as transaction:
        lift_freeze(transaction, find_agent(transaction.session, "first"), "mended")
    _register(ready, "second", DECLARED)
    assert _standing_of_kin(_history(ready, "second")) == {"first": "active"}


def test_a_file_registers_nobody_in_the_place_of_a_frozen_agent(
    ready: Store, happened: Freeze, tmp_path: Path
) -> None:
    file = tmp_path / "vectors.csv"
    file.write_text("agent,cc,er,as_,ih\nfirst,.9,.9,.9,.9\n")
    with ready.write() as transaction:
        certify_file(transaction, str(file), key=KEY)
    happened("first")
    file.write_text("agent,cc,er,as_,ih\nsecond,.9,.9,.9,.9\n")
    with (
        pytest.raises(ConflictError, match="'first', which is frozen") as caught,
        ready.write() as transaction,
    ):
        certify_file(transaction, str(file), key=KEY)
    assert (caught.value.file, caught.value.line) == (str(file), 2)
    with ready.acting_as("somebody else").write() as transaction:
        assert certify_file(transaction, str(file), key=KEY)[0].attempt == 1


def test_to_retire_an_agent_without_digests_stands_against_nobody(
    ready: Store, strong: RobustnessVector
) -> None:
    _register(ready, "first")
    _certify(ready, "first", strong)
    with ready.write() as transaction:
        retire_agent(transaction, find_agent(transaction.session, "first"), "replaced")
    _register(ready, "second")
    history = _history(ready, "second")
    assert (history.attempts, _standing_of_kin(history)) == (1, {"first": "retired"})


def _propose(store: Store, name: str, digests: dict[str, str], reason: str = "mended") -> str:
    with store.write() as transaction:
        made = request_registration(
            transaction, name, digests=digests, group="default", description="", reason=reason
        )
        assert isinstance(made, Proposal)
        return made.id


def _approve(store: Store, proposal: str, actor: str = "bob") -> None:
    with store.acting_as(actor).write() as transaction:
        decide(transaction, proposal, approve=True, carry=carry_with(KEY))


def _signed(
    store: Store, name: str, vector: RobustnessVector
) -> tuple[CertificateDocument, FixedClock]:
    with store.write() as transaction:
        agent = find_agent(transaction.session, name)
        certification, _ = certify_agent(transaction, agent, vector)
        document = sign_certification(transaction, agent, certification, KEY)
    assert isinstance(store.clock, FixedClock)
    return document, store.clock


def test_a_second_person_agrees_and_the_certificate_says_so(
    ready: Store, happened: Freeze, strong: RobustnessVector
) -> None:
    _register(ready, "first", DECLARED)
    happened("first")
    proposal = _propose(ready, "second", {"model": MODEL})
    with ready.read() as session, pytest.raises(InputError):
        find_agent(session, "second")
    with pytest.raises(InputError, match="second person"):
        _approve(ready, proposal, ready.actor)
    _approve(ready, proposal)
    with ready.read() as session:
        first, second = (find_agent(session, name) for name in ("first", "second"))
        told = last_events(session, kind="agent.registered")[-1]
        assert second.registered_by == ready.actor
    match = {"agent": "first", "id": first.id, "status": "frozen"}
    assert told.actor == "bob"
    assert told.data["matches"] == [match]
    assert (told.data["agreed_by"], told.data["registered_by"]) == ("bob", ready.actor)
    document, clock = _signed(ready, "second", strong)
    found = verify_certificate(document.to_json(), at=clock.now())
    assert found.ok
    assert found.model_dump(mode="json")["history"] == [{**match, "agreed_by": "bob"}]
    assert certificate_in(to_html(document)) is not None


def test_a_change_that_matches_waits_for_a_second_person(
    ready: Store, happened: Freeze, strong: RobustnessVector
) -> None:
    _register(ready, "first", DECLARED)
    _register(ready, "second", {"model": OTHER})
    happened("first")
    with ready.write() as transaction:
        agent = find_agent(transaction.session, "second")
        made = request_digests(transaction, agent, {"model": MODEL}, "mended")
        assert isinstance(made, Proposal)
        assert agent.digests == {"model": OTHER}
    _approve(ready, made.id)
    with ready.read() as session:
        agent = find_agent(session, "second")
        told = last_events(session, kind="agent.changed")[-1].data
    assert agent.digests == {"model": MODEL}
    assert (told["agreed_by"], told["matches"][0]["agent"]) == ("bob", "first")
    document, clock = _signed(ready, "second", strong)
    history = verify_certificate(document.to_json(), at=clock.now()).history
    assert history is not None
    assert [(one.agent, one.agreed_by) for one in history] == [("first", "bob")]


def test_who_agrees_agrees_to_the_matches_of_the_proposal_and_to_no_more(
    ready: Store, happened: Freeze
) -> None:
    for name, digests in (("first", DECLARED), ("beside", {"model": MODEL, "tools": TOOLS})):
        _register(ready, name, digests)
    happened("first")
    proposal = _propose(ready, "second", {"model": MODEL})
    happened("beside")
    with pytest.raises(ConflictError, match="'beside', which is frozen"):
        _approve(ready, proposal)
    _approve(ready, _propose(ready, "second", {"model": MODEL}))


def test_a_reason_changes_nothing_where_nothing_matches(ready: Store) -> None:
    with ready.write() as transaction:
        made = request_registration(
            transaction, "first", digests=DECLARED, group="default", description="", reason="why"
        )
        assert isinstance(made, Agent)
        assert made.matches is None
        event = last_events(transaction.session, kind="agent.registered")[-1]
    assert event.data == {"name": "first", "group": "default", "digests": DECLARED}


def test_a_demotion_is_shown_and_stands_against_nobody(
    ready: Store, happened: Freeze, strong: RobustnessVector
) -> None:
    _register(ready, "first", DECLARED)
    _certify(ready, "first", strong)
    happened("first", "critical")
    _register(ready, "second", DECLARED)
    (kin,) = _history(ready, "second").kin
    assert (kin.agent, kin.status, kin.demoted, kin.over_ceiling) == (
        "first",
        "active",
        True,
        False,
    )
    document, clock = _signed(ready, "second", strong)
    history = verify_certificate(document.to_json(), at=clock.now()).history
    assert history is not None
    assert [(one.status, one.agreed_by) for one in history] == [("demoted", None)]
    clock.advance(1)
    _certify(ready, "first", strong)
    assert not _history(ready, "second").kin[0].demoted


def _policy(*ceilings: int) -> Policy:
    data = default_policy().model_dump()
    data["ceilings"] = {"currency": "USD", "minor_units": list(ceilings)}
    data["window"] = "day"
    return Policy.model_validate(data)


def test_an_agent_over_its_ceiling_does_not_go_on_under_another_name(
    ready: Store, strong: RobustnessVector, clock: FixedClock
) -> None:
    with ready.write() as transaction:
        set_policy(transaction, _policy(0, 100, 1000, 10_000, 100_000, 1_000_000))
    _register(ready, "first", DECLARED)
    _certify(ready, "first", strong)
    with ready.write() as transaction:
        agent = find_agent(transaction.session, "first")
        grant = reserve(transaction, agent, Money(amount=500, currency="USD"), key="k")
        assert grant.reservation is not None
        commit(transaction, grant.reservation)
    before = clock.now()
    clock.advance(1 / 24)
    with ready.write() as transaction:
        set_policy(transaction, _policy(0, 1, 2, 3, 4, 5))
    with pytest.raises(ConflictError, match="'first', which is over its ceiling"):
        _register(ready, "second", DECLARED)
    clock.advance(1 / 24)
    _approve(ready, _propose(ready, "second", DECLARED))
    assert _over(_history(ready, "second"))
    clock.advance(1 / 24)
    with ready.write() as transaction:
        set_policy(transaction, _policy(0, 100, 1000, 10_000, 100_000, 1_000_000))
    clock.advance(1 / 24)
    _register(ready, "third", {"model": MODEL})
    with ready.read() as session:
        agent = find_agent(session, "second")
        assert not _over(history_of(session, agent, clock.now()))
        assert _over(history_of(session, agent, agent.registered_at))
        assert not _over(history_of(session, find_agent(session, "first"), before))


def _over(history: History) -> bool:
    return any(one.over_ceiling for one in history.kin)


def test_a_past_moment_says_what_was_said_then(
    ready: Store, happened: Freeze, strong: RobustnessVector, clock: FixedClock
) -> None:
    _register(ready, "subject", {"model": MODEL})

    def then(what: Callable[[Transaction, Agent], object], name: str = "first") -> None:
        with ready.write() as transaction:
            what(transaction, find_agent(transaction.session, name))

    steps: tuple[Callable[[], None], ...] = (
        lambda: _register(ready, "first", DECLARED),
        lambda: _certify(ready, "first", strong),
        lambda: _certify(ready, "subject", strong),
        lambda: _register(ready, "beside", {"model": MODEL, "prompt": OTHER}),
        lambda: then(lambda t, a: change_agent(t, a, {"model": TOOLS}), "beside"),
        lambda: happened("first"),
        lambda: then(lambda t, a: change_agent(t, a, {"model": OTHER})),
        lambda: then(lambda t, a: lift_freeze(t, a, "mended")),
        lambda: then(lambda t, a: change_agent(t, a, {"model": MODEL})),
        lambda: _certify(ready, "first", strong),
        lambda: happened("first", "critical"),
        lambda: then(lambda t, a: retire_agent(t, a, "over")),
        lambda: then(lambda t, a: change_agent(t, a, {"tools": OTHER}), "beside"),
    )
    said: dict[datetime, History] = {}
    for step in steps:
        clock.advance(1)
        step()
        said[clock.now()] = _history(ready, "subject")
    assert len({str(one) for one in said.values()}) > 8
    for moment, history in said.items():
        assert _history(ready, "subject", moment) == history, moment


def test_a_name_without_digests_has_its_past_too(
    ready: Store, happened: Freeze, strong: RobustnessVector, clock: FixedClock
) -> None:
    said: dict[datetime, History] = {}
    for name in ("first", "second", "third"):
        _register(ready, name)
        _certify(ready, name, strong)
    for step in range(4):
        clock.advance(1)
        if step == 1:
            happened("first")
        elif step > 1:
            with ready.write() as transaction:
                agent = find_agent(transaction.session, "first" if step == 2 else "second")
                (lift_freeze if step == 2 else retire_agent)(transaction, agent, "over")
        said[clock.now()] = _history(ready, "third")
    assert [one.attempts for one in said.values()] == [1, 2, 1, 2]
    assert [len(one.kin) for one in said.values()] == [0, 1, 0, 1]
    for moment, history in said.items():
        assert _history(ready, "third", moment) == history, moment


@contextmanager
def _counted(store: Store) -> Iterator[list[str]]:
    seen: list[str] = []

    def hear(*arguments: object) -> None:
        seen.append(str(arguments[2]))

    event.listen(store.engine, "before_cursor_execute", hear)
    try:
        yield seen
    finally:
        event.remove(store.engine, "before_cursor_execute", hear)


def test_ten_times_the_agents_cost_no_more_questions(
    ready: Store, strong: RobustnessVector, clock: FixedClock
) -> None:
    asked: list[tuple[int, ...]] = []
    for size in (3, 30):
        with ready.write() as transaction:
            for index in range(size):
                kin = register_agent(transaction, f"{size}-{index}", digests=DECLARED)
                certify_agent(transaction, kin, strong)
                register_agent(transaction, f"bare-{size}-{index}")
        clock.advance(1)
        counts = []
        with _counted(ready) as seen:
            _register(ready, f"declared-{size}", DECLARED)
            counts.append(len(seen))
            _register(ready, f"undeclared-{size}")
            counts.append(len(seen))
            _certify(ready, f"declared-{size}", strong)
            counts.append(len(seen))
            assert len(_history(ready, f"declared-{size}").kin) >= size
            counts.append(len(seen))
            _history(ready, f"declared-{size}", clock.now())
            counts.append(len(seen))
        asked.append(tuple(counts))
        clock.advance(1)
    assert asked[0] == asked[1]
