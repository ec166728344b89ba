from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.kernel.canonical import digest
from governance.kernel.errors import NotFoundError, StorageError
from governance.registry.proposal_state import READERS, differences, digest_of, state_of
from governance.store.store import Store
from tests.registry.proposal_world import frozen_agent

words = st.text(max_size=4)
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)
states = st.fixed_dictionaries({"policy": plain, "status": plain})


@given(states, states)
def test_two_states_differ_in_some_field_where_their_digests_do(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    found = {one.field for one in differences(before, after)}
    assert bool(found) == (digest_of(before) != digest_of(after))
    for name in before:
        same = digest({name: before[name]}) == digest({name: after[name]})
        assert (name in found) != same


@pytest.mark.parametrize(
    ("field", "before", "after", "said"),
    [
        ("status", "frozen", "active", "status: was frozen, is active"),
        ("name_free", True, False, "name free: was yes, is no"),
        ("freezes", ["a", "b"], [], "open freezes: was a, b, is none"),
        (
            "policy",
            {"name": "strict", "version": 3, "digest": "x"},
            {"name": "emergency", "version": 4, "digest": "y"},
            "policy in force: was strict version 3, is emergency version 4",
        ),
        (
            "certification",
            None,
            {"id": "c", "void": True},
            "last certification: was none, is id c, void yes",
        ),
    ],
)
def test_a_difference_is_said_in_words(
    field: str, before: object, after: object, said: str
) -> None:
    (found,) = differences({field: before, "same": 1}, {field: after, "same": 1})
    assert (found.field, found.message) == (field, said)


def test_what_a_lift_depends_on(set_up_store: Store) -> None:
    agent = frozen_agent(set_up_store, "bot")
    with set_up_store.read() as session:
        state = state_of(session, "lift", {"agent": agent})
    assert state == json.loads(json.dumps(state))
    assert (state["agent"], state["status"], state["group"]) == (agent, "frozen", "default")
    assert (state["certification"]["void"], len(state["freezes"])) == (False, 1)
    assert state["policy"]["name"] == "cgae-default"
    assert digest_of(state).startswith("sha256:")


def test_an_agent_is_meant_by_its_id_alone_and_a_kind_must_be_known(set_up_store: Store) -> None:
    frozen_agent(set_up_store, "bot")
    assert set(READERS) >= {"policy", "lift"}
    with set_up_store.read() as session:
        with pytest.raises(NotFoundError, match="no agent has the id 'bot'"):
            state_of(session, "lift", {"agent": "bot"})
        with pytest.raises(StorageError, match="'song' is no kind of proposal"):
            state_of(session, "song", {})
