"""The program, started once and forked for every command: its imports cost a second each time.

A folder with an `underwriter` in it, to be put first in a shell's PATH. That one does nothing but
hand its arguments, folder, environment and open files to the process that waits here, which forks.
So every command still is a process of its own, with pipes, exit codes and all.

    python -m tests.quick_commands SOCKET     # what waits
"""

from __future__ import annotations

import ast
import gc
import importlib
import os
import pkgutil
import random
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).parents[1]
_CLIENT = """#!{python} -IS
import os, socket, sys
here = socket.socket(socket.AF_UNIX)
here.connect({address!r})
socket.send_fds(here, [b"x"], [0, 1, 2])
here.sendall(repr((sys.argv[1:], os.getcwd(), dict(os.environ))).encode())
here.shutdown(socket.SHUT_WR)
sys.exit(int(here.recv(9) or 70))
"""


@contextmanager
def quick_commands(folder: Path) -> Iterator[Path]:
    """A folder, to be put first in PATH, with a program `underwriter` that is there at once."""
    address = str(folder / "socket")
    folder.joinpath("bin").mkdir()
    client = folder / "bin" / "underwriter"
    client.write_text(_CLIENT.format(python=sys.executable, address=address), "utf-8")
    client.chmod(0o755)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.quick_commands", address],
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        assert b"ready\n" in iter(process.stdout.readline, b"")
        yield client.parent
    finally:
        process.terminate()
        process.wait(60)
        process.stdout.close()


def serve(address: str) -> None:
    """Fork for every command that comes in over the socket; ends with the process that began it."""
    for package in ("governance", "cli"):
        _import_all(package)
    _warm_up()
    gc.freeze()
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(address)
    listening.listen(64)
    print("ready", flush=True)  # noqa: T201 - said to the process that waits for it
    while True:
        caller, _ = listening.accept()
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if os.fork() == 0:
            listening.close()
            os._exit(_answer(caller))
        caller.close()


def _import_all(package: str) -> None:
    """Import what can be imported here, except what is only there to be run."""
    path = [str(ROOT / package)]
    for found in pkgutil.walk_packages(path, f"{package}."):
        if not found.name.endswith("__main__"):
            with suppress(ImportError):
                importlib.import_module(found.name)


def _warm_up() -> None:
    """Make a database, so that what is worked out once in a process is worked out here."""
    from cli.main import run

    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_DATA_HOME"] = folder
        os.environ["UNDERWRITER_KEY_PASSWORD"] = "warm"
        if run(["init", "--db", f"{folder}/warm.db", "--json"]) != 0:
            raise RuntimeError("no database can be made")


def _answer(caller: socket.socket) -> int:
    _, files, _, _ = socket.recv_fds(caller, 1, 3)
    said = b""
    while part := caller.recv(1 << 16):
        said += part
    arguments, folder, environment = ast.literal_eval(said.decode())
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    random.seed()
    sys.argv = ["underwriter", *arguments]
    code = _run()
    with suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
    for number in range(3):
        os.close(number)
    caller.sendall(str(code).encode())
    return 0


def _run() -> int:
    from cli.main import main

    try:
        main()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # noqa: BLE001 - as the interpreter itself does at the end
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    serve(sys.argv[1])
