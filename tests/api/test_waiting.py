"""Awaited methods: the same answers and errors, and what a cancelled task leaves behind."""

from __future__ import annotations

import asyncio
from threading import Event

import pytest

from governance.api.connection import Connection
from governance.api.waiting import Threads
from governance.kernel.errors import InputError, NotFoundError
from governance.kernel.money import Money
from tests.api.conftest import token_for

DOLLAR = Money(amount=100, currency="USD")


def test_awaited_methods_answer_and_raise_as_the_others_do(ready: Connection) -> None:
    async def ask() -> None:
        waiting = ready.asynchronous
        grants = await asyncio.gather(
            *(
                waiting.authority.reserve(agent="buyer", amount=DOLLAR, key=f"k-{number % 8}")
                for number in range(12)
            )
        )
        assert len({grant.reservation for grant in grants}) == 8
        assert sum(grant.replayed for grant in grants) == 4
        assert (await waiting.authority.show(agent="buyer")).exposure == 800
        with pytest.raises(NotFoundError):
            await waiting.agents.show(agent="nobody")

    asyncio.run(ask())
    assert ready.authority.show(agent="buyer").exposure == 800


def test_awaited_methods_act_for_the_holder_of_a_token(ready: Connection) -> None:
    token = token_for(ready, "ada", "operator")

    async def ask() -> None:
        theirs = ready.asynchronous.acting(token=token, claimed="boss")
        await theirs.agents.register(name="scout")

    asyncio.run(ask())
    (event,) = ready.ledger.list(kind="agent.registered", last=1)
    assert (event.actor, event.claimed) == ("ada", "boss")


def test_the_end_of_an_asynchronous_connection_closes_it(ready: Connection) -> None:
    async def ask() -> None:
        async with ready.asynchronous as waiting:
            await waiting.agents.list()
        with pytest.raises(InputError, match="closed"):
            await waiting.agents.list()

    asyncio.run(ask())
    with pytest.raises(InputError, match="closed"):
        ready.agents.list()


@pytest.mark.parametrize("fails", [False, True])
def test_what_has_begun_ends_before_the_cancelled_task_does(fails: bool) -> None:
    begun, may_end, ended = Event(), Event(), Event()

    def work() -> None:
        begun.set()
        assert may_end.wait(30)
        ended.set()
        if fails:
            raise InputError("no")

    async def cancel() -> None:
        threads = Threads()
        task = asyncio.create_task(threads.run(work))
        await asyncio.to_thread(begun.wait, 30)
        for _ in range(2):  # a second one is no shorter way out
            task.cancel()
            done, _ = await asyncio.wait({task}, timeout=0.05)
            assert not done
        may_end.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert ended.is_set()
        threads.close()

    asyncio.run(cancel())


def test_what_has_not_begun_is_left_undone() -> None:
    begun, may_end, ran = Event(), Event(), Event()

    def first() -> str:
        begun.set()
        assert may_end.wait(30)
        return "first"

    async def cancel() -> None:
        threads = Threads(1)
        running = asyncio.create_task(threads.run(first))
        await asyncio.to_thread(begun.wait, 30)
        queued = asyncio.create_task(threads.run(ran.set))
        await asyncio.sleep(0)
        queued.cancel()
        with pytest.raises(asyncio.CancelledError):
            await queued
        may_end.set()
        assert await running == "first"
        threads.close()
        assert not ran.is_set()

    asyncio.run(cancel())


def test_a_cancelled_reservation_is_there_or_not_and_its_key_says_which(ready: Connection) -> None:
    async def cancel() -> None:
        reserve = ready.asynchronous.authority.reserve
        task = asyncio.create_task(reserve(agent="buyer", amount=DOLLAR, key="k"))
        await asyncio.sleep(0.002)
        task.cancel()
        await asyncio.wait({task})

    asyncio.run(cancel())
    exposure = ready.authority.show(agent="buyer").exposure
    again = ready.authority.reserve(agent="buyer", amount=DOLLAR, key="k")
    assert again.replayed == (exposure == 100)
    assert ready.authority.show(agent="buyer").exposure == 100
    assert ready.authority.check().ok
