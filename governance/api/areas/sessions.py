"""The operations `sessions.*` as methods.

Written from the catalogue by `make docs`; `make check` fails where the two differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from governance.api.asking import Area
from governance.api.waiting import AsyncArea, Awaited

if TYPE_CHECKING:
    from governance.operations.people_tokens import LinkMade


class Sessions(Area):
    """The operations `sessions.*`."""

    def link(self, *, name: str) -> LinkMade:
        """Make a path that signs a principal in to the console, once and within ten minutes."""
        from governance.operations import people_tokens as handlers

        return self._ask(handlers.link, name=name)


class AsyncSessions(AsyncArea):
    """The same, awaited."""

    link = Awaited(Sessions.link)
