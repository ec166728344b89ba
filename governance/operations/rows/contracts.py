"""Operations of the area `contracts`."""

from __future__ import annotations

from governance.operations.catalogue import Operation

ROWS: tuple[Operation, ...] = ()
