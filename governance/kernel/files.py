"""Writing files so that a reader sees the old one or the new one, never a part."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterable
from pathlib import Path

from governance.kernel.errors import StorageError


def write_atomically(path: Path, data: bytes | str) -> None:
    """Write to a temporary name in the same folder, then rename; raises StorageError.

    Who may read the file is what the umask says.
    """
    write_parts_atomically(path, [data])


def require_writable(path: Path) -> None:
    """Raise StorageError where a file could not be written: asked before what cannot be undone."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise StorageError(f"{path}: cannot be written: {error.strerror}") from error
    if path.is_dir():
        raise StorageError(f"{path}: cannot be written: is a folder")


def write_parts_atomically(path: Path, parts: Iterable[bytes | str]) -> int:
    """Write parts as they come, as `write_atomically` does; returns how many there were."""
    temporary: str | None = None
    count = 0
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = str(path.parent / f".{path.name}.{secrets.token_hex(8)}")
        # Made by `open`, so that the umask says who may read it; "x": nobody's link is followed.
        with Path(temporary).open("xb") as stream:
            for count, part in enumerate(parts, start=1):  # noqa: B007 - the last is the number
                stream.write(part.encode() if isinstance(part, str) else part)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).replace(path)
        temporary = None
    except OSError as error:
        raise StorageError(f"{path}: cannot be written: {error.strerror}") from error
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
    return count
