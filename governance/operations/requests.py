"""Requests that many operations share, and files that a door hands in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import core_schema

from governance.kernel.clock import as_utc
from governance.kernel.value import Value

if TYPE_CHECKING:
    from governance.kernel.documents import Document


class Nothing(Value):
    """A request that needs no more than its name."""


class ById(Value):
    """A record by its id."""

    id: Annotated[str, Field(description="The id, or how it begins where that is enough.")]


class AgentNamed(Value):
    """Something about one agent."""

    agent: Annotated[str, Field(description="The agent's name or id.")]


MOST = 2**53 - 1  # the largest whole number that JSON keeps everywhere; databases take larger ones

# A moment of a request: aware UTC, whatever zone it was written in; without one it counts as UTC.
UtcTime = Annotated[datetime, AfterValidator(as_utc)]
Moment = Annotated[UtcTime | None, Field(description="A past moment; else now.")]


class TextFile(Value):
    """A document that was handed in: its text, and the name that errors show for it."""

    name: Annotated[str, Field(description="Name of the file; its ending says the format.")]
    text: Annotated[str, Field(description="The whole text.")]

    def document(self) -> Document:
        """Return the parsed YAML, JSON or TOML; raises InputError naming file and line."""
        from governance.kernel.documents import parse_text

        return parse_text(self.text, self.name)


LOCAL = {"local": True}


@dataclass(frozen=True)
class LocalPath:
    """A file or folder on this machine that the door itself names, never the one who asks.

    No JSON from outside makes one: validation takes an instance, or text where the context is
    `LOCAL`. ``-`` is standard input.
    """

    path: str

    def __str__(self) -> str:
        return self.path

    @property
    def file(self) -> Path:
        """The path to open."""
        return Path(self.path)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Take an instance; text only from a door on this machine."""

        def taken(value: object, info: core_schema.ValidationInfo) -> LocalPath:
            if isinstance(value, cls):
                return value
            if isinstance(value, str) and (info.context or {}).get("local"):
                return cls(value)
            raise ValueError("a file is handed in by the door, not named")

        return core_schema.with_info_plain_validator_function(
            taken, serialization=core_schema.to_string_ser_schema()
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Describe it as an upload."""
        return {"type": "string", "format": "binary"}


class LocalSpec(LocalPath):
    """What names a model on this machine or at an address, said by the door itself."""
