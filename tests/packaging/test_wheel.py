"""The wheel works from an installed copy, in an empty folder, on a new virtual environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
         "--wheel-dir", str(out), str(ROOT)],
        check=True,
    )  # fmt: skip
    return next(out.glob("underwriter-*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment with the wheel; its dependencies are those of the one that runs us."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False, symlinks=True)
    site = next(folder.glob("lib/python*/site-packages"))
    own = next(Path(entry) for entry in sys.path if entry.endswith("site-packages"))
    # A .pth file would bring in our editable copy too; links to the packages alone do not.
    for entry in own.iterdir():
        if "underwriter" not in entry.name and entry.suffix != ".pth":
            (site / entry.name).symlink_to(entry)
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    return folder / "bin" / "python"


def _run(python: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    return subprocess.run(
        [str(python), "-m", "cli.main", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )


def test_the_wheel_carries_what_the_program_needs(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert not [name for name in names if name.startswith(("tests/", "bench/", "docs/"))]
    for ending in (".mako", "default-policy.yaml", "py.typed", "example-agents.csv"):
        assert [name for name in names if name.endswith(ending)], ending


def test_the_main_job_runs_from_an_installed_copy(installed: Path, tmp_path: Path) -> None:
    where = _run(installed, tmp_path, "doctor", "--json", "--db", str(tmp_path / "none.db"))
    assert where.returncode == 1, where.stderr
    done = _run(installed, tmp_path, "demo", "--out", "out", "--limit", "100", "--json")
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert summary["incidents"] == 100
    assert (tmp_path / "out" / "report.html").stat().st_size > 20_000
