"""The wheel works from an installed copy, in an empty folder, on a new virtual environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
import zipfile
from configparser import ConfigParser
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


@pytest.fixture(scope="module")
def command(installed: Path) -> Path:
    """The script that an installer makes of the wheel's entry point."""
    (points,) = installed.parents[1].glob(
        "lib/python*/site-packages/underwriter-*/entry_points.txt"
    )
    parser = ConfigParser()
    parser.read_string(points.read_text())
    module, function = parser["console_scripts"]["underwriter"].split(":")
    script = installed.with_name("underwriter")
    script.write_text(f"import sys\nfrom {module} import {function}\nsys.exit({function}())\n")
    return script


def _run(
    python: Path, script: Path, folder: Path, *arguments: str, path: str | None = None
) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    if path is not None:
        environment["PYTHONPATH"] = path
    return subprocess.run(
        [str(python), str(script), *arguments],
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
    for ending in (
        ".mako",
        "default-policy.yaml",
        "py.typed",
        "example-agents.csv",
        "operations.csv",
    ):
        assert [name for name in names if name.endswith(ending)], ending


def test_the_wheel_takes_no_name_that_is_common(wheel: Path) -> None:
    """A package ``migrations`` among the installed ones would mix with other distributions'."""
    names = {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    names = {name for name in names if not name.endswith(".dist-info")}
    assert names == {"cli", "governance", "taxonomy"}


def test_the_main_job_runs_from_an_installed_copy(
    installed: Path, command: Path, tmp_path: Path
) -> None:
    where = _run(
        installed, command, tmp_path, "doctor", "--json", "--db", str(tmp_path / "none.db")
    )
    assert where.returncode == 1, where.stderr
    demo = ["demo", "--out", "out", "--limit", "100", "--json"]
    done = _run(installed, command, tmp_path, *demo)
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert summary["incidents"] == 100
    assert (tmp_path / "out" / "report.html").stat().st_size > 20_000


@pytest.mark.parametrize("on_path", [False, True], ids=["in the folder", "on PYTHONPATH"])
def test_set_up_beside_the_packages_of_others(
    installed: Path, command: Path, tmp_path: Path, on_path: bool
) -> None:
    """Packages of our names in the working folder and, of other distributions, installed."""
    (site,) = installed.parents[1].glob("lib/python*/site-packages")
    for name in ("cli", "taxonomy", "migrations"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise RuntimeError(__file__)\n")
    for folder in (tmp_path / "migrations", site / "migrations"):
        (folder / "versions").mkdir(parents=True, exist_ok=True)
        for file in ("env.py", "versions/0001_theirs.py", "versions/9999_theirs.py"):
            (folder / file).write_text("raise RuntimeError(__file__)\n")
    if not on_path:  # on PYTHONPATH this one would break every Python program
        (tmp_path / "logging.py").write_text("raise RuntimeError(__file__)\n")
    report = ["report", "build", "overview", "--format", "json", "--out", "report.json"]
    path = str(tmp_path) if on_path else None
    for words in (["init"], ["db", "upgrade"], ["doctor"], report)[: 4 if on_path else 1]:
        done = _run(installed, command, tmp_path, *words, "--db", "own.db", path=path)
        assert done.returncode == 0, done.stderr
