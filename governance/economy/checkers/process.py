"""Running something outside with a time limit: it may hang, crash, fork or print without end."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass

MAX_OUTPUT_BYTES = 64 * 1024
LOOK_SECONDS = 0.02  # how often it is asked whether the process has ended


@dataclass(frozen=True)
class Ran:
    """How a process ended; ``code`` is None where it did not end in time or did not start."""

    code: int | None
    output: str
    trouble: str | None


def run_limited(
    command: Sequence[str], given: bytes, *, seconds: float, environment: dict[str, str]
) -> Ran:
    """Run a command in an empty folder with the bytes on standard input.

    The whole process group is killed at the end or the time limit, whatever it ignores. Of the
    output the first 64 KiB are kept; the rest is read and dropped, so that no disk fills up.
    """
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        tempfile.TemporaryFile() as source,
    ):
        source.write(given)
        source.seek(0)
        try:
            process = subprocess.Popen(  # noqa: S603 - the contract names the command
                list(command),
                stdin=source,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env=environment,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            return Ran(None, "", f"cannot be run: {error}")
        assert process.stdout is not None  # noqa: S101 - asked for above
        with process.stdout as pipe:
            output = _read_until_end(process, pipe.fileno(), time.monotonic() + seconds)
            ended = process.poll() is not None
            _kill_group(process)
    trouble = None if ended else f"did not end within {seconds:g} s"
    text = output.decode("utf-8", "replace")
    return Ran(process.returncode if ended else None, text, trouble)


def _read_until_end(process: subprocess.Popen[bytes], pipe: int, until: float) -> bytes:
    """Return the first output of a process, once it ended or its time is over.

    A descendant that left the group may hold the pipe open: the end of the process counts.
    """
    kept, open_ = bytearray(), True
    while time.monotonic() < until:
        ended = process.poll() is not None
        if open_ and select.select([pipe], [], [], 0 if ended else LOOK_SECONDS)[0]:
            part = os.read(pipe, MAX_OUTPUT_BYTES)
            open_ = bool(part)
            kept += part[: MAX_OUTPUT_BYTES - len(kept)]
            if not ended or (open_ and len(kept) < MAX_OUTPUT_BYTES):
                continue
        if ended:
            break
        if not open_:
            time.sleep(LOOK_SECONDS)
    return bytes(kept)


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
