"""Files that a door on this machine hands in: as text that was read, or as a path to open."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from governance.operations.requests import LocalPath, TextFile


def text_file(path: str) -> TextFile:
    """Read a UTF-8 file (``-``: standard input); raises InputError naming it."""
    from governance.kernel.documents import read_text
    from governance.operations.requests import TextFile

    text, name = read_text(path)
    return TextFile(name=name, text=text)


def given_file(path: str | Path | None) -> TextFile | None:
    """Read a file as `text_file` does, where one is named."""
    return None if path is None else text_file(str(path))


def given_path(path: str | Path | None) -> LocalPath | None:
    """Return the path that an operation may open, where one is named."""
    from governance.operations.requests import LocalPath

    return None if path is None else LocalPath(str(path))
