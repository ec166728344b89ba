from __future__ import annotations

import pytest

from governance.gate.policy import Policy, default_policy
from governance.gate.raising import raises_authority
from governance.kernel.errors import InputError
from governance.registry.changes import request_policy
from governance.store.store import Store


def _with_ceilings(*amounts: int) -> Policy:
    data = default_policy().model_dump()
    data["ceilings"]["minor_units"] = list(amounts)
    return Policy.model_validate(data)


GENEROUS = _with_ceilings(0, 100, 1000, 10000, 100000, 2_000_000)
STRICT = _with_ceilings(0, 1, 10, 100, 1000, 10000)


def test_lowering_needs_nobody_and_raising_a_reason(ready: Store) -> None:
    with ready.write() as transaction:
        assert request_policy(transaction, STRICT, "default", "") is True
    with pytest.raises(InputError, match="reason"), ready.write() as transaction:
        request_policy(transaction, GENEROUS, "default", " ")


def test_what_may_raise_authority() -> None:
    assert raises_authority(default_policy(), GENEROUS)
    assert not raises_authority(GENEROUS, default_policy())
    assert not raises_authority(STRICT, STRICT)
    data = default_policy().model_dump()
    data["ceilings"]["other_currencies"] = {"EUR": [0, 1, 1, 1, 1, 1]}
    assert raises_authority(default_policy(), Policy.model_validate(data))
    data = default_policy().model_dump()
    data["thresholds"]["cc"] = [0.2, 0.5, 0.65, 0.8, 0.9]
    assert raises_authority(default_policy(), Policy.model_validate(data))
    data = default_policy().model_dump()
    data["evidence"]["declared_carries_authority"] = False
    assert raises_authority(Policy.model_validate(data), default_policy())
