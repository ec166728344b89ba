"""Operations of the area `controls`."""

from __future__ import annotations

from governance.operations.catalogue import Operation

ROWS: tuple[Operation, ...] = ()
