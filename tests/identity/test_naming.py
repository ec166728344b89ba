from __future__ import annotations

import pytest

from governance.identity.naming import named_by, principal_named
from governance.identity.principals import add_principal, disable_principal
from governance.kernel.errors import ForbiddenError, InputError
from governance.store.store import Store


def test_a_name_is_a_principals_where_it_is_written_exactly_so(store: Store) -> None:
    with store.write() as transaction:
        ada = add_principal(transaction, "ada", "person")
        names = ("ada", "Ada", "ada ", "", ada.id)
        found = [principal_named(transaction.session, name) for name in names]
    assert found == [ada.id, None, None, None, None]


def test_nobody_speaks_for_another_who_may_have_been_disabled(store: Store) -> None:
    with store.write() as transaction:
        session = transaction.session
        ada = add_principal(transaction, "ada", "person")
        ben = add_principal(transaction, "ben", "service")
        disable_principal(transaction, ben)
        assert named_by(session, "ada", ada.id, field="reviewer") == ada.id
        assert named_by(session, "Internal audit", ada.id, field="reviewer") is None
        assert named_by(session, "ADA", ada.id, field="reviewer") is None
        for actor in (ada.id, None):
            for name in ("ben", "Ben", "b\u0435n", "be\u200bn"):
                with pytest.raises(ForbiddenError, match="nobody speaks for another") as error:
                    named_by(session, name, actor, field="reviewer")
                assert error.value.field == "reviewer"


@pytest.mark.parametrize(
    "name", ["\x1b[31mred", "local:root", "x" * 201, "uw_" + "0" * 16 + "_" + "a" * 43]
)
def test_a_typed_name_is_one_that_somebody_could_have(store: Store, name: str) -> None:
    with store.read() as session, pytest.raises(InputError, match="is no name of anybody"):
        named_by(session, name, None, field="reviewer")
