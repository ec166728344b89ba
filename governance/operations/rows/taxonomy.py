"""Operations of the area `taxonomy`."""

from __future__ import annotations

from governance.operations.catalogue import Operation

ROWS: tuple[Operation, ...] = ()
