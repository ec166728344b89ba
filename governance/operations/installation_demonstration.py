"""The main job on real incidents, in a folder of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from governance.demonstration import (
    BUNDLE,
    DATABASE,
    REPORT,
    REPORTS,
    DemoSummary,
    run_demonstration,
)
from governance.kernel.errors import StorageError
from governance.kernel.files import write_atomically
from governance.kernel.value import Value
from governance.operations.requests import LocalPath
from governance.operations.work import Running

MARK = "made-by-underwriter-demo.txt"


class Demonstrate(Value):
    """Where the demonstration is written, and how large it is."""

    out: Annotated[LocalPath, Field(description="Folder; a former demonstration is replaced.")]
    limit: Annotated[int, Field(ge=1, description="How many incidents to import.")] = 3000
    assumptions: Annotated[
        LocalPath | None, Field(description="Your own frequency and severity ranges.")
    ] = None


def demonstrate(work: Running, request: Demonstrate) -> DemoSummary:
    """Run the main job: real incidents, exposure, certified agents, report, ledger."""
    from governance.kernel.passwords import FILE_NAME, password_in
    from governance.store.engine import make_engine
    from governance.store.store import Store

    out = request.out.file
    _make_room(out)
    store = Store(make_engine(str(out / DATABASE)), work.place.clock, "demo")
    try:
        return run_demonstration(
            store,
            out,
            limit=request.limit,
            assumptions=None if request.assumptions is None else str(request.assumptions),
            password=password_in(out / FILE_NAME, store.random_bytes),
            say=work.remark,
        )
    finally:
        store.close()


def _make_room(out: Path) -> None:
    """Make the folder, and remove the files of a former demo; refuse what is not one."""
    mark = out / MARK
    if (out / DATABASE).exists() and not mark.exists():
        raise StorageError(
            f"{out / DATABASE} was not made by `underwriter demo`; it is left alone",
            hint="name another folder with --out",
        )
    write_atomically(mark, "`underwriter demo` made the files beside this one and replaces them.\n")
    try:
        for name in (BUNDLE, REPORT, DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm"):
            (out / name).unlink(missing_ok=True)
        for former in (out / REPORTS).glob("*"):
            former.unlink()
    except OSError as error:
        raise StorageError(f"{out}: {error.strerror}") from error
