"""Operations of the area `policies`."""

from __future__ import annotations

from governance.operations.catalogue import Operation

ROWS: tuple[Operation, ...] = ()
