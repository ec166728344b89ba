"""The transcript of a run: one line an answer, each holding the digest of the one before."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from governance.audit.protocols.requests import Message
from governance.kernel.canonical import canonical_json, digest, sha256_hex
from governance.kernel.documents import parse_json
from governance.kernel.errors import InputError

MESSAGES_FIELD = "messages_digest"
GENESIS = "0" * 64
Entry = dict[str, Any]


def messages_digest(messages: Sequence[Message]) -> str:
    """Return the digest of a conversation."""
    return digest([message.model_dump() for message in messages])


def read_transcript(path: Path, *, whole: bool = True) -> Iterator[Entry]:
    """Yield the entries of a transcript, checking the chain of digests.

    Raises InputError naming the line where an entry was changed, taken out or put in. A last line
    without its end, which a killed process leaves, is an error unless ``whole`` is False.
    """
    previous = GENESIS
    for number, raw in enumerate(_lines(path), start=1):
        if not raw.endswith(b"\n"):
            if whole:
                raise InputError("the last line is cut off", file=str(path), line=number)
            return
        entry = parse_json(raw.decode("utf-8", errors="replace"), str(path), line=number)
        if not isinstance(entry, dict) or entry.get("hash") != _hash(entry, previous):
            raise InputError(
                "was changed after it was written: its digest does not fit",
                file=str(path),
                line=number,
                hint="nothing is certified on altered evidence; run the audit again",
            )
        previous = str(entry["hash"])
        yield entry


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as stream:
            yield from stream
    except FileNotFoundError:
        raise InputError("no such transcript", file=str(path)) from None


def _hash(entry: Entry, previous: str) -> str:
    body = {name: value for name, value in entry.items() if name != "hash"}
    return sha256_hex(previous.encode() + canonical_json(body))


class TranscriptWriter:
    """Appends answers; what a killed process left half written is cut off first."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.entries: list[Entry] = []
        self._previous = GENESIS
        self._stream: BinaryIO | None = None

    def __enter__(self) -> Self:
        """Open for appending, read what is there, verify it and cut a torn tail.

        Raises InputError where another process writes the same transcript.
        """
        self._stream = self._path.open("ab")
        _lock(self._stream, self._path)
        if self._path.stat().st_size:
            self.entries = list(read_transcript(self._path, whole=False))
            raw = self._path.read_bytes()
            kept = raw.rfind(b"\n") + 1
            if kept < len(raw):
                os.truncate(self._path, kept)
        if self.entries:
            self._previous = str(self.entries[-1]["hash"])
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        if self._stream is not None:
            self._stream.close()

    def append(self, entry: Entry) -> None:
        """Write one answer and make it durable."""
        if self._stream is None:
            raise ValueError("the transcript is not open")
        sealed = {**entry, "hash": _hash(entry, self._previous)}
        line = json.dumps(sealed, ensure_ascii=False, allow_nan=False) + "\n"
        self._stream.write(line.encode())
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._previous = str(sealed["hash"])
        self.entries.append(sealed)


def _lock(stream: BinaryIO, path: Path) -> None:
    """Keep other processes out until the stream is closed, where the system has flock."""
    try:
        import fcntl
    except ImportError:
        return
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        stream.close()
        raise InputError(
            "another process is running this audit",
            file=str(path),
            hint="wait until it has ended, or choose another --out",
        ) from None
