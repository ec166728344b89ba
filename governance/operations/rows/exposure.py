"""Operations of the area `exposure`."""

from __future__ import annotations

from governance.operations.catalogue import Operation

ROWS: tuple[Operation, ...] = ()
